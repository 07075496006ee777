"""Gates of the set of files, and of each as an archive: whole, recorded, small."""

import base64
import csv
import hashlib
import stat
from collections import Counter
from collections.abc import Iterator

from pipeline.gates import tars, zips
from pipeline.gates.model import (
    REBUILD,
    Archive,
    Finding,
    Folder,
    gate,
)

# What unpacks to files that everyone can read, with or without the right to run them.
MODES = {0o644, 0o664, 0o755, 0o775}


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
    each other), bytes that one reader sees and another does not, which PyPI refuses
    (warehouse#19746), and an archive that writes outside its folder.
    """
    broken = zips.broken if file.kind == "wheel" else tars.broken
    found = list(broken(file.data))
    for what, allowed in found:
        yield Finding(what, allowed, REBUILD)
    # Read by Python's own modules too, once, before other gates do so side by side.
    if not found and not file.members:
        yield Finding("nothing in it", "files", REBUILD)


@gate("wheel")
def record(wheel: Archive) -> Iterator[Finding]:
    """A file changed after the wheel was made: pip installs it, the uninstaller and
    every verifier stumble over it.
    """
    name = f"{wheel.dist_info}/RECORD"
    text = wheel.contents.get(name, b"").decode()
    rows = [row for row in csv.reader(text.splitlines()) if row]
    paths = Counter(row[0] for row in rows)
    for path in sorted(path for path, times in paths.items() if times > 1):
        yield Finding(f"RECORD has {path} twice", "each file once", REBUILD)
    for path in sorted(paths.keys() - wheel.contents.keys()):
        yield Finding(f"RECORD has {path}, the wheel not", "files that exist", REBUILD)
    for path in sorted(wheel.contents.keys() - paths.keys()):
        yield Finding(f"{path} is not in RECORD", "every file", REBUILD)
    for path, *found in rows:
        data = wheel.contents.get(path, b"")
        right = ["", ""] if path == name else [record_hash(data), str(len(data))]
        if path in wheel.contents and found != right:
            yield Finding(f"RECORD says {found} of {path}", f"{right}", REBUILD)


def record_hash(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
    return "sha256=" + digest.rstrip(b"=").decode()


@gate("wheel")
def modes(wheel: Archive) -> Iterator[Finding]:
    """A symbolic link, which pip installs as a file that holds the name of its target,
    and a file that its owner alone can read, or that anybody can change.
    """
    for member in wheel.members:
        kind, mode = stat.S_IFMT(member.mode), stat.S_IMODE(member.mode)
        if kind not in {0, stat.S_IFREG}:
            yield Finding(f"{member.name} is no plain file", "plain files", REBUILD)
        elif mode not in MODES and member.mode:
            yield Finding(f"mode {mode:04o} of {member.name}", "0644 or 0755", REBUILD)


@gate("wheel", "sdist")
def timestamps(file: Archive) -> Iterator[Finding]:
    """A file whose bytes depend on when it was built, so that nobody can build it again
    and compare.
    """
    found = sorted({member.time for member in file.members})
    if len(found) > 1:
        yield Finding(
            f"times from {found[0]} to {found[-1]}", "one, of the last commit", REBUILD
        )


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
