"""What adopt.py does to projects that `maturin new` has made, asking maturin.

Each asks it for every Python of the plan, which takes seconds.
"""

import subprocess
import sys
from pathlib import Path

import pytest
import tomlkit
from adopters import (
    PYO3,
    beside_the_manifest,
    change,
    choose,
    commit,
    in_a_workspace,
    new,
    with_sources_apart,
    write,
)

import adopt
from pipeline import tox
from pipeline.project import PROJECT, Project


def test_a_dry_run_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = beside_the_manifest(tmp_path)
    (root / "scripts").mkdir()
    (root / "scripts" / "build.py").write_text("theirs\n")
    (root / ".gitignore").write_text("/target\n")
    before = state(root)
    assert adopt_by_command(root) == 1
    said = capsys.readouterr().out
    assert "scripts/build.py is the project's own: --force scripts/build.py" in said
    assert adopt_by_command(root, "--write") == 1
    assert state(root) == before
    assert adopt_by_command(root, "--force", "scripts/build.py") == 0
    assert state(root) == before
    assert adopt_by_command(root, "--write", "--force", "scripts/build.py") == 0
    ours = (PROJECT.root / "scripts" / "build.py").read_bytes()
    assert (root / "scripts" / "build.py").read_bytes() == ours
    changed = {name for name, data in before.items() if state(root)[name] != data}
    assert changed == {".gitignore", "pyproject.toml", "scripts/build.py"}
    ignored = (root / ".gitignore").read_text("utf-8").split()
    assert ignored == ["/target", "/dist/", "/parts/", "/.tox/", "__pycache__/"]
    choose(root, "3.11")
    chosen = (root / "scripts" / "targets.toml").read_bytes()
    assert adopt_by_command(root, "--write", "--force", "scripts/") == 0
    assert (root / "scripts" / "targets.toml").read_bytes() == chosen


def adopt_by_command(root: Path, *options: str) -> int:
    script = PROJECT.root / "scripts" / "adopt.py"
    argv = [sys.executable, str(script), str(root), *options]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    print(done.stdout)
    return done.returncode


def state(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }


def test_what_is_missing_is_said_with_its_place(tmp_path: Path) -> None:
    root = new(tmp_path, "bare")
    write(root, {"CHANGELOG.md": "# News\n", ".gitignore": "/target\nCargo.lock\n"})
    change(root / "pyproject.toml", {'dynamic = ["version"]': 'version = "1.0.0"'})
    commit(root, "main")
    made = adopt.consider(root)
    assert {one.where for one in made.missing} == {
        "the index",
        ".gitignore",
        "CHANGELOG.md",
        "pyproject.toml [project] version",
        "LICENSE",
        "Cargo.toml [package] license",
        "pyproject.toml [project] requires-python",
        "tests/",
        "build.rs",
    }
    assert all(one.what for one in made.missing)
    [version] = [one.what for one in made.missing if "] version" in one.where]
    assert '"1.0.0" as the version in Cargo.toml' in version


def test_settings_of_the_project_remain(tmp_path: Path) -> None:
    root = new(tmp_path, "settled")
    text = (root / "pyproject.toml").read_text("utf-8")
    theirs = (
        '\n[tool.maturin]\nsdist-generator = "cargo"  # as ever\n'
        '\n[dependency-groups]\ntest = ["pytest>=8"]\n'
    )
    (root / "pyproject.toml").write_text(text + theirs, "utf-8")
    commit(root, "main")
    made = adopt.consider(root)
    edited = made.files["pyproject.toml"]
    assert edited.startswith(text)
    assert 'sdist-generator = "cargo"  # as ever' in edited
    assert 'test = ["pytest>=8"]' in edited
    [one] = [one for one in made.missing if "sdist-generator" in one.where]
    assert one.what == "'cargo' is there, the pipeline is made for 'git'"


@pytest.mark.parametrize(
    ("theirs", "group", "is_parallel"),
    [
        ("", ["pytest"], False),
        (
            '[dependency-groups]\ndocs = ["sphinx"]\ndev = ["pytest>=8"]\n',
            [{"include-group": "dev"}],
            False,
        ),
        (
            '[project.optional-dependencies]\nfast = ["numpy"]\n'
            'tests = ["settled[fast]", "pytest-xdist>=3"]\n',
            ["numpy", "pytest-xdist>=3", "pytest"],
            True,
        ),
    ],
    ids=["nothing", "a group", "an extra of extras"],
)
def test_what_tests_need_is_taken_from_where_the_project_says_it(
    theirs: str, group: list[object], tmp_path: Path, *, is_parallel: bool
) -> None:
    root = new(tmp_path, "settled")
    with (root / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(theirs)
    made = adopt.consider(commit(root, "main"))
    edited = tomlkit.parse(made.files["pyproject.toml"]).unwrap()
    assert edited["dependency-groups"]["test"] == group
    ini = made.files["tox.ini"]
    assert ("--numprocesses" in ini) == is_parallel
    # Tests that may share a file do so on two Pythons at once, too.
    envs = {env.name: env for env in tox.environments(ini)}
    pythons = [envs[python.env] for python in made.pythons]
    assert {env.one_core for env in pythons} == {is_parallel}
    assert [env for env in envs.values() if env.name.startswith("py3")] == pythons


def test_tests_beside_the_manifest_are_found_and_not_those_of_cargo(
    tmp_path: Path,
) -> None:
    root = in_a_workspace(tmp_path)
    (root / "tests").rename(root / "crates" / "clock" / "tests")
    write(root, {"tests/all.rs": "#[test]\nfn nothing() {}\n"})
    made = adopt.consider(root)
    assert 'testpaths = ["crates/clock/tests"]' in made.files["pyproject.toml"]
    assert [one for one in made.missing if "test" in one.where] == []


def test_a_stub_that_maturin_would_not_find_is_named(tmp_path: Path) -> None:
    root = in_a_workspace(tmp_path)
    assert ".pyi" not in " ".join(one.where for one in adopt.consider(root).missing)
    (root / "waterclock.pyi").rename(root / "crates" / "clock" / "waterclock.pyi")
    found = [one.where for one in adopt.consider(root).missing]
    assert "crates/clock/waterclock.pyi" in found


def test_a_dependency_outside_the_workspace_is_named(tmp_path: Path) -> None:
    """As its place is hashed, bytes are never the same in two folders."""
    assert adopt.outside_workspace(Project(in_a_workspace(tmp_path))) == []
    root = with_sources_apart(tmp_path)
    manifest = '[package]\nname = "drops"\nversion = "0.1.0"\nedition = "2024"\n'
    write(root, {"drops/Cargo.toml": manifest, "drops/src/lib.rs": ""})
    drops = f'{PYO3}\ndrops = {{ path = "../drops" }}'
    change(root / "rust" / "Cargo.toml", {PYO3: drops})
    [one] = [one for one in adopt.consider(root).missing if "[workspace]" in one.where]
    assert one.what.startswith('"drops" beside "rust"')


def test_what_cibuildwheel_is_told(tmp_path: Path) -> None:
    made = adopt.consider(with_sources_apart(tmp_path)).files["pyproject.toml"]
    assert tomlkit.parse(made).unwrap()["tool"]["cibuildwheel"] == {
        "build-frontend": "pip",
        "environment": {"MATURIN_PEP517_ARGS": "--locked"},
        "repair-wheel-command": "",
        "test-groups": ["test"],
        "test-command": "python {project}/scripts/testing/only_installed.py"
        " {project}/tests",
    }
