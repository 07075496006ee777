"""Package indexes: one of our own to rehearse with, and how to read any."""

import hashlib
import threading
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pypiserver
from packaging.utils import canonicalize_name

from pipeline.commands import Failure

TIMEOUT_SECONDS = 30


class Server(ThreadingMixIn, WSGIServer):
    """pip keeps a connection open while it opens the next."""

    daemon_threads = True


class Silent(WSGIRequestHandler):
    """Requests are no news; twine and pip say what matters."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (its name)
        """Say nothing."""


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """An empty index in the folder, at a free port of this machine alone.

    A thread of ours rather than a process: it ends with us, whatever ends us, and
    the port is chosen and taken in one step.
    """
    app = pypiserver.app(
        roots=[folder],
        # Anyone may upload: only this machine reaches it, for a minute.
        authenticate=[],
        password_file=".",  # noqa: S106  (how pypiserver spells "none")
        # What is not here must fail, not come from the real index.
        disable_fallback=True,
        hash_algo="sha256",
    )
    with make_server("127.0.0.1", 0, app, Server, Silent) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()


class Links(HTMLParser):
    """The links of a simple page: file name and address."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href")
        if tag == "a" and address:
            path = urllib.parse.urlsplit(address).path
            self.found[urllib.parse.unquote(path.rsplit("/", 1)[-1])] = address


def fetch(address: str) -> bytes:
    if not address.startswith(("http://", "https://")):
        raise Failure(f"{address} is no address of an index")
    try:
        with urllib.request.urlopen(address, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310  (checked above)
            return bytes(answer.read())
    except (OSError, urllib.error.URLError) as error:
        raise Failure(f"{address}: {error}") from error


def files(simple: str, name: str) -> dict[str, str]:
    """The files that an index has of a project, each with its address (PEP 503)."""
    page = f"{simple.rstrip('/')}/{canonicalize_name(name)}/"
    links = Links()
    links.feed(fetch(page).decode())
    return {file: urllib.parse.urljoin(page, to) for file, to in links.found.items()}


def digest(address: str) -> str:
    """Of the bytes that the index serves, not what it says of them."""
    return hashlib.sha256(fetch(address)).hexdigest()
