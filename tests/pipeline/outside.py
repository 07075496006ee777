"""What a release meets outside of its workflow: both indexes, GitHub, and the rest.

A job reaches the indexes by their names, over TLS, through a proxy (HTTPS_PROXY) that
answers for these names itself, as `warehouse.py` does; whatever else is asked goes on
to the real hosts, also other projects on PyPI. Certificates are of an authority that
the jobs are told to trust. Sigstore is replaced (`signing.py`), and so is `gh`, which
only writes down what it is asked.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import select
import shutil
import socket
import ssl
import stat
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer

import jwt
import signing
import trustme
import urllib3
from actions import OWNER, Executor
from pypi_attestations import GitHubPublisher
from pypiserver.bottle_wrapper import Bottle, HTTPResponse, request
from warehouse import ISSUER, Warehouse, not_found

from pipeline.commands import command, run
from pipeline.project import Project

REPLACED = Path(__file__).parent / "replaced"
# Who commits, where nobody has told git.
SOMEBODY = {
    f"GIT_{role}_{said}": value
    for role in ("AUTHOR", "COMMITTER")
    for said, value in {"NAME": "A", "EMAIL": "a@example.org"}.items()
}
GH = """#!{python}
import json, sys
from pathlib import Path
print("replaced: gh", *sys.argv[1:4], flush=True)
with open({log!r}, "a") as file:
    file.write(json.dumps(sys.argv[1:]) + "\\n")
