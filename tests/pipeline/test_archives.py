"""Zips and tars that PyPI refuses, each broken in one way."""

import bz2
import gzip
import io
import random
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from breaking import rules_of, untested

from pipeline.gates import tars, zips

FILES = {b"a/one.py": b"ONE = 1\n" * 9, b"a/two.py": b"TWO = 2\n" * 9}


@dataclass
class Said:
    """What is said of an entry, in front of it and again in the directory."""

    name: bytes
    crc: int
    packed: int
    size: int
    flags: int = 0
    method: int = zips.DEFLATED
    version: int = 20
    extra: bytes = b""
    comment: bytes = b""
    disk: int = 0


@dataclass
class Part:
    data: bytes  # packed
    front: Said
    listed: Said
    before: bytes = b""
    is_there: bool = True
    is_listed: bool = True


@dataclass
class Zip:
    """A zip to be written, of which everything can be wrong."""

    parts: list[Part]
    count: int = 0  # how many entries too many are announced
    shift: int = 0  # by how much the directory is said to begin too late
    disk: int = 0
    between: bytes = b""  # behind the directory
    comment: bytes = b""
    behind: bytes = b""
    zip64: bool = False
    zip64_size: int = zips.END64.size - 12
    zip64_gap: bytes = b""

    def __bytes__(self) -> bytes:
        body, listed, count = b"", b"", self.count
        for part in self.parts:
            body += part.before
            if part.is_listed:
                count += 1
                listed += line(part.listed, len(body))
            if part.is_there:
                body += front(part.front) + part.data
        start, size = len(body) + self.shift, len(listed)
        whole = body + listed + self.between
        if self.zip64:
            numbers = self.disk, self.disk, count, count, size, start
            at = len(whole)
            whole += zips.END64.pack(b"PK\6\6", self.zip64_size, 45, 45, *numbers)
            whole += self.zip64_gap + zips.LOCATOR64.pack(b"PK\6\7", 0, at, 1)
            count, size, start = 0xFFFF, zips.IN_EXTRA, zips.IN_EXTRA
        numbers = self.disk, self.disk, count, count, size, start
        end = zips.END.pack(b"PK\5\6", *numbers, len(self.comment))
        return whole + end + self.comment + self.behind


def front(said: Said) -> bytes:
    sizes = said.crc, said.packed, said.size, len(said.name), len(said.extra)
    record = zips.LOCAL.pack(
        b"PK\3\4", said.version, said.flags, said.method, 0, 33, *sizes
    )
    return record + said.name + said.extra


def line(said: Said, offset: int) -> bytes:
    sizes = said.crc, said.packed, said.size, len(said.name), len(said.extra)
    place = len(said.comment), said.disk, 0, 0o100644 << 16, offset
    needed = 20, said.version, said.flags, said.method
    record = zips.CENTRAL.pack(b"PK\1\2", *needed, 0, 33, *sizes, *place)
    return record + said.name + said.extra + said.comment


def part(name: bytes, content: bytes) -> Part:
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    data = packer.compress(content) + packer.flush()
    said = Said(name, zlib.crc32(content), len(data), len(content))
    return Part(data, said, replace(said))


def good() -> Zip:
    return Zip([part(name, content) for name, content in FILES.items()])


# How an archive is broken: by one attribute of the zip, of an entry, of what is said of
# it in one place or in both.
Break = Callable[[Zip], None]


def whole(**values: object) -> Break:
    def change(archive: Zip) -> None:
        for name, value in values.items():
            setattr(archive, name, value)

    return change


def entry(**values: object) -> Break:
    def change(archive: Zip) -> None:
        for name, value in values.items():
            setattr(archive.parts[1], name, value)

    return change


def said(*places: str, **values: object) -> Break:
    def change(archive: Zip) -> None:
        for place in places or ("front", "listed"):
            for name, value in values.items():
                setattr(getattr(archive.parts[1], place), name, value)

    return change


def repeat(archive: Zip) -> None:
    archive.parts.append(archive.parts[1])


def overlap(archive: Zip) -> None:
    for place in (archive.parts[0].front, archive.parts[0].listed):
        place.packed += 4


def compress_otherwise(archive: Zip) -> None:
    data = bz2.compress(FILES[b"a/two.py"])
    entry(data=data)(archive)
    said(method=12, packed=len(data))(archive)


def smuggle(archive: Zip) -> None:
    entry(data=archive.parts[1].data + b"more")(archive)
    said(packed=len(archive.parts[1].data))(archive)


