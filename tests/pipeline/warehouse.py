"""A package index that answers as PyPI and TestPyPI do.

Written from docs.pypi.org/api, PEP 503, 658, 691, 700 and 740, and from pypi/warehouse
at 6b62157: forklift/legacy.py has the refusals of an upload in this order and in these
words, oidc/views.py the exchange of tokens, attestations/services.py and
api/integrity.py the provenance, packaging/utils.py the lists of files.
"""

from __future__ import annotations

import contextlib
import hashlib
import html
import io
import json
import re
import secrets
import tarfile
import threading
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import jwt
import packaging.utils
import signing
import trove_classifiers
from packaging.metadata import InvalidMetadata, Metadata, RawMetadata
from packaging.version import Version
from pydantic import TypeAdapter, ValidationError
from pypi_attestations import (
    Attestation,
    AttestationBundle,
    AttestationError,
    Distribution,
    GitHubPublisher,
    Provenance,
)
from pypiserver.bottle_wrapper import Bottle, HTTPResponse, request

from pipeline import local_index

JSON = "application/vnd.pypi.simple.v1+json"
HTML = "application/vnd.pypi.simple.v1+html"
INTEGRITY = "application/vnd.pypi.integrity.v1+json"
ISSUER = "https://token.actions.githubusercontent.com"
WINDOW = timedelta(days=14)


@dataclass
class File:
    """A file of a release, and what the index knows of it."""

    name: str
    version: str
    content: bytes
    kind: str  # sdist or bdist_wheel
    requires_python: str
    metadata: bytes  # of a wheel
    provenance: Any
    uploaded: datetime = field(default_factory=lambda: datetime.now(UTC))
    yanked: str = ""  # the reason

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def path(self) -> str:
        digest = hashlib.blake2b(self.content, digest_size=32).hexdigest()
        return f"packages/{digest[:2]}/{digest[2:4]}/{digest[4:]}/{self.name}"


