"""The sdist, proved where there is no network."""

from pathlib import Path

import pytest

import check_sdist
from pipeline import ledger
from pipeline.commands import Failure
from pipeline.ledger import EnvResult


def test_cargo_knows_nothing_and_may_ask_nobody() -> None:
    made = check_sdist.wheel_command(Path("/source"), Path("/empty"), Path("/out"))
    assert made.env == {"CARGO_HOME": "/empty", "CARGO_NET_OFFLINE": "true"}
    assert {"--no-index", "--no-deps", "--no-build-isolation"} <= set(made.argv)
    assert made.argv[-1] == "/source"


def test_the_result_is_noted_of_these_bytes_alone(tmp_path: Path) -> None:
    sdist = tmp_path / "a-1.0.tar.gz"
    sdist.write_bytes(b"sdist")
    ledger.write(tmp_path, [ledger.entry(sdist, "sdist", {})])
    result = EnvResult("offline", passed=True, summary="1 passed")
    check_sdist.note(sdist, result)
    [entry] = ledger.read(tmp_path)
    assert entry.tests == [result]
    sdist.write_bytes(b"other")
    with pytest.raises(Failure, match="not the file that the ledger"):
        check_sdist.note(sdist, result)