def spoil(archive: Zip) -> None:
    entry(data=b"\xff" * len(archive.parts[1].data))(archive)


def extra(number: int, data: bytes) -> bytes:
    return struct.pack("<2H", number, len(data)) + data


def unicode_path(name: bytes) -> bytes:
    return extra(zips.UNICODE_PATH, b"\1" + bytes(4) + name)


TWO = "'a/two.py'"
RAW = FILES[b"a/two.py"]
SIZE, PACKED = len(RAW), good().parts[1].front.packed
# Where the second entry begins, the directory, its end: a header has 30 bytes, a line
# of the directory 46, a name 8.
SECOND = 38 + good().parts[0].front.packed
START = SECOND + 38 + PACKED
END = START + 2 * 54
ELSEWHERE = "of no entry in the directory"

APART = "malformed: records of zip64 that do not adjoin"
TWICE = extra(zips.ZIP64, b"") * 2

ZIPS: list[tuple[str, Break]] = [
    ("37 bytes behind the end, or a comment", whole(behind=bytes(37))),
    ("6 bytes behind the end, or a comment", whole(comment=b"hello!")),
    (f"bytes {SECOND} to {SECOND + 5} are {ELSEWHERE}", entry(before=b"#!/x\n")),
    (f"bytes {SECOND} to {START} are {ELSEWHERE}", entry(is_listed=False)),
    (f"{TWO} begins inside another entry", overlap),
    (f"{TWO} is in it twice", repeat),
    (f"malformed: no record b'PK\\x03\\x04' at {SECOND}", entry(is_there=False)),
    (f"a comment on {TWO}", said("listed", comment=b"hello")),
    (
        f"a comment on {TWO}",
        said("listed", comment=b"hello", extra=extra(0x5455, b"12345")),
    ),
    (f"a data descriptor behind {TWO}", said(flags=8)),
    (f"{TWO} is encrypted", said(flags=1)),
    (f"flags 0x20 of {TWO}", said(flags=0x20)),
    (f"flags 0x1000 of {TWO}", said(flags=0x1000)),
    (f"method 12 of {TWO}", compress_otherwise),
    (f"{TWO} needs version 64", said(version=64)),
    ("name '/etc/two'", said(name=b"/etc/two")),
    ("name 'a/../two'", said(name=b"a/../two")),
    ("name 'a\\\\two.py' that Windows reads otherwise", said(name=b"a\\two.py")),
    ("name 'c:two.py' that Windows reads otherwise", said(name=b"c:two.py")),
    ("name 'a/two\\n' with a control character", said(name=b"a/two\n")),
    ("name 'a/two\\x7f' with a control character", said(name=b"a/two\x7f")),
    ("name 'a/\\ufffd' that is not UTF-8", said(name=b"a/\xff")),
    ("name 'a/\\xe4' without the flag for UTF-8", said(name="a/ä".encode())),
    (
        f"name {TWO} with another, b'a/six.py', in extra",
        said(extra=unicode_path(b"a/six.py")),
    ),
    (f"name of {TWO}: b'a/six.py' in front", said("front", name=b"a/six.py")),
    (f"flags of {TWO}: 2 in front", said("front", flags=2)),
    (f"method of {TWO}: 0 in front", said("front", method=0)),
    (f"checksum of {TWO}: 7 in front", said("front", crc=7)),
    (f"size of {TWO}: 7 in front", said("front", size=7)),
    (f"packed size of {TWO}: 7 in front", said("front", packed=7)),
    # It stands for a size in an extra field, and there is none.
    (f"size of {TWO}: 4294967295 in front", said("front", size=0xFFFFFFFF)),
    (f"packed size of {TWO}: 4294967295 in front", said("front", packed=0xFFFFFFFF)),
    (
        f"size of {TWO}: 7 in front",
        said("front", extra=extra(zips.ZIP64, struct.pack("<2Q", 7, PACKED))),
    ),
    (
        f"packed size of {TWO}: 7 in front",
        said("front", extra=extra(zips.ZIP64, struct.pack("<2Q", SIZE, 7))),
    ),
    (f"{TWO} is damaged", said(crc=7)),
    (f"{TWO} is damaged", said(size=SIZE - 1)),
    (f"{TWO} is damaged", said(size=SIZE + 1)),
    ("malformed: Error -3 while decompressing data: invalid block type", spoil),
    (f"4 bytes behind the packed {TWO}", smuggle),
    (f"folder 'a/two/' of {SIZE} bytes", said(name=b"a/two/")),
    (f"malformed: no record b'PK\\x01\\x02' at {END}", whole(count=1)),
    (f"malformed: 1 entries up to {END - 54}, not to {END}", whole(count=-1)),
    (f"malformed: a directory up to {END - 1}, its end at {END}", whole(shift=-1)),
    (
        f"malformed: a directory up to {END}, its end at {END + 3}",
        whole(between=b"abc"),
    ),
    ("malformed: a part of several archives", whole(disk=1)),
    ("malformed: a part of several archives", whole(disk=1, zip64=True)),
    (
        "malformed: records of zip64 that do not adjoin",
        whole(zip64=True, zip64_size=45),
    ),
    (
        "malformed: records of zip64 that do not adjoin",
        whole(zip64=True, zip64_gap=b"gap"),
    ),
    ("malformed: an extra field that is cut off", said("front", extra=b"\1\0\1\0")),
    ("malformed: the extra field 0x0001 twice", said("front", extra=TWICE)),
    ("malformed: the extra field 0x7075 twice", said(extra=unicode_path(b"") * 2)),
    (
        "malformed: an extra field for zip64 of another length",
        said(extra=extra(zips.ZIP64, bytes(4))),
    ),
]