@dataclass
class Warehouse:
    """One index, with a single project, which a trusted publisher may upload to."""

    host: str
    upload_host: str
    files_host: str
    audience: str
    project: str
    publisher: GitHubPublisher
    key: str  # by which GitHub's tokens are signed
    files: dict[str, File] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    used: set[str] = field(default_factory=set)  # GitHub's tokens, by jti
    created: dict[str, datetime] = field(default_factory=dict)  # releases
    accepted: list[str] = field(default_factory=list)
    # Called with the name of a file that is about to be looked at: for what goes wrong.
    before: Callable[[str], None] = lambda _name: None
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def hosts(self) -> set[str]:
        return {self.host, self.upload_host, self.files_host}

    def app(self, elsewhere: Callable[[str], HTTPResponse]) -> Bottle:
        """Asks `elsewhere` for what is not of the project."""
        app = Bottle()
        local_index.close_uploads(app)
        name = f"<name:re:{re.escape(self.project)}>"
        app.post("/legacy/", callback=self.upload)
        app.get("/_/oidc/audience", callback=lambda: {"audience": self.audience})
        app.post("/_/oidc/mint-token", callback=self.mint)
        app.get(f"/simple/{name}/", callback=self.simple)
        app.get(f"/pypi/{name}/json", callback=self.json)
        app.get(f"/pypi/{name}/<version>/json", callback=self.json)
        app.get(f"/integrity/{name}/<version>/<file>/provenance", callback=self.proof)
        app.get(
            "/<path:path>", callback=lambda path: self.download(path) or elsewhere(path)
        )
        return app

    # Trusted publishing.

    def mint(self) -> Any:
        """A token to upload with, for one of a job at GitHub."""
        try:
            claims = jwt.decode(
                json.loads(request.body.read())["token"],
                self.key,
                ["HS256"],
                audience=self.audience,
                issuer=ISSUER,
            )
        except (jwt.PyJWTError, KeyError, ValueError) as error:
            raise failed("invalid-token", "malformed or invalid token") from error
        workflow = f"{self.publisher.repository}/.github/workflows/"
        workflow += f"{self.publisher.workflow}@{claims['ref']}"
        for claim, wanted in {
            "repository": self.publisher.repository,
            "workflow_ref": workflow,
            "environment": self.publisher.environment,
        }.items():
            if claims[claim] != wanted:
                found = f"{claim} is {claims[claim]}"
                said = f"valid token, but no corresponding publisher ({found})"
                raise failed("invalid-publisher", said)
        if claims["jti"] in self.used:
            raise failed("invalid-reuse-token", "invalid token: already used")
        self.used.add(claims["jti"])
        token = f"pypi-{secrets.token_hex()}"
        self.tokens.add(token)
        return {"success": True, "token": token}

    # Uploading.

    def upload(self) -> str:
        """What `file_upload` of forklift/legacy.py checks, in its order."""
        form, sent = request.forms, request.files.get("content")
        self.before(sent.raw_filename if sent else "")
        name, token = request.auth or ("", "")
        if name != "__token__" or token not in self.tokens:
            raise refused(403, "Invalid or non-existent authentication information.")
        if form.get("protocol_version", "1") != "1":
            raise refused(400, "Unknown protocol version.")
        meta = metadata(form)
        if sent is None:
            raise refused(400, "Upload payload does not have a file.")
        if packaging.utils.canonicalize_name(meta.name) != self.project:
            said = f"The given token isn't allowed to upload to project '{meta.name}'."
            raise refused(403, said)
        content = sent.file.read()
        with self.lock:
            self.take(meta, sent.raw_filename, content, form)
        return ""

    def take(self, meta: Metadata, name: str, content: bytes, form: Any) -> None:
        version = str(meta.version)
        created = self.created.setdefault(version, datetime.now(UTC))
        if not digests_agree(form, content):
            raise refused(
                400,
                "The digest supplied does not match a digest calculated from the"
                " uploaded file.",
            )
        if name in self.files:
            if self.files[name].content == content:
                return  # a duplicate of these bytes is no mistake
            digest = hashlib.blake2b(content, digest_size=32).hexdigest()
            said = f"File already exists ({name!r}, with blake2_256 hash {digest!r})."
            raise refused(400, said)
        if created < datetime.now(UTC) - WINDOW:
            said = "Uploading new files to releases older than 14 days is not allowed."
            raise refused(400, said)
        kind = form["filetype"]
        if kind == "sdist" and any(
            file.kind == "sdist" and file.version == version
            for file in self.files.values()
        ):
            raise refused(400, "Only one sdist may be uploaded per release.")
        try:
            check_name(name, meta, kind)
            inner = opened(name, content)
        except (ValueError, zipfile.BadZipFile, tarfile.TarError, EOFError) as error:
            raise refused(400, f"Invalid distribution file. {error}") from error
        self.files[name] = File(
            name,
            version,
            content,
            kind,
            str(meta.requires_python or ""),
            inner,
            self.provenance(name, content, form),
        )
        self.accepted.append(name)

    def provenance(self, name: str, content: bytes, form: Any) -> Any:
        if "attestations" not in form:
            return None
        file = Distribution(name=name, digest=hashlib.sha256(content).hexdigest())
        try:
            given = TypeAdapter(list[Attestation]).validate_json(form["attestations"])
            with signing.replaced():
                for attestation in given:
                    attestation.verify(self.publisher, file)
        except (ValidationError, AttestationError) as error:
            said = f"Invalid attestations supplied during upload: {error}"
            raise refused(400, said) from error
        bundle = AttestationBundle(publisher=self.publisher, attestations=given)
        return Provenance(attestation_bundles=[bundle]).model_dump(mode="json")

    # Reading.

    def yank(self, reason: str) -> None:
        for file in self.files.values():
            file.yanked = reason

    def listed(self) -> list[File]:
        if not self.files:
            raise HTTPResponse("Not Found", 404)
        return sorted(self.files.values(), key=lambda f: (Version(f.version), f.name))

    def described(self, file: File) -> dict[str, Any]:
        core = {"sha256": hashlib.sha256(file.metadata).hexdigest()}
        proof = f"integrity/{self.project}/{file.version}/{file.name}/provenance"
        return {
            "filename": file.name,
            "url": f"https://{self.files_host}/{file.path}",
            "hashes": {"sha256": file.sha256},
            "requires-python": file.requires_python or None,
            "size": len(file.content),
            "upload-time": f"{file.uploaded:%Y-%m-%dT%H:%M:%S.%fZ}",
            "yanked": file.yanked or False,
            "core-metadata": core if file.metadata else False,
            "provenance": f"https://{self.host}/{proof}" if file.provenance else None,
        }

    def simple(self, name: str) -> HTTPResponse:
        files = [self.described(file) for file in self.listed()]
        if JSON not in request.get_header("Accept", ""):
            return HTTPResponse(page(files), content_type="text/html")
        versions = list(dict.fromkeys(file.version for file in self.listed()))
        meta = {"api-version": "1.4"}
        found = {"meta": meta, "name": name, "versions": versions, "files": files}
        return HTTPResponse(json.dumps(found), content_type=JSON)

    def json(self, name: str, version: str = "") -> dict[str, Any]:
        """Of a release, or of the newest."""
        version = version or self.listed()[-1].version
        files = [file for file in self.listed() if file.version == version]
        if not files:
            raise HTTPResponse('{"message": "Not Found"}', 404)
        urls = [
            {
                "filename": file.name,
                "url": f"https://{self.files_host}/{file.path}",
                "digests": {"sha256": file.sha256},
                "packagetype": file.kind,
                "size": len(file.content),
                "upload_time_iso_8601": f"{file.uploaded:%Y-%m-%dT%H:%M:%S.%fZ}",
                "yanked": bool(file.yanked),
                "yanked_reason": file.yanked or None,
            }
            for file in files
        ]
        return {"info": {"name": name, "version": version}, "urls": urls}

    def proof(self, name: str, version: str, file: str) -> HTTPResponse:
        found = self.files.get(file)
        if not (found and found.version == version and found.provenance):
            said = f"No provenance available for {file} of {name}"
            return HTTPResponse(json.dumps({"message": said}), 404)
        return HTTPResponse(json.dumps(found.provenance), content_type=INTEGRITY)

    def download(self, path: str) -> HTTPResponse | None:
        for one in self.files.values():
            contents = {one.path: one.content, f"{one.path}.metadata": one.metadata}
            if found := contents.get(path):
                return HTTPResponse(found, content_type="binary/octet-stream")
        return None


