"""What each step of adopt.py makes of a project; maturin and Cargo are not asked."""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import tomlkit
from adopters import git, write

import adopt
from pipeline import commands, toolenv
from pipeline import plan as plans
from pipeline.commands import Command, Failure
from pipeline.plan import Python
from pipeline.project import Project

PROJECT = '[project]\nname = "sand"\nrequires-python = ">=3.11"\n'
ABIS = ["cp311-abi3", "cp314-cp314t", "cp315-abi3.abi3t"]
PYTHONS = [
    Python(3, 11),
    Python(3, 12),
    Python(3, 14),
    Python(3, 14, free_threaded=True),
]


def adoption(
    root: Path, pyproject: str = PROJECT, force: tuple[str, ...] = (), **crate: Any
) -> adopt.Adoption:
    """One of a project with this pyproject.toml, and a crate of which this is known."""
    write(root, {"pyproject.toml": pyproject, "Cargo.toml": "[package]\n"})
    project = Project(root)
    manifest = str(root / "Cargo.toml")
    described = {"manifest_path": manifest, "license": "MIT", "dependencies": []}
    project.__dict__["cargo_metadata"] = {
        "workspace_root": str(root),
        "packages": [{**described, **crate}],
    }
    project.__dict__["dist_info"] = {"licenses/LICENSE": b""}
    made = adopt.Adoption(project, force)
    made.__dict__ |= {"abis": ABIS, "pythons": PYTHONS}
    return made


@pytest.fixture
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("ours")


