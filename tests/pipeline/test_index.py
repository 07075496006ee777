"""How an index is asked: what counts as absent, as failing, and as too slow."""

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

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
            length = len(self.server.page) + self.server.missing
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(self.server.page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.status, self.kind, self.delay, self.missing = 200, index.JSON, 0.0, 0
        self.page = PAGE
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


@pytest.mark.parametrize(
    ("upload", "is_here"),
    [
        ("http://127.0.0.1:8080/", True),
        ("http://[::1]/legacy/", True),
        ("https://localhost/", True),
        ("https://localhost.example.org/", False),
        ("https://upload.pypi.org/127.0.0.1/", False),
    ],
)
def test_an_index_of_this_machine_is_known_by_its_host(
    upload: str, *, is_here: bool
) -> None:
    assert index.Index(upload, "").is_of_this_machine == is_here


DIGEST = "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("said", "listed"),
    [
        ({}, {}),
        ({"hashes": {"md5": "0"}}, {}),
        ({"hashes": {"sha256": DIGEST}}, {"sha256": DIGEST}),
        ({"size": 7}, {"size": 7}),
        ({"provenance": "https://p"}, {"provenance": "https://p"}),
        ({"provenance": None}, {}),
        ({"upload-time": None}, {}),
        (
            {"upload-time": "2026-03-04T05:06:07.8Z"},
            {"uploaded": datetime(2026, 3, 4, 5, 6, 7, 800_000, UTC)},
        ),
        # The reason for it, which may be empty, or a truth value.
        ({"yanked": True}, {"yanked": True}),
        ({"yanked": "broken"}, {"yanked": True}),
        ({"yanked": ""}, {"yanked": True}),
        ({"yanked": False}, {}),
    ],
)
def test_what_json_says_of_a_file(
    said: dict[str, object], listed: dict[str, Any]
) -> None:
    one = {"filename": "a-1.tar.gz", "url": "u", "hashes": {}, **said}
    body = json.dumps({"files": [one]}).encode()
    assert index.from_json(body) == {"a-1.tar.gz": index.Listed("u", **listed)}


@pytest.mark.parametrize(
    ("link", "name", "listed"),
    [
        ('<a href="a-1.tar.gz">', "a-1.tar.gz", index.Listed("a-1.tar.gz")),
        (
            f'<a href="https://f/x/a-1%2Bb.whl?y=1#sha256={DIGEST}">',
            "a-1+b.whl",
            index.Listed(f"https://f/x/a-1%2Bb.whl?y=1#sha256={DIGEST}", DIGEST),
        ),
        # Another digest, and one with more behind it, are none.
        ('<a href="a#md5=01">', "a", index.Listed("a#md5=01")),
        (
            f'<a href="a#sha256={DIGEST}0">',
            "a",
            index.Listed(f"a#sha256={DIGEST}0"),
        ),
        (
            '<a href="a" data-provenance="https://p">',
            "a",
            index.Listed("a", provenance="https://p"),
        ),
        ('<a href="a" data-provenance>', "a", index.Listed("a")),
        ('<a data-yanked href="a">', "a", index.Listed("a", yanked=True)),
        ('<a data-yanked="broken" href="a">', "a", index.Listed("a", yanked=True)),
    ],
)
def test_what_html_says_of_a_file(link: str, name: str, listed: index.Listed) -> None:
    assert index.from_html(f"<p>ä{link}A</a>".encode()) == {name: listed}


@pytest.mark.parametrize(
    "link", ['<link href="a">', "<a>", '<a href="">', "<a name=b>"]
)
def test_what_is_no_link_to_a_file(link: str) -> None:
    assert index.from_html(link.encode()) == {}


def test_html_is_read_where_there_is_no_json(server: Server) -> None:
    server.kind = "text/html; charset=utf-8"
    server.page = b'<a href="../../files/a-1.tar.gz">a</a>'
    found = index.files(f"{server.address}/", "a")
    address = f"http://127.0.0.1:{server.server_port}/files/a-1.tar.gz"
    assert found == {"a-1.tar.gz": index.Listed(address)}


def test_an_address_in_json_is_of_the_page(server: Server) -> None:
    [listed] = index.files(server.address, "a").values()
    assert listed.address == f"{server.address}/a/a-1.tar.gz"


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://a/b", "a"])
def test_only_an_index_is_asked(address: str) -> None:
    with pytest.raises(Failure, match="is no address of an index"):
        index.request(address)
    with pytest.raises(Failure, match="nor the address of an index"):
        index.of(address)


def test_the_kind_of_an_answer_comes_with_its_bytes(server: Server) -> None:
    server.kind = "text/plain; charset=utf-8"
    assert index.request(server.address) == ("text/plain", PAGE)
    assert server.asked[0]["Accept"] == "*/*"


def test_a_digest_is_of_the_bytes_that_are_served(server: Server) -> None:
    assert index.digest(server.address) == hashlib.sha256(PAGE).hexdigest()
