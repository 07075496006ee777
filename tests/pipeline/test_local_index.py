"""The index of our own: it takes any file, says its hash, and answers for no other."""

import gc
import io
import socket
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit
from wsgiref.util import setup_testing_defaults

import pytest
from pypiserver.bottle_wrapper import Bottle, request

import rehearse
from pipeline import index, ledger, local_index, upload
from pipeline.commands import Failure
from pipeline.index import Absent
from pipeline.project import PROJECT


@pytest.fixture
def served(tmp_path: Path) -> Iterator[str]:
    (tmp_path / "index").mkdir()
    with local_index.serve(tmp_path / "index") as url:
        yield url


def test_anyone_may_upload_and_the_file_is_listed_with_its_hash(
    served: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in rehearse.ANYONE.items():
        monkeypatch.setenv(name, value)
    wheel = tmp_path / f"{PROJECT.stem}-py3-none-any.whl"
    text = f"Metadata-Version: 2.1\nName: {PROJECT.name}\nVersion: {PROJECT.version}\n"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(f"{PROJECT.stem}.dist-info/METADATA", text)
        # More than is kept in memory, so that files are written; to be closed, too.
        archive.writestr("large", bytes(300_000))
    where = index.of(served)
    assert index.files(where.simple, PROJECT.name) == {}
    upload.twine(where)(wheel)
    [(name, listed)] = index.files(where.simple, PROJECT.name).items()
    assert (name, listed.sha256) == (wheel.name, ledger.sha256(wheel))
    assert index.digest(listed.address) == listed.sha256
    gc.collect()


def test_uploads_are_closed_with_their_request() -> None:
    app = Bottle()
    local_index.close_uploads(app)
    kept: list[IO[bytes]] = []

    def take() -> str:
        kept.extend([request.files["content"].file, request.body])
        assert not any(file.closed for file in kept)
        return "taken"

    app.route("/", "POST", take)
    head = b'Content-Disposition: form-data; name="content"; filename="a"'
    body = b"--x\r\n%s\r\n\r\n%s\r\n--x--\r\n" % (head, bytes(300_000))
    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    setup_testing_defaults(environ)
    assert b"".join(app(environ, lambda *_: None)) == b"taken"
    assert [file.closed for file in kept] == [True, True]


def test_two_are_at_different_ports(served: str, tmp_path: Path) -> None:
    with local_index.serve(tmp_path) as other:
        assert index.request(served)
        assert index.request(other)


def test_it_ends_with_its_block(tmp_path: Path) -> None:
    with local_index.serve(tmp_path) as url:
        assert index.request(url)
    with pytest.raises(Failure, match="refused"):
        index.request(url)


def connection(url: str) -> socket.socket:
    parts = urlsplit(url)
    return socket.create_connection((str(parts.hostname), int(parts.port or 0)))


def test_its_threads_end_with_it_and_hold_up_nobody(tmp_path: Path) -> None:
    """Not even that of a connection which is open and says nothing."""
    before = set(threading.enumerate())
    with local_index.serve(tmp_path) as url, connection(url):
        assert index.request(url)
        threads = set(threading.enumerate()) - before
        assert threads
        assert all(one.daemon for one in threads)
    for one in threads:
        one.join(timeout=10)
        assert not one.is_alive()


def test_it_listens_to_this_machine_alone(served: str) -> None:
    assert served.startswith("http://127.0.0.1:")


def test_it_does_not_answer_for_others(served: str) -> None:
    assert index.files(f"{served}simple/", "numpy") == {}
    with pytest.raises(Absent, match="404"):
        index.request(f"{served}simple/numpy/")
