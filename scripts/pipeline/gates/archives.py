"""Gates of the set of files, and of each as an archive: whole, recorded, small."""

import base64
import csv
import hashlib
import io
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime

from pipeline.gates.model import (
    REBUILD,
    Archive,
    Finding,
    Folder,
    gate,
)


@gate("set")
def file_set(folder: Folder) -> Iterator[Finding]:
    """A release without its Linux wheels, or with a file of yesterday (orjson#548,
    delta-rs#4029: most partial releases began with a job that was skipped).
    """
    planned = set(folder.plan.files)
    for name in sorted(planned - set(folder.names)):
        yield Finding(
            f"{name} is missing",
            "exactly the files of the plan",
            "build it, or take its row out of targets.toml",
        )
    for name in sorted(set(folder.names) - planned):
        yield Finding(
            f"{name} is not in the plan",
            "exactly the files of the plan",
            "empty dist/ and build again, or add a row to targets.toml",
        )


@gate("wheel", "sdist")
def archive(file: Archive) -> Iterator[Finding]:
    """A torn upload or download (warehouse#19777: two wheels of one name written over
    each other), and an archive that writes outside its folder.
    """
    try:
        names = list(file.contents)
    except (
        OSError,
        EOFError,
        zipfile.BadZipFile,
        tarfile.TarError,
        zlib.error,
    ) as error:
        yield Finding(f"unreadable: {error}", "a whole archive", REBUILD)
        return
    for name in names:
        if name.startswith("/") or ".." in name.split("/") or "\\" in name:
            yield Finding(f"entry {name!r}", "paths inside the archive", REBUILD)
    if file.kind == "wheel":
        with zipfile.ZipFile(file.path) as wheel:
            listed = [info.filename for info in wheel.infolist()]
        for name in sorted({name for name in listed if listed.count(name) > 1}):
            yield Finding(f"{name} is in it twice", "each file once", REBUILD)


@gate("wheel")
def record(wheel: Archive) -> Iterator[Finding]:
    """A file changed after the wheel was made: pip installs it, the uninstaller and
    every verifier stumble over it.
    """
    name = f"{wheel.dist_info}/RECORD"
    rows = csv.reader(io.StringIO(wheel.contents.get(name, b"").decode()))
    recorded = {row[0]: row[1] for row in rows if row}
    for path, data in wheel.contents.items():
        expected = "" if path == name else record_hash(data)
        if path not in recorded:
            yield Finding(f"{path} is not in RECORD", "every file", REBUILD)
        elif recorded[path] != expected:
            yield Finding(
                f"RECORD says {recorded[path]!r} of {path}", repr(expected), REBUILD
            )
    for path in sorted(recorded.keys() - wheel.contents.keys()):
        yield Finding(f"RECORD has {path}, the wheel not", "files that exist", REBUILD)


def record_hash(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
    return "sha256=" + digest.rstrip(b"=").decode()


@gate("wheel", "sdist")
def timestamps(file: Archive) -> Iterator[Finding]:
    """A file whose bytes depend on when it was built, so that nobody can build it again
    and compare.
    """
    found = sorted(set(times(file)))
    if len(found) > 1:
        yield Finding(
            f"times from {found[0]} to {found[-1]}", "one, of the last commit", REBUILD
        )


def times(file: Archive) -> Iterator[str]:
    if file.kind == "wheel":
        with zipfile.ZipFile(file.path) as wheel:
            for info in wheel.infolist():
                yield "{}-{:02}-{:02} {:02}:{:02}:{:02}".format(*info.date_time)
        return
    with tarfile.open(file.path) as sdist:
        for member in sdist.getmembers():
            yield str(datetime.fromtimestamp(member.mtime, UTC))


@gate("wheel")
def size(wheel: Archive) -> Iterator[Finding]:
    """Debug symbols or a second copy in the wheel, and a project that runs into the
    index's quota in the middle of a release (tokenizers#1690).
    """
    actual = wheel.path.stat().st_size
    if wheel.target and actual > wheel.target.size:
        yield Finding(
            f"{actual:,} bytes",
            f"{wheel.target.size:,} bytes",
            "look what has grown (`unzip -lv`); if rightly, raise `size` in the row",
        )
