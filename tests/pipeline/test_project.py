"""The facts about a project, from small ones that say each thing in its own way."""

import sys
from pathlib import Path
from typing import Any

import pytest

from pipeline import commands, project
from pipeline.commands import Command
from pipeline.project import Project

CRATE = '[package]\nname = "a"\nversion = "1.2.0-rc.1"\n[lib]\nname = "a"\n'


def make(root: Path, said: str = "", cargo: str = "", *, name: str = "a") -> Project:
    """One whose pyproject.toml says this besides its name, and Cargo.toml that."""
    text = f'project.name = "{name}"\n{said}'
    (root / "pyproject.toml").write_text(text)
    if cargo:
        write(root, {"Cargo.toml": cargo, "src/lib.rs": ""})
    return Project(root)


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


@pytest.mark.parametrize(
    ("said", "files", "manifest", "source"),
    [
        ("", "", "Cargo.toml", "."),
        ("", "rust/Cargo.toml", "Cargo.toml", "."),
        ("", "src/a_b/__init__.py", "Cargo.toml", "."),
        ("", "rust/Cargo.toml src/a_b/__init__.py", "rust/Cargo.toml", "src"),
        ("", "rust/Cargo.toml src/a-b/__init__.py", "Cargo.toml", "."),
        (
            'tool.maturin.python-packages = ["c"]',
            "rust/Cargo.toml src/c/__init__.py",
            "rust/Cargo.toml",
            "src",
        ),
        ('tool.maturin.python-source = "py"', "", "Cargo.toml", "py"),
        (
            'tool.maturin.python-source = "py"',
            "rust/Cargo.toml",
            "rust/Cargo.toml",
            "py",
        ),
        (
            'tool.maturin.manifest-path = "c/Cargo.toml"',
            "rust/Cargo.toml src/a_b/__init__.py",
            "c/Cargo.toml",
            "src",
        ),
    ],
)
def test_the_manifest_and_the_package_lie_where_maturin_looks(
    said: str, files: str, manifest: str, source: str, tmp_path: Path
) -> None:
    write(tmp_path, dict.fromkeys(files.split(), ""))
    made = make(tmp_path, said, name="a-b")
    assert made.manifest == tmp_path / manifest
    assert made.manifest_in_sdist == Path(manifest)
    assert made.python_source == tmp_path / source


@pytest.mark.parametrize(
    ("said", "cargo", "module", "package"),
    [
        ('tool.maturin.module-name = "p._core"', CRATE, "p._core", "p"),
        ('tool.maturin.module-name = "p.q._core"', CRATE, "p.q._core", "p"),
        ('tool.maturin.module-name = "m"', CRATE, "m.m", "m"),
        ("", '[lib]\nname = "l"', "l.l", "l"),
        ("", "[package]", "n.n", "n"),
    ],
)
def test_the_module_is_in_a_package(
    said: str, cargo: str, module: str, package: str, tmp_path: Path
) -> None:
    made = make(tmp_path, said, cargo, name="n")
    assert (made.module, made.package) == (module, package)


@pytest.mark.parametrize(
    ("files", "is_pure_rust"),
    [
        ("", True),
        ("a/Cargo.toml", True),
        ("a/__init__.py", False),
        ("a/py.typed", False),
        ("a/Cargo.toml a/__init__.py", False),
    ],
)
def test_without_a_package_by_hand_maturin_writes_one(
    files: str, is_pure_rust: bool, tmp_path: Path
) -> None:
    write(tmp_path, dict.fromkeys(files.split(), ""))
    assert make(tmp_path, "", CRATE).is_pure_rust == is_pure_rust


def test_a_file_is_named_after_the_project_and_its_version(tmp_path: Path) -> None:
    made = make(tmp_path, "", CRATE, name="My-.project_b")
    assert made.sdist == "my_project_b-1.2.0rc1.tar.gz"
    for end in ("-cp311-abi3-win_amd64.whl", ".tar.gz", ".zip"):
        assert made.is_of_release(made.stem + end)
    for other in ("1-cp311.whl", ".post1.tar.gz", ""):
        assert not made.is_of_release(made.stem + other)
    assert not made.is_of_release(made.stem.replace(".", "x") + ".tar.gz")


def test_the_version_is_pyprojects_or_the_crates(tmp_path: Path) -> None:
    assert make(tmp_path, "", CRATE).cargo_version == "1.2.0-rc.1"
    assert make(tmp_path).version == "1.2.0rc1"
    assert make(tmp_path, 'project.version = "3.0.0"').version == "3.0.0"


def test_a_workspace_hands_down_what_its_crates_leave_to_it(tmp_path: Path) -> None:
    inner = 'name = "b"\nversion.workspace = true\n'
    write(
        tmp_path,
        {
            "Cargo.toml": '[workspace]\nmembers = ["b", "c"]\n[workspace.package]\n'
            'version = "4.0.0"\n',
            "b/Cargo.toml": f'[package]\n{inner}rust-version = "1.90"\n',
            "b/src/lib.rs": "",
            "c/Cargo.toml": '[package]\nname = "c"\nversion = "5.0.0"\n',
            "c/src/lib.rs": "",
        },
    )
    first = make(tmp_path, 'tool.maturin.manifest-path = "b/Cargo.toml"')
    assert (first.version, first.minimum_rust) == ("4.0.0", "1.90")
    assert first.version_manifest == tmp_path / "Cargo.toml"
    assert first.lock == tmp_path / "Cargo.lock"
    second = make(tmp_path, 'tool.maturin.manifest-path = "c/Cargo.toml"')
    assert (second.version, second.minimum_rust) == ("5.0.0", "0")
    assert second.version_manifest == tmp_path / "c/Cargo.toml"


