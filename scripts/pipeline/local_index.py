"""A package index of our own, to rehearse with."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pypiserver
from pypiserver.bottle_wrapper import Bottle, request


class Server(ThreadingMixIn, WSGIServer):
    """pip keeps a connection open while it opens the next."""

    daemon_threads = True


class Silent(WSGIRequestHandler):
    """Requests are no news; twine and pip say what matters."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  (its name)
        """Say nothing."""


def close_uploads(app: Bottle) -> None:
    """Have the files closed to which bottle writes what is uploaded.

    It leaves that to the garbage collector, which warns.
    """

    def close() -> None:
        form = request.environ.get("_cgi.FieldStorage")
        files = [one.file for one in form.list] if form else []
        body = request.environ.get("bottle.request.body")
        for file in (*files, body):
            if file:
                file.close()

    app.add_hook("after_request", close)


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
    )
    close_uploads(app)
    with make_server("127.0.0.1", 0, app, Server, Silent) as server:
        # Looks often whether it is to end: tests have many, one after the other.
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