def not_found(path: str) -> HTTPResponse:
    return HTTPResponse(f"{path} is not here", 404)


def refused(status: int, said: str) -> HTTPResponse:
    """The message is in the status line, where twine finds it."""
    return HTTPResponse(f"{status} {said}", f"{status} {said}")


def failed(code: str, description: str) -> HTTPResponse:
    errors = [{"code": code, "description": description}]
    body = json.dumps({"message": "Token request failed", "errors": errors})
    return HTTPResponse(body, 422, content_type="application/json")


# Names of the form that the core metadata has in the plural.
LISTS = {
    "classifiers": "classifiers",
    "license_file": "license_files",
    "license_files": "license_files",
    "requires_dist": "requires_dist",
    "provides_extra": "provides_extra",
    "dynamic": "dynamic",
}
TEXTS = (
    *("metadata_version", "name", "version", "summary", "description"),
    *("description_content_type", "requires_python", "license_expression", "license"),
)


def metadata(form: Any) -> Metadata:
    """Of the form, as the index validates it."""
    raw: dict[str, Any] = {key: form[key] for key in TEXTS if form.get(key)}
    for key, name in LISTS.items():
        if values := form.getall(key):
            raw[name] = values
    unknown = sorted(set(raw.get("classifiers", ())) - trove_classifiers.classifiers)
    if unknown:
        said = f"Classifier {unknown[0]!r} is not a valid classifier."
        raise refused(400, f"Invalid value for classifiers. Error: {said}")
    try:
        return Metadata.from_raw(cast("RawMetadata", raw))
    except ExceptionGroup as group:
        errors = [one for one in group.exceptions if isinstance(one, InvalidMetadata)]
        see = "https://packaging.python.org/specifications/core-metadata"
        said = f"{errors[0]}. See {see} for more information."
        raise refused(400, said) from group


def digests_agree(form: Any, content: bytes) -> bool:
    made = {
        "md5_digest": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        "sha256_digest": hashlib.sha256(content).hexdigest(),
        "blake2_256_digest": hashlib.blake2b(content, digest_size=32).hexdigest(),
    }
    return all(form[key].lower() == one for key, one in made.items() if form.get(key))


def check_name(name: str, meta: Metadata, kind: str) -> None:
    """That it is spelt as PEP 427 and 625 say, and speaks of this release."""
    stem = packaging.utils.canonicalize_name(meta.name).replace("-", "_")
    if kind == "sdist":
        expected = f"{stem}-{meta.version}.tar.gz"
        if name != expected:
            raise ValueError(f"Filename {name!r} is invalid, should be {expected!r}.")
        return
    _, version, _, _ = packaging.utils.parse_wheel_filename(name)
    if not name.startswith(f"{stem}-"):
        raise ValueError(f"Start filename for {meta.name!r} with {stem!r}.")
    if version != meta.version:
        raise ValueError(f"Version in filename should be {str(meta.version)!r}")


def opened(name: str, content: bytes) -> bytes:
    """A wheel's metadata, or nothing: the archive is read as a whole."""
    if name.endswith(".tar.gz"):
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as sdist:
            top = name.removesuffix(".tar.gz")
            if f"{top}/PKG-INFO" not in sdist.getnames():
                raise ValueError("PKG-INFO not found at the top of the archive")
        return b""
    # The directory's end is the archive's: nothing is behind or in front.
    if content[:4] != b"PK\3\4" or content[-22:-18] != b"PK\5\6":
        raise ValueError("ZIP archive not accepted: Trailing or leading data")
    with zipfile.ZipFile(io.BytesIO(content)) as wheel:
        if broken := wheel.testzip():
            raise ValueError(f"ZIP archive not accepted: {broken}")
        info = "-".join(name.split("-")[:2]) + ".dist-info"
        for needed in ("WHEEL", "METADATA", "RECORD"):
            if f"{info}/{needed}" not in wheel.namelist():
                raise ValueError(f"{needed} not found at {info}/{needed}")
        return wheel.read(f"{info}/METADATA")


def page(files: list[dict[str, Any]]) -> str:
    links = (
        f'<a href="{file["url"]}#sha256={file["hashes"]["sha256"]}"'
        + (f' data-yanked="{html.escape(file["yanked"])}"' if file["yanked"] else "")
        + f">{file['filename']}</a><br>"
        for file in files
    )
    return f"<!DOCTYPE html><html><body>{''.join(links)}</body></html>"


@contextlib.contextmanager
def broken(index: Warehouse, wrong: Callable[[str], None]) -> Iterator[None]:
    """The index, on which uploads go wrong as told."""
    index.before = wrong
    try:
        yield
    finally:
        index.before = lambda _name: None
