"""Uploading that may be cut off anywhere, and started again.

The index is the only memory: before a file goes up, and after whatever happened to it,
the index is asked what it has. It has the file: the bytes must be ours. It has it not:
once more. So an upload that the index took and did not acknowledge is found, nothing is
sent twice, and a run that died continues where it was.
"""

import argparse
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from twine.exceptions import TwineException
from twine.package import PackageFile
from twine.repository import Repository
from twine.settings import Settings

from pipeline import index, ledger
from pipeline.commands import Failure, write_line
from pipeline.index import Index
from pipeline.project import PROJECT

TOO_MANY = 429
TIMEOUT = 408
SERVERS_FAULT = 500
LONGEST_PAUSE = 600.0


@dataclass(frozen=True)
class Patience:
    """How long faults of the index, or of the way there, may last; in seconds."""

    pauses: Sequence[float] = (2, 10, 30, 60, 120, 240)  # before each further attempt
    silence: float = 120  # without a byte, after which an answer is lost


PATIENT = Patience()


class Transient(Exception):  # noqa: N818  (no mistake of the program)
    """A fault that may pass; `seconds`, if the index said how long to wait."""

    def __init__(self, reason: str, seconds: float = 0) -> None:
        super().__init__(reason)
        self.seconds = seconds


class Refused(Exception):  # noqa: N818
    """The index does not want the file, and says why."""


# From one upload to the next.

Post = Callable[[Path], None]  # raises Transient or Refused


class Timed(HTTPAdapter):
    """Gives up on a connection that says nothing; twine would wait for ever."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self.seconds = seconds

    def send(
        self, request: requests.PreparedRequest, *args: Any, **keywords: Any
    ) -> requests.Response:
        keywords["timeout"] = self.seconds
        return super().send(request, *args, **keywords)


def twine(
    where: Index, patience: Patience = PATIENT, *, attested: bool = False
) -> Post:
    """Posts a file as `twine upload` does: its metadata, its ways to authenticate."""
    options = argparse.ArgumentParser()
    Settings.register_argparse_arguments(options)
    given = ["--non-interactive", "--disable-progress-bar"]
    given += ["--repository-url", where.upload]
    settings = Settings.from_argparse(options.parse_args(given))
    try:
        # Here a job exchanges its identity for a token of the index.
        repository: Repository = settings.create_repository()
    except (requests.RequestException, TwineException) as error:
        raise Failure(f"{where.upload} lets nobody in: {error}. {RESUME}") from error
    for scheme in ("http://", "https://"):
        repository.session.mount(scheme, Timed(patience.silence))

    def post(path: Path) -> None:
        package = PackageFile.from_filename(str(path), comment=None)
        if attested:
            package.add_attestations([f"{path}.publish.attestation"])
        try:
            # Once: how often, and after which pause, is decided here.
            answer = repository.upload(package, max_redirects=1)
        except (requests.RequestException, OSError) as error:
            raise Transient(f"{type(error).__name__}: {error}") from error
        judge(answer)

    return post


def judge(answer: requests.Response) -> None:
    """Nothing, if the file was taken."""
    status = answer.status_code
    if status == requests.codes.ok:
        return
    said = f"{status} {answer.reason}: {answer.text.strip()[:500]}"
    if status >= SERVERS_FAULT or status in {TOO_MANY, TIMEOUT}:
        raise Transient(said, retry_after(answer))
    raise Refused(said)


def retry_after(answer: requests.Response) -> float:
    """What the index asks for; its other form, a date, is not in use."""
    text = answer.headers.get("Retry-After", "")
    return min(float(text), LONGEST_PAUSE) if text.isdecimal() else 0


# What the index has.


def listed(where: Index) -> Mapping[str, index.Listed]:
    return index.files(where.simple, PROJECT.name)


def is_there(path: Path, where: Index) -> bool:
    """Whether the index has the file; `Failure` if its bytes are others."""
    found = listed(where).get(path.name)
    if found is None:
        return False
    theirs = found.sha256 or index.digest(found.address)
    ours = ledger.sha256(path)
    if theirs != ours:
        raise Conflict(
            f"{path.name} is on the index with other bytes, sha256 {theirs} and not"
            f" {ours}. Nothing more was uploaded. Files cannot be replaced there: find"
            " out who uploaded it, then release another version"
        )
    return True


class Conflict(Failure):
    """What no waiting mends."""


def patiently(question: Callable[[], bool], patience: Patience) -> Iterator[bool]:
    """The answers to a question, with pauses; a fault of the index is no answer."""
    for pause in (*patience.pauses, None):
        try:
            yield question()
        except Conflict:
            raise
        except Failure as failure:
            if pause is None:
                raise
            write_line(f"{failure}; asking again in {pause:g} s")
        if pause is not None:
            time.sleep(pause)


def known(path: Path, where: Index, patience: Patience) -> bool:
    """Whether it is there, as soon as the index answers at all."""
    return next(patiently(lambda: is_there(path, where), patience))


def appears(path: Path, where: Index, patience: Patience) -> bool:
    """Whether it is there, or is soon: some indexes list a file after a while."""
    return any(patiently(lambda: is_there(path, where), patience))


# One file, and all of them.


def upload(path: Path, where: Index, post: Post, patience: Patience) -> str:
    """Until the index lists these bytes; what was done about it, in words."""
    fault = Transient("")
    for pause in (0, *patience.pauses):
        time.sleep(max(pause, fault.seconds))
        if known(path, where, patience):
            return "is on the index"
        try:
            post(path)
        except Transient as found:
            fault = found
            write_line(f"{path.name}: {fault}")
        except (Refused, TwineException) as refusal:
            # It refuses a second copy too, while its list does not show the first.
            if appears(path, where, Patience(patience.pauses[:2])):
                return "is on the index"
            raise Failure(f"the index refuses {path.name}: {refusal}") from refusal
        else:
            return confirmed(path, where, patience)
    if known(path, where, patience):
        return "is on the index"
    raise Failure(f"{path.name}, {len(patience.pauses) + 1} times: {fault}. {RESUME}")


def confirmed(path: Path, where: Index, patience: Patience) -> str:
    if not appears(path, where, patience):
        raise Failure(f"the index took {path.name} and does not list it. {RESUME}")
    return "uploaded"


RESUME = "Start again: what is there is not sent twice"


def upload_all(
    paths: Sequence[Path], where: Index, post: Post, patience: Patience = PATIENT
) -> None:
    """In this order; nothing after a file that failed."""
    for number, path in enumerate(paths, 1):
        outcome = upload(path, where, post, patience)
        write_line(f"{number}/{len(paths)} {path.name} {outcome}")
