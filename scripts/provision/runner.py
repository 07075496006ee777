"""What a machine of GitHub's needs before the stages can do all that they do.

Two things are the system's and not ours to bring along: packages of its own, and the
setting by which Ubuntu 24.04 forbids namespaces to ordinary users. Other systems need
nothing.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline import github
from pipeline.commands import Command, Failure, command, run, write_line
from provision import apt

KEYRING = "debian-archive-keyring"
SETTING = "kernel.apparmor_restrict_unprivileged_userns"


@dataclass(frozen=True)
class Need:
    """What is missing, why that matters, and how it comes here."""

    what: str
    why: str
    package: str = ""  # else it is the setting


def needs(programs: Sequence[str], root: Path) -> Iterator[Need]:
    """Of a system whose files lie below `root`; with programs that a job asks for."""
    if not (root / "usr/bin/apt-get").exists():
        return
    if not (root / apt.KEYRING.relative_to("/")).exists():
        yield Need("Debian's keyring", "its packages are checked by it", KEYRING)
    for name in programs:
        if not (root / "usr/bin" / name).exists():
            yield Need(f"the program {name}", "the job runs it", name)
    setting = root / "proc/sys" / SETTING.replace(".", "/")
    if setting.exists() and setting.read_text("utf-8").strip() != "0":
        yield Need(
            "the right to enter a namespace",
            f"an emulator is registered in one, and {SETTING} forbids it",
        )


def commands(missing: Sequence[Need], *, root: bool) -> list[Command]:
    """What brings it all, by sudo unless `root` runs it."""
    sudo = () if root else ("sudo",)
    packages = [need.package for need in missing if need.package]
    steps = []
    if packages:
        quick = ("--yes", "--no-install-recommends")
        steps.append(command(*sudo, "apt-get", "update"))
        steps.append(command(*sudo, "apt-get", "install", *quick, *packages))
    if len(packages) < len(missing):
        steps.append(command(*sudo, "sysctl", "--write", f"{SETTING}=0"))
    return steps


def prepare(programs: Sequence[str], *, system: bool, root: Path = Path("/")) -> None:
    """Bring what is missing; on a machine that is somebody's only if told so."""
    missing = list(needs(programs, root))
    for need in missing:
        write_line(f"{need.what} is missing: {need.why}")
    if not missing:
        write_line("this machine has all that the stages ask of the system")
        return
    steps = commands(missing, root=is_root())
    if not (system or github.is_hosted()):
        lines = "\n  ".join(str(step) for step in steps)
        raise Failure(
            "this is no machine of GitHub's, so its system is left as it is; with"
            f" --system it would be changed by\n  {lines}"
        )
    for step in steps:
        run(step)
    if still := [need.what for need in needs(programs, root)]:
        raise Failure(f"still missing: {', '.join(still)}")


def is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
