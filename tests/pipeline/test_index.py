"""How an index is asked: what counts as absent, as failing, and as too slow."""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pipeline import index
from pipeline.commands import Failure

PAGE = b'{"files": [{"filename": "a-1.tar.gz", "url": "a-1.tar.gz", "hashes": {}}]}'


class Handler(BaseHTTPRequestHandler):
    server: "Server"

    def do_GET(self) -> None:
        self.server.asked.append(dict(self.headers.items()))
        self.server.paths.append(self.path)
        time.sleep(self.server.delay)
        with suppress(OSError):
            self.send_response(self.server.status)
            self.send_header("Content-Type", self.server.kind)
            length = len(PAGE) + self.server.missing
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(PAGE)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.kind, self.delay, self.missing = 200, index.JSON, 0.0, 0
        self.asked: list[dict[str, str]] = []
        self.paths: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/simple"


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as made:
        threading.Thread(target=made.serve_forever, args=[0.02], daemon=True).start()
        yield made
        made.shutdown()


def test_an_index_is_known_by_its_name_or_by_its_address() -> None:
    assert index.of("pypi") == index.Index(
        "https://upload.pypi.org/legacy/", "https://pypi.org/simple/"
    )
    assert index.of("testpypi") == index.Index(
        "https://test.pypi.org/legacy/", "https://test.pypi.org/simple/"
    )
    for address in ("https://example.org/a", "https://example.org/a/"):
        of_both = index.Index("https://example.org/a/", "https://example.org/a/simple/")
        assert index.of(address) == of_both
    with pytest.raises(Failure, match="--index x: neither pypi, testpypi nor"):
        index.of("x")


def test_only_404_means_that_nothing_is_there(server: Server) -> None:
    server.status = 404
    assert index.files(server.address, "a") == {}


@pytest.mark.parametrize("status", [400, 401, 403, 405, 410, 429, 500, 502, 503, 504])
def test_a_fault_is_not_absence(status: int, server: Server) -> None:
    """Else publishing would send again what it cannot see."""
    server.status = status
    with pytest.raises(Failure, match=f"HTTP Error {status}") as caught:
        index.files(server.address, "a")
    assert not isinstance(caught.value, index.Absent)


def test_an_answer_that_breaks_off_is_a_fault(server: Server) -> None:
    server.missing = 10
    with pytest.raises(Failure, match="IncompleteRead"):
        index.files(server.address, "a")


def test_an_index_that_says_nothing_is_given_up(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert 5 <= index.TIMEOUT_SECONDS <= 120
    monkeypatch.setattr(index, "TIMEOUT_SECONDS", 0.1)
    server.delay = 5
    with pytest.raises(Failure, match="timed out"):
        index.files(server.address, "a")


def test_the_question_is_for_json_past_every_cache(server: Server) -> None:
    assert list(index.files(server.address, "A_b.c")) == ["a-1.tar.gz"]
    assert server.paths == ["/simple/a-b-c/"]
    [asked] = server.asked
    assert asked["Cache-Control"] == "no-cache"
    assert asked["Accept"].startswith(index.JSON)
    assert "text/html" in asked["Accept"]


def test_html_is_read_where_there_is_no_json(server: Server) -> None:
    server.kind = "text/html; charset=utf-8"
    assert index.files(server.address, "a") == {}, "the page has no links"


def test_a_digest_is_of_the_bytes_that_are_served(server: Server) -> None:
    assert index.digest(server.address) == hashlib.sha256(PAGE).hexdigest()
