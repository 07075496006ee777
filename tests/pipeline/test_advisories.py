"""What is asked about the tools, and what comes of the answers."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import advisories
from pipeline import commands, toolenv
from pipeline.commands import Command, Failure, command

LOCKED = sorted(path.stem for path in toolenv.LOCKS.glob("*.txt"))


class Database(ThreadingHTTPServer):
    """Answers as api.osv.dev does to a query; it knows of one defect at most."""

    asked: list[tuple[str, str]]
    bad: str = ""


class Handler(BaseHTTPRequestHandler):
    server: Database

    def do_POST(self) -> None:
        query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = query["package"]["name"]
        self.server.asked.append((name, query["version"]))
        answer = {"vulns": [advisory(name)]} if name == self.server.bad else {}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


def advisory(name: str) -> dict[str, object]:
    events = [{"introduced": "0"}]
    package = {"ecosystem": "PyPI", "name": name}
    return {
        "id": "PYSEC-2026-1",
        "details": "It does what it should not.",
        "modified": "2026-11-26T00:00:00Z",
        "affected": [
            {"package": package, "ranges": [{"type": "ECOSYSTEM", "events": events}]}
        ],
    }


@pytest.fixture
def database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Database]:
    server = Database(("127.0.0.1", 0), Handler)
    server.asked = []
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    real = advisories.audit_command

    def asking_here(pinned: Path) -> Command:
        here = f"http://127.0.0.1:{server.server_port}/v1/query"
        return command(*real(pinned).argv, "--osv-url", here, "--cache-dir", tmp_path)

    monkeypatch.setattr(toolenv, "enter", lambda *parts: entered.append(parts))
    entered: list[tuple[str, ...]] = []
    monkeypatch.setattr(advisories, "audit_command", asking_here)
    with server:
        yield server
        server.shutdown()
    assert entered == [("advisories",)]


def test_every_version_of_every_lock_is_asked_about(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    assert advisories.stage([]) == 0
    lines = {
        line.split()[0]
        for part in LOCKED
        for line in toolenv.lock(part).read_text("utf-8").splitlines()
        if "==" in line and line[0].isalpha()
    }
    assert {f"{name}=={version}" for name, version in database.asked} == lines
    # Among them what another platform alone installs.
    assert "colorama" in dict(database.asked)
    said = capsys.readouterr().out.splitlines()[-1]
    assert said == f"no advisory for {len(lines)} versions in {len(LOCKED)} locks"


def test_an_advisory_is_shown_and_fails(
    database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    database.bad = "twine"
    with pytest.raises(Failure, match="there are advisories"):
        advisories.stage([])
    [line] = [one for one in capsys.readouterr().out.splitlines() if "PYSEC" in one]
    assert line.startswith("twine ")


def test_a_database_without_an_answer_fails(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = commands.attempt

    def unreachable(one: Command) -> commands.Finished:
        return real(command(*one.argv, "--osv-url", "http://127.0.0.1:9/"))

    monkeypatch.setattr(advisories, "attempt", unreachable)
    with pytest.raises(Failure, match="could not be asked"):
        advisories.stage([])
    assert database.asked == []
