"""A zip that can be read in one way only, or that is refused.

A zip says twice what is in it: in front of each entry, and in the directory at its
end. Readers that trust one and readers that trust the other can be shown different
files, so PyPI takes none in which the two differ, or which holds bytes that belong to
neither. The rules are those of warehouse/utils/zipfiles.py and of
https://docs.pypi.org/archives (pypi/warehouse at 6b62157, 2026-08-21; warehouse#18846,
#19746 and #19777 tell why), with more of the same kind: checksums, flags, encryption.
Python's zipfile reads whatever it can, so this reads for itself, by APPNOTE.TXT
(https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT), whose sections are named.
"""

import struct
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

Broken = tuple[str, str]  # what was found, and what is allowed

LOCAL = struct.Struct("<4s5H3L2H")  # 4.3.7, in front of an entry
CENTRAL = struct.Struct("<4s6H3L5H2L")  # 4.3.12, its line in the directory
END64 = struct.Struct("<4sQ2H2L4Q")  # 4.3.14
LOCATOR64 = struct.Struct("<4sLQL")  # 4.3.15
END = struct.Struct("<4s4H2LH")  # 4.3.16

NEWEST_VERSION = 63  # 4.4.3, in tenths; Python reads no newer one
STORED, DEFLATED = 0, 8
# 4.4.4
ENCRYPTED, DESCRIPTOR, UTF8 = 1 << 0, 1 << 3, 1 << 11
EFFORT = 0b110  # how hard deflate tried
ZIP64, UNICODE_PATH = 0x0001, 0x7075  # 4.5.2
IN_EXTRA = 0xFFFFFFFF  # the value is in the extra field for zip64
ZIP64_LENGTHS = {0, 8, 16, 24, 28}

ONE_ZIP = "one zip, as APPNOTE.TXT has it"


class MalformedError(ValueError):
    """What cannot be read any further."""


@dataclass(frozen=True)
class Entry:
    """A file, as the directory has it."""

    name: bytes
    version: int
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    extra: dict[int, bytes]
    comment: int
    offset: int

    @property
    def label(self) -> str:
        return ascii(self.name.decode("utf-8", "replace"))


def broken(data: bytes) -> Iterator[Broken]:
    """Every way in which the archive is not plain."""
    try:
        at, start, end, count = find_directory(data)
        behind = len(data) - at - END.size
        if behind or END.unpack_from(data, at)[-1]:
            yield f"{behind} bytes behind the end, or a comment", "nothing there"
        entries = list(directory(data, start, end, count))
        yield from broken_entries(entries)
        yield from broken_layout(data, entries, start)
        for entry in entries:
            yield from broken_data(data, entry)
    except (MalformedError, struct.error, zlib.error) as error:
        yield f"malformed: {error}", ONE_ZIP


def record(kind: struct.Struct, signature: bytes, data: bytes, at: int) -> list[int]:
    """The numbers of a record, which must be there and whole."""
    if at < 0 or data[at : at + 4] != signature:
        raise MalformedError(f"no record {signature!r} at {at}")
    return list(kind.unpack_from(data, at)[1:])


def find_directory(data: bytes) -> tuple[int, int, int, int]:
    """Where the last record is; the directory's start, end and number of entries."""
    at = data.rfind(b"PK\5\6")
    *disks, here, count, size, start, _ = record(END, b"PK\5\6", data, at)
    end = at
    if data[: at - LOCATOR64.size + 4].endswith(b"PK\6\7"):
        locator = at - LOCATOR64.size
        _, end, _ = record(LOCATOR64, b"PK\6\7", data, locator)
        values = record(END64, b"PK\6\6", data, end)
        disks, (here, count, size, start) = values[3:5], values[5:]
        if end + END64.size != locator or values[0] != END64.size - 12:
            raise MalformedError("records of zip64 that do not adjoin")
    if any(disks) or here != count:
        raise MalformedError("a part of several archives")
    if start + size != end:
        raise MalformedError(f"a directory up to {start + size}, its end at {end}")
    return at, start, end, count


def directory(data: bytes, at: int, end: int, count: int) -> Iterator[Entry]:
    for _ in range(count):
        values = record(CENTRAL, b"PK\1\2", data, at)
        version, flags, method = values[1:4]
        crc, packed, size, named, extended, comment = values[6:12]
        at += CENTRAL.size + named + extended + comment
        name = data[at - named - extended - comment : at - extended - comment]
        extra = extra_fields(data[at - extended - comment : at - comment])
        # 4.5.3: the values that did not fit, in this order.
        large = iter(numbers(extra))
        size, packed, offset = (
            next(large, IN_EXTRA) if value == IN_EXTRA else value
            for value in (size, packed, values[-1])
        )
        sizes = crc, packed, size
        yield Entry(name, version, flags, method, *sizes, extra, comment, offset)
    if at != end:
        raise MalformedError(f"{count} entries up to {at}, not to {end}")


def extra_fields(data: bytes) -> dict[int, bytes]:
    """The extra fields of an entry by their numbers (4.5)."""
    found: dict[int, bytes] = {}
    while data:
        number, length = struct.unpack_from("<2H", data)
        if length + 4 > len(data):
            raise MalformedError("an extra field that is cut off")
        if number in found and number in {ZIP64, UNICODE_PATH}:
            raise MalformedError(f"the extra field {number:#06x} twice")
        found[number] = data[4 : 4 + length]
        data = data[4 + length :]
    if len(found.get(ZIP64, b"")) not in ZIP64_LENGTHS:
        raise MalformedError("an extra field for zip64 of another length")
    return found


