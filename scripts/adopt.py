"""Bring this pipeline into another maturin project.

    python scripts/adopt.py PATH                   prints what it would do
    python scripts/adopt.py PATH --write           does it
    python scripts/adopt.py PATH --write --force FILE...    replaces these files, too

PATH is a clone with pyproject.toml at its top. What is asked of its settings, Cargo and
maturin know; the plan has the wheels that maturin would make of it. Files of its own
are never replaced unless they are named; settings of its own are never changed. It ends
with what is missing, where, and what to write there.
"""

import argparse
import difflib
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import plan as plans
from pipeline import toolenv
from pipeline.commands import Failure, ask, command, main, require, write_line
from pipeline.plan import PLAN, Python
from pipeline.project import PROJECT, Project, parse_toml

if TYPE_CHECKING:
    from tomlkit import TOMLDocument

# What is about this project alone.
TARGETS = "scripts/targets.toml"
LEFT_OUT = {"scripts/adopt.py", "scripts/support.json", TARGETS}
WORKFLOWS = ("ci", "nightly", "release")
# Taken where the project has none of its own.
IF_ABSENT = (".github/dependabot.yml", "deny.toml")
IGNORED = ("/dist/", "/parts/", "/.tox/", "/target/", "__pycache__/")
# Most wheels of small projects are far below; the first build tells.
SIZE = 10_000_000
# Sections of tox.ini that are about any project.
ENVIRONMENTS = r"\[(tox|testenv|testenv:requires-pre|testenv:python-pre)\]"


@dataclass(frozen=True)
class Missing:
    """What only the project's people can write."""

    where: str
    what: str


@dataclass
class Adoption:
    """What would be done to a project: files with their new contents, and gaps."""

    project: Project
    force: Sequence[str] = ()
    files: dict[str, str] = field(default_factory=dict)
    taken: list[str] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)

    def path(self, name: str) -> Path:
        return self.project.root / name

    def lacks(self, where: str, what: str) -> None:
        self.missing.append(Missing(where, what))

    def may_replace(self, name: str) -> bool:
        folders = (one.rstrip("/") + "/" for one in self.force)
        return name in self.force or any(name.startswith(one) for one in folders)

    def put(self, name: str, text: str) -> None:
        """A file of ours, unless the project has another one of that name."""
        path = self.path(name)
        if not path.exists() or self.may_replace(name):
            self.files[name] = text
        elif path.read_text("utf-8") != text:
            self.taken.append(name)

    def edit(self, name: str, text: str) -> None:
        """A file of theirs, to which something was added."""
        before = self.path(name)
        if not before.exists() or before.read_text("utf-8") != text:
            self.files[name] = text

    def put_beside(self, name: str, other: str, text: str) -> str:
        """A file of ours under that name; where it is taken, under another of ours."""
        path = self.path(name)
        is_taken = path.exists() and path.read_text("utf-8") != text
        chosen = other if is_taken and not self.may_replace(name) else name
        self.put(chosen, text)
        return chosen

    @cached_property
    def abis(self) -> list[str]:
        """The ABIs of its wheels, as maturin tags them for each Python of our plan."""
        found = (self.abi(python) for python in self.pythons)
        return list(dict.fromkeys(found))

    def abi(self, python: Python) -> str:
        with tempfile.TemporaryDirectory() as folder:
            asked = ("maturin", "pep517", "write-dist-info")
            kind = ("--interpreter", f"python{python}", "--target", plans.host_triple())
            where = ("--metadata-directory", folder)
            ask(command(*asked, *kind, *where, cwd=self.project.root))
            [wheel] = Path(folder).glob("*/WHEEL")
            tags = re.findall(
                r"^Tag: (\S+?)-(\S+?)-", wheel.read_text("utf-8"), re.MULTILINE
            )
        return f"{tags[0][0]}-{'.'.join(abi for _, abi in tags)}"

    @cached_property
    def pythons(self) -> list[Python]:
        """Those of our plan that `requires-python` admits."""
        from packaging.specifiers import SpecifierSet

        declared = self.project.pyproject["project"].get("requires-python", "")
        allowed = SpecifierSet(declared)
        whole = plans.load().pythons
        return [py for py in whole if f"{py.major}.{py.minor}" in allowed]

    @cached_property
    def tests(self) -> list[str]:
        """The folders with tests: as pytest is told, or where they usually are."""
        if self.project.testpaths:
            return self.project.testpaths
        crate = self.project.manifest_in_sdist.parent.as_posix()
        usual = ("tests", "test", "python/tests", "src/tests", f"{crate}/tests")
        # Cargo's own tests are in folders of the same name.
        found = [name for name in usual if any(self.path(name).rglob("*.py"))]
        return found[:1] or ["tests"]


