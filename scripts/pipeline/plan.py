"""The plan: which wheels a release has, read from targets.toml.

python scripts/targets.py            a table of the plan
python scripts/targets.py --outputs  the matrix of GitHub Actions, as a step's outputs
python scripts/targets.py --files    the files of a release, one a line
"""

import argparse
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pipeline.commands import Failure, ask, command, require_rust
from pipeline.project import PROJECT, parse_toml

PLAN = Path(__file__).parents[1] / "targets.toml"

# How a machine of the wheel's own kind builds it, which Actions has for all but `zig`.
# Any other machine does it by zig.
Build = Literal["zig", "cibuildwheel", "maturin"]
# How x86_64 Linux tests it: by tox, or on a CPython of the wheel's own kind, which is
# Debian's (under qemu-user, where the processor is another), one for musl, or under
# Wine. A machine of the wheel's own kind always does it by tox.
Test = Literal["native", "debian", "musl", "wine", "none"]


@dataclass(frozen=True)
class Target:
    """One wheel. A table of targets.toml has these fields, with its ABIs as `abis`."""

    name: str  # the platform's and the ABI's
    tier: int  # 1 has every ABI
    rust: str  # Rust's target triple, where zig links
    tag: str  # the wheel tag's last part, with its floor (glibc, macOS)
    abi: str  # the wheel tag's first two parts
    runner: str  # label of the machine in GitHub Actions
    build: Build
    test: Test
    size: int  # the most bytes that the wheel may have
    debian: str = ""  # Debian's name of the processor; exactly where test is "debian"
    native: str = ""  # Rust's name of such a machine, where that is another: MSVC's
    sample: bool = False  # one of its family that every run of CI builds
    untested: str = ""  # the reason; exactly where test is "none"
    # What of tox.ini and requirements/ cannot be installed on such a machine, and why.
    lacks: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def wheel(self) -> str:
        """The file's name."""
        return f"{PROJECT.stem}-{self.abi}-{self.tag}.whl"

    @property
    def machine(self) -> str:
        """The processor, as the tag calls it."""
        found = re.search(r"(?:x_\d+_\d+|win)_?(\w+)$", self.tag)
        return found[1] if found else ""

    @property
    def min_python(self) -> "Python":
        """The oldest Python that the tag admits."""
        digits, abi = self.abi.removeprefix("cp").split("-")
        free_threaded = abi.endswith("t") and abi != "abi3.abi3t"
        return Python(int(digits[0]), int(digits[1:]), free_threaded)

    @property
    def builder(self) -> str:
        """The Python whose name makes maturin choose this ABI; none need exist."""
        suffix = "t" if self.abi.endswith("t") else ""
        return f"python{self.min_python.major}.{self.min_python.minor}{suffix}"

    @property
    def compatibility(self) -> str:
        """What `maturin --compatibility` calls the platform."""
        found = re.match(r"(many|musl)linux(\d+|(_\d+){2})(?=_)", self.tag)
        return found[0] if found else "off"

    @property
    def system(self) -> Literal["glibc", "musl", "macos", "windows"]:
        """The family, within which wheels are alike."""
        kinds: dict[str, Literal["glibc", "musl", "macos", "windows"]]
        kinds = {"many": "glibc", "musl": "musl", "maco": "macos", "win": "windows"}
        return next(kind for start, kind in kinds.items() if self.tag.startswith(start))

    @property
    def macos(self) -> str:
        """The oldest macOS on which it is to run; empty elsewhere."""
        found = re.match(r"macosx_(\d+)_(\d+)_", self.tag)
        return f"{found[1]}.{found[2]}" if found else ""

    @property
    def has_test_job(self) -> bool:
        """Whether Actions tests it in a job of its own.

        cibuildwheel has done it in the build; and some nothing there can run.
        """
        untestable = self.build == "zig" and self.test == "none"
        return self.build != "cibuildwheel" and not untestable

    def is_of(self, host: str) -> bool:
        """Whether a machine of this Rust triple runs it without an emulator."""
        return host in (self.rust, self.native)

    def is_native(self, host: str) -> bool:
        """Whether the plan wants the machine's own tools for it."""
        return self.build != "zig" and self.is_of(host)

    def tools(self, host: str) -> str:
        """Which part of the tools builds it there."""
        return "native" if self.is_native(host) else "build"

    def admits(self, python: "Python") -> bool:
        """Whether pip may install this wheel there."""
        if "abi3" not in self.abi:
            return python == self.min_python
        kinds = {False: True, True: self.abi.endswith("abi3t")}
        newer = (python.major, python.minor) >= (
            self.min_python.major,
            self.min_python.minor,
        )
        return newer and kinds[python.free_threaded]


