"""What PyPI refuses, as far as it is documented and can be told from the file.

From the upload API's documentation (https://docs.pypi.org/api/upload/), PEP 625 and
the platform compatibility tags (https://packaging.python.org).
"""

import re
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version
from trove_classifiers import classifiers

Broken = tuple[str, str]  # what was found, and what is allowed

MOST_BYTES = 100_000_000
LONGEST_SUMMARY = 512
METADATA_VERSIONS = {"2.1", "2.2", "2.3", "2.4", "2.5"}
CONTENT_TYPES = {"text/plain", "text/x-rst", "text/markdown"}
PLATFORMS = (
    r"any|win32|win_amd64|win_arm64"
    r"|macosx_(1[0-9]|2[0-9])_\d+_(x86_64|arm64|universal2)"
    r"|manylinux(1|2010|2014|_2_\d+)"
    r"_(x86_64|i686|aarch64|armv7l|ppc64le|s390x|riscv64|loongarch64)"
    r"|musllinux_1_\d+_(x86_64|i686|aarch64|armv7l|ppc64le|s390x|riscv64|loongarch64)"
)


def broken(path: Path, metadata: Message) -> Iterator[Broken]:
    yield from broken_name(path)
    yield from broken_metadata(metadata)
    size = path.stat().st_size
    if size > MOST_BYTES:
        yield f"{size:,} bytes", f"{MOST_BYTES:,} bytes a file"


def broken_name(path: Path) -> Iterator[Broken]:
    try:
        if path.suffix != ".whl":
            name, _ = parse_sdist_filename(path.name)
            written = path.name.split("-", maxsplit=1)[0]
            if written != name.replace("-", "_"):
                yield f"name {written}", f"{name.replace('-', '_')} (PEP 625)"
            return
        tags = parse_wheel_filename(path.name)[3]
    except (InvalidSdistFilename, InvalidWheelFilename) as error:
        yield str(error), "a name by the specification"
        return
    for platform in sorted({tag.platform for tag in tags}):
        if not re.fullmatch(PLATFORMS, platform):
            yield f"platform {platform}", "a platform that the index takes"


def broken_metadata(metadata: Message) -> Iterator[Broken]:
    written = metadata.get("Version", "")
    try:
        version = Version(written)
    except InvalidVersion:
        yield f"Version: {written}", "a version by PEP 440"
    else:
        if version.local or str(version) != written:
            yield f"Version: {written}", f"{version.public}, normalised, nothing local"
    if metadata.get("Metadata-Version") not in METADATA_VERSIONS:
        allowed = ", ".join(sorted(METADATA_VERSIONS))
        yield f"Metadata-Version: {metadata.get('Metadata-Version')}", allowed
    kind = metadata.get("Description-Content-Type", "").split(";")[0]
    if kind not in CONTENT_TYPES:
        yield f"Description-Content-Type: {kind}", ", ".join(sorted(CONTENT_TYPES))
    summary = metadata.get("Summary", "")
    if len(summary) > LONGEST_SUMMARY or "\n" in summary:
        yield f"Summary of {len(summary)} characters", f"a line of {LONGEST_SUMMARY}"
    yield from broken_classifiers(metadata.get_all("Classifier", []))


def broken_classifiers(found: list[str]) -> Iterator[Broken]:
    for classifier in found:
        if classifier.startswith("License ::"):
            yield f"Classifier: {classifier}", "none, beside License-Expression"
        elif classifier not in classifiers:
            yield f"Classifier: {classifier}", "https://pypi.org/classifiers/"
