"""Debian's packages in folders of our own; the system stays as it is.

For machines that reach a Debian mirror and no download server, of any suite and for
any processor. Nothing is installed and no script of a package runs: packages are
fetched, which checks signatures and sums, and unpacked. Any user may do it.
"""

import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.commands import Command, Failure, ask, command, run

KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")


def obstacle() -> str:
    """Why this machine cannot, in words; empty where it can."""
    if sys.platform != "linux" or not shutil.which("apt-get"):
        return "no Debian packages on this machine"
    if not KEYRING.exists():
        return f"{KEYRING} is missing (package debian-archive-keyring)"
    return ""


def mirror() -> str:
    """The mirror that the machine uses already."""
    found = re.search(
        r"https?://\S+/debian(?=[\s/])", ask(command("apt-cache", "policy"))
    )
    return found[0] if found else "http://deb.debian.org/debian"


@dataclass(frozen=True)
class Apt:
    """apt with a state of its own, in which nothing is installed yet.

    It so resolves down to libc6. Moves on with the suites, so that patch versions
    cannot be pinned.
    """

    folder: Path
    suites: tuple[str, ...]
    architecture: str  # as Debian calls it

    @property
    def archives(self) -> Path:
        return self.folder / "cache" / "archives"

    def command(self, *action: str, cwd: Path | None = None) -> Command:
        options = {
            "APT::Architecture": self.architecture,
            # A list: else the foreign ones of the machine's dpkg are in it.
            "APT::Architectures::": self.architecture,
            "APT::Install-Recommends": 0,
            "APT::Keep-Downloaded-Packages": 1,
            "APT::Sandbox::User": "",
            "Acquire::Languages": "none",
            "Acquire::Retries": 3,
            "Debug::NoLocking": 1,
            "Dir::Cache": self.folder / "cache",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::Etc::sourcelist": self.folder / "sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::State": self.folder,
            "Dir::State::status": "/dev/null",
        }
        flags = [
            part for key, value in options.items() for part in ("-o", f"{key}={value}")
        ]
        return command("apt-get", "-qq", *flags, *action, cwd=cwd)

    def sources(self, mirror: str) -> str:
        return "".join(
            f"{kind} [signed-by={KEYRING}] {mirror} {suite} main\n"
            for suite in self.suites
            for kind in ("deb", "deb-src")
        )

    def update(self) -> None:
        """Forget everything and read what there is."""
        if found := obstacle():
            raise Failure(found)
        shutil.rmtree(self.folder, ignore_errors=True)
        for part in (self.folder / "lists" / "partial", self.archives / "partial"):
            part.mkdir(parents=True)
        (self.folder / "sources.list").write_text(
            self.sources(mirror()), "utf-8", newline="\n"
        )
        run(self.command("update"))

    def unpack(self, packages: Sequence[str], root: Path) -> None:
        """The packages with all that they need, down to libc."""
        run(self.command("install", "--yes", "--download-only", *packages))
        self.extract(root)

    def unpack_alone(self, root: Path, *packages: str) -> None:
        """Packages without what they need."""
        run(self.command("download", *packages, cwd=self.archives))
        self.extract(root)

    def extract(self, root: Path) -> None:
        """What was fetched; it is not kept."""
        root.mkdir(parents=True, exist_ok=True)
        for deb in sorted(self.archives.glob("*.deb")):
            ask(command("dpkg-deb", "--extract", deb, root))
            deb.unlink()

    def source(self, package: str, folder: Path) -> Path:
        """Upstream's archive of a package, which outlives Debian's revisions of it."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        alone = ("--download-only", "--tar-only")
        run(self.command("source", *alone, package, cwd=folder))
        archives = folder.glob("*.orig.tar.*")
        return next(path for path in archives if path.suffix != ".asc")

    def clean(self) -> None:
        """Lists and packages are of no more use."""
        shutil.rmtree(self.folder)


def host_architecture() -> str:
    return ask(command("dpkg", "--print-architecture")).strip()