def numbers(extra: dict[int, bytes]) -> Sequence[int]:
    data = extra.get(ZIP64, b"")
    return struct.unpack_from(f"<{len(data) // 8}Q", data)


def broken_entries(entries: Sequence[Entry]) -> Iterator[Broken]:
    """What an entry must not be, by its line in the directory."""
    names = Counter(entry.name for entry in entries)
    for name in sorted(name for name, times in names.items() if times > 1):
        yield f"{name.decode('utf-8', 'replace')!a} is in it twice", "once"
    for entry in entries:
        if entry.version & 0xFF > NEWEST_VERSION:
            yield f"{entry.label} needs version {entry.version}", f"{NEWEST_VERSION}"
        if entry.comment:
            yield f"a comment on {entry.label}", "none"
        if entry.flags & DESCRIPTOR:
            yield f"a data descriptor behind {entry.label}", "sizes in front"
        if entry.flags & ENCRYPTED:
            yield f"{entry.label} is encrypted", "plain files"
        if unknown := entry.flags & ~(EFFORT | UTF8 | DESCRIPTOR | ENCRYPTED):
            yield f"flags {unknown:#x} of {entry.label}", "none that change the data"
        if entry.method not in {STORED, DEFLATED}:
            yield f"method {entry.method} of {entry.label}", "stored or deflated"
        yield from broken_name(entry)


def broken_name(entry: Entry) -> Iterator[Broken]:
    if entry.name.startswith(b"/") or b".." in entry.name.split(b"/"):
        yield f"name {entry.label}", "paths inside the archive"
    if b"\\" in entry.name or b":" in entry.name:
        yield f"name {entry.label} that Windows reads otherwise", "plain paths"
    if any(byte < ord(" ") or byte == 0x7F for byte in entry.name):
        yield f"name {entry.label} with a control character", "printable names"
    try:
        ascii_only = entry.name.decode("utf-8").isascii()
    except UnicodeDecodeError:
        yield f"name {entry.label} that is not UTF-8", "names in UTF-8"
        return
    if not ascii_only and not entry.flags & UTF8:
        yield f"name {entry.label} without the flag for UTF-8", "the flag"
    path = entry.extra.get(UNICODE_PATH, b"")[5:]
    if path and path != entry.name:
        yield f"name {entry.label} with another, {path!a}, in extra", "one name"


def broken_layout(data: bytes, entries: Sequence[Entry], end: int) -> Iterator[Broken]:
    """That the entries fill the file up to the directory, each as it says there."""
    at = 0
    for entry in sorted(entries, key=lambda entry: entry.offset):
        if entry.offset > at:
            yield from unlisted(at, entry.offset)
        elif entry.offset < at:
            yield f"{entry.label} begins inside another entry", "one after another"
        yield from broken_header(data, entry)
        at = start_of(data, entry) + entry.packed
    if at < end:
        yield from unlisted(at, end)


def unlisted(start: int, end: int) -> Iterator[Broken]:
    yield f"bytes {start} to {end} are of no entry in the directory", "none between"


def broken_header(data: bytes, entry: Entry) -> Iterator[Broken]:
    """That what is said in front of the entry is what the directory says."""
    values = record(LOCAL, b"PK\3\4", data, entry.offset)
    flags, method = values[1:3]
    crc, packed, size, named, extended = values[5:]
    start = entry.offset + LOCAL.size
    extra = extra_fields(data[start + named : start + named + extended])
    pairs: list[tuple[str, object, object]] = [
        ("name", data[start : start + named], entry.name),
        ("flags", flags, entry.flags),
        ("method", method, entry.method),
        ("checksum", crc, entry.crc),
    ]
    # zip64 may say a size twice: as it fits, and in the extra field.
    listed = (("size", size, entry.size), ("packed size", packed, entry.packed))
    pairs += [one for one in listed if one[1] != IN_EXTRA or not numbers(extra)]
    pairs += [
        (what, value, right)
        for (what, _, right), value in zip(listed, numbers(extra), strict=False)
    ]
    for what, found, right in pairs:
        if found != right:
            yield f"{what} of {entry.label}: {found!r} in front", f"{right!r} as listed"


def start_of(data: bytes, entry: Entry) -> int:
    """Where the packed bytes begin."""
    named, extended = record(LOCAL, b"PK\3\4", data, entry.offset)[-2:]
    return entry.offset + LOCAL.size + named + extended


def broken_data(data: bytes, entry: Entry) -> Iterator[Broken]:
    """That the packed bytes are the file, all of them and no more."""
    start = start_of(data, entry)
    packed = data[start : start + entry.packed]
    content, rest = packed, b""
    if entry.method == DEFLATED:
        reader = zlib.decompressobj(-zlib.MAX_WBITS)
        content = reader.decompress(packed, entry.size + 1)
        rest = reader.unused_data
    if len(content) != entry.size or zlib.crc32(content) != entry.crc:
        yield f"{entry.label} is damaged", "the size and checksum of the directory"
    if rest:
        yield f"{len(rest)} bytes behind the packed {entry.label}", "nothing there"
    if entry.name.endswith(b"/") and entry.size:
        yield f"folder {entry.label} of {entry.size} bytes", "empty"
