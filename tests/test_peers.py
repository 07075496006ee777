"""The harness of the peers' suites: what must fail there does."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from processes import run

PEERS = Path(__file__).parent / "peers"


def status(tmp_path: Path, deviations: dict[str, str]) -> int:
    """Of a suite of one test that passes and one that fails."""
    (tmp_path / "tests").mkdir()
    tests = "def test_passes(): pass\ndef test_fails(): assert False\n"
    (tmp_path / "tests" / "test_peer.py").write_text(tests, "utf-8")
    code = f"""
        import sys
        from pathlib import Path
        sys.path.insert(0, {str(PEERS)!r})
        import suite
        # Importing Hypothesis to report a failure takes longer than all else.
        quick = ("-p", "no:hypothesispytest")
        sys.exit(suite.run(Path({str(tmp_path)!r}), ["tests"], {deviations}, *quick))
    """
    return run(textwrap.dedent(code)).returncode


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        (["test_peer.py::test_fails"], pytest.ExitCode.OK),
        ([], pytest.ExitCode.TESTS_FAILED),
        (["test_fails", "test_passes"], pytest.ExitCode.TESTS_FAILED),
        (["test_fails", "test_absent"], pytest.ExitCode.USAGE_ERROR),
    ],
    ids=["listed", "not listed", "listed but passes", "listed but absent"],
)
def test_deviations(tmp_path: Path, expected: list[str], code: pytest.ExitCode) -> None:
    assert status(tmp_path, dict.fromkeys(expected, "a reason")) == code


def test_calls_are_counted_and_required() -> None:
    code = f"""
        import sys
        sys.path.insert(0, {str(PEERS)!r})
        import suite
        bottleneck = suite.enable()
        calls = suite.Calls(bottleneck)
        assert bottleneck.nansum([1.0, 2.0]) == 3.0
        assert bottleneck.nansum.__name__ == "nansum"
        bottleneck.nansum([1.0])
        calls.require(["nansum"])
        calls.require(["nansum", "nanmax"])
    """
    finished = run(textwrap.dedent(code))
    assert "2 calls: nansum 2\n" in finished.stdout
    assert finished.stderr == "nothing has called nanmax\n"
    assert finished.returncode == 1
