"""Put small faults into scripts/, one at a time, and see which the tests notice.

    python tests/pipeline/mutants.py                  every file of scripts/
    python tests/pipeline/mutants.py publish verify   these
    python tests/pipeline/mutants.py --shard 2/6      each sixth mutant, from the second
    python tests/pipeline/mutants.py --list publish   what would be tried

mutants.toml says which tests answer for a file, and which mutants are accepted, with
the reason. Fails where a mutant survives in a file that decides about a release, where
too few are noticed in all, and where an accepted one is noticed or no longer there.

A tool of our own (libraries were looked at in November 2026): a stage is a process that
starts itself again in another environment, so that a mutant must be in the file. mutmut
switches between mutants by code that this environment has not. cosmic-ray changes the
file, and knows neither to leave out a statement or an argument, which is how a check
gets lost, nor tests by file. Only for systems with fork.
"""

import argparse
import ast
import contextlib
import importlib
import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CONFIG = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
TESTS = "tests/pipeline"
# Of all mutants, in percent.
AT_LEAST = 85
# A mutant that takes longer than its tests do by far never ends.
TIMES_LONGER, SECONDS_MORE = 3, 30
MARK = "PIPELINE_MUTANTS"  # in the environment of all that is started


# What a mutant is.


@dataclass(frozen=True)
class Mutant:
    """One change of one file."""

    file: str  # below scripts/
    function: str
    line: int
    start: int  # in bytes
    end: int
    old: str
    new: str
    number: int = 1  # of those that read the same, in this function

    @property
    def name(self) -> str:
        again = f" #{self.number}" if self.number > 1 else ""
        change = f"{one_line(self.old)} -> {one_line(self.new)}"
        return f"{self.file} {self.function}: {change}{again}"

    def applied(self, source: bytes) -> bytes:
        return source[: self.start] + self.new.encode() + source[self.end :]


def one_line(text: str) -> str:
    return " ".join(text.split())


COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Is: "is not",
    ast.IsNot: "is",
}
OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "+",
    ast.FloorDiv: "*",
    ast.BitAnd: "|",
    ast.BitOr: "&",
}
FUNCTIONS = {"any": "all", "all": "any", "min": "max", "max": "min", "sorted": "list"}
# What they are given is words for people, which may be put in any way.
SPEAKERS = {"Failure", "Conflict", "Finding", "print", "write_line", "heading", "table"}
WORDS = {"help", "metavar", "description", "formatter_class", "prefix", "flush"}
# What is shown of a command is for people, too; and only Windows and old locales write
# or read text in another way than it is asked to.
WORDS |= {"show", "newline", "encoding"}
# Words that are yielded: what was found, or that and what is allowed.
WRITTEN = (ast.Constant, ast.BinOp, ast.Tuple)


