"""The sdist: how it is made of the last commit, and unpacked."""

import os
import shutil
import tarfile
from pathlib import Path

from pipeline.commands import Command, Failure, ask, command, require, run
from pipeline.project import PROJECT


def epoch_command() -> Command:
    return command("git", "log", "-1", "--format=%ct")


def epoch() -> str:
    """The time that every file in an archive gets."""
    if "SOURCE_DATE_EPOCH" in os.environ:
        return os.environ["SOURCE_DATE_EPOCH"]
    require("git")
    return ask(epoch_command()).strip()


def sdist_command(out: Path, epoch: str) -> Command:
    return command("maturin", "sdist", "--out", out, env={"SOURCE_DATE_EPOCH": epoch})


def build_sdist(out: Path, epoch: str) -> Path:
    run(sdist_command(out, epoch))
    return expect(out, PROJECT.sdist)


def unpack(sdist: Path, folder: Path) -> Path:
    """The sources of the sdist, alone in the folder."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    with tarfile.open(sdist) as archive:
        archive.extractall(folder, filter="data")
    return folder / PROJECT.stem


def expect(folder: Path, name: str) -> Path:
    if not (folder / name).exists():
        made = ", ".join(sorted(path.name for path in folder.iterdir())) or "nothing"
        raise Failure(f"the build was to make {name}, but made {made}")
    return folder / name
