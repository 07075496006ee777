"""Runs a program of another processor: qemu-user, of Debian's package, around it.

The kernel is told of the emulator in a namespace of the program's own, so that what
it starts is emulated too and nothing changes for anybody else. Needs Linux 6.7.
"""

from pathlib import Path

from pipeline.commands import Failure, ask, attempt, command, silent
from pipeline.project import PROJECT
from provision import apt
from provision.apt import Apt

# Newer than what old suites have: 7.2 gets OpenBLAS on aarch64 wrong.
SUITE = "trixie"
# qemu's own names, where Debian's are others.
QEMU = {"arm64": "aarch64", "armhf": "arm", "ppc64el": "ppc64le"}
# Else qemu's own, with vectors of a length that no real processor has.
CPU = {"arm64": "neoverse-n1"}
# Processors that run another's programs themselves.
RUNS = {"amd64": {"amd64", "i386"}, "arm64": {"arm64"}}

# Mounts the list of program formats that is this namespace's, and adds one.
REGISTER = (
    "mount -t binfmt_misc none /proc/sys/fs/binfmt_misc"
    ' && printf %s "$0" > /proc/sys/fs/binfmt_misc/register && exec "$@"'
)


def is_needed(architecture: str) -> bool:
    """Whether this machine does not run the processor's programs by itself."""
    host = apt.host_architecture()
    return architecture not in RUNS.get(host, {host})


def prefix(program: Path, architecture: str) -> tuple[str, ...]:
    """What goes before a command line that starts the program."""
    if not is_needed(architecture):
        return ()
    qemu = provide(QEMU.get(architecture, architecture))
    namespace = ("unshare", "--user", "--map-root-user", "--mount")
    made = (*namespace, "sh", "-c", REGISTER, registration(program, qemu))
    finished = attempt(command(*made, "true"), show=silent)
    if finished.status:
        raise Failure(
            "this kernel lets nobody register an emulator in a namespace (Linux 6.7 or"
            f" newer does): {finished.output.strip()}"
        )
    return made


def environment(root: Path, architecture: str) -> dict[str, str]:
    """Where the loader and the libraries of that processor lie, as if in `/`.

    Tests may see that they are emulated, and try less.
    """
    if not is_needed(architecture):
        return {}
    cpu = {"QEMU_CPU": CPU[architecture]} if architecture in CPU else {}
    return {"QEMU_LD_PREFIX": str(root), "TESTED_EMULATED": "1", **cpu}


def registration(program: Path, qemu: Path) -> str:
    """The line for binfmt_misc: files that begin as the program does."""
    magic = bytearray(program.read_bytes()[:20])
    mask = bytearray(b"\xff" * 20)
    mask[7:16] = bytes(9)  # the kind of system, and what is reserved
    # An ordinary program or one that can lie anywhere: types 2 and 3.
    kind = 16 if magic[5] == 1 else 17
    mask[kind] = 0xFE
    magic[kind] = 2
    return f":{qemu.name}:M::{escaped(bytes(magic))}:{escaped(bytes(mask))}:{qemu}:OCF"


def escaped(data: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in data)


def provide(name: str) -> Path:
    folder = PROJECT.cached("emulators")
    qemu = folder / "usr" / "bin" / f"qemu-{name}"
    if not qemu.exists():
        debian = Apt(folder / "apt", (SUITE,), apt.host_architecture())
        debian.update()
        debian.unpack_alone(folder, "qemu-user")
        debian.clean()
    ask(command(qemu, "--version"))
    return qemu
