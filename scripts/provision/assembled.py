"""CPython put together from two packages, for kinds that no other package has.

freeze-core, the binary part of cx_Freeze, has for each CPython, free-threaded ones and
those for musl among them, a console program with libpython in it and the standard
library's extension modules. Debian has the .py files. The program starts an application
that would lie beside it; a jump where its `main` begins makes it CPython's own program.
"""

import shutil
import struct
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pipeline.commands import Command, Failure, command, run
from pipeline.plan import Python
from pipeline.project import PROJECT
from pipeline.toolenv import lock
from provision import apt, musl
from provision.apt import Apt
from provision.debian import link

# Debian's suites, by the Pythons whose files they have; patch versions may differ.
SUITES = {
    "bookworm": [Python(3, 11)],
    "trixie": [Python(3, 13)],
    "forky": [Python(3, 14), Python(3, 15)],
}
# The processors that freeze-core is built for and that are tried here.
MACHINES = ("x86_64", "aarch64")
# What of Debian's files is about Debian's own build.
OTHERS = ("lib-dynload", "config-*", "_sysconfig*", "build-*", "sitecustomize.py")


@dataclass(frozen=True)
class Kind:
    """Which CPython."""

    python: Python
    machine: str  # as tags call the processor
    libc: Literal["gnu", "musl"] = "gnu"

    @property
    def platforms(self) -> list[str]:
        tag = {"gnu": "manylinux2014", "musl": "musllinux_1_2"}[self.libc]
        return [f"{tag}_{self.machine}"]

    @property
    def abi(self) -> str:
        """What ends the names of its extension modules."""
        digits = self.python.abis[0].removeprefix("cp")
        return f"cpython-{digits}-{self.machine}-linux-{self.libc}"

    @property
    def prefix(self) -> Path:
        return home() / self.abi

    @property
    def program(self) -> Path:
        return self.prefix / "bin" / f"python{self.python}"


def home() -> Path:
    return PROJECT.cached("assembled")


def pythons() -> list[Python]:
    """Those that can be put together."""
    ordinary = [python for suite in SUITES.values() for python in suite]
    free = [Python(one.major, one.minor, True) for one in SUITES["forky"]]
    return sorted([*ordinary, *free])


def install_command(
    python: Python, platforms: Sequence[str], folder: Path, *what: str | Path
) -> Command:
    """pip of ours, which takes what that interpreter's own would."""
    return command(
        *(sys.executable, "-m", "pip", "install", "--quiet", "--target", folder),
        *("--disable-pip-version-check", "--only-binary", ":all:", "--no-compile"),
        *("--implementation", "cp", "--python-version", python.number),
        *(word for abi in (*python.abis, "none") for word in ("--abi", abi)),
        *(word for one in platforms for word in ("--platform", one)),
        *what,
    )


def provide(kind: Kind) -> Path:
    """The interpreter; made if it is not there."""
    if not kind.program.exists():
        draft = kind.prefix.with_suffix(".draft")
        shutil.rmtree(draft, ignore_errors=True)
        library = standard_library(kind.python)
        locked = ("--no-deps", "--require-hashes", "-r", lock("interpreters"))
        run(install_command(kind.python, kind.platforms, draft / "package", *locked))
        assemble(kind, draft / "package", library, draft)
        if kind.libc == "musl":
            for one in musl.adopt_commands(kind.machine, draft):
                run(one)
        shutil.rmtree(draft / "package")
        draft.replace(kind.prefix)
    return kind.program


def standard_library(python: Python) -> Path:
    """Debian's root folder with the .py files of a version, for all processors."""
    ordinary = Python(python.major, python.minor)
    suite = next((one for one, has in SUITES.items() if ordinary in has), None)
    if suite is None:
        raise Failure(f"Debian has no files of Python {ordinary}")
    root = home() / suite
    if not root.exists():
        draft = root.with_suffix(".draft")
        debian = Apt(home() / "apt", (suite,), apt.host_architecture())
        debian.update()
        names = [name for one in SUITES[suite] for name in packages(one)]
        debian.unpack_alone(draft, *names, "python3-pip-whl")
        debian.clean()
        draft.replace(root)
    return root


