"""The README's table of functions: what is called in the same way stands together."""

from pathlib import Path
from types import ModuleType

import pytest

from pipeline.commands import Failure
from pipeline.generators import function_table, stubs


def nanmean(a: object, axis: object = None, *, out: object = None) -> None: ...


def nanargmin(a: object, axis: object = None, *, default: object = None) -> None: ...


def nanvar(a: object, axis: object = None, ddof: object = 0) -> None: ...


def set_num_threads(n: object) -> None: ...


@pytest.fixture
def document(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A README with an empty table, beside a module with some functions."""
    module = ModuleType("package._core")
    functions = (nanmean, nanvar, set_num_threads, nanargmin)
    contents: dict[str, object] = {one.__name__: one for one in functions}
    reductions = dict.fromkeys(("nanmean", "nanvar", "nanargmin"), ("reduce", ""))
    vars(module).update(contents, __version__="1.0", _FUNCTIONS=reductions)
    vars(module)["__all__"] = [*contents, "__version__"]
    monkeypatch.setattr(function_table, "installed", lambda: module)
    made = tmp_path / "README.md"
    made.write_text(f"above\n{function_table.START}\n{function_table.END}\nbelow\n")
    monkeypatch.setattr(function_table, "DOCUMENT", made)
    return made


def test_a_row_has_what_is_called_in_the_same_way(document: Path) -> None:
    function_table.write()
    assert document.read_text().splitlines() == [
        "above",
        function_table.START,
        "",
        "| | |",
        "|---|---|",
        "| reductions, `f(a, axis=None)` | `nanmean` `nanargmin` |",
        "| reductions, `f(a, axis=None, ddof=0)` | `nanvar` |",
        "| settings, `f(n)` | `set_num_threads` |",
        "",
        function_table.END,
        "below",
    ]


def test_a_stale_table_fails_the_check_and_stays(document: Path) -> None:
    before = document.read_text()
    with pytest.raises(Failure, match=r"stale: .* python scripts/generate\.py"):
        function_table.check()
    assert document.read_text() == before
    assert function_table.write().startswith("wrote")
    assert "up to date" in function_table.check()


def test_the_readme_has_a_row_for_every_kind() -> None:
    text = function_table.DOCUMENT.read_text("utf-8")
    kinds = {pattern.split(".")[0] for pattern in stubs.RESULTS if "." in pattern}
    assert function_table.KINDS.keys() == kinds
    rows = text.partition(function_table.START)[2].partition(function_table.END)[0]
    assert all(f"\n| {word}, `f(a" in rows for word in function_table.KINDS.values())
