"""Signatures of Mach-O files, read and computed again.

Blobs as in Apple's xnu, osfmk/kern/cs_blobs.h: big-endian, and found by a table.
"""

import hashlib
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

SUPER_BLOB, CODE_DIRECTORY = 0xFADE0CC0, 0xFADE0C02
HEADER = struct.Struct(">9I4B")
# By CS_HASHTYPE: how it is computed, and how much of it is kept.
HASHES: dict[int, tuple[Callable[[bytes], "hashlib._Hash"], int]] = {
    1: (hashlib.sha1, 20),
    2: (hashlib.sha256, 32),
    3: (hashlib.sha256, 20),
    4: (hashlib.sha384, 48),
}
# The blobs whose hashes stand in front of those of the pages, by slot: requirements and
# entitlements in two forms. (Others are of files in a bundle.)
SPECIAL = (2, 5, 7)


@dataclass(frozen=True)
class CodeDirectory:
    """A list of hashes, of a file's pages and of other blobs."""

    limit: int  # how many bytes of the file are signed
    page_size: int
    hash_type: int
    identifier: bytes
    pages: list[bytes]
    special: dict[int, bytes]  # hashes by slot
    blobs: dict[int, bytes] = field(repr=False)

    @property
    def page_count(self) -> int:
        return -(-self.limit // self.page_size)

    def digest(self, data: bytes) -> bytes:
        function, length = HASHES[self.hash_type]
        return function(data).digest()[:length]

    def changed_pages(self, data: bytes) -> list[int]:
        """The pages of the file whose hash is another."""
        size, signed = self.page_size, data[: self.limit]
        return [
            number
            for number, expected in enumerate(self.pages)
            if self.digest(signed[number * size : (number + 1) * size]) != expected
        ]

    def changed_blobs(self) -> list[int]:
        return [
            slot
            for slot in SPECIAL
            if slot in self.blobs
            and self.digest(self.blobs[slot]) != self.special.get(slot)
        ]


def directories(signature: bytes) -> list[CodeDirectory]:
    """Every one of the signature, as one may stand beside another of older hashes;
    empty where it can't be read.
    """
    try:
        blobs = read_blobs(signature)
        return [
            read_directory(blob, blobs)
            for blob in blobs.values()
            if magic(blob) == CODE_DIRECTORY
        ]
    except (struct.error, ValueError):
        return []


def magic(blob: bytes) -> int:
    return int.from_bytes(blob[:4], "big")


def read_blobs(signature: bytes) -> dict[int, bytes]:
    """By slot."""
    kind, _, count = struct.unpack_from(">3I", signature)
    if kind != SUPER_BLOB:
        raise ValueError(f"{kind:#x} is no signature")
    found = {}
    for slot, offset in struct.iter_unpack(">2I", signature[12 : 12 + 8 * count]):
        _, length = struct.unpack_from(">2I", signature, offset)
        found[slot] = signature[offset : offset + length]
    return found


def read_directory(blob: bytes, blobs: dict[int, bytes]) -> CodeDirectory:
    header = HEADER.unpack_from(blob)
    hashes, name, special, pages, limit = header[4:9]
    length, hash_type, _, page_bits = header[9:]
    if hash_type not in HASHES or length != HASHES[hash_type][1]:
        raise ValueError(f"hashes of type {hash_type} with {length} bytes")
    if hashes + pages * length > len(blob) or special * length > hashes:
        raise ValueError("more hashes than there is room for")
    return CodeDirectory(
        limit=limit,
        # All in one where it is 0.
        page_size=1 << page_bits if page_bits else max(limit, 1),
        hash_type=hash_type,
        identifier=blob[name:].partition(b"\0")[0] if name else b"",
        pages=[blob[hashes + n * length :][:length] for n in range(pages)],
        special={
            n: blob[hashes - n * length :][:length] for n in range(1, special + 1)
        },
        blobs=blobs,
    )