def copy_scripts(adoption: Adoption) -> None:
    tracked = ask(command("git", "ls-files", "scripts")).splitlines()
    for name in tracked:
        path = PROJECT.root / name
        if name not in LEFT_OUT and path.exists():
            adoption.put(name, path.read_text("utf-8"))


def choose_targets(adoption: Adoption) -> None:
    """Our platforms, with the project's Pythons and ABIs; a plan of theirs remains."""
    import tomlkit

    # Asked first in any case: maturin makes the lock file, which it needs in `look`.
    with_gil = [abi for abi in adoption.abis if not abi.endswith("t")]
    if adoption.path(TARGETS).exists() and TARGETS not in adoption.force:
        return
    made = tomlkit.parse(PLAN.read_text("utf-8"))
    pythons: Any = made["pythons"]
    pythons["required"] = [str(python) for python in adoption.pythons]
    platforms: Any = made["platforms"]
    for table in platforms.values():
        # The less common ones get no wheel for free-threaded Pythons, as ours.
        table["abis"] = adoption.abis if table["tier"] == 1 else with_gil
        table["size"] = SIZE
        table.pop("lacks", None)  # environments of ours
        # What is another for one ABI, which the project may not have.
        for abi in [key for key in table if "-" in key and key not in table["abis"]]:
            del table[abi]
    made["absent"] = tomlkit.table()
    adoption.files[TARGETS] = tomlkit.dumps(made)


def choose_environments(adoption: Adoption) -> None:
    """tox.ini, with the environments that are about any project."""
    text = (PROJECT.root / "tox.ini").read_text("utf-8")
    sections = re.split(r"\n(?=\[)", text)
    head, kept = sections[0], [s for s in sections if re.match(ENVIRONMENTS, s)]
    envs = "".join(f"    {python.env}\n" for python in adoption.pythons)
    made = "\n".join([head, *kept])
    made = re.sub(r"(?<=env_list =\n)(    \S+\n)+", envs, made)
    ignored = r"(--ignore \S+ )+\{posargs:\S+\}"
    made = re.sub(ignored, f"{{posargs:{' '.join(adoption.tests)}}}", made)
    pythons = "".join(f", {python.env}" for python in adoption.pythons)
    if not names(needed_by_tests(adoption.project)[0], "pytest-xdist"):
        # Tests that may share files with others.
        made, pythons = made.replace(" --numprocesses auto", ""), ""
    made = re.sub(r"(, py\d[\w-]*)+", pythons, made)
    adoption.put_beside("tox.ini", "scripts/tox.ini", made.rstrip() + "\n")


def copy_workflows(adoption: Adoption) -> None:
    branch = branch_of(adoption.project)
    folder = ".github/workflows"
    chosen = {}
    for name in WORKFLOWS:
        ours = f"{folder}/{name}.yml"
        text = (PROJECT.root / ours).read_text("utf-8")
        text = text.replace("branches: [main]", f"branches: [{branch}]")
        beside = f"{folder}/pipeline-{name}.yml"
        chosen[name] = adoption.put_beside(ours, beside, text)
    for name in IF_ABSENT:
        if not adoption.path(name).exists():
            adoption.put(name, (PROJECT.root / name).read_text("utf-8"))
    adoption.lacks(
        "the index",
        f"a trusted publisher for {chosen['release']}, with the environments testpypi"
        " and pypi",
    )


def branch_of(project: Project) -> str:
    """What is released: the branch that the remote shows first, or this one."""
    asked = ("git", "rev-parse", "--abbrev-ref", "origin/HEAD")
    try:
        found = ask(command(*asked, cwd=project.root)).strip()
        return found.removeprefix("origin/")
    except Failure:
        now = ("git", "symbolic-ref", "--short", "HEAD")
        return ask(command(*now, cwd=project.root)).strip()


# pyproject.toml.