def packages(python: Python) -> list[str]:
    library = f"libpython{python}"
    return [f"{library}-minimal", f"{library}-stdlib", f"python{python}-venv"]


def assemble(kind: Kind, package: Path, debian: Path, draft: Path) -> None:
    """From what was unpacked; `draft` becomes the kind's prefix."""
    libraries = draft / "lib"
    modules = libraries / f"python{kind.python}"
    files = debian / "usr" / "lib" / f"python{kind.python.number}"
    unwanted = shutil.ignore_patterns(*OTHERS)
    shutil.copytree(files, modules, symlinks=True, ignore=unwanted)
    (package / "freeze_core" / "lib").replace(modules / "lib-dynload")
    # Shared libraries, which the program seeks in `lib` and modules in a folder of
    # their own beside it.
    for path in (package / "freeze_core.libs").iterdir():
        path.replace(libraries / path.name)
    link(libraries / "freeze_core.libs", Path())
    text = f"build_time_vars = {variables(kind, debian)!r}\n"
    for name in data_names(kind):
        (modules / name).write_text(text, "utf-8", newline="\n")
    program = draft / "bin" / kind.program.name
    program.parent.mkdir()
    base = package / "freeze_core" / "bases" / f"console-{kind.abi}"
    program.write_bytes(with_jump(base, "main", "Py_BytesMain", kind.machine))
    program.chmod(0o755)


def data_names(kind: Kind) -> list[str]:
    """The module that tells sysconfig of the build: CPython's name, and Debian's."""
    flags = "t" if kind.python.free_threaded else ""
    platform = f"{kind.machine}-linux-{kind.libc}.py"
    return [f"_sysconfigdata_{flags}_{part}{platform}" for part in ("linux_", "")]


def variables(kind: Kind, debian: Path) -> dict[str, str | int]:
    """As far as anything asks here; nothing is compiled for this interpreter."""
    version = f"{kind.python}"
    include = kind.prefix / "include" / f"python{version}"
    return {
        "ABIFLAGS": "t" if kind.python.free_threaded else "",
        "BINDIR": str(kind.program.parent),
        "CONFINCLUDEPY": str(include),
        "EXT_SUFFIX": f".{kind.abi}.so",
        "INCLUDEPY": str(include),
        "LDVERSION": version,
        "LIBDIR": str(kind.prefix / "lib"),
        "Py_DEBUG": 0,
        "Py_ENABLE_SHARED": 0,
        "Py_GIL_DISABLED": int(kind.python.free_threaded),
        "SOABI": kind.abi,
        "VERSION": kind.python.number,
        # ensurepip's.
        "WHEEL_PKG_DIR": str(debian / "usr" / "share" / "python-wheels"),
    }


def with_jump(program: Path, start: str, end: str, machine: str) -> bytes:
    """The program's bytes, where one function now is another; both are exported."""
    import lief

    binary = lief.ELF.parse(str(program))
    if not isinstance(binary, lief.ELF.Binary):
        raise Failure(f"{program} is no program of Linux")
    first, second = (binary.get_dynamic_symbol(name) for name in (start, end))
    if first is None or second is None:
        raise Failure(f"{program} does not export {start} and {end}")
    instruction = jump(second.value - first.value, machine)
    offset = binary.virtual_address_to_offset(first.value)
    if not isinstance(offset, int):
        raise Failure(f"{start} of {program} lies nowhere in the file")
    data = bytearray(program.read_bytes())
    data[offset : offset + len(instruction)] = instruction
    return bytes(data)


def jump(distance: int, machine: str) -> bytes:
    """The instruction that goes on so many bytes after its own beginning."""
    if machine == "x86_64":
        return b"\xe9" + struct.pack("<i", distance - 5)  # counted from its end
    return struct.pack("<I", 0x14000000 | distance >> 2 & 0x03FFFFFF)
