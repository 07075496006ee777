"""Uploading one file: what twine sends, how an answer is read, how long is waited."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest
import requests
from requests.adapters import HTTPAdapter
from twine.exceptions import TwineException
from twine.settings import Settings

from pipeline import index, ledger, upload
from pipeline.commands import Failure
from pipeline.index import Index, Listed
from pipeline.project import PROJECT
from pipeline.upload import Conflict, Patience, Refused, Transient

WHERE = Index("https://index/legacy/", "https://index/simple/")


def answer(status: int, **headers: str) -> requests.Response:
    made = requests.Response()
    made.status_code, made.reason = status, "Words"
    made.raw = io.BytesIO(b" why ")
    made.url = WHERE.upload
    made.headers.update(
        {name.replace("_", "-"): text for name, text in headers.items()}
    )
    return made


@pytest.mark.parametrize("status", [200])
def test_a_file_that_was_taken_is_no_fault(status: int) -> None:
    upload.judge(answer(status))


@pytest.mark.parametrize("status", [201, 204, 301, 400, 403, 404, 409, 430, 499])
def test_a_refusal_is_final(status: int) -> None:
    with pytest.raises(Refused, match=f"{status} Words: why$"):
        upload.judge(answer(status))


@pytest.mark.parametrize("status", [408, 429, 500, 501, 502, 503, 504, 520])
def test_a_fault_of_the_index_may_pass(status: int) -> None:
    with pytest.raises(Transient, match=f"{status} Words: why$") as caught:
        upload.judge(answer(status))
    assert caught.value.seconds == 0


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("7", 7),
        ("0", 0),
        ("600", 600),
        ("601", 600),
        ("86400", 600),
        ("Wed, 25 Nov 2026 07:28:00 GMT", 0),
        ("-5", 0),
        ("", 0),
    ],
)
def test_an_index_may_say_how_long_to_wait_but_not_for_ever(
    text: str, seconds: float
) -> None:
    with pytest.raises(Transient) as caught:
        upload.judge(answer(429, Retry_After=text))
    assert caught.value.seconds == seconds


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A file that twine takes, with an attestation beside it."""
    path = tmp_path / f"{PROJECT.stem}-cp311-none-any.whl"
    text = f"Metadata-Version: 2.1\nName: {PROJECT.name}\nVersion: {PROJECT.version}\n"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(f"{PROJECT.stem}.dist-info/METADATA", text)
    beside = path.with_name(f"{path.name}.publish.attestation")
    beside.write_text(json.dumps({"signed": "by a workflow"}))
    return path


class Wire:
    """Stands for the network, below twine and requests."""

    def __init__(self, answers: list[requests.Response | Exception]) -> None:
        self.answers = answers
        self.requests: list[requests.PreparedRequest] = []
        self.timeouts: list[object] = []
        self.bodies: list[bytes] = []

    def send(
        self, request: requests.PreparedRequest, **given: Any
    ) -> requests.Response:
        self.requests.append(request)
        self.timeouts.append(given["timeout"])
        self.bodies.append(cast("BinaryIO", request.body).read())
        said = self.answers.pop(0)
        if isinstance(said, Exception):
            raise said
        said.request = request
        return said


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    monkeypatch.setenv("TWINE_USERNAME", "__token__")
    monkeypatch.setenv("TWINE_PASSWORD", "secret")
    made = Wire([])
    monkeypatch.setattr(HTTPAdapter, "send", made.send)
    return made


@pytest.mark.parametrize("scheme", ["https", "http"])
def test_an_upload_that_says_nothing_is_given_up(
    scheme: str, wheel: Path, wire: Wire
) -> None:
    where = Index(f"{scheme}://index/legacy/", f"{scheme}://index/simple/")
    wire.answers = [answer(200)]
    upload.twine(where, Patience(silence=7.5))(wheel)
    assert wire.timeouts == [7.5]
    assert wire.requests[0].url == where.upload
    assert wire.requests[0].method == "POST"
    assert upload.Timed(7.5).max_retries.total == 0, "it is an adapter in all else"