def describe(adoption: Adoption) -> None:
    """What the pipeline reads in pyproject.toml, where the project does not say it."""
    import tomlkit

    path = adoption.path("pyproject.toml")
    made = tomlkit.parse(path.read_text("utf-8"))
    project = adoption.project
    add(adoption, made, "tool.maturin", "sdist-generator", "git")
    if not strips(project):
        add(adoption, made, "tool.maturin", "strip", value=True)
    # maturin's own has a time and a random number in it: no two builds agree.
    add(adoption, made, "tool.maturin.sbom", "rust", value=False)
    sbom = f"{project.name}.cdx.json"
    if sbom not in project.sboms:
        include(made, "tool.maturin.sbom", "include", [sbom])
    include(made, "dependency-groups", "test", needed_by_tests(project)[1])
    add(adoption, made, "dependency-groups", "smoke", [])
    run = ["-c", f"import {project.package}"]
    add(adoption, made, "tool.pipeline", "smoke", run)
    if (branch := branch_of(project)) != "main":
        add(adoption, made, "tool.pipeline", "branch", branch)
    if adoption.tests != ["tests"] and not project.testpaths:
        add(adoption, made, "tool.pytest.ini_options", "testpaths", adoption.tests)
    marker = "smoke: every function once, for machines that are slow"
    pytest = project.pyproject.get("tool", {}).get("pytest", {})
    markers = pytest.get("ini_options", {}).get("markers", [])
    if not any(str(one).startswith("smoke") for one in markers):
        include(made, "tool.pytest.ini_options", "markers", [marker])
    tested = " ".join(f"{{project}}/{name}" for name in adoption.tests)
    program = "{project}/scripts/testing/only_installed.py"
    for key, value in {
        "build-frontend": "pip",
        "environment": {"MATURIN_PEP517_ARGS": "--locked"},
        "repair-wheel-command": "",
        "test-groups": ["test"],
        "test-command": f"python {program} {tested}",
    }.items():
        add(adoption, made, "tool.cibuildwheel", key, value)
    adoption.edit("pyproject.toml", tomlkit.dumps(made))


def strips(project: Project) -> bool:
    """Whether symbols are left out of a release already."""
    root = Path(project.cargo_metadata["workspace_root"]) / "Cargo.toml"
    profile = parse_toml(root.read_text("utf-8")).get("profile", {}).get("release", {})
    return profile.get("strip") in (True, "symbols")


def names(requirements: Sequence[Any], name: str) -> bool:
    """Whether the package is among them."""
    found = (re.match(r"[\w.-]+", str(one)) for one in requirements)
    return name in {one[0].lower() for one in found if one}


def needed_by_tests(project: Project) -> tuple[list[str], list[Any]]:
    """What the tests need, and what of it the group `test` lacks, which tox installs.

    The project may have it by an extra, or in a group of another name.
    """
    optional = project.pyproject["project"].get("optional-dependencies", {})
    groups = [
        name
        for name in project.pyproject.get("dependency-groups", {})
        if names(project.group(name), "pytest")
    ]
    extra = next((key for key in ("test", "tests", "testing") if key in optional), "")
    lacks: list[Any] = []
    if has := project.group("test"):
        pass
    elif extra:
        has = list(spelled_out(project, optional[extra]))
        lacks += has
    elif groups:
        has = project.group(groups[0])
        lacks.append({"include-group": groups[0]})
    if not names(has, "pytest"):
        lacks.append("pytest")
    return has, lacks


def spelled_out(project: Project, requirements: Sequence[str]) -> Iterator[str]:
    """The project's own extras by what they stand for: the index knows others."""
    optional = project.pyproject["project"].get("optional-dependencies", {})
    for one in requirements:
        own = re.match(rf"{re.escape(project.name)}\[(.+?)\]", one)
        for extra in own[1].split(",") if own else ():
            yield from spelled_out(project, optional[extra.strip()])
        if not own:
            yield one


def table(document: "TOMLDocument", title: str) -> Any:
    """The table of a dotted title, made where there is none."""
    import tomlkit

    found: Any = document
    parts = title.split(".")
    for depth, part in enumerate(parts, 1):
        if part not in found:
            is_last = depth == len(parts)
            found[part] = tomlkit.table(is_super_table=not is_last)
        found = found[part]
    return found


