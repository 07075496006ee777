"""What adopt.py does to a project, and what it says of one."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
import tomlkit
from adopters import (
    change,
    git,
    new,
    with_sources_apart,
    write,
)

import adopt
from pipeline.commands import Failure
from pipeline.plan import Python
from pipeline.project import PROJECT, Project

# Without a project: what is done to files and documents.


def adoption(root: Path, *force: str, **facts: Any) -> adopt.Adoption:
    """One of a project of which only some facts are known."""
    return adopt.Adoption(cast("Project", SimpleNamespace(root=root, **facts)), force)


@pytest.mark.parametrize(
    ("force", "replaced"),
    [
        ((), set()),
        (("a/b.txt",), {"a/b.txt"}),
        (("a/",), {"a/b.txt", "a/c.txt"}),
        (("a",), {"a/b.txt", "a/c.txt"}),
        (("a/b",), set()),
    ],
)
def test_a_file_of_theirs_is_replaced_by_force_alone(
    force: tuple[str, ...], replaced: set[str], tmp_path: Path
) -> None:
    theirs = {"a/b.txt", "a/c.txt", "d.txt"}
    write(tmp_path, dict.fromkeys(theirs, "theirs"))
    made = adoption(tmp_path, *force)
    for name in (*theirs, "a/new.txt"):
        made.put(name, "ours")
    assert made.files == dict.fromkeys({*replaced, "a/new.txt"}, "ours")
    assert set(made.taken) == theirs - replaced

    beside = adoption(tmp_path, *force)
    assert beside.put_beside("a/new.txt", "other.txt", "ours") == "a/new.txt"
    assert beside.put_beside("d.txt", "other.txt", "theirs") == "d.txt"
    chosen = beside.put_beside("a/b.txt", "other.txt", "ours")
    assert chosen == ("a/b.txt" if "a/b.txt" in replaced else "other.txt")
    assert beside.files.keys() == {"a/new.txt", chosen} | (
        {"d.txt"} if "d.txt" in replaced else set()
    )
    assert beside.taken == []


def test_a_file_that_stays_as_it_is_is_none_to_write(tmp_path: Path) -> None:
    write(tmp_path, {"a.txt": "same", "b.txt": "old"})
    made = adoption(tmp_path)
    made.put("a.txt", "same")
    for name in ("a.txt", "b.txt", "deep/c.txt"):
        made.edit(name, "same")
    assert made.files.keys() == {"b.txt", "deep/c.txt"}
    assert made.taken == []
    assert list(adopt.difference(made, "b.txt"))[2:] == ["@@ -1 +1 @@", "-old", "+same"]
    assert list(adopt.difference(made, "deep/c.txt")) == []
    adopt.write(made)
    assert {name: (tmp_path / name).read_text() for name in made.files} == made.files


def test_a_setting_is_added_and_another_one_is_left(tmp_path: Path) -> None:
    made, document = adoption(tmp_path), tomlkit.parse("[tool.a]\nkey = 1\nall = [1]\n")
    adopt.add(made, document, "tool.a", "key", 1)
    assert made.missing == []
    adopt.add(made, document, "tool.a", "key", 2)
    adopt.add(made, document, "tool.b.c", "inline", {"d": "e"})
    adopt.include(document, "tool.a", "all", [2, 3])
    adopt.include(document, "tool.f", "all", ("g",))
    where, what = (
        "pyproject.toml [tool.a] key",
        "1 is there, the pipeline is made for 2",
    )
    assert made.missing == [adopt.Missing(where, what)]
    assert tomlkit.dumps(document) == (
        "[tool.a]\nkey = 1\nall = [1, 2, 3]\n\n"
        '[tool.b.c]\ninline = {d = "e"}\n\n[tool.f]\nall = ["g"]\n'
    )


@pytest.mark.parametrize(
    ("requirements", "name", "is_there"),
    [
        (["pytest>=8"], "pytest", True),
        (["a", "PyTest"], "pytest", True),
        (["pytest-xdist"], "pytest", False),
        (["zope.interface[b]"], "zope.interface", True),
        ([">=8"], "pytest", False),
    ],
)
def test_a_package_is_known_by_its_whole_name(
    requirements: list[str], name: str, *, is_there: bool
) -> None:
    assert adopt.names(requirements, name) == is_there


LOCK_IGNORED = "take Cargo.lock out: a release is built with --locked"
NO_HEADING = "a heading `## [Unreleased]`, under which news is written"
ALL_IGNORED = "/dist/\n/parts/\n/.tox/\n/target/\n__pycache__/\n"


@pytest.mark.parametrize(
    ("theirs", "written", "missing"),
    [
        (None, ALL_IGNORED, []),
        ("", ALL_IGNORED, []),
        ("/old", f"/old\n{ALL_IGNORED}", []),
        ("dist\n /parts \n", "dist\n /parts \n/.tox/\n/target/\n__pycache__/\n", []),
        (f"{ALL_IGNORED}Cargo.lock\n", None, [LOCK_IGNORED]),
        ("/Cargo.lock\n", f"/Cargo.lock\n{ALL_IGNORED}", [LOCK_IGNORED]),
    ],
)
def test_what_the_pipeline_makes_is_ignored(
    theirs: str | None, written: str | None, missing: list[str], tmp_path: Path
) -> None:
    write(tmp_path, {} if theirs is None else {".gitignore": theirs})
    made = adoption(tmp_path)
    adopt.ignore(made)
    assert made.files.get(".gitignore") == written
    assert made.missing == [adopt.Missing(".gitignore", what) for what in missing]


@pytest.mark.parametrize(
    ("theirs", "written", "missing"),
    [
        (None, "# Changelog\n\n## [Unreleased]\n", []),
        ("# News\n\n## [Unreleased]\n", None, []),
        ("# News\n", None, [NO_HEADING]),
    ],
)
def test_a_changelog_is_begun_where_there_is_none(
    theirs: str | None, written: str | None, missing: list[str], tmp_path: Path
) -> None:
    write(tmp_path, {} if theirs is None else {"CHANGELOG.md": theirs})
    made = adoption(tmp_path)
    adopt.begin_changelog(made)
    assert made.files.get("CHANGELOG.md") == written
    assert made.missing == [adopt.Missing("CHANGELOG.md", what) for what in missing]


@pytest.mark.parametrize(
    ("manifest", "script", "strips", "headerpad"),
    [
        ("", None, False, False),
        ("[profile.release]\nlto = true\n", "fn main() {}\n", False, False),
        ('[profile.release]\nstrip = "debuginfo"\n', "// headerpad\n", False, True),
        ('[profile.release]\nstrip = "symbols"\n', None, True, False),
        ("[profile.release]\nstrip = true\n", None, True, False),
        ("[profile.dev]\nstrip = true\n", None, False, False),
    ],
)
def test_what_cargo_is_told_already(
    manifest: str, script: str | None, tmp_path: Path, *, strips: bool, headerpad: bool
) -> None:
    write(tmp_path, {"Cargo.toml": manifest})
    write(tmp_path, {} if script is None else {"build.rs": script})
    facts = {
        "cargo_metadata": {"workspace_root": str(tmp_path)},
        "manifest": tmp_path / "Cargo.toml",
    }
    project = adoption(tmp_path, **facts).project
    assert adopt.strips(project) == strips
    assert adopt.headerpad(project) == headerpad


def test_only_what_is_built_with_it_is_a_dependency_outside(tmp_path: Path) -> None:
    top = tmp_path / "crates"
    dependencies = [
        {"path": str(tmp_path / "z"), "kind": None},
        {"path": str(tmp_path / "a"), "kind": "build"},
        {"path": str(tmp_path / "only-tests"), "kind": "dev"},
        {"path": str(top / "inside"), "kind": None},
        {"path": None, "kind": None},
        {"kind": None},
    ]
    metadata = {
        "workspace_root": str(top),
        "packages": [{"dependencies": dependencies}],
    }
    project = adoption(tmp_path, cargo_metadata=metadata).project
    assert adopt.outside_workspace(project) == ["a", "z"]


@pytest.mark.parametrize(
    ("requires", "minor", "is_admitted"),
    [(">=3.8", 8, True), (">=3.8", 7, False), ("", 8, True), ("~=3.11", 10, False)],
)
def test_which_pythons_are_admitted(
    requires: str, minor: int, *, is_admitted: bool
) -> None:
    assert adopt.admits(requires, Python(3, minor)) == is_admitted


def test_what_would_be_done_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, {"old.txt": "one\n", "taken.txt": "theirs\n"})
    made = adoption(
        tmp_path,
        name="sand",
        lock=tmp_path.resolve() / "rust" / "Cargo.lock",
        manifest_in_sdist=Path("rust/Cargo.toml"),
    )
    made.__dict__["abis"] = ["cp311-abi3", "cp314-cp314t"]
    for name in ("scripts/a.py", "scripts/b.toml", "new.txt", "old.txt", "taken.txt"):
        made.put(name, "two\n")
    made.edit("old.txt", "one\ntwo\n")
    made.lacks("LICENSE", "a file")
    adopt.show(made)
    assert capsys.readouterr().out.splitlines() == [
        "new: 2 files in scripts/, scripts/b.toml, new.txt",
        "wheels: cp311-abi3, cp314-cp314t",
        "  --- old.txt",
        "  +++ old.txt",
        "  @@ -1,0 +2 @@",
        "  +two",
        "taken: old.txt is the project's own: --force old.txt replaces it",
        "taken: taken.txt is the project's own: --force taken.txt replaces it",
        "missing: LICENSE: a file",
    ]
    assert adopt.next_commands(made) == [
        "cargo metadata --format-version 1 --manifest-path rust/Cargo.toml > /dev/null",
        "python3 scripts/generate.py sbom",
        "git add new.txt old.txt sand.cdx.json scripts rust/Cargo.lock",
        "git commit",
        "python3 scripts/rehearse.py",
    ]


def test_nothing_is_written_unless_it_is_asked_for() -> None:
    asked = adopt.parser().parse_args
    assert vars(asked(["a"])) == {"path": Path("a"), "write": False, "force": []}
    assert asked(["a", "--write", "--force", "b", "c"]).force == ["b", "c"]


# With one that `maturin new` has made; test_adopt_projects.py has the slow ones.


def test_a_group_has_what_it_includes(tmp_path: Path) -> None:
    root = new(tmp_path, "settled")
    write(
        root,
        {
            "pyproject.toml": '[dependency-groups]\ndev = ["a"]\n'
            'test = ["b", { include-group = "dev" }]\n'
        },
    )
    assert Project(root).group("test") == ["b", "a"]


def test_what_the_remote_shows_first_is_released(tmp_path: Path) -> None:
    root = with_sources_apart(tmp_path)
    git(tmp_path, "clone", "--quiet", root.as_posix(), "clone")
    clone = tmp_path / "clone"
    git(clone, "switch", "--quiet", "--create", "of-today")
    assert adopt.branch_of(Project(clone)) == "main"
    git(root, "switch", "--quiet", "--create", "of-today")
    assert adopt.branch_of(Project(root)) == "of-today", "there is no remote"


def test_only_the_top_of_a_clone_of_a_maturin_project_will_do(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"has no pyproject\.toml"):
        adopt.check(tmp_path)
    root = new(tmp_path, "inner")
    git(tmp_path, "init", "--quiet")
    with pytest.raises(Failure, match="is not the top of its repository"):
        adopt.check(root)
    change(root / "pyproject.toml", {'backend = "maturin"': 'backend = "flit_core"'})
    with pytest.raises(Failure, match="build-backend is not maturin"):
        adopt.check(root)


def test_the_guide_names_every_option() -> None:
    guide = (PROJECT.root / "docs" / "adopt.md").read_text("utf-8")
    helped = adopt.parser().format_help()
    for option in ("--write", "--force"):
        assert option in guide
        assert option in helped
