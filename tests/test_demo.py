"""The demonstration, on a table of five flights."""

from __future__ import annotations

import sys
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest

import uncork
from uncork import demo, slow

if TYPE_CHECKING:
    from pathlib import Path

FLIGHTS = """\
year,dep_delay,carrier,arr_delay
2013,2,UA,11
2013,-4,UA,NA
2013,NA,AA,NA
2013,0,B6,-18
2013,33,DL,20
"""
DELAYS = np.array([[2, 11], [-4, np.nan], [np.nan, np.nan], [0, -18], [33, 20]])


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the package of the table has, found where Python looks for packages."""
    package = tmp_path / demo.PACKAGE
    archive = package / demo.TABLE
    archive.parent.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('reads it all')")
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr(demo.TABLE.stem, FLIGHTS)
    monkeypatch.syspath_prepend(tmp_path)
    for call in demo.CALLS:
        if "window" in call.arguments:
            monkeypatch.setitem(call.arguments, "window", 3)


@pytest.mark.usefixtures("table")
def test_reads_gaps() -> None:
    np.testing.assert_array_equal(demo.read_table(), DELAYS)


@pytest.mark.usefixtures("table")
def test_agrees(capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.main() == 0
    printed = capsys.readouterr().out
    for call in demo.CALLS:
        assert str(call) in printed
    assert "5 flights, dep_delay, arr_delay; up to 2 gaps" in printed
    assert "tolerance" in printed


@pytest.mark.usefixtures("table")
def test_without_bottleneck(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "bottleneck", None)
    assert demo.main() == 0
    assert "without Bottleneck: " in capsys.readouterr().out


@pytest.mark.usefixtures("table")
def test_without_rich(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for module in ("rich", "rich.console"):
        monkeypatch.setitem(sys.modules, module, None)
    assert demo.main() == 0
    lines = capsys.readouterr().out.splitlines()
    header = next(line for line in lines if line.startswith("call "))
    row = next(line for line in lines if line.startswith("nanmean(delays, axis=0)"))
    assert header.split()[:3] == ["call", "uncork", "NumPy"]
    assert row.split()[2:6] == ["7.75", "4.333333", "7.75", "4.333333"]


@pytest.mark.usefixtures("table")
def test_disagreement_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uncork, "nanmax", lambda a, axis: slow.nanmax(a, axis) + 1e-6)
    assert demo.main() == 1


def test_missing_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "PACKAGE", "a_package_that_nobody_has")
    with pytest.raises(SystemExit, match=r"pip install a_package_that_nobody_has$"):
        demo.main()


@pytest.mark.parametrize(
    ("actual", "desired", "difference"),
    [
        ([1.0, np.nan], [1.0, np.nan], 0),
        ([0.5, 300.0], [0.25, 100.0], 2),
        ([np.inf], [np.inf], 0),
        ([np.nan], [1.0], np.inf),
        ([1.0], [np.nan], np.inf),
        ([1.0], [np.inf], np.inf),
        ([1.0, 2.0], [1.0], np.inf),
    ],
)
def test_difference(
    actual: list[float], desired: list[float], difference: float
) -> None:
    assert demo.difference(np.array(actual), np.array(desired)) == difference