def add(
    adoption: Adoption, document: "TOMLDocument", title: str, key: str, value: object
) -> None:
    """The setting, unless there is one: another one is the project's to change."""
    import tomlkit

    found = table(document, title)
    if key not in found:
        if isinstance(value, dict):
            inline = tomlkit.inline_table()
            inline.update(value)
            value = inline
        found[key] = value
    elif found[key] != value:
        adoption.lacks(
            f"pyproject.toml [{title}] {key}",
            f"{found[key]!r} is there, the pipeline is made for {value!r}",
        )


def include(
    document: "TOMLDocument", title: str, key: str, values: Sequence[Any]
) -> None:
    """The values at the end of a list."""
    found = table(document, title)
    if key not in found:
        found[key] = list(values)
    else:
        found[key].extend(values)


# The rest.


def ignore(adoption: Adoption) -> None:
    """What the pipeline makes is nobody's to commit."""
    path = adoption.path(".gitignore")
    text = path.read_text("utf-8") if path.exists() else ""
    lines = {line.strip().strip("/") for line in text.splitlines()}
    wanted = [line for line in IGNORED if line.strip("/") not in lines]
    if wanted:
        start = text if not text or text.endswith("\n") else text + "\n"
        adoption.edit(".gitignore", start + "\n".join(wanted) + "\n")
    if "Cargo.lock" in lines:
        adoption.lacks(
            ".gitignore", "take Cargo.lock out: a release is built with --locked"
        )


def begin_changelog(adoption: Adoption) -> None:
    path = adoption.path("CHANGELOG.md")
    if not path.exists():
        adoption.put("CHANGELOG.md", "# Changelog\n\n## [Unreleased]\n")
    elif "## [Unreleased]" not in path.read_text("utf-8"):
        adoption.lacks(
            "CHANGELOG.md", "a heading `## [Unreleased]`, under which news is written"
        )


def look(adoption: Adoption) -> None:
    """What a release needs and only the project's people can say."""
    project = adoption.project
    declared = project.pyproject["project"]
    if "version" in declared:
        top, manifest = project.root.resolve(), project.version_manifest.resolve()
        adoption.lacks(
            "pyproject.toml [project] version",
            f'write dynamic = ["version"] instead, and "{project.version}" as the'
            f" version in {manifest.relative_to(top)}, which release.py raises",
        )
    if not project.license_files:
        adoption.lacks("LICENSE", "a file with the licence: the index shows it")
    if not (declared.get("license") or project.crate["license"]):
        adoption.lacks("Cargo.toml [package] license", 'its name, e.g. "MIT"')
    for python in (Python(3, minor) for minor in range(8, 11)):
        if admits(declared.get("requires-python", ""), python):
            adoption.lacks(
                "pyproject.toml [project] requires-python",
                f"it admits Python {python}, on which nothing is built or tested here:"
                f' ">={adoption.pythons[0]}" promises what is',
            )
            break
    files = [path for name in adoption.tests for path in adoption.path(name).rglob("*")]
    texts = [path.read_text("utf-8") for path in files if path.suffix == ".py"]
    if not texts:
        adoption.lacks("tests/", "a test: each wheel is to be run")
    elif not any("mark.smoke" in text for text in texts):
        adoption.lacks(
            "a test",
            "@pytest.mark.smoke: those run where each instruction is emulated",
        )
    for path in outside_workspace(project):
        adoption.lacks(
            "Cargo.toml [workspace] members",
            f'"{path}" beside "{project.manifest_in_sdist.parent}": of a crate outside'
            " the workspace cargo hashes the place, and no two builds agree",
        )
    stub = project.manifest.with_name(f"{project.package}.pyi")
    if project.is_pure_rust and stub.exists() and stub.parent != project.root:
        name = stub.relative_to(project.root).as_posix()
        adoption.lacks(name, "move it beside pyproject.toml, where maturin looks")
    if not headerpad(project):
        adoption.lacks(
            "build.rs",
            'for macOS println!("cargo::rustc-cdylib-link-arg='
            '-Wl,-headerpad_max_install_names")',
        )


def admits(requires: str, python: Python) -> bool:
    from packaging.specifiers import SpecifierSet

    return f"{python}" in SpecifierSet(requires)


def outside_workspace(project: Project) -> list[str]:
    """The folders of dependencies that are neither the workspace's nor a registry's."""
    top = Path(project.cargo_metadata["workspace_root"])
    paths = {
        Path(one["path"])
        for crate in project.cargo_metadata["packages"]
        for one in crate["dependencies"]
        if one.get("path") and one["kind"] != "dev"
    }
    home = project.root.resolve()
    return sorted(
        os.path.relpath(path, home) for path in paths if not path.is_relative_to(top)
    )