@pytest.fixture(autouse=True)
def our_own(ours: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the place of this project, one of a few files."""
    monkeypatch.setattr(adopt, "PROJECT", Project(ours))
    monkeypatch.setattr(commands, "PROJECT", Project(ours))
    monkeypatch.setattr(adopt, "PLAN", ours / "scripts" / "targets.toml")


# What the project is asked.


@pytest.mark.parametrize(
    ("declared", "pythons"),
    [
        ("", "3.11 3.12 3.14 3.14t"),
        ('requires-python = ">=3.12"', "3.12 3.14 3.14t"),
        ('requires-python = "<3.14"', "3.11 3.12"),
    ],
)
def test_those_pythons_of_the_plan_are_meant_that_the_project_admits(
    declared: str, pythons: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plans, "load", lambda: SimpleNamespace(pythons=PYTHONS))
    made = adoption(tmp_path, f'[project]\nname = "sand"\n{declared}\n')
    del made.__dict__["pythons"]
    assert " ".join(map(str, made.pythons)) == pythons


def test_maturin_is_asked_for_the_tags_of_each_python(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tags = {
        "python3.11": ["cp311-abi3-linux_x86_64"],
        "python3.12": ["cp311-abi3-linux_x86_64"],
        "python3.14": ["cp314-abi3-linux_x86_64", "cp314-abi3t-linux_x86_64"],
        "python3.14t": ["cp314-cp314t-linux_x86_64"],
    }
    asked: list[Command] = []

    def ask(command: Command) -> str:
        asked.append(command)
        folder = Path(command.argv[-1]) / "sand.dist-info"
        folder.mkdir()
        lines = [f"Tag: {tag}\n" for tag in tags[command.argv[4]]]
        (folder / "WHEEL").write_text("Generator: ä\n" + "".join(lines), "utf-8")
        return ""

    monkeypatch.setattr(adopt, "ask", ask)
    monkeypatch.setattr(plans, "host_triple", lambda: "a-triple")
    made = adoption(tmp_path)
    del made.__dict__["abis"]
    assert made.abis == ["cp311-abi3", "cp314-abi3.abi3t", "cp314-cp314t"]
    assert [one.cwd for one in asked] == [tmp_path] * 4
    *words, _folder = asked[0].argv
    assert words == [
        *("maturin", "pep517", "write-dist-info", "--interpreter", "python3.11"),
        *("--target", "a-triple", "--metadata-directory"),
    ]


@pytest.mark.parametrize(
    ("names", "pytest_says", "folders"),
    [
        ([], None, ["tests"]),
        (["tests/a.py", "test/a.py"], None, ["tests"]),
        (["test/deep/a.py", "src/tests/a.py"], None, ["test"]),
        # Cargo's own.
        (["tests/a.rs", "python/tests/a.py"], None, ["python/tests"]),
        (["tests/a.rs", "src/tests/a.py"], None, ["src/tests"]),
        (["test/a.rs", "crates/sand/tests/a.py"], None, ["crates/sand/tests"]),
        (["tests/a.py"], ["checks", "more"], ["checks", "more"]),
    ],
)
def test_tests_are_where_pytest_is_told_or_in_a_usual_folder(
    names: list[str], pytest_says: list[str] | None, folders: list[str], tmp_path: Path
) -> None:
    write(tmp_path, dict.fromkeys(names, ""))
    said = f"[tool.pytest.ini_options]\ntestpaths = {pytest_says}\n"
    maturin = '[tool.maturin]\nmanifest-path = "crates/sand/Cargo.toml"\n'
    made = adoption(tmp_path, PROJECT + maturin + (said if pytest_says else ""))
    assert made.tests == folders


GROUPS = "[dependency-groups]\n"
EXTRAS = "[project.optional-dependencies]\n"


@pytest.mark.parametrize(
    ("says", "has", "lacks"),
    [
        ("", [], ["pytest"]),
        (f'{GROUPS}test = ["pytest>=8", "a"]\n', ["pytest>=8", "a"], []),
        # The group is what tox installs, whatever else there is.
        (f'{GROUPS}test = ["a"]\n{EXTRAS}test = ["b"]\n', ["a"], ["pytest"]),
        (
            f'{GROUPS}docs = ["sphinx"]\ndev = ["pytest", "a"]\nci = ["pytest"]\n',
            ["pytest", "a"],
            [{"include-group": "dev"}],
        ),
        (f'{GROUPS}docs = ["sphinx"]\n', [], ["pytest"]),
        *(
            (
                f'{GROUPS}dev = ["pytest"]\n{EXTRAS}fast = ["c"]\n{name} = ["b"]\n',
                ["b"],
                ["b", "pytest"],
            )
            for name in ("test", "tests", "testing")
        ),
        (
            f'{EXTRAS}a = ["c", "d"]\nb = ["sand[a]"]\n'
            'test = ["sand[a, b]", "pytest", "e[a]"]\n',
            ["c", "d", "c", "d", "pytest", "e[a]"],
            ["c", "d", "c", "d", "pytest", "e[a]"],
        ),
    ],
)
def test_what_tests_need_stands_in_the_group_or_is_added_to_it(
    says: str, has: list[str], lacks: list[object], tmp_path: Path
) -> None:
    made = adoption(tmp_path, PROJECT + says)
    assert adopt.needed_by_tests(made.project) == (has, lacks)


# What is made of our files.


def test_scripts_are_copied_but_for_what_is_about_this_project(
    ours: Path, tmp_path: Path
) -> None:
    kept = {"scripts/a.py": "first ä\n", "scripts/deep/b.txt": "second\n"}
    about_us = ("scripts/adopt.py", "scripts/support.json", "scripts/targets.toml")
    write(ours, {**kept, **dict.fromkeys((*about_us, "other.py", "scripts/gone"), "")})
    git(ours, "init", "--quiet")
    git(ours, "add", ".")
    (ours / "scripts" / "gone").unlink()
    write(ours, {"scripts/untracked.py": ""})
    made = adoption(tmp_path)
    adopt.copy_scripts(made)
    assert made.files == kept


PLAN = """\
# Our plan.

[pythons]
required = ["3.9"]
coming = "3.16"

[platforms.first]
tier = 1
abis = ["cp39-abi3"]
size = 7
"cp314-cp314t" = { build = "maturin" }
"cp39-abi3" = { build = "maturin" }
lacks = { pandas = "no wheel" }

[platforms.second]
tier = 2
abis = ["cp39-abi3"]
size = 7
"cp314-cp314t" = { build = "maturin" }

[absent]
other = "for a reason"
"""
PLAN_OF_THEIRS = """\
# Our plan.

[pythons]
required = ["3.11", "3.12", "3.14", "3.14t"]
coming = "3.16"

[platforms.first]
tier = 1
abis = ["cp311-abi3", "cp314-cp314t", "cp315-abi3.abi3t"]
size = 10000000
"cp314-cp314t" = { build = "maturin" }

[platforms.second]
tier = 2
abis = ["cp311-abi3"]
size = 10000000

[absent]
"""


@pytest.mark.parametrize(
    ("force", "there", "is_made"),
    [
        ((), False, True),
        (("scripts/targets.toml",), False, True),
        ((), True, False),
        (("scripts/",), True, False),
        (("scripts/targets.toml",), True, True),
    ],
)
def test_a_plan_has_our_platforms_with_their_pythons_and_abis(
    force: tuple[str, ...], ours: Path, tmp_path: Path, *, there: bool, is_made: bool
) -> None:
    write(ours, {"scripts/targets.toml": PLAN})
    write(tmp_path, {"scripts/targets.toml": "theirs"} if there else {})
    made = adoption(tmp_path, force=force)
    adopt.choose_targets(made)
    assert made.files == ({"scripts/targets.toml": PLAN_OF_THEIRS} if is_made else {})


def test_maturin_is_asked_for_the_abis_even_where_there_is_a_plan(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It makes a lock file where there is none, without which it says no more later."""
    asked: list[Python] = []

    def abi(_made: adopt.Adoption, python: Python) -> str:
        asked.append(python)
        return "cp311-abi3"

    monkeypatch.setattr(adopt.Adoption, "abi", abi)
    write(tmp_path, {"scripts/targets.toml": "theirs"})
    made = adoption(tmp_path)
    del made.__dict__["abis"]
    adopt.choose_targets(made)
    assert asked == PYTHONS
    assert made.files == {}


OUR_TOX = """\
# Checks.
[tox]
env_list =
    lint
    py311
labels =
    one-core = lint, py311, py311-numpy1, py314t, type
    once = lint

[testenv]
set_env =
    py314t,py315t: PYTHON_GIL = 0
commands =
    python only_installed.py --numprocesses auto --ignore a --ignore b {posargs:tests}

[testenv:lint]
commands = ruff

[testenv:requires-pre]
pip_pre = true

[boundary]
set_env = none

[testenv:python-pre]
base_python = python3.16

[testenv:last]
commands = none
"""
THEIR_TOX = """\
# Checks.
[tox]
env_list =
    py311
    py312
    py314
    py314t
labels =
    one-core = lint{pythons}, type
    once = lint

[testenv]
set_env =
    py314t,py315t: PYTHON_GIL = 0
commands =
    python only_installed.py{parallel} {{posargs:tests checks}}

[testenv:requires-pre]
pip_pre = true

[testenv:python-pre]
base_python = python3.16
"""
SIDE_BY_SIDE = THEIR_TOX.format(
    pythons=", py311, py312, py314, py314t", parallel=" --numprocesses auto"
)
ONE_BY_ONE = THEIR_TOX.format(pythons="", parallel="")


@pytest.mark.parametrize(
    ("needs", "theirs", "expected"),
    [
        ("pytest-xdist", None, {"tox.ini": SIDE_BY_SIDE}),
        ("pytest", None, {"tox.ini": ONE_BY_ONE}),
        ("pytest", "theirs", {"scripts/tox.ini": ONE_BY_ONE}),
    ],
)
def test_environments_that_are_about_any_project_are_taken(
    needs: str,
    theirs: str | None,
    expected: dict[str, str],
    ours: Path,
    tmp_path: Path,
) -> None:
    write(ours, {"tox.ini": OUR_TOX})
    write(tmp_path, {"tox.ini": theirs} if theirs else {})
    settings = '[tool.pytest.ini_options]\ntestpaths = ["tests", "checks"]\n'
    group = f'[dependency-groups]\ntest = ["{needs}"]\n'
    made = adoption(tmp_path, PROJECT + settings + group)
    adopt.choose_environments(made)
    assert made.files == expected


def test_workflows_are_of_the_branch_that_is_released(
    ours: Path, tmp_path: Path
) -> None:
    git(tmp_path, "init", "--quiet", "--initial-branch", "trunk")
    text = "# ä\nbranches: [{}]\n"
    folder = ".github/workflows"
    for name in ("ci", "nightly", "release", "other"):
        write(ours, {f"{folder}/{name}.yml": text.format("main")})
    write(ours, {".github/dependabot.yml": "ours ä\n", "deny.toml": "ours\n"})
    write(tmp_path, {f"{folder}/release.yml": "theirs\n", "deny.toml": "theirs\n"})
    made = adoption(tmp_path)
    adopt.copy_workflows(made)
    assert made.files == {
        f"{folder}/ci.yml": text.format("trunk"),
        f"{folder}/nightly.yml": text.format("trunk"),
        f"{folder}/pipeline-release.yml": text.format("trunk"),
        ".github/dependabot.yml": "ours ä\n",
    }
    assert made.taken == []
    publisher = (
        f"a trusted publisher for {folder}/pipeline-release.yml, with the"
        " environments testpypi and pypi"
    )
    assert made.missing == [adopt.Missing("the index", publisher)]


# pyproject.toml.

SETTINGS = """\
[tool.maturin]
sdist-generator = "git"
strip = true

[tool.maturin.sbom]
rust = false
include = ["sand.cdx.json"]

[tool.pipeline]
smoke = ["-c", "import sand"]
branch = "trunk"

[tool.pytest.ini_options]
testpaths = ["test"]
markers = ["smoke: every function once, for machines that are slow"]

[tool.cibuildwheel]
build-frontend = "pip"
environment = {MATURIN_PEP517_ARGS = "--locked"}
repair-wheel-command = ""
test-groups = ["test"]
test-command = "python {project}/scripts/testing/only_installed.py {project}/test"
"""
ALL_SAID = PROJECT + '[dependency-groups]\ntest = ["pytest"]\nsmoke = []\n\n' + SETTINGS


def described(root: Path, pyproject: str) -> adopt.Adoption:
    git(root, "init", "--quiet", "--initial-branch", "trunk")
    write(root, {"test/test_all.py": ""})
    made = adoption(root, pyproject)
    adopt.describe(made)
    return made


def test_every_setting_is_written_that_the_project_does_not_say(tmp_path: Path) -> None:
    made = described(tmp_path, "# ä\n" + PROJECT)
    assert made.files.keys() == {"pyproject.toml"}
    text = made.files["pyproject.toml"]
    assert text.startswith("# ä\n" + PROJECT)
    edited, expected = tomlkit.parse(text).unwrap(), tomlkit.parse(ALL_SAID).unwrap()
    assert edited == expected
    assert made.missing == []


def test_a_project_that_says_all_is_left_as_it_is(tmp_path: Path) -> None:
    made = described(tmp_path, ALL_SAID)
    assert (made.files, made.missing) == ({}, [])


@pytest.mark.parametrize(
    ("old", "new", "table", "is_there"),
    [
        # Lists of the project's own get what is ours at their end.
        (
            'include = ["sand.cdx.json"]',
            'include = ["own.json"]',
            ("maturin", "sbom"),
            {"rust": False, "include": ["own.json", "sand.cdx.json"]},
        ),
        (
            'markers = ["smoke:',
            'markers = ["slow", "smoke of theirs:',
            ("pytest", "ini_options", "markers"),
            [
                "slow",
                "smoke of theirs: every function once, for machines that are slow",
            ],
        ),
        (
            'markers = ["smoke: every function once, for machines that are slow"]',
            'markers = ["slow: and smoke"]',
            ("pytest", "ini_options", "markers"),
            [
                "slow: and smoke",
                "smoke: every function once, for machines that are slow",
            ],
        ),
    ],
)
def test_settings_that_the_project_has_in_part(
    old: str, new: str, table: tuple[str, ...], is_there: object, tmp_path: Path
) -> None:
    assert old in ALL_SAID
    made = described(tmp_path, ALL_SAID.replace(old, new))
    text = made.files.get("pyproject.toml") or ALL_SAID.replace(old, new)
    found = tomlkit.parse(text).unwrap()["tool"]
    for key in table:
        found = found[key]
    assert found == is_there


def test_usual_things_need_no_setting(tmp_path: Path) -> None:
    """The branch main, tests in tests/, and symbols that Cargo leaves out."""
    git(tmp_path, "init", "--quiet", "--initial-branch", "main")
    made = adoption(tmp_path)
    write(tmp_path, {"Cargo.toml": '[profile.release]\nstrip = "symbols"\n'})
    adopt.describe(made)
    tool = tomlkit.parse(made.files["pyproject.toml"]).unwrap()["tool"]
    assert "strip" not in tool["maturin"]
    assert "branch" not in tool["pipeline"]
    assert "testpaths" not in tool["pytest"]["ini_options"]


# What is missing.

SMOKE = "@pytest.mark.smoke\n"
GOOD = {
    "tests/a.py": "plain ä\n",
    "tests/b.py": SMOKE,
    "build.rs": "headerpad",
    # No text, in a folder of tests.
    "tests/data.bin": "\0",
}
OUTSIDE = {"path": "/elsewhere/drops", "kind": None}


@dataclass(frozen=True)
class Lacking:
    """A project that is not quite as it should be, and what is said of it."""

    where: str
    what: str
    pyproject: str = PROJECT
    files: dict[str, str | None] = field(default_factory=dict)
    crate: dict[str, Any] = field(default_factory=dict)
    licences: bool = True


LACKING = [
    Lacking(
        "pyproject.toml [project] version",
        'write dynamic = ["version"] instead, and "1.2.3" as the version in Cargo.toml,'
        " which release.py raises",
        PROJECT + 'version = "1.2.3"\n',
    ),
    Lacking("LICENSE", "a file with the licence: the index shows it", licences=False),
    Lacking(
        "Cargo.toml [package] license",
        'its name, e.g. "MIT"',
        crate={"license": None},
    ),
    *(
        Lacking(
            "pyproject.toml [project] requires-python",
            f"it admits Python 3.{minor}, on which nothing is built or tested here:"
            ' ">=3.11" promises what is',
            PROJECT.replace('requires-python = ">=3.11"', declared),
        )
        for declared, minor in {
            "": 8,
            'requires-python = ">=3.8"': 8,
            'requires-python = ">=3.9"': 9,
            'requires-python = ">=3.10"': 10,
        }.items()
    ),
    Lacking(
        "tests/",
        "a test: each wheel is to be run",
        files={"tests/a.py": None, "tests/b.py": None, "tests/c.txt": SMOKE},
    ),
    Lacking(
        "a test",
        "@pytest.mark.smoke: those run where each instruction is emulated",
        files={"tests/b.py": None},
    ),
    Lacking(
        "Cargo.toml [workspace] members",
        '"{outside}" beside ".": of a crate outside the workspace cargo hashes the'
        " place, and no two builds agree",
        crate={"dependencies": [OUTSIDE]},
    ),
    Lacking(
        "build.rs",
        'for macOS println!("cargo::rustc-cdylib-link-arg='
        '-Wl,-headerpad_max_install_names")',
        files={"build.rs": None},
    ),
]


def looked_at(root: Path, case: Lacking) -> list[adopt.Missing]:
    made = adoption(root, case.pyproject, **case.crate)
    files = {**GOOD, **case.files}
    write(root, {name: text for name, text in files.items() if text is not None})
    (root / "tests" / "data.bin").write_bytes(b"\xff")
    write(root, {"Cargo.toml": '[package]\nversion = "0.1.0"\n'})
    if not case.licences:
        made.project.__dict__["dist_info"] = {"METADATA": b""}
    adopt.look(made)
    return made.missing


@pytest.mark.parametrize("case", LACKING, ids=lambda case: case.where)
def test_what_is_missing_is_said_with_what_to_write(
    case: Lacking, tmp_path: Path
) -> None:
    [found] = looked_at(tmp_path, case)
    outside = Path("/elsewhere/drops").relative_to("/")
    up = "/".join([".."] * (len(tmp_path.resolve().parts) - 1))
    expected = case.what.replace("{outside}", f"{up}/{outside}")
    assert found == adopt.Missing(case.where, expected)


@pytest.mark.parametrize(
    "case",
    [
        Lacking("", ""),
        Lacking("", "", PROJECT + 'license = "MIT"\n', crate={"license": None}),
    ],
)
def test_nothing_is_missing_of_a_project_that_has_all(
    case: Lacking, tmp_path: Path
) -> None:
    assert looked_at(tmp_path, case) == []


@pytest.mark.parametrize(
    ("stub", "others", "is_named"),
    [
        ("crates/a/sand.pyi", [], True),
        ("crates/a/other.pyi", [], False),
        # Where there is a package, the stub is not maturin's to find.
        ("crates/a/sand.pyi", ["sand/__init__.py"], False),
        ("sand.pyi", [], False),
    ],
)
def test_a_stub_beside_the_manifest_is_found_by_maturin_at_the_top_alone(
    stub: str, others: list[str], tmp_path: Path, *, is_named: bool
) -> None:
    folder = Path(stub).parent
    place = f'[tool.maturin]\nmanifest-path = "{folder / "Cargo.toml"}"\n'
    made = adoption(tmp_path, PROJECT + place)
    package = {str(folder / "Cargo.toml"): "[package]\n"}
    headerpad = {str(folder / "build.rs"): "headerpad"}
    write(tmp_path, {**GOOD, **package, **headerpad, **dict.fromkeys(others, "")})
    write(tmp_path, {stub: ""})
    manifest = str(tmp_path / folder / "Cargo.toml")
    made.project.cargo_metadata["packages"][0]["manifest_path"] = manifest
    adopt.look(made)
    wanted = adopt.Missing(stub, "move it beside pyproject.toml, where maturin looks")
    assert made.missing == ([wanted] if is_named else [])


# The stage.


def test_a_project_is_considered_by_all_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = ["copy_scripts", "choose_targets", "choose_environments", "copy_workflows"]
    steps += ["describe", "ignore", "begin_changelog", "look"]
    done: list[tuple[str, adopt.Adoption]] = []

    def step(name: str) -> Callable[[adopt.Adoption], None]:
        return lambda made: done.append((name, made))

    for name in steps:
        monkeypatch.setattr(adopt, name, step(name))
    made = adopt.consider(tmp_path, ["a"])
    assert done == [(name, made) for name in steps]
    assert (made.project, made.force) == (Project(tmp_path), ["a"])


MATURIN = '[build-system]\nbuild-backend = "maturin"\n# ä\n'


def test_the_top_of_a_clone_of_a_maturin_project_will_do(tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": MATURIN})
    git(tmp_path, "init", "--quiet")
    adopt.check(tmp_path)


@pytest.mark.parametrize("pyproject", [PROJECT, '[build-system]\nrequires = ["a"]\n'])
def test_one_that_names_no_backend_has_another(pyproject: str, tmp_path: Path) -> None:
    write(tmp_path, {"pyproject.toml": pyproject})
    with pytest.raises(Failure, match="the build-backend is not maturin"):
        adopt.check(tmp_path)


@dataclass
class Staged:
    """A project to which the stage was applied."""

    status: int
    said: list[str]
    lock: bool
    is_written: bool
    entered: list[str]
    required: list[str]


@pytest.fixture
def stage(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., Staged]:
    """Of one that gets a file, while maturin makes a lock file."""
    write(tmp_path, {"pyproject.toml": MATURIN})
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    lock = tmp_path / "Cargo.lock"
    monkeypatch.setattr(Project, "lock", lock)
    entered: list[str] = []
    required: list[str] = []
    monkeypatch.setattr(toolenv, "enter", lambda *parts: entered.extend(parts))
    monkeypatch.setattr(adopt, "require", lambda *names: required.extend(names))
    monkeypatch.setattr(adopt, "show", lambda _made: print("shown"))
    monkeypatch.setattr(adopt, "next_commands", lambda _made: ["first", "second"])

    def staged(
        *options: str, taken: int = 0, had_lock: bool = False, makes_lock: bool = True
    ) -> Staged:
        def consider(root: Path, force: list[str]) -> adopt.Adoption:
            assert (root, force) == (tmp_path.resolve(), [])
            if makes_lock:
                lock.touch()
            files = {"deep/new.txt": "text ä\n"}
            names = [str(number) for number in range(taken)]
            return adopt.Adoption(Project(root), files=files, taken=names)

        monkeypatch.setattr(adopt, "consider", consider)
        if had_lock:
            lock.touch()
        status = adopt.stage([str(tmp_path), *options])
        said = capsys.readouterr().out.splitlines()
        is_written = (tmp_path / "deep" / "new.txt").exists()
        return Staged(status, said, lock.exists(), is_written, entered, required)

    return staged


NOT_WRITTEN = "nothing was written: "


def test_a_dry_run_leaves_no_lock_file_behind(stage: Callable[..., Staged]) -> None:
    made = stage()
    assert made == Staged(
        0,
        ["shown", f"{NOT_WRITTEN}--write does it"],
        lock=False,
        is_written=False,
        entered=["adopt"],
        required=["git", "cargo"],
    )


def test_a_dry_run_need_not_have_made_a_lock_file(stage: Callable[..., Staged]) -> None:
    assert stage(makes_lock=False).status == 0


def test_a_dry_run_leaves_the_lock_file_that_was_there(
    stage: Callable[..., Staged],
) -> None:
    assert stage(had_lock=True).lock


@pytest.mark.parametrize("options", [(), ("--write",)])
def test_nothing_is_written_where_names_are_taken(
    options: tuple[str, ...], stage: Callable[..., Staged]
) -> None:
    made = stage(*options, taken=2)
    assert made.said == ["shown", f"{NOT_WRITTEN}2 names are taken"]
    assert (made.status, made.lock, made.is_written) == (1, False, False)


def test_what_is_written_is_followed_by_commands(
    stage: Callable[..., Staged], tmp_path: Path
) -> None:
    made = stage("--write")
    assert (made.status, made.lock, made.is_written) == (0, True, True)
    assert made.said == [
        "shown",
        f"1 files were written. Then, in {tmp_path.resolve()}:",
        "",
        "    first",
        "    second",
    ]


def test_a_folder_that_will_not_do_is_refused(
    stage: Callable[..., Staged], tmp_path: Path
) -> None:
    write(tmp_path, {"pyproject.toml": PROJECT})
    with pytest.raises(Failure, match="not maturin"):
        stage("--write")