@dataclass(frozen=True, order=True)
class Python:
    """A Python of the test matrix, `3.14` or `3.14t`."""

    major: int
    minor: int
    free_threaded: bool = False

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}{'t' if self.free_threaded else ''}"

    @property
    def env(self) -> str:
        """Its environment in tox.ini."""
        return f"py{self}".replace(".", "")

    @property
    def number(self) -> str:
        """Major and minor, which both kinds of build share."""
        return f"{self.major}.{self.minor}"

    @property
    def abis(self) -> tuple[str, str]:
        """How the tags of wheels with extensions call its ABIs, its own first."""
        end = "t" if self.free_threaded else ""
        return f"cp{self.major}{self.minor}{end}", f"abi3{end}"

    @classmethod
    def parse(cls, text: str) -> "Python":
        found = re.fullmatch(r"(\d)\.?(\d+)(t?)", text)
        if not found:
            raise Failure(f"{text!r} is no version of Python such as 3.14 or 3.14t")
        return cls(int(found[1]), int(found[2]), found[3] == "t")


@dataclass(frozen=True)
class Plan:
    """All of targets.toml."""

    targets: tuple[Target, ...]
    pythons: tuple[Python, ...]  # those of the test matrix
    coming: Python  # of which there are pre-releases at most
    absent: Mapping[str, str]  # platforms without a wheel, with the reason

    @property
    def files(self) -> list[str]:
        """What a release consists of, in the order of upload: the sdist last.

        A resolver that sees the sdist alone would compile it (PyWavelets#656).
        """
        return [*sorted(target.wheel for target in self.targets), PROJECT.sdist]

    @property
    def ordinary(self) -> list[Python]:
        """The Pythons with a GIL."""
        return [python for python in self.pythons if not python.free_threaded]

    def promised(self, target: Target) -> list[Python]:
        """The Pythons on which the wheel is to be tested."""
        return [python for python in self.pythons if target.admits(python)]

    def of_file(self, name: str) -> Target | None:
        """The row that a wheel was built for."""
        return next((row for row in self.targets if row.wheel == name), None)

    def of(self, rows: Sequence[Target]) -> "Plan":
        """The same plan with these rows alone: of a rehearsal, or of one machine."""
        return replace(self, targets=tuple(rows))

    def of_host(self, triple: str) -> "Plan":
        """Of the wheels that this machine runs without an emulator."""
        return self.of([row for row in self.targets if row.is_of(triple)])

    def lacking(self, triple: str) -> dict[str, str]:
        """What of tox.ini and requirements/ cannot be installed here, and why."""
        rows = self.of_host(triple).targets
        return {env: why for row in rows for env, why in row.lacks.items()}

    def can_test_others(self, triple: str) -> bool:
        """Whether it is the kind of machine that the column `test` speaks of."""
        return any(row.is_of(triple) and row.test == "native" for row in self.targets)

    def tests_elsewhere(self, row: Target, triple: str) -> bool:
        """Whether that machine tests a wheel that is of another kind than itself.

        musl runs on every Linux of its processor.
        """
        musl = row.test == "musl" and f"{row.machine}-unknown-linux-gnu" == triple
        return not row.is_of(triple) and (musl or self.can_test_others(triple))

    def of_sample(self, triple: str) -> "Plan":
        """Those of this machine, and the first ABI of each family that it can test."""
        others = self.can_test_others(triple)
        first: dict[str, str] = {}
        for row in self.targets:
            first.setdefault(row.tag, row.name)
        return self.of(
            [
                row
                for row in self.targets
                if row.is_of(triple)
                or (others and row.sample and row.name == first[row.tag])
            ]
        )

    def of_tier(self, tier: int) -> "Plan":
        return self.of([row for row in self.targets if row.tier <= tier])

    def named(self, names: Sequence[str]) -> "Plan":
        known = {row.name: row for row in self.targets}
        unknown = [name for name in names if name not in known]
        if unknown:
            raise Failure(
                f"unknown target {', '.join(unknown)}; there are {', '.join(known)}"
            )
        return self.of([known[name] for name in names])