# What else is wrong then.
BESIDES: dict[Break, list[str]] = {
    overlap: ["4 bytes behind the packed 'a/one.py'"],
    compress_otherwise: [f"{TWO} is damaged"],
}


@pytest.mark.parametrize(("found", "change"), ZIPS)
def test_a_zip_that_is_not_plain_is_refused(found: str, change: Break) -> None:
    archive = good()
    change(archive)
    everything = [one for one, _ in zips.broken(bytes(archive))]
    assert everything == [found, *BESIDES.get(change, [])]


def large(*names: str, numbers: bytes) -> Break:
    """As written by those who don't know the size beforehand."""
    values = dict.fromkeys(names, 0xFFFFFFFF)

    def change(archive: Zip) -> None:
        whole(zip64=True)(archive)
        said(**values, extra=extra(1, numbers))(archive)

    return change


@pytest.mark.parametrize(
    "change",
    [
        whole(),
        whole(parts=[]),
        large("size", numbers=struct.pack("<Q", SIZE)),
        large("size", "packed", numbers=struct.pack("<2Q", SIZE, PACKED)),
        # With the place of the entry, and the number of a disk.
        large("size", "packed", numbers=struct.pack("<3Q", SIZE, PACKED, SECOND)),
        large("size", "packed", numbers=struct.pack("<3QL", SIZE, PACKED, SECOND, 0)),
        said(name="a/ä".encode(), flags=0x800),
        said(flags=6),
        said(version=63),
        # The high byte is of the system that wrote it.
        said(version=0x0314),
        said(extra=unicode_path(b"a/two.py")),
        # 0x5455: a time, of which there may be several.
        said(extra=extra(0x5455, bytes(5)) * 2),
    ],
)
def test_what_is_unusual_and_plain_is_no_fault(change: Break) -> None:
    archive = good()
    change(archive)
    assert list(zips.broken(bytes(archive))) == []


def test_zips_of_python_are_plain() -> None:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.mkdir("a")
        archive.writestr("a/stored", b"12")
        archive.writestr("a/deflated", b"12" * 99, zipfile.ZIP_DEFLATED)
        with archive.open("a/large", "w", force_zip64=True) as file:
            file.write(b"12")
    assert list(zips.broken(written.getvalue())) == []


# Tars.

TOP = "a-1.0"


def tar(*members: tuple[tarfile.TarInfo, bytes]) -> bytes:
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w") as archive:
        for info, data in members:
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    # The time would be part of a test's name, about which all workers have to agree.
    return gzip.compress(written.getvalue(), mtime=0)


def member(
    name: str, data: bytes = b"1", **values: object
) -> tuple[tarfile.TarInfo, bytes]:
    info = tarfile.TarInfo(name)
    for key, value in values.items():
        setattr(info, key, value)
    return info, data


PLAIN = (member(f"{TOP}/PKG-INFO"), member(f"{TOP}/a.py"))
SPARSE = {"GNU.sparse.map": "0,1", "GNU.sparse.size": "1"}
LINK = {"type": tarfile.SYMTYPE, "linkname": "../../etc/passwd"}
NEITHER = "is neither a file nor a folder"


