"""An sdist that every reader unpacks to the same files, or that is refused.

PyPI takes one top-level folder and no sparse members (pypi/warehouse at 6b62157,
2026-08-21: `_is_valid_dist_file` in warehouse/forklift/legacy.py, warehouse#20404). pip
refuses what PEP 721 calls dangerous. What is behind the end of the stream or of the
archive is seen by some readers only; links cannot be unpacked on every system, and
maturin writes none.
"""

import io
import tarfile
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence

Broken = tuple[str, str]  # what was found, and what is allowed

END = 2 * tarfile.BLOCKSIZE  # of zeros, behind the last member


def broken(data: bytes) -> Iterator[Broken]:
    """Every way in which the archive is not plain."""
    reader = zlib.decompressobj(16 + zlib.MAX_WBITS)  # 16: with gzip's header
    try:
        plain = reader.decompress(data)
    except zlib.error as error:
        yield f"unreadable: {error}", "a gzip stream"
        return
    if not reader.eof:
        yield "the gzip stream is cut off", "a whole one"
        return
    if reader.unused_data:
        yield f"{len(reader.unused_data)} bytes behind the gzip stream", "nothing there"
    try:
        with tarfile.open(fileobj=io.BytesIO(plain), mode="r:") as archive:
            members, rest = archive.getmembers(), plain[archive.offset :]
    except tarfile.TarError as error:
        yield f"unreadable: {error}", "a tar archive"
        return
    if rest.strip(b"\0") or len(rest) < END:
        yield "no end behind the last member", "zeros, and nothing else"
    yield from broken_members(members)


def broken_members(members: Sequence[tarfile.TarInfo]) -> Iterator[Broken]:
    names = Counter(member.name for member in members)
    for name in sorted(name for name, times in names.items() if times > 1):
        yield f"{name} is in it twice", "once"
    tops = list(dict.fromkeys(name.split("/")[0] for name in names))
    if len(tops) != 1:
        yield f"{len(tops)} folders at the top: {', '.join(tops)}", "one"
    for member in members:
        if member.issparse():
            yield f"{member.name} is sparse", "whole files"
        if not (member.isreg() or member.isdir()):
            yield f"{member.name} is neither a file nor a folder", "no links or devices"
            continue
        try:
            tarfile.data_filter(member, ".")
        except tarfile.FilterError:
            yield f"{member.name} leads out of the archive", "paths inside"