def read(text: str) -> Plan:
    """The plan, or a `Failure` that names the row, what is wrong and what is right."""
    tables = parse_toml(text)
    check_keys("targets.toml", tables, required={"pythons", "platforms", "absent"})
    pythons = tables["pythons"]
    check_keys("[pythons]", pythons, required={"required", "coming"})
    rows = [
        row
        for name, table in tables["platforms"].items()
        for row in platform(name, table)
    ]
    wheels = Counter(row.wheel for row in rows)
    twice = [wheel for wheel, times in wheels.items() if times > 1]
    if twice:
        raise Failure(f"targets.toml: two rows make {', '.join(twice)}")
    return Plan(
        tuple(rows),
        tuple(Python.parse(version) for version in pythons["required"]),
        Python.parse(pythons["coming"]),
        tables["absent"],
    )


def platform(name: str, table: Mapping[str, Any]) -> Iterator[Target]:
    """The rows of a platform, checked against the fields of `Target`."""
    where = f"[platforms.{name}]"
    columns = [one for one in fields(Target) if one.name not in {"name", "abi"}]
    known = {column.name for column in columns}
    optional = {
        column.name
        for column in columns
        if (column.default, column.default_factory) != (MISSING, MISSING)
    }
    abis = set(table.get("abis", ()))
    check_keys(where, table, known - optional | {"abis"}, known | abis | {"abis"})
    kinds = {**get_type_hints(Target), "abis": list, **dict.fromkeys(abis, dict)}
    check_values(where, table, kinds)
    if (table["test"] == "none") != bool(table.get("untested")):
        raise Failure(
            f'{where} needs `untested = "the reason"` where test is "none", only there'
        )
    if (table["test"] == "debian") != bool(table.get("debian")):
        raise Failure(
            f'{where} needs `debian = "its architecture"` where test is "debian", only'
            " there"
        )
    shared = {key: table[key] for key in known & table.keys()}
    for abi in table["abis"]:
        if not re.fullmatch(r"cp3\d+-(abi3|cp3\d+t?|abi3\.abi3t)", abi):
            raise Failure(f"{where} abis: {abi!r} is no tag such as 'cp311-abi3'")
        short = re.split(r"[-.]", abi)[-1]
        # What is otherwise for this ABI stands in a table of its name.
        own = table.get(abi, {})
        check_keys(f"{where} {abi}", own, set(), known)
        check_values(f"{where} {abi}", own, kinds)
        yield Target(f"{name}-{short}", abi=abi, **{**shared, **own})


def check_keys(
    where: str,
    table: Mapping[str, Any],
    required: set[str],
    known: set[str] | None = None,
) -> None:
    unknown = sorted(table.keys() - (known or required))
    missing = sorted(required - table.keys())
    if unknown:
        raise Failure(
            f"{where} has unknown keys: {', '.join(unknown)};"
            f" known are {', '.join(sorted(known or required))}"
        )
    if missing:
        raise Failure(f"{where} lacks: {', '.join(missing)}")


def check_values(
    where: str, table: Mapping[str, Any], kinds: Mapping[str, Any]
) -> None:
    for key, value in table.items():
        check_value(f"{where} {key}", value, kinds[key])


def check_value(where: str, value: object, kind: Any) -> None:
    if get_origin(kind) is Literal:
        if value not in get_args(kind):
            allowed = ", ".join(map(repr, get_args(kind)))
            raise Failure(f"{where}: {value!r} is not one of {allowed}")
    elif type(value) is not (get_origin(kind) or kind):
        raise Failure(f"{where}: {value!r} is no {kind.__name__}")


def load() -> Plan:
    return read(PLAN.read_text("utf-8"))


def host_triple() -> str:
    """Rust's name of this machine."""
    require_rust()
    return ask(command("rustc", "-vV")).partition("host: ")[2].split()[0]


# Which rows a stage is about.


def add_selection(parser: argparse.ArgumentParser, names: str = "--target") -> None:
    """The same words for every stage that can do with a part of the plan."""
    parser.add_argument(
        names, nargs="*", default=[], metavar="NAME", help="rows of the plan"
    )
    group = parser.add_mutually_exclusive_group()
    group.add_argument("--tier", type=int, choices=[1, 2], help="rows up to this tier")
    group.add_argument(
        "--sample", action="store_true", help="this machine's rows, one of each family"
    )
    group.add_argument("--all", action="store_true", help="every row of the plan")


def selected(options: argparse.Namespace) -> Plan | None:
    """The part of the plan that was asked for; None where nothing was said."""
    plan = load()
    if options.target:
        return plan.named(options.target)
    if options.tier:
        return plan.of_tier(options.tier)
    if options.sample:
        return plan.of_sample(host_triple())
    return plan if options.all else None
