"""The tool environments: exactly what is locked, whatever the index has by now."""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest
from packaging.version import Version

from pipeline import toolenv
from pipeline.commands import (
    Finished,
    ask,
    attempt,
    command,
    run,
    silent,
)
from pipeline.plan import Plan

TOOLS = sorted(
    path.stem for path in toolenv.LOCKS.glob("*.txt") if path.stem != toolenv.INSTALLER
)
# A requirement of a lock: name, version and marker.
PINNED = re.compile(
    r"^([^\s=]+)==(\S+)((?: ; .*?)?) \\\n(?: +--hash=\S+(?: \\)?\n)+", re.MULTILINE
)
# Of a locked version the next, which every requirement of it admits.
NEWER = "{}.1"
# The local index has no uv, only what starts the one that is here.
START_UV = "import os, sys\nos.execv({uv!r}, [{uv!r}, *sys.argv[1:]])\n"


def wheel(folder: Path, name: str, version: str, files: dict[str, str]) -> str:
    """Put a wheel without code into the folder, with the requirements of the real one.

    Its hash comes back.
    """
    stem = f"{name.replace('-', '_')}-{version}"
    info = f"{stem}.dist-info"
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    with suppress(PackageNotFoundError):  # one of another platform
        real = metadata(name)
        for key in ("Requires-Dist", "Provides-Extra"):
            lines += [f"{key}: {value}" for value in real.get_all(key, [])]
    contents = {
        **files,
        f"{info}/METADATA": "\n".join([*lines, ""]),
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n"
        "Tag: py3-none-any\n",
    }
    records = [f"{path},{record(text)}" for path, text in contents.items()]
    path = folder / name / f"{stem}-py3-none-any.whl"
    path.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(path, "w") as archive:
        for inside, text in contents.items():
            archive.writestr(inside, text)
        archive.writestr(
            f"{info}/RECORD", "\n".join([*records, f"{info}/RECORD,,", ""])
        )
    return hashlib.sha256(path.read_bytes()).hexdigest()


def record(text: str) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest())
    return f"sha256={digest.decode().rstrip('=')},{len(text.encode())}"


class Index(ThreadingHTTPServer):
    """A folder for each package: its listing is what PEP 503 wants of an index."""

    request_queue_size = 128  # as many as uv asks at once


