"""Package indexes: which there are, and how to read any."""

import hashlib
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass, replace
from datetime import datetime
from html.parser import HTMLParser
from http.client import HTTPException

from packaging.utils import canonicalize_name

from pipeline.commands import Failure

TIMEOUT_SECONDS = 30
JSON = "application/vnd.pypi.simple.v1+json"


@dataclass(frozen=True)
class Index:
    """Where files are uploaded to, and where pip looks for them."""

    upload: str
    simple: str

    @property
    def is_of_this_machine(self) -> bool:
        host = urllib.parse.urlsplit(self.upload).hostname
        return host in {"127.0.0.1", "::1", "localhost"}


KNOWN = {
    "pypi": Index("https://upload.pypi.org/legacy/", "https://pypi.org/simple/"),
    "testpypi": Index("https://test.pypi.org/legacy/", "https://test.pypi.org/simple/"),
}


def of(name: str) -> Index:
    """By its name, or by the address of one that has both under it, as pypiserver."""
    if name in KNOWN:
        return KNOWN[name]
    if not name.startswith(("http://", "https://")):
        allowed = ", ".join(KNOWN)
        raise Failure(f"--index {name}: neither {allowed} nor the address of an index")
    address = name.rstrip("/") + "/"
    return Index(address, f"{address}simple/")


@dataclass(frozen=True)
class Listed:
    """A file, as the index lists it."""

    address: str
    sha256: str = ""  # what the index says, where it says it
    size: int = 0
    uploaded: datetime | None = None
    provenance: str = ""  # where its attestations are (PEP 740)
    yanked: bool = False  # pip leaves it out, unless the version is asked for


def files(simple: str, name: str) -> dict[str, Listed]:
    """The files of a project; none where the index does not know it (PEP 503, 691)."""
    page = f"{simple.rstrip('/')}/{canonicalize_name(name)}/"
    try:
        kind, body = request(page, accept=f"{JSON}, text/html;q=0.5")
    except Absent:
        return {}
    listed = from_json(body) if kind == JSON else from_html(body)
    return {
        file: replace(one, address=urllib.parse.urljoin(page, one.address))
        for file, one in listed.items()
    }


def from_json(body: bytes) -> dict[str, Listed]:
    return {
        one["filename"]: Listed(
            one["url"],
            one["hashes"].get("sha256", ""),
            one.get("size", 0),
            moment(one.get("upload-time")),
            one.get("provenance") or "",
            # The reason, or a truth value (PEP 592).
            yanked=one.get("yanked", False) is not False,
        )
        for one in json.loads(body)["files"]
    }


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def from_html(body: bytes) -> dict[str, Listed]:
    links = Links()
    links.feed(body.decode())
    return links.found


class Links(HTMLParser):
    """The links of a simple page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Listed] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        address = dict(attrs).get("href")
        if tag == "a" and address:
            parts = urllib.parse.urlsplit(address)
            name = urllib.parse.unquote(parts.path.rsplit("/", 1)[-1])
            digest = re.fullmatch(r"sha256=([0-9a-f]{64})", parts.fragment)
            provenance = dict(attrs).get("data-provenance") or ""
            self.found[name] = Listed(
                address,
                digest[1] if digest else "",
                provenance=provenance,
                yanked="data-yanked" in dict(attrs),
            )


class Absent(Failure):
    """The index has no such page."""


def request(address: str, *, accept: str = "*/*") -> tuple[str, bytes]:
    """The kind of what is there, and its bytes."""
    if not address.startswith(("http://", "https://")):
        raise Failure(f"{address} is no address of an index")
    # What a cache between us and the index holds may be older than our upload.
    headers = {"Accept": accept, "Cache-Control": "no-cache"}
    asked = urllib.request.Request(address, headers=headers)  # noqa: S310  (checked above)
    try:
        with urllib.request.urlopen(asked, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            return answer.headers.get_content_type(), bytes(answer.read())
    except urllib.error.HTTPError as error:
        with error:
            kind = Absent if error.code == 404 else Failure
            raise kind(f"{address}: {error}") from error
    # A connection that breaks in the middle of an answer is no OSError.
    except (OSError, HTTPException) as error:
        raise Failure(f"{address}: {error!r}") from error


def digest(address: str) -> str:
    """Of the bytes that the index serves, not what it says of them."""
    return hashlib.sha256(request(address)[1]).hexdigest()