def zipped(plain: bytes) -> bytes:
    packer = zlib.compressobj(wbits=16 + zlib.MAX_WBITS)
    return packer.compress(plain) + packer.flush()


def unzipped(data: bytes) -> bytes:
    return zlib.decompress(data, 16 + zlib.MAX_WBITS)


GOOD_TAR = tar(*PLAIN)
# Two members of a header and a block each; then zeros.
MEMBERS = unzipped(GOOD_TAR)[: 4 * 512]

TARS: list[tuple[str, bytes]] = [
    (
        "unreadable: Error -3 while decompressing data: incorrect header check",
        b"no tar",
    ),
    ("the gzip stream is cut off", GOOD_TAR[:-1]),
    ("4 bytes behind the gzip stream", GOOD_TAR + b"more"),
    (f"{len(GOOD_TAR)} bytes behind the gzip stream", GOOD_TAR * 2),
    ("unreadable: truncated header", zipped(b"no tar")),
    ("no end behind the last member", zipped(MEMBERS)),
    ("no end behind the last member", zipped(MEMBERS + bytes(1023))),
    ("no end behind the last member", zipped(MEMBERS + bytes(1024) + MEMBERS)),
    ("no end behind the last member", zipped(MEMBERS + b"x" * 512 + bytes(1024))),
    (f"{TOP}/a.py is in it twice", tar(*PLAIN, member(f"{TOP}/a.py"))),
    (f"2 folders at the top: {TOP}, b-1.0", tar(*PLAIN, member("b-1.0/a.py"))),
    ("0 folders at the top: ", tar()),
    (f"{TOP}/../../b leads out of the archive", tar(*PLAIN, member(f"{TOP}/../../b"))),
    (f"{TOP}/b is sparse", tar(*PLAIN, member(f"{TOP}/b", pax_headers=SPARSE))),
    (f"{TOP}/b {NEITHER}", tar(*PLAIN, member(f"{TOP}/b", b"", **LINK))),
    (
        f"{TOP}/../../c leads out of the archive",
        tar(*PLAIN, member(f"{TOP}/b", b"", **LINK), member(f"{TOP}/../../c")),
    ),
    (f"{TOP}/b {NEITHER}", tar(*PLAIN, member(f"{TOP}/b", b"", type=tarfile.LNKTYPE))),
    (f"{TOP}/b {NEITHER}", tar(*PLAIN, member(f"{TOP}/b", b"", type=tarfile.FIFOTYPE))),
    (f"{TOP}/b {NEITHER}", tar(*PLAIN, member(f"{TOP}/b", b"", type=tarfile.CHRTYPE))),
]


@pytest.mark.parametrize(("found", "data"), TARS)
def test_a_tar_that_is_not_plain_is_refused(found: str, data: bytes) -> None:
    assert found in [one for one, _ in tars.broken(data)]


def test_two_blocks_of_zeros_are_an_end() -> None:
    """Python writes more, up to a whole record, and others do not."""
    assert list(tars.broken(zipped(MEMBERS + bytes(2 * 512)))) == []


def test_a_folder_in_an_sdist_is_no_fault() -> None:
    folder = member(TOP, b"", type=tarfile.DIRTYPE, mode=0o755)
    assert list(tars.broken(tar(folder, *PLAIN))) == []


def damaged(data: bytes) -> Iterator[bytes]:
    """Cut off, changed, with something more or less in it, at random places."""
    chance = random.Random(data[:64])  # noqa: S311  (not secret)
    for _ in range(300):
        place, length = chance.randrange(len(data)), chance.randrange(1, 9)
        for new in (b"", chance.randbytes(length)):
            yield data[:place] + new + data[place + length :]
            yield data[:place] + new + data[place:]
        yield data[:place]


def test_whatever_is_damaged_is_judged() -> None:
    """And never ends in an exception."""
    for data in damaged(bytes(good())):
        assert all(found and allowed for found, allowed in zips.broken(data))
    for data in damaged(GOOD_TAR):
        assert all(found and allowed for found, allowed in tars.broken(data))
    for plain in damaged(unzipped(GOOD_TAR)):
        assert all(found and allowed for found, allowed in tars.broken(zipped(plain)))


def test_every_rule_is_broken_by_some_mutation() -> None:
    assert untested(rules_of(zips), [found for found, _ in ZIPS]) == set()
    assert untested(rules_of(tars), [found for found, _ in TARS]) == set()
