"""A proxy in front of an index, which breaks one upload in a way that it is told."""

import http.client
import socket
import struct
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Handle = Callable[["Proxy"], None]


@dataclass
class Plan:
    """Which upload goes wrong and how; and what was seen."""

    position: int = -1  # of the upload, counted from 0; after it, all goes well
    fault: str = ""
    seen: int = 0
    accepted: list[str] = field(default_factory=list)  # by the index, in order
    struck: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)


class Proxy(BaseHTTPRequestHandler):
    """Hands requests on to the index of `server.target`."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_GET(self) -> None:
        status, headers, body = self.forward("GET", b"")
        self.answer(status, headers, body)

    def do_POST(self) -> None:
        plan = self.server.plan
        with plan.lock:
            strikes = plan.seen == plan.position
            plan.seen += 1
        if not strikes:
            self.pass_on()
            return
        plan.struck.set()
        FAULTS[plan.fault](self)

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers["Content-Length"]))

    def forward(self, verb: str, body: bytes) -> tuple[int, dict[str, str], bytes]:
        target = urllib.parse.urlsplit(self.server.target)
        connection = http.client.HTTPConnection(target.hostname or "", target.port)
        headers = {k: v for k, v in self.headers.items() if k != "Host"}
        connection.request(verb, self.path, body or None, headers)
        answer = connection.getresponse()
        found = answer.status, dict(answer.getheaders()), answer.read()
        connection.close()
        if verb == "POST" and answer.status < 300:
            name = body.split(b'name="content"; filename="')[1].split(b'"')[0]
            self.server.plan.accepted.append(name.decode())
        return found

    def pass_on(self) -> None:
        self.answer(*self.forward("POST", self.body()))

    def answer(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name in ("Content-Type", "Retry-After"):
            if name in headers:
                self.send_header(name, headers[name])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with suppress(OSError):  # who asked may be gone
            self.wfile.write(body)

    def reset(self) -> None:
        """Cut the connection so that the other side sees it at once."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        # The file objects hold the socket open.
        self.rfile.close()
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


def reset_before(proxy: Proxy) -> None:
    proxy.reset()


def reset_during(proxy: Proxy) -> None:
    proxy.rfile.read(int(proxy.headers["Content-Length"]) // 2)
    proxy.reset()


def reset_after(proxy: Proxy) -> None:
    proxy.body()
    proxy.reset()


def taken_and_reset(proxy: Proxy) -> None:
    proxy.forward("POST", proxy.body())
    proxy.reset()


def taken_and_refused(proxy: Proxy) -> None:
    """What a proxy's own retry makes of a slow index."""
    proxy.forward("POST", proxy.body())
    proxy.answer(400, {}, b"File already exists.")


def taken_and_truncated(proxy: Proxy) -> None:
    proxy.forward("POST", proxy.body())
    proxy.send_response(200)
    proxy.send_header("Content-Length", "100")
    proxy.end_headers()
    proxy.wfile.write(b"OK")
    proxy.wfile.flush()
    proxy.reset()


def hang(proxy: Proxy) -> None:
    proxy.body()
    time.sleep(SILENCE * 4)
    proxy.reset()


def taken_and_hang(proxy: Proxy) -> None:
    proxy.forward("POST", proxy.body())
    time.sleep(SILENCE * 4)
    proxy.reset()


def says(status: int, *, taken: bool = False, **headers: str) -> Handle:
    def answer(proxy: Proxy) -> None:
        body = proxy.body()
        if taken:
            proxy.forward("POST", body)
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        proxy.answer(status, named, f"said {status}".encode())

    return answer


#: How long a publisher under test waits for an answer.
SILENCE = 0.4
FAULTS: dict[str, Handle] = {
    "reset before the body": reset_before,
    "reset during the body": reset_during,
    "reset after the body": reset_after,
    "taken, then reset": taken_and_reset,
    "500": says(500),
    "502": says(502),
    "503": says(503),
    "429, try again in a second": says(429, Retry_After="1"),
    "taken, then 500": says(500, taken=True),
    "taken, then 504": says(504, taken=True),
    "taken, then 400 file exists": taken_and_refused,
    "taken, then a truncated answer": taken_and_truncated,
    "hang": hang,
    "taken, then hang": taken_and_hang,
    "400": says(400),
    "403": says(403),
}
#: What is not to be tried again, as it would be refused again.
FINAL = {"400", "403"}


class Server(ThreadingHTTPServer):
    """One thread a connection, as pip keeps one open while it opens the next."""

    daemon_threads = True
    target: str
    plan: Plan

    def handle_error(self, *_arguments: object) -> None:
        """Connections that break are what this is for."""


@contextmanager
def proxy(target: str, plan: Plan) -> Iterator[str]:
    """The address of a proxy for the index at the address `target`."""
    server = Server(("127.0.0.1", 0), Proxy)
    server.target, server.plan = target, plan
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