@dataclass
class Finder(ast.NodeVisitor):
    """Every change of a file that is worth a try."""

    file: str
    source: bytes
    found: list[Mutant] = field(default_factory=list)
    functions: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)  # where each begins, in bytes
    # Tests that are forced to either side, and statements that then make no difference.
    forced: set[ast.AST] = field(default_factory=set)
    # What is only named, one after the other, may be so in any order.
    in_any_order: set[ast.AST] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.lines = [0]
        for line in self.source.splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))

    def offset(self, line: int | None, column: int | None) -> int:
        return self.lines[(line or 1) - 1] + (column or 0)

    def span(self, first: ast.AST, last: ast.AST | None = None) -> tuple[int, int]:
        """From the first node to the end of the last."""
        place: Any = first
        stop: Any = last or first
        return (
            self.offset(place.lineno, place.col_offset),
            self.offset(stop.end_lineno, stop.end_col_offset),
        )

    def text(self, node: ast.AST) -> str:
        start, end = self.span(node)
        return self.source[start:end].decode()

    def propose(self, node: ast.AST, new: str, last: ast.AST | None = None) -> None:
        start, end = self.span(node, last)
        self.replace(start, end, new)

    def replace(self, start: int, end: int, new: str) -> None:
        old = self.source[start:end].decode()
        line = self.source[:start].count(b"\n") + 1
        function = ".".join(self.functions) or "-"
        self.found.append(Mutant(self.file, function, line, start, end, old, new))

    # Where they are looked for.

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.functions.append(node.name)
        for default in (*node.args.defaults, *filter(None, node.args.kw_defaults)):
            self.visit(default)
        self.visit_all(node.body)
        self.functions.pop()

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.functions.append(node.name)
        self.visit_all(node.body)
        self.functions.pop()

    def visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.visit(node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """Nearly all are words for people."""

    def visit_Yield(self, node: ast.Yield) -> None:
        if node.value and not isinstance(node.value, WRITTEN):
            self.visit(node.value)

    # What is changed.

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return  # a docstring
        if isinstance(node.value, ast.Call) and called(node.value) not in SPEAKERS:
            self.propose(node, "pass")
        self.visit(node.value)

    def visit_Raise(self, node: ast.Raise) -> None:
        if node not in self.forced:
            self.propose(node, "pass")
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value and not isinstance(node.value, ast.Constant):
            self.propose(node, "return None")
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        if not all(isinstance(target, ast.Name | ast.Tuple) for target in node.targets):
            self.propose(node, "pass")
        self.visit(node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.propose(node, "pass")
        self.visit(node.value)

    def visit_If(self, node: ast.If) -> None:
        # The second is started, of every stage, by test_stages.py.
        if self.text(node.test) in ("TYPE_CHECKING", '__name__ == "__main__"'):
            return
        self.force(node.test)
        self.forced |= {one for one in node.body if len(node.body) == 1}
        self.visit(node.test)
        self.visit_all([*node.body, *node.orelse])

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.force(node.test)
        self.generic_visit(node)

    def force(self, test: ast.expr) -> None:
        self.forced.add(test)
        # Evaluated all the same, as it may name what it finds.
        for forced in ("or True", "and False"):
            self.propose(test, f"(({self.text(test)}) {forced})")

    def visit_For(self, node: ast.For) -> None:
        self.propose(node.iter, "()")
        if all(map(only_speaks, node.body)):
            self.in_any_order.add(node.iter)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self.propose(test, f"(({self.text(test)}) or True)")
        self.generic_visit(node)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if not isinstance(node.body[-1], ast.Raise):
            self.propose(node.body[0], "raise", node.body[-1])
        self.visit_all(node.body)

    def visit_Try(self, node: ast.Try) -> None:
        if node.finalbody:
            self.propose(node.finalbody[0], "pass", node.finalbody[-1])
        self.generic_visit(node)

    def visit_Continue(self, node: ast.Continue) -> None:
        self.propose(node, "break")

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        word = " and " if isinstance(node.op, ast.And) else " or "
        texts = [f"({self.text(value)})" for value in node.values]
        for number in range(len(texts)):
            kept = word.join(texts[:number] + texts[number + 1 :])
            self.propose(node, f"({kept})")
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        ordered = isinstance(node.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE)
        if len(node.ops) == 1 and (ordered or node not in self.forced):
            word = COMPARISONS[type(node.ops[0])]
            left, right = self.text(node.left), self.text(node.comparators[0])
            self.propose(node, f"({left} {word} {right})")
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if word := OPERATORS.get(type(node.op)):
            left, right = self.text(node.left), self.text(node.right)
            self.propose(node, f"({left} {word} {right})")
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not) and node not in self.forced:
            self.propose(node, f"({self.text(node.operand)})")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = called(node)
        if name in SPEAKERS:
            return
        harmless = name == "sorted" and node in self.in_any_order
        if isinstance(node.func, ast.Name) and name in FUNCTIONS and not harmless:
            self.propose(node.func, FUNCTIONS[name])
        self.visit(node.func)
        self.visit_all(node.args)
        for keyword in node.keywords:
            if keyword.arg in WORDS:
                continue
            self.drop(node, keyword)
            if not isinstance(getattr(keyword.value, "value", None), bool):
                self.visit(keyword.value)

    def drop(self, call: ast.Call, keyword: ast.keyword) -> None:
        """The argument, with the comma that belongs to it."""
        start, end = self.span(keyword)
        rest = self.source[end : self.span(call)[1]]
        after = len(rest) - len(rest.lstrip())
        if rest[after : after + 1] == b",":
            end += after + 1
        self.replace(start, end, "")

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self.propose(node, str(not value))
        elif isinstance(value, int | float):
            # One more of many seconds or bytes is no fault.
            self.propose(node, repr(value + 1 if value < 3 else 0))
        elif isinstance(value, str):
            self.propose(node, '"mutant"')


def called(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def only_speaks(statement: ast.stmt) -> bool:
    """Whether all that it does is to yield words."""
    match statement:
        case ast.Expr(ast.Yield(ast.Call() as call)):
            return called(call) in SPEAKERS
        case ast.Expr(ast.Yield(value)):
            return isinstance(value, (*WRITTEN, ast.JoinedStr))
        case ast.If(_, body, orelse):
            return all(map(only_speaks, [*body, *orelse]))
    return False


def mutants_of(file: str, source: bytes) -> list[Mutant]:
    """In the order of the file, each that Python can read."""
    finder = Finder(file, source)
    finder.visit(ast.parse(source))
    counts: Counter[tuple[str, str, str]] = Counter()
    made = []
    for one in sorted(finder.found, key=lambda one: (one.start, one.end, one.new)):
        with contextlib.suppress(SyntaxError):
            ast.parse(one.applied(source))
            key = (one.function, one_line(one.old), one_line(one.new))
            counts[key] += 1
            made.append(Mutant(**{**vars(one), "number": counts[key]}))
    return made


# Which, and by which tests.


def files() -> list[str]:
    scripts = ROOT / "scripts"
    paths = (path.relative_to(scripts).as_posix() for path in scripts.rglob("*.py"))
    return sorted(path for path in paths if not path.endswith("__init__.py"))


def chosen(names: Sequence[str]) -> list[str]:
    every = files()
    unknown = [name for name in names if not any(fits(file, name) for file in every)]
    if unknown:
        sys.exit(f"error: no file of scripts/ is called {', '.join(unknown)}")
    return [file for file in every if not names or any(fits(file, n) for n in names)]


def fits(file: str, name: str) -> bool:
    return name in (file, file.removesuffix(".py"), Path(file).stem)


def tests_of(file: str) -> list[str]:
    """Those that mutants.toml names; else the file of the same name."""
    named = CONFIG["tests"].get(file, [f"test_{Path(file).stem}.py"])
    return [f"{TESTS}/{name}" for name in named]


# One mutant after the other, in a copy of the repository.


@dataclass
class Workshop:
    """A clone of the repository with the tree's changes, and a cache of its own."""

    folder: Path
    seconds: dict[str, float] = field(default_factory=dict)  # that a file's tests take
    writes: int = 0

    @property
    def root(self) -> Path:
        return self.folder / "repository"

    def prepare(self) -> None:
        clone = ["git", "clone", "--quiet", "--no-local", str(ROOT), str(self.root)]
        subprocess.run(clone, check=True)
        listed = ["git", "ls-files", "-zmo", "--exclude-standard"]
        changed = subprocess.run(
            listed, cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout
        for name in filter(None, changed.split("\0")):
            if (ROOT / name).is_file():
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self.root / name)
        if (ROOT / "dist").is_dir():
            shutil.copytree(ROOT / "dist", self.root / "dist")

    def passes(self, file: str, seconds: float | None) -> bool:
        """Whether the file's tests pass, in a child that has imported all of pytest."""
        child = os.fork()
        if not child:
            try:
                self.work(tests_of(file))
            finally:
                os._exit(1)
        deadline = time.monotonic() + seconds if seconds else float("inf")
        while time.monotonic() < deadline:
            ended, status = os.waitpid(child, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status) == 0
            time.sleep(0.02)
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return False

    def work(self, tests: Sequence[str]) -> None:
        """Run them and end, as the child."""
        os.setsid()
        os.chdir(self.root)
        silence = os.open(self.folder / "output", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        for stream in (1, 2):
            os.dup2(silence, stream)
        cache = self.folder / "cache"
        os.environ.setdefault("UV_CACHE_DIR", str(Path.home() / ".cache" / "uv"))
        os.environ |= {"XDG_CACHE_HOME": str(cache), MARK: str(self.folder)}
        import pytest

        # Others' plugins would take longer to import than the tests to run.
        options = ["-x", "-q", "--tb=line", "--disable-plugin-autoload"]
        options += ["-p", "no:cacheprovider", "--confcutdir", TESTS]
        status = pytest.main([*options, f"--basetemp={self.folder}/temporary", *tests])
        report_imports(self.folder / "imports")
        sys.stdout.flush()
        os._exit(int(status))

    def measure(self, file: str) -> None:
        """How long the tests take without a mutant, which they must pass."""
        start = time.monotonic()
        if not self.passes(file, None):
            output = (self.folder / "output").read_text("utf-8", "replace")
            raise RuntimeError(f"{file}: its tests fail without a mutant:\n{output}")
        preload(self.folder / "imports")
        self.seconds[file] = time.monotonic() - start

    def try_out(self, mutant: Mutant) -> bool:
        """Whether the tests notice."""
        if mutant.file not in self.seconds:
            self.measure(mutant.file)
        path = self.root / "scripts" / mutant.file
        source = path.read_bytes()
        limit = self.seconds[mutant.file] * TIMES_LONGER + SECONDS_MORE
        try:
            self.write(path, mutant.applied(source))
            return not self.passes(mutant.file, limit)
        finally:
            self.write(path, source)
            self.end_what_is_left()

    def write(self, path: Path, source: bytes) -> None:
        """With a time of its own, by which Python tells compiled files to be stale."""
        path.write_bytes(source)
        self.writes += 1
        os.utime(path, (self.writes, self.writes))

    def end_what_is_left(self) -> None:
        """Processes that a mutant has started and no longer ends, by our mark."""
        mark = f"{MARK}={self.folder}\0".encode()
        for process in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if mark in (process / "environ").read_bytes() + b"\0":
                    os.kill(int(process.name), signal.SIGKILL)


def report_imports(path: Path) -> None:
    names = [
        name
        for name, module in list(sys.modules.items())
        if "site-packages" in str(getattr(module, "__file__", None))
    ]
    path.write_text(json.dumps(names), "utf-8")


def preload(path: Path) -> None:
    """Import others' packages that tests use once, for all further children."""
    for name in json.loads(path.read_text("utf-8")):
        with contextlib.suppress(Exception):
            importlib.import_module(name)


WORKSHOP: Workshop | None = None


def start(folder: str) -> None:
    global WORKSHOP
    WORKSHOP = Workshop(Path(folder) / str(os.getpid()))
    WORKSHOP.prepare()


def judge(mutant: Mutant) -> tuple[Mutant, bool]:
    assert WORKSHOP is not None
    return mutant, WORKSHOP.try_out(mutant)


# All of them.


def run(mutants: Sequence[Mutant], jobs: int) -> Iterator[tuple[Mutant, bool]]:
    context = multiprocessing.get_context("fork")
    with (
        tempfile.TemporaryDirectory(prefix="mutants-") as folder,
        context.Pool(jobs, start, [folder]) as pool,
    ):
        yield from pool.imap_unordered(judge, mutants)


def share(mutants: Sequence[Mutant], shard: str) -> list[Mutant]:
    part, _, parts = shard.partition("/")
    return list(mutants[int(part) - 1 :: int(parts)])


def verdict(
    outcomes: Sequence[tuple[Mutant, bool]], *, complete: bool
) -> Iterator[str]:
    """Everything that is wrong about the figures; they are printed."""
    accepted = {one["mutant"]: one["reason"] for one in CONFIG.get("accepted", [])}
    names = {mutant.name for mutant, _ in outcomes}
    tried = {mutant.file for mutant, _ in outcomes}
    print(f"{'file':36}{'mutants':>8}{'killed':>8}{'accepted':>10}{'alive':>7}")
    for file in sorted(tried):
        mine = [(mutant, killed) for mutant, killed in outcomes if mutant.file == file]
        dead = sum(killed for _, killed in mine)
        known = sum(not killed and one.name in accepted for one, killed in mine)
        alive = len(mine) - dead - known
        print(f"{file:36}{len(mine):8}{dead:8}{known:10}{alive:7}")
        if alive and file in CONFIG["strict"]:
            yield f"{alive} mutants of {file} survive, and it decides about a release"
    dead = sum(killed for _, killed in outcomes)
    percent = 100 * dead / max(len(outcomes), 1)
    print(f"{dead} of {len(outcomes)} killed, {percent:.1f} %")
    if percent < AT_LEAST:
        yield f"{percent:.1f} % of the mutants are killed, and not {AT_LEAST}"
    for mutant, killed in outcomes:
        if killed and mutant.name in accepted:
            yield f"accepted, and noticed by the tests: {mutant.name}"
    for name in sorted(accepted.keys() - names) if complete else ():
        if name.split()[0] in tried:
            yield f"accepted, and no longer there: {name}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("files", nargs="*", metavar="FILE")
    parser.add_argument("--shard", default="1/1", metavar="I/N")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), metavar="N")
    parser.add_argument("--list", action="store_true", help="try none")
    options = parser.parse_args()
    every = [
        mutant
        for file in chosen(options.files)
        for mutant in mutants_of(file, (ROOT / "scripts" / file).read_bytes())
    ]
    mutants = share(every, options.shard)
    if options.list:
        print("\n".join(f"{one.line:4} {one.name}" for one in mutants))
        print(f"{len(mutants)} mutants")
        return
    outcomes = []
    for number, (mutant, killed) in enumerate(run(mutants, options.jobs), 1):
        outcomes.append((mutant, killed))
        if not killed:
            print(f"SURVIVED line {mutant.line}: {mutant.name}", flush=True)
        if number % 20 == 0:
            print(f"{number}/{len(mutants)}", flush=True)
    found = list(verdict(outcomes, complete=options.shard == "1/1"))
    if found:
        sys.exit("\n".join(["error:", *found]))


if __name__ == "__main__":
    main()
