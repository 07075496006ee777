"""What only_installed.py looks at: packages, modules, the bytes of a wheel."""

import sys
from importlib.metadata import Distribution, PackagePath, distribution
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any, cast
from zipfile import ZipFile

import pytest

from testing import only_installed
from testing.only_installed import WrongPackageError


def release(folder: Path, *files: str) -> Distribution:
    """An installed one with these files."""
    made = SimpleNamespace(
        name="sample",
        version="1.0",
        files=[PackagePath(file) for file in files],
        locate_file=lambda name: folder / name,
    )
    return cast("Distribution", made)


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["sample/__init__.py", "sample/a/b.py"], {"sample"}),
        (["sample.py", "_native.abi3.so"], {"sample", "_native"}),
        (["sample/a.py", "sample-1.0.dist-info/METADATA"], {"sample"}),
        # Programs, data, and what no import has a name for.
        (["../../bin/sample", "sample-1.0.data/a", "read me.txt"], set()),
        ([], set()),
    ],
)
def test_packages_are_what_is_imported_by_name(
    files: list[str], names: set[str]
) -> None:
    assert only_installed.packages(release(Path(), *files)) == names


def test_one_that_lists_no_files_has_no_packages() -> None:
    made = cast("Distribution", SimpleNamespace(files=None))
    assert only_installed.packages(made) == set()


def module(name: str, **attributes: Any) -> ModuleType:
    made = ModuleType(name)
    vars(made).update(attributes)
    return made


@pytest.mark.parametrize(
    ("attributes", "places"),
    [
        ({"__file__": "/a/b.py", "__path__": ["/a"]}, ["/a/b.py"]),
        ({"__file__": None, "__path__": ["/a", "/b"]}, ["/a", "/b"]),
        ({}, []),
    ],
)
def test_a_module_is_where_its_file_is_or_its_folders(
    attributes: dict[str, Any], places: list[str]
) -> None:
    assert only_installed.places(module("a", **attributes)) == places


def test_a_link_is_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    monkeypatch.setattr(only_installed, "PLACE", tmp_path.resolve() / "real")
    assert only_installed.is_installed(str(tmp_path / "link" / "a.py"))
    assert not only_installed.is_installed(str(tmp_path / "a.py"))


def test_every_module_of_the_packages_that_lies_elsewhere_is_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(only_installed, "PLACE", Path("/env"))
    for name, file in {
        "sample": "/env/lib/sample/__init__.py",
        "sample.a": "/checkout/sample/a.py",
        "sample.b.c": "/environment/sample/b/c.py",
        "samples": "/checkout/samples.py",
    }.items():
        monkeypatch.setitem(sys.modules, name, module(name, __file__=file))
    monkeypatch.setitem(sys.modules, "sample.memory", module("sample.memory"))
    assert list(only_installed.strays({"sample"})) == [
        "sample.a was imported from /checkout/sample/a.py, which is not in /env",
        "sample.b.c was imported from /environment/sample/b/c.py, which is not in /env",
    ]


FILES = {
    "sample/__init__.py": b"1",
    "sample/a.py": b"2",
    "sample-1.0.dist-info/RECORD": b"3",
    "sample-1.0.data/scripts/b": b"4",
}


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    path = tmp_path / "sample-1.0-py3-none-any.whl"
    with ZipFile(path, "w") as archive:
        for name, data in FILES.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("name", "data", "is_found"),
    [
        ("sample/a.py", b"changed", True),
        ("sample/a.py", None, True),
        ("sample-1.0.dist-info/RECORD", b"more", False),
        ("sample-1.0.data/scripts/b", None, False),
        ("sample/new.py", b"of nobody", False),
    ],
)
def test_each_file_of_the_wheel_is_compared(
    name: str, data: bytes | None, wheel: Path, tmp_path: Path, *, is_found: bool
) -> None:
    site = tmp_path / "site"
    for one, content in {**FILES, name: data}.items():
        if content is not None:
            (site / one).parent.mkdir(parents=True, exist_ok=True)
            (site / one).write_bytes(content)
    if is_found:
        said = f"^{site / name} is not the one in {wheel}$"
        with pytest.raises(WrongPackageError, match=said):
            only_installed.compare(release(site), wheel)
    else:
        only_installed.compare(release(site), wheel)


def test_the_release_is_of_the_name_in_pyproject(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(only_installed, "ROOT", tmp_path)
    pyproject = tmp_path / "pyproject.toml"
    pyproject.write_text('# ä\n[project]\nname = "pytest"\n', "utf-8")
    assert only_installed.installed().version == distribution("pytest").version
    pyproject.write_text('[project]\nname = "no-such-thing"\n', "utf-8")
    with pytest.raises(
        WrongPackageError, match=r"^no-such-thing is not installed in /"
    ):
        only_installed.installed()


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a package, which is installed and not yet imported."""
    folder = tmp_path / "site"
    (folder / "sample_of_ours").mkdir(parents=True)
    (folder / "sample_of_ours" / "__init__.py").write_bytes(b"1")
    made = release(folder, "sample_of_ours/__init__.py")
    monkeypatch.setattr(only_installed, "installed", lambda: made)
    monkeypatch.setattr(only_installed, "PLACE", folder.resolve())
    monkeypatch.syspath_prepend(folder)
    monkeypatch.delenv("TESTED_WHEEL", raising=False)
    monkeypatch.delitem(sys.modules, "sample_of_ours", raising=False)
    return folder


def test_packages_are_imported_and_compared_where_a_wheel_is_named(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[object] = []
    monkeypatch.setattr(
        only_installed, "compare", lambda _, wheel: compared.append(wheel)
    )
    assert only_installed.import_installed() == {"sample_of_ours"}
    assert sys.modules["sample_of_ours"].__file__ == str(
        site / "sample_of_ours" / "__init__.py"
    )
    assert compared == []
    monkeypatch.setenv("TESTED_WHEEL", str(tmp_path / "a.whl"))
    only_installed.import_installed()
    assert compared == [tmp_path / "a.whl"]


def test_one_that_was_imported_from_elsewhere_is_refused(
    site: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(only_installed, "PLACE", site / "other")
    with pytest.raises(WrongPackageError, match=r"^sample_of_ours was imported from"):
        only_installed.import_installed()
    assert only_installed.main([]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.startswith("error: sample_of_ours was imported from ")


def test_without_arguments_it_only_looks(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert only_installed.main([]) == 0
    assert capsys.readouterr().out == f"testing sample 1.0, installed in {site}\n"
    assert "sample_of_ours" in sys.modules


def test_pytest_gets_the_arguments_and_the_plugin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[list[str]] = []

    def run(arguments: list[str]) -> int:
        given.append(arguments)
        return 5

    monkeypatch.setattr(pytest, "main", run)
    assert only_installed.main(["-x", "tests"]) == 5
    assert given == [["-p", "installed_plugin", "-x", "tests"]]