def test_what_is_packed_besides_is_of_one_kind_or_of_both(tmp_path: Path) -> None:
    rules = """[
        "both", {path = "one", format = "wheel"},
        {path = "two", format = ["sdist", "wheel"]}, {path = "three", format = "sdist"},
    ]"""
    made = make(tmp_path, f"tool.maturin.include = {rules}".replace("\n", " "))
    assert made.included("wheel") == ["both", "one", "two"]
    assert made.excluded("wheel") == []
    made = make(tmp_path, f"tool.maturin.exclude = {rules}".replace("\n", " "))
    assert made.excluded("sdist") == ["both", "two", "three"]
    assert made.included("sdist") == []


@pytest.mark.parametrize(
    ("said", "fact", "value"),
    [
        ('tool.maturin.sbom.include = ["a.json"]', "sboms", ["a.json"]),
        ("", "sboms", []),
        ('tool.pipeline.branch = "trunk"', "branch", "trunk"),
        ("", "branch", "main"),
        ('tool.pipeline.smoke = ["-m", "a"]', "smoke", ["-m", "a"]),
        ('tool.pytest.ini_options.testpaths = ["a", "b"]', "testpaths", ["a", "b"]),
        ('tool.pytest.ini_options.testpaths = "a b"', "testpaths", ["a", "b"]),
        ("", "testpaths", []),
        ('dependency-groups.smoke = ["rich"]', "smoke_requires", ["rich"]),
        ("", "smoke_requires", []),
        ('dependency-groups.test = ["pytest-xdist>3"]', "tests_side_by_side", True),
        ('dependency-groups.test = ["pytest-xdistant"]', "tests_side_by_side", False),
        ('dependency-groups.test = ["a-pytest-xdist"]', "tests_side_by_side", False),
        ("", "tests_side_by_side", False),
    ],
)
def test_settings_are_read_where_they_are_and_have_defaults(
    said: str, fact: str, value: Any, tmp_path: Path
) -> None:
    assert getattr(make(tmp_path, said), fact) == value


def test_what_lies_beside_the_package_is_asked_of_maturin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Command] = []

    def ask(command: Command) -> str:
        asked.append(command)
        files = {"METADATA": "text", "licenses/B": "", "licenses/A/MIT": ""}
        write(Path(command.argv[-1]) / "a-1.0.dist-info", files)
        return ""

    monkeypatch.setattr(commands, "ask", ask)
    made = make(tmp_path)
    assert made.license_files == ["A/MIT", "B"]
    assert made.dist_info["METADATA"] == b"text"
    assert len(made.dist_info) == 3
    [one] = asked
    assert (one.argv[:-1], one.cwd) == (
        (
            *("maturin", "pep517", "write-dist-info", "--locked"),
            *("--interpreter", sys.executable, "--metadata-directory"),
        ),
        tmp_path,
    )


def test_a_group_has_what_it_includes_in_its_place(tmp_path: Path) -> None:
    said = """[dependency-groups]
        one = ["a", {include-group = "two"}, "d"]
        two = ["b", {include-group = "three"}]
        three = ["c"]
    """
    assert make(tmp_path, said).group("one") == ["a", "b", "c", "d"]


def test_folders_are_the_projects_own(tmp_path: Path) -> None:
    made = make(tmp_path)
    assert made.tests == [tmp_path / "tests"]
    assert (made.dist, made.stubs) == (tmp_path / "dist", tmp_path / "stubs")
    assert made.cache.name == "a"
    assert made.cached("tools") == made.cache.resolve() / "tools"
    named = make(tmp_path, 'tool.pytest.ini_options.testpaths = "b c"')
    assert named.tests == [tmp_path / "b", tmp_path / "c"]


def test_what_is_cached_does_not_need_the_link_by_which_it_was_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    (tmp_path / "kept").mkdir()
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "tools").symlink_to(tmp_path / "kept")
    assert make(tmp_path).cached("tools") == tmp_path / "kept"


@pytest.mark.parametrize(
    ("platform", "environ", "folder"),
    [
        ("linux", {"XDG_CACHE_HOME": "/xdg", "LOCALAPPDATA": "/local"}, "/xdg"),
        ("win32", {"XDG_CACHE_HOME": "/xdg", "LOCALAPPDATA": "/local"}, "/xdg"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local"),
        ("linux", {"XDG_CACHE_HOME": "xdg", "LOCALAPPDATA": "/local"}, "/home/.cache"),
        ("win32", {}, "/home/.cache"),
    ],
)
def test_the_cache_is_the_users(
    platform: str,
    environ: dict[str, str],
    folder: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Path, "home", lambda: Path("/home"))
    assert project.user_cache(platform, environ) == Path(folder)
