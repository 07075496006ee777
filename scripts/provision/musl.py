"""CPython built with musl, from Debian's sources, to test the wheels for musl.

Debian has musl, and no interpreter that uses it. Some minutes of work, once. There is
no ctypes, ssl and sqlite3 in it; NumPy and pytest do without.
"""

import tarfile
from pathlib import Path

from pipeline.commands import Command, Failure, ask, command, run
from pipeline.plan import Python
from provision import apt
from provision.apt import Apt

PYTHON = Python(3, 13)
# Its musl, 1.2.5, loads NumPy's libraries; that of older suites cannot.
SUITE = "trixie"
# The kernel's headers: musl's compiler sees none of the system's.
HEADERS = Path("/usr/include")
# Modules whose libraries are not there for musl.
WITHOUT = (
    *("_ctypes", "_curses", "_curses_panel", "_dbm", "_gdbm", "_tkinter"),
    "readline",
)
# gcc as musl's compiler; CPython's configure stops where the name of the platform is
# not that of the libc.
WRAPPER = """\
#!/bin/sh
for one; do case $one in --print-multiarch) echo {multiarch}; exit;; esac; done
exec gcc "$@" -specs {specs}
"""


def provide(folder: Path) -> tuple[str, ...]:
    """The interpreter, which can be started as it is."""
    python = folder / "prefix" / "bin" / f"python{PYTHON}"
    if not python.exists():
        unpack(folder)
        compiler = make_compiler(folder)
        for one in (
            *zlib_commands(folder, compiler),
            *python_commands(folder, compiler),
        ):
            run(one)
    ask(command(python, "-c", "import zlib"))
    return (str(python),)


def unpack(folder: Path) -> None:
    debian = Apt(folder / "apt", (SUITE,), apt.host_architecture())
    debian.update()
    for package in ("musl", "musl-dev", "musl-tools"):
        debian.unpack_alone(package, folder / "root")
    for package in (f"python{PYTHON}", "zlib"):
        with tarfile.open(debian.source(package, folder / "packages")) as archive:
            archive.extractall(folder / "sources", filter="data")
    debian.clean()


def make_compiler(folder: Path) -> Path:
    """musl's own, told where everything lies here."""
    root = folder / "root"
    [specs] = root.glob("usr/lib/*-linux-musl/musl-gcc.specs")
    loader = next(root.glob("usr/lib/ld-musl-*.so.1"))
    text = specs.read_text("utf-8")
    text = text.replace("/usr/", f"{root}/usr/").replace(
        f"/lib/{loader.name}", f"{loader}"
    )
    patched = folder / "gcc.specs"
    patched.write_text(text, "utf-8", newline="\n")
    compiler = folder / "cc"
    multiarch = specs.parent.name
    wrapper = WRAPPER.format(multiarch=multiarch, specs=patched)
    compiler.write_text(wrapper, "utf-8", newline="\n")
    compiler.chmod(0o755)
    return compiler


def source(folder: Path, name: str) -> Path:
    [found] = [path for path in (folder / "sources").glob(f"{name}-*") if path.is_dir()]
    return found


def zlib_commands(folder: Path, compiler: Path) -> list[Command]:
    place = source(folder, "zlib")
    prefix = folder / "prefix"
    return [
        command(
            "./configure", f"--prefix={prefix}", env={"CC": str(compiler)}, cwd=place
        ),
        command("make", "-s", "-j2", "install", cwd=place),
    ]


def python_commands(folder: Path, compiler: Path) -> list[Command]:
    place = source(folder, "Python")
    prefix = folder / "prefix"
    settings = [
        f"CC={compiler}",
        "CFLAGS=-O1 -g0",
        f"CPPFLAGS=-I{prefix}/include -idirafter {headers(folder)}",
        f"LDFLAGS=-L{prefix}/lib -Wl,-rpath,{prefix}/lib",
        "PKG_CONFIG=false",
        *(f"py_cv_module_{name}=n/a" for name in WITHOUT),
    ]
    options = ["--without-ensurepip", "--disable-test-modules", f"--prefix={prefix}"]
    return [
        command("./configure", "-q", *options, *settings, cwd=place),
        command("make", "-s", "-j2", cwd=place),
        command("make", "-s", "install", cwd=place),
    ]


def headers(folder: Path) -> Path:
    """The kernel's alone, out of the system's folder of all headers."""
    made = folder / "headers"
    made.mkdir(exist_ok=True)
    found = [
        HEADERS / "linux",
        HEADERS / "asm-generic",
        *HEADERS.glob("*-linux-gnu/asm"),
    ]
    if len(found) < 3:
        raise Failure("no headers of the kernel: `apt-get install linux-libc-dev`")
    for path in found:
        link = made / path.name
        link.unlink(missing_ok=True)
        link.symlink_to(path)
    return made