files = [one for one in sys.argv[4:] if one.startswith("/")]
missing = [one for one in files if not Path(one).exists()]
# There is no release of the tag before one is made.
sys.exit(bool(missing) or sys.argv[1:3] == ["release", "view"])
"""


class Proxy(WSGIRequestHandler):
    """Answers for our hosts, and connects to others."""

    server: Server

    def handle(self) -> None:
        with suppress(OSError):
            self.raw_requestline = self.rfile.readline(65537)
            if not self.parse_request():
                return
            if self.command != "CONNECT":
                self.answer(self.server.apps[""])
                return
            host, _, port = self.path.partition(":")
            if host not in self.server.apps:
                self.connect(host, int(port))
                return
            self.accept()
            with self.server.tls.wrap_socket(self.connection, server_side=True) as tls:
                self.rfile = tls.makefile("rb")
                self.wfile = tls.makefile("wb")
                self.raw_requestline = self.rfile.readline(65537)
                if self.parse_request():
                    self.answer(self.server.apps[host])

    def answer(self, app: Bottle) -> None:
        """The request that was read, by the application of its host."""
        streams = (self.rfile, self.wfile, self.get_stderr())
        handler = ServerHandler(*streams, self.get_environ())  # type: ignore[arg-type]
        handler.request_handler = self  # type: ignore[attr-defined]
        handler.run(app)

    def accept(self) -> None:
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        self.wfile.flush()

    def connect(self, host: str, port: int) -> None:
        with socket.create_connection((host, port), timeout=60) as other:
            self.accept()
            both = {self.connection: other, other: self.connection}
            while True:
                ready, _, _ = select.select(list(both), [], [], 600)
                for one in ready:
                    sent = one.recv(1 << 16)
                    if not sent:
                        return
                    both[one].sendall(sent)
                if not ready:
                    return

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


class Server(ThreadingMixIn, WSGIServer):
    """One thread a connection."""

    daemon_threads = True
    apps: dict[str, Bottle]  # by host; "" for who asks without the proxy
    tls: ssl.SSLContext

    def handle_error(self, *_arguments: object) -> None:
        """Connections that break are what is tested."""


def upstream(host: str) -> Callable[[str], HTTPResponse]:
    """Hands the request on to the real host of this name."""
    pool = urllib3.PoolManager(ssl_context=ssl.create_default_context())
    kept = ("Accept", "Range", "If-None-Match", "If-Modified-Since", "User-Agent")
    hop = {"connection", "keep-alive", "transfer-encoding"}

    def passed_on(path: str) -> HTTPResponse:
        headers = {k: v for k in kept if (v := request.get_header(k))}
        options = {"headers": headers, "redirect": False, "decode_content": False}
        address = f"https://{host}/{path}"
        answer = pool.request(request.method, address, **options)  # type: ignore[arg-type]
        found = HTTPResponse(answer.data, answer.status)
        for key, value in answer.headers.items():
            if key.lower() not in hop:
                found.set_header(key, value)
        return found

    return passed_on


@dataclass
class World:
    """The outside of one repository."""

    repository: Path
    folder: Path
    pypi: Warehouse
    testpypi: Warehouse
    environment: Mapping[str, str]
    address: str  # of the proxy
    key: str

    @property
    def asked_of_gh(self) -> list[list[str]]:
        log = self.folder / "gh.log"
        lines = log.read_text("utf-8").splitlines() if log.exists() else []
        return [json.loads(line) for line in lines]

    def identify(self, claims: Mapping[str, Any]) -> dict[str, str]:
        """What a job gets that may ask for a token of its identity."""
        now = int(time.time())
        lasting = {"iss": ISSUER, "sub": f"repo:{claims['repository']}", "iat": now}
        signed = jwt.encode({**lasting, **claims}, self.key, "HS256")
        return {
            "ACTIONS_ID_TOKEN_REQUEST_TOKEN": signed,
            "ACTIONS_ID_TOKEN_REQUEST_URL": f"{self.address}/token",
        }

    def executor(self, workflow: Mapping[str, Any], tag: str) -> Executor:
        programs = self.folder / "programs"
        programs.mkdir(exist_ok=True)
        gh = programs / "gh"
        log = str(self.folder / "gh.log")
        gh.write_text(GH.format(python=sys.executable, log=log), "utf-8")
        gh.chmod(gh.stat().st_mode | stat.S_IXUSR)
        return Executor(
            workflow,
            "push",
            self.repository,
            self.folder,
            f"refs/tags/{tag}",
            self.environment,
            self.identify,
        )


def github(key: str) -> Bottle:
    """Where a job asks for a token of its identity, for somebody."""
    app = Bottle()

    @app.get("/token")  # type: ignore[untyped-decorator]
    def token() -> dict[str, str]:
        given = request.get_header("Authorization").split()[-1]
        claims = jwt.decode(given, key, ["HS256"])
        now = int(time.time())
        fresh = {"aud": request.query["audience"], "iat": now, "exp": now + 600}
        # One of its own at each time.
        fresh["jti"] = secrets.token_hex()
        return {"value": jwt.encode({**claims, **fresh}, key, "HS256")}

    return app


@contextmanager
def world(repository: Path, folder: Path) -> Iterator[World]:
    key = secrets.token_hex()
    made = Project(repository)
    publisher = f"{OWNER}/{repository.name}"

    def index(audience: str, host: str, upload: str, files: str) -> Warehouse:
        known = GitHubPublisher(
            repository=publisher, workflow="release.yml", environment=audience
        )
        name = re.sub(r"[-_.]+", "-", made.name).lower()
        return Warehouse(host, upload, files, audience, name, known, key)

    test = ("test.pypi.org", "test.pypi.org", "test-files.pythonhosted.org")
    real = ("pypi.org", "upload.pypi.org", "files.pythonhosted.org")
    testpypi, pypi = index("testpypi", *test), index("pypi", *real)
    apps = {host: testpypi.app(not_found) for host in testpypi.hosts}
    apps |= {host: pypi.app(upstream(host)) for host in pypi.hosts}
    authority = trustme.CA()
    trusted = folder / "trusted.pem"
    system = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    known = Path(system).read_bytes() if system else b""
    trusted.write_bytes(known + b"\n" + authority.cert_pem.bytes())
    signing.make_authority(folder / "signing")
    with Server(("127.0.0.1", 0), Proxy) as server:
        server.apps = {"": github(key), **apps}
        server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*apps).configure_cert(server.tls)
        address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        environment = {
            **dict.fromkeys(("HTTPS_PROXY", "https_proxy"), address),
            **dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost"),
            **dict.fromkeys(
                ("CURL_CA_BUNDLE", "PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"),
                str(trusted),
            ),
            signing.FOLDER: str(folder / "signing"),
            "PYTHONPATH": str(REPLACED),
        }
        os.environ[signing.FOLDER] = environment[signing.FOLDER]
        print(f"replaced: {', '.join(sorted(apps))}, Sigstore, gh", flush=True)
        try:
            yield World(repository, folder, pypi, testpypi, environment, address, key)
        finally:
            del os.environ[signing.FOLDER]
            server.shutdown()


def released(source: Path, version: str, folder: Path) -> Path:
    """A clone in which the version is released and its tag set, as release.py says."""
    clone = folder / "repository" / source.name
    shutil.rmtree(clone, ignore_errors=True)
    run(command("git", "clone", "--quiet", source, clone))
    script = clone / "scripts" / "release.py"
    run(command(sys.executable, script, version, env=SOMEBODY, cwd=clone))
    tag = ("--annotate", f"v{version}", "--message", version)
    run(command("git", "tag", *tag, env=SOMEBODY, cwd=clone))
    return clone