def headerpad(project: Project) -> bool:
    script = project.manifest.parent / "build.rs"
    return script.exists() and "headerpad" in script.read_text("utf-8")


def consider(root: Path, force: Sequence[str] = ()) -> Adoption:
    """Everything that is to be done there; nothing is."""
    adoption = Adoption(Project(root), force)
    for step in (
        copy_scripts,
        choose_targets,
        choose_environments,
        copy_workflows,
        describe,
        ignore,
        begin_changelog,
        look,
    ):
        step(adoption)
    return adoption


def difference(adoption: Adoption, name: str) -> Iterator[str]:
    """What is added to a file of theirs; a new one is named alone."""
    path = adoption.path(name)
    if not path.exists():
        return
    lines = path.read_text("utf-8").splitlines(), adoption.files[name].splitlines()
    yield from difflib.unified_diff(*lines, name, name, n=0, lineterm="")


def show(adoption: Adoption) -> None:
    new = [name for name in adoption.files if not adoption.path(name).exists()]
    scripts = [name for name in new if name.startswith("scripts/")]
    others = [name for name in new if name not in scripts or name.endswith(".toml")]
    write_line(f"new: {len(scripts)} files in scripts/, {', '.join(others)}")
    write_line(f"wheels: {', '.join(adoption.abis)}")
    for name in adoption.files:
        for line in difference(adoption, name):
            write_line(f"  {line}")
    for name in adoption.taken:
        write_line(f"taken: {name} is the project's own: --force {name} replaces it")
    for one in adoption.missing:
        write_line(f"missing: {one.where}: {one.what}")


def next_commands(adoption: Adoption) -> list[str]:
    made = [f"{adoption.project.name}.cdx.json", "Cargo.lock"]
    top = {name.split("/")[0] for name in [*adoption.files, *made]}
    lock = adoption.project.lock.relative_to(adoption.project.root.resolve())
    return [
        # Completes a lock file; `generate-lockfile` would update all that is in it.
        f"cargo metadata --format-version 1 --manifest-path"
        f" {adoption.project.manifest_in_sdist} > /dev/null",
        "python3 scripts/generate.py sbom",
        f"git add {' '.join(sorted(top - {'Cargo.lock'}))} {lock}",
        "git commit",
        "python3 scripts/rehearse.py",
    ]


def write(adoption: Adoption) -> None:
    for name, text in adoption.files.items():
        path = adoption.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")


def check(root: Path) -> None:
    """`Failure` unless it is a maturin project at the top of a clone."""
    path = root / "pyproject.toml"
    if not path.exists():
        raise Failure(f"{root} has no pyproject.toml: name the folder that has it")
    backend = parse_toml(path.read_text("utf-8")).get("build-system", {})
    if backend.get("build-backend") != "maturin":
        raise Failure(f"{path}: the build-backend is not maturin")
    top = ask(command("git", "rev-parse", "--show-toplevel", cwd=root)).strip()
    if Path(top).resolve() != root.resolve():
        raise Failure(
            f"{root} is not the top of its repository, {top}: workflows are found there"
            " alone, and the sdist has the files that are under pyproject.toml"
        )


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("path", type=Path, metavar="PATH")
    parser.add_argument("--write", action="store_true", help="do it")
    parser.add_argument(
        "--force", nargs="+", default=[], metavar="FILE", help="files, or folders"
    )
    return parser


def stage(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    require("git", "cargo")
    toolenv.enter("adopt")
    root = options.path.resolve()
    check(root)
    lock = Project(root).lock
    had_lock = lock.exists()
    adoption = consider(root, options.force)
    show(adoption)
    if adoption.taken or not options.write:
        if not had_lock:
            # maturin has made one, when it was asked for the project's ABIs.
            lock.unlink(missing_ok=True)
        taken = len(adoption.taken)
        why = f"{taken} names are taken" if taken else "--write does it"
        print(f"nothing was written: {why}")
        return 1 if taken else 0
    write(adoption)
    write_line(f"{len(adoption.files)} files were written. Then, in {root}:\n")
    for line in next_commands(adoption):
        write_line(f"    {line}")
    return 0


if __name__ == "__main__":
    main(stage)
