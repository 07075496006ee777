"""What a gate is, what it is given and what it finds."""

import io
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeVar

from pipeline import ledger
from pipeline.commands import Failure
from pipeline.gates import binary
from pipeline.plan import Plan, Target
from pipeline.project import Project

Kind = Literal["set", "wheel", "sdist"]


REBUILD = "python scripts/build.py"


@dataclass(frozen=True)
class Finding:
    """What is wrong, what would be right, and how to get there."""

    found: str
    allowed: str
    mend: str


@dataclass(frozen=True)
class Folder:
    """All files that are to be uploaded together."""

    path: Path
    project: Project
    plan: Plan

    @cached_property
    def names(self) -> list[str]:
        return sorted(
            path.name
            for path in self.path.iterdir()
            # The ledger lies beside the files and is not uploaded.
            if path.name != ledger.NAME
        )


@dataclass(frozen=True)
class Member:
    """A file in an archive."""

    name: str
    data: bytes
    mode: int = 0  # type and permissions; 0 where the archive does not say
    time: str = ""


def zip_members(data: bytes) -> list[Member]:
    """All but folders."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [
            Member(
                info.filename,
                archive.read(info),
                info.external_attr >> 16,
                str(datetime(*info.date_time, tzinfo=UTC)),
            )
            for info in archive.infolist()
            if not info.is_dir()
        ]


def tar_members(data: bytes) -> list[Member]:
    """All but folders, links and devices."""
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return [
            Member(
                info.name,
                file.read(),
                info.mode,
                str(datetime.fromtimestamp(info.mtime, UTC)),
            )
            for info in archive
            if info.isreg() and (file := archive.extractfile(info))
        ]


@dataclass(frozen=True)
class Archive:
    """A wheel or an sdist, in memory."""

    path: Path
    project: Project
    plan: Plan

    @property
    def kind(self) -> Kind:
        return "wheel" if self.path.suffix == ".whl" else "sdist"

    @cached_property
    def data(self) -> bytes:
        return self.path.read_bytes()

    @cached_property
    def members(self) -> list[Member]:
        """What is in it; the gate `archive` has found that it can be read."""
        read = zip_members if self.kind == "wheel" else tar_members
        return read(self.data)

    @cached_property
    def contents(self) -> dict[str, bytes]:
        """Every file by its name in the archive."""
        return {member.name: member.data for member in self.members}

    @property
    def target(self) -> Target | None:
        return self.plan.of_file(self.path.name)

    @property
    def abi(self) -> str:
        """The ABI that the name claims."""
        return self.path.stem.split("-")[3]

    @property
    def platform(self) -> str:
        """The platform that the name claims: of several names the last."""
        return self.path.stem.split("-")[4].split(".")[-1]

    @cached_property
    def extension(self) -> binary.Extension:
        """The extension module; `Failure` where there is none that can be read."""
        names = [name for name in self.contents if is_binary(name)]
        if not names:
            raise Failure("no extension module in it")
        return binary.read(self.contents[names[0]])

    @property
    def dist_info(self) -> str:
        return f"{self.project.stem}.dist-info"

    @property
    def metadata_name(self) -> str:
        if self.kind == "wheel":
            return f"{self.dist_info}/METADATA"
        return f"{self.project.stem}/PKG-INFO"

    @property
    def metadata(self) -> Message:
        return message_from_bytes(self.contents.get(self.metadata_name, b""))


@dataclass(frozen=True)
class Gate:
    """One check of the audit."""

    kinds: tuple[Kind, ...]
    check: Callable[..., Iterable[Finding]]

    @property
    def name(self) -> str:
        return self.check.__name__

    @property
    def accident(self) -> str:
        return " ".join((self.check.__doc__ or "").split())


GATES: dict[str, Gate] = {}


Check = TypeVar("Check", bound=Callable[..., Iterable[Finding]])


def gate(*kinds: Kind) -> Callable[[Check], Check]:
    """Enter the function into the registry, for files of these kinds."""

    def register(check: Check) -> Check:
        made = Gate(kinds, check)
        GATES[made.name] = made
        return check

    return register


def is_binary(name: str) -> bool:
    return name.endswith((".so", ".pyd", ".dll", ".dylib"))