class Silent(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    handler = partial(Silent, directory=str(folder))
    with Index(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def oldest_pip(plan: Plan) -> str:
    """The Python at hand that bundles the oldest pip: what goes wrong, goes there."""
    names = [sys.executable, *(f"python{python}" for python in plan.ordinary)]
    bundled: dict[tuple[int, ...], str] = {}
    for name in filter(None, map(shutil.which, names)):
        code = "import ensurepip, sys; print(ensurepip.version(), sys.executable)"
        asked = subprocess.run(
            [name, "-c", code], capture_output=True, encoding="utf-8", check=False
        )
        if asked.returncode == 0:
            version, executable = asked.stdout.split(maxsplit=1)
            bundled[tuple(map(int, version.split(".")))] = executable.strip()
    return bundled[min(bundled)]


@pytest.fixture(scope="module")
def world(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The locks, and an index with something newer of everything that they name.

    The wheels are as good as empty, but of the names, versions and requirements, extras
    among them, of the real ones: so are the locks, but for the hashes.
    """
    folder = tmp_path_factory.mktemp("index")
    locks = tmp_path_factory.mktemp("requirements")
    uv = shutil.which("uv")
    assert uv, "the environment of these tests has uv"
    hashes: dict[str, str] = {}

    def pinned(found: re.Match[str]) -> str:
        name, version, marker = found.groups()
        if name == "pip":  # empty, it would replace the bundled one
            return ""
        if name not in hashes:
            start = {"uv/__main__.py": START_UV.format(uv=uv)} if name == "uv" else {}
            hashes[name] = wheel(folder, name, version, start)
            wheel(folder, name, NEWER.format(version), {})
        return f"{name}=={version}{marker} \\\n    --hash=sha256:{hashes[name]}\n"

    for part in [*TOOLS, toolenv.INSTALLER]:
        text = PINNED.sub(pinned, toolenv.lock(part).read_text("utf-8"))
        (locks / f"{part}.txt").write_text(text, "utf-8")
    with pytest.MonkeyPatch.context() as patch, serve(folder) as url:
        for variable in [
            name for name in os.environ if name.startswith(("PIP_", "UV_"))
        ]:
            patch.delenv(variable)
        patch.setenv("PIP_CONFIG_FILE", os.devnull)
        patch.setenv("PIP_NO_CACHE_DIR", "1")
        patch.setenv("PIP_INDEX_URL", url)
        patch.setenv("UV_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        patch.setenv("UV_DEFAULT_INDEX", url)
        patch.setattr(sys, "executable", oldest_pip(plan))
        patch.setattr(toolenv, "LOCKS", locks)
        yield


@pytest.fixture(scope="module")
def home(world: None, tmp_path_factory: pytest.TempPathFactory) -> Path:  # noqa: ARG001  (makes the index)
    """An environment of all parts, made by the commands of the stages."""
    home = tmp_path_factory.mktemp("tools") / "all"
    toolenv.provide(home, TOOLS)
    return home


def versions(home: Path) -> dict[str, str]:
    code = (
        "from importlib.metadata import distributions as all\n"
        "for one in all(): print(one.name, one.version)"
    )
    text = ask(command(toolenv.python(home), "-c", code))
    return dict(line.split() for line in text.splitlines())


def test_what_is_locked_is_installed_whatever_is_newer(home: Path) -> None:
    found = versions(home)
    locked: dict[str, str] = {}
    everywhere: set[str] = set()
    for part in [*TOOLS, toolenv.INSTALLER]:
        for name, version, marker in PINNED.findall(
            toolenv.lock(part).read_text("utf-8")
        ):
            locked[name] = version
            everywhere |= set() if marker else {name}
    assert everywhere <= found.keys()
    # The rest is what the bundled pip is.
    others = found.keys() - locked.keys()
    assert others <= {"pip", "setuptools"}
    assert {name: found[name] for name in found.keys() - others} == {
        name: locked[name] for name in found.keys() - others
    }
    assert toolenv.installed(home) == set(TOOLS)


def test_without_the_lock_the_newer_would_come(home: Path, tmp_path: Path) -> None:
    """Or the test above would prove nothing."""
    uv = (toolenv.python(home), "-m", "uv", "pip", "install", "--no-deps")
    run(command(*uv, "--target", tmp_path, "pydantic"), show=silent)
    locked = versions(home)["pydantic"]
    assert list(tmp_path.glob(f"pydantic-{NEWER.format(locked)}.dist-info"))


def test_an_old_pip_alone_would_look_past_the_lock(home: Path) -> None:
    """It takes `pydantic[email]` for something new, and finds the newer (pip#12345)."""
    pip = (toolenv.python(home), "-m", "pip")
    version = Version(ask(command(*pip, "--version")).split()[1])
    lock = ("--require-hashes", "-r", toolenv.lock("publish"))
    plain = command(*pip, "install", "--dry-run", "--ignore-installed", *lock)
    finished = attempt(plain, show=silent)
    if version < Version("23.3"):  # where the machine has a Python that is so old
        assert "must have their versions pinned with ==" in finished.output


def again(home: Path, step: int) -> Finished:
    """A step that installs, as if nothing were there."""
    made = toolenv.make_commands(home, ["build"])[step]
    anew = {1: "--ignore-installed", 2: "--reinstall"}
    return attempt(command(*made.argv, anew[step]), show=silent)


@pytest.mark.parametrize(
    ("change", "blamed"),
    [
        ((r"sha256:.{4}", "sha256:0000"), "another file than the one that is locked"),
        (
            (r"^maturin==\S+", "maturin==9.9.9"),
            "no wheel of a locked tool for Python 3",
        ),
    ],
)
def test_what_uv_says_is_understood(
    home: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    change: tuple[str, str],
    blamed: str,
) -> None:
    text = re.sub(*change, toolenv.lock("build").read_text("utf-8"), flags=re.MULTILINE)
    (tmp_path / "build.txt").write_text(text, "utf-8")
    monkeypatch.setattr(toolenv, "LOCKS", tmp_path)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    finished = again(home, 2)
    assert finished.status
    assert blamed in toolenv.blame(finished.output, toolenv.ROOM)


@pytest.mark.parametrize("step", [1, 2], ids=["pip", "uv"])
def test_an_index_that_is_not_there_is_blamed(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    nowhere = "http://127.0.0.1:9/simple/"
    for name, value in {
        "PIP_INDEX_URL": nowhere,
        "PIP_RETRIES": "1",
        "UV_DEFAULT_INDEX": nowhere,
        "UV_HTTP_RETRIES": "0",
        "UV_CACHE_DIR": str(tmp_path),
    }.items():
        monkeypatch.setenv(name, value)
    finished = again(home, step)
    assert finished.status
    blamed = toolenv.blame(finished.output, toolenv.ROOM)
    assert blamed.startswith("the package index cannot be reached")