def test_patience_has_an_end_unless_something_else_is_said(
    wheel: Path, wire: Wire
) -> None:
    wire.answers = [answer(200)]
    upload.twine(WHERE)(wheel)
    assert wire.timeouts == [upload.PATIENT.silence]
    assert 30 <= upload.PATIENT.silence <= 600
    assert 300 <= sum(upload.PATIENT.pauses) <= 900
    assert sorted(upload.PATIENT.pauses) == list(upload.PATIENT.pauses)
    assert 1 <= upload.PATIENT.pauses[0] <= 2


def test_attestations_are_sent_along_where_they_are_wanted(
    wheel: Path, wire: Wire
) -> None:
    wire.answers = [answer(200), answer(200)]
    upload.twine(WHERE, attested=True)(wheel)
    upload.twine(WHERE)(wheel)
    attested, bare = wire.bodies
    assert b'name="attestations"' in attested
    assert b"by a workflow" in attested
    assert b'name="attestations"' not in bare


def test_one_post_is_one_attempt(wheel: Path, wire: Wire) -> None:
    """twine would try a 5xx again by itself, without asking what the index has."""
    wire.answers = [answer(503), answer(200)]
    with pytest.raises(Transient, match="503"):
        upload.twine(WHERE)(wheel)
    assert len(wire.requests) == 1


@pytest.mark.parametrize(
    "error",
    [requests.ConnectionError("cut"), requests.ReadTimeout("cut"), OSError("cut")],
)
def test_a_broken_connection_may_pass(
    error: Exception, wheel: Path, wire: Wire
) -> None:
    wire.answers = [error]
    with pytest.raises(Transient, match=f"{type(error).__name__}: cut"):
        upload.twine(WHERE)(wheel)


@pytest.mark.parametrize(
    "error", [requests.ConnectionError("cut"), TwineException("no trust")]
)
def test_an_index_that_lets_nobody_in_is_a_failure(
    error: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_settings: Settings) -> None:
        raise error

    monkeypatch.setattr(Settings, "create_repository", refuse)
    with pytest.raises(Failure, match=f"{WHERE.upload} lets nobody in: {error}"):
        upload.twine(WHERE)


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    found: list[float] = []
    monkeypatch.setattr("pipeline.upload.time.sleep", found.append)
    return found


def shelf(monkeypatch: pytest.MonkeyPatch, *states: object) -> list[object]:
    """What the index lists, from one question to the next; the last one for ever."""
    waiting = list(states)

    def files(simple: str, name: str) -> object:
        assert (simple, name) == (WHERE.simple, PROJECT.name)
        state = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(state, Exception):
            raise state
        return state

    monkeypatch.setattr(index, "files", files)
    return waiting


def ours(path: Path) -> dict[str, Listed]:
    return {path.name: Listed("https://index/f", ledger.sha256(path))}


QUICK = Patience(pauses=(1, 2, 4))


def posting(*faults: Exception | None) -> tuple[Callable[[Path], None], list[Path]]:
    waiting, sent = list(faults), []

    def post(path: Path) -> None:
        sent.append(path)
        fault = waiting.pop(0) if waiting else None
        if fault:
            raise fault

    return post, sent


def test_the_pause_is_the_longer_of_ours_and_the_indexs(
    wheel: Path, slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf(monkeypatch, {}, {}, {}, {}, ours(wheel))
    post, sent = posting(Transient("429", 33), Transient("429", 1), Transient("500"))
    assert upload.upload(wheel, WHERE, post, QUICK) == "uploaded"
    # Before each attempt; then it is there at once, and known() waits once for it.
    assert slept[:4] == [0, 33, 2, 4]
    assert sent == [wheel] * 4


def test_what_is_there_is_not_sent(
    wheel: Path, slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf(monkeypatch, ours(wheel))
    post, sent = posting()
    assert upload.upload(wheel, WHERE, post, QUICK) == "is on the index"
    assert (sent, slept) == ([], [0])


def test_an_attempt_too_many_is_not_made(
    wheel: Path, slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf(monkeypatch, {})
    post, sent = posting(*[Transient("said 500")] * 9)
    with pytest.raises(Failure, match=r"4 times: said 500\. Start again"):
        upload.upload(wheel, WHERE, post, QUICK)
    assert len(sent) == 4
    assert slept == [0, 1, 2, 4]


def test_what_the_last_attempt_left_there_is_found(
    wheel: Path, slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf(monkeypatch, {}, {}, {}, {}, ours(wheel))
    post, sent = posting(*[Transient("500")] * 9)
    assert upload.upload(wheel, WHERE, post, QUICK) == "is on the index"
    assert len(sent) == 4
    assert slept == [0, 1, 2, 4]


def test_a_file_that_is_never_listed_is_a_failure(
    wheel: Path, slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf(monkeypatch, {})
    post, sent = posting()
    with pytest.raises(Failure, match=f"took {wheel.name} and does not list it"):
        upload.upload(wheel, WHERE, post, QUICK)
    assert sent == [wheel]
    assert slept == [0, 1, 2, 4]


def test_a_refused_file_may_be_there_soon(
    wheel: Path, slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf(monkeypatch, {}, {}, {}, ours(wheel))
    post, _ = posting(Refused("400 exists"))
    assert upload.upload(wheel, WHERE, post, QUICK) == "is on the index"
    shelf(monkeypatch, {}, {}, {}, {}, ours(wheel))
    post, _ = posting(Refused("400 exists"))
    with pytest.raises(Failure, match=f"refuses {wheel.name}: 400 exists"):
        upload.upload(wheel, WHERE, post, QUICK)
    assert slept == [0, 1, 2, 0, 1, 2]


def test_an_index_that_does_not_answer_is_asked_again(
    wheel: Path,
    slept: list[float],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    shelf(monkeypatch, Failure("503"), Failure("503"), ours(wheel))
    assert upload.known(wheel, WHERE, QUICK)
    assert slept == [1, 2]
    assert (
        capsys.readouterr().out
        == "503; asking again in 1 s\n503; asking again in 2 s\n"
    )
    shelf(monkeypatch, Failure("503"))
    with pytest.raises(Failure, match="503"):
        upload.known(wheel, WHERE, QUICK)
    assert slept == [1, 2, 1, 2, 4]


def test_a_conflict_is_not_waited_for(
    wheel: Path, slept: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf(monkeypatch, {wheel.name: Listed("https://index/f", "0" * 64)})
    for question in (upload.known, upload.appears):
        with pytest.raises(Conflict, match="other bytes, sha256 0000"):
            question(wheel, WHERE, QUICK)
    assert slept == []


def test_a_file_that_is_listed_without_a_hash_is_read(
    wheel: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf(monkeypatch, {wheel.name: Listed("https://index/f")})
    served = {"https://index/f": wheel.read_bytes()}
    monkeypatch.setattr(index, "request", lambda address: ("", served[address]))
    assert upload.is_there(wheel, WHERE)
    served["https://index/f"] = b"somebody else's"
    with pytest.raises(Conflict, match="is on the index with other bytes"):
        upload.is_there(wheel, WHERE)


@pytest.mark.usefixtures("slept")
def test_nothing_comes_after_a_file_that_failed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    files = [tmp_path / name for name in ("a.whl", "b.whl", "c.tar.gz")]
    for path in files:
        path.write_bytes(path.name.encode())
    there: dict[str, Listed] = {}
    shelf(monkeypatch, there)

    def post(path: Path) -> None:
        if path.name.startswith("b"):
            raise Refused("403 no")
        there.update(ours(path))

    with pytest.raises(Failure, match=r"refuses b\.whl: 403 no"):
        upload.upload_all(files, WHERE, post, QUICK)
    assert list(there) == ["a.whl"]
    assert capsys.readouterr().out == "1/3 a.whl uploaded\n"
