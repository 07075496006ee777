"""The stage that publishes: what it asks before the first byte, and what it sends."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import publish
from pipeline import agreement, index, ledger, toolenv, upload
from pipeline import plan as plans
from pipeline.commands import Command, Failure
from pipeline.gates import audit
from pipeline.gates.model import Finding
from pipeline.index import Index, Listed
from pipeline.ledger import EnvResult
from pipeline.plan import Plan
from pipeline.project import PROJECT

REAL, LOCAL = "pypi", "http://127.0.0.1:9/"


@dataclass
class World:
    """What surrounds the stage: the folder, the index, the audit, the repository."""

    dist: Path
    plan: Plan
    listed: dict[str, Listed] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    disagreements: list[str] = field(default_factory=list)
    asked_of_tag: list[bool] = field(default_factory=list)
    ran: list[Command] = field(default_factory=list)
    sent: list[Path] = field(default_factory=list)
    contents: list[bytes] = field(default_factory=list)
    to: list[Index] = field(default_factory=list)
    attested: list[bool] = field(default_factory=list)
    tools: list[str] = field(default_factory=list)

    def publish(self, *options: str, to: str = REAL) -> int:
        return publish.stage([str(self.dist), "--index", to, *options])

    def note(self, name: str, change: Callable[[ledger.Entry], None]) -> None:
        entries = ledger.read(self.dist)
        for entry in entries:
            if entry.file == name:
                change(entry)
        ledger.write(self.dist, entries)

    @property
    def sdist(self) -> str:
        return self.plan.files[-1]

    @property
    def wheel(self) -> str:
        return self.plan.files[0]


@pytest.fixture
def world(tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> World:
    """A release against which nothing speaks, and an index that has nothing of it."""
    whole = plan.named(["linux-x86_64-abi3", "linux-x86_64-abi3t"])
    made = World(tmp_path, whole)
    entries = []
    for name in whole.files:
        (tmp_path / name).write_bytes(f"bytes of {name}".encode())
        entry = ledger.entry(tmp_path / name, "row", {})
        row = whole.of_file(name)
        envs = [py.env for py in whole.promised(row)] if row else ["offline"]
        entry.tests = [EnvResult(env, passed=True, summary="passed") for env in envs]
        entries.append(entry)
    ledger.write(tmp_path, entries)

    def disagreements(*, tagged: bool) -> Sequence[str]:
        made.asked_of_tag.append(tagged)
        return made.disagreements

    def twine(where: Index, *, attested: bool) -> upload.Post:
        made.to.append(where)
        made.attested.append(attested)
        return made.sent.append

    def upload_all(files: Sequence[Path], where: Index, post: upload.Post) -> None:
        made.to.append(where)
        for path in files:
            made.contents.append(path.read_bytes())
            post(path)

    monkeypatch.setattr(toolenv, "enter", lambda *parts: made.tools.extend(parts))
    monkeypatch.setattr(plans, "load", lambda: whole)
    monkeypatch.setattr(index, "files", lambda *_: made.listed)
    monkeypatch.setattr(audit, "audit", lambda _: {("gate", "file"): made.findings})
    monkeypatch.setattr(agreement, "disagreements", disagreements)
    monkeypatch.setattr(upload, "twine", twine)
    monkeypatch.setattr(upload, "upload_all", upload_all)
    monkeypatch.setattr(publish, "run", made.ran.append)
    return made


@pytest.mark.parametrize("to", [REAL, LOCAL])
def test_a_good_release_goes_up_in_order(
    to: str, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert world.publish(to=to) == 0
    assert world.sent == [world.dist / name for name in world.plan.files]
    assert world.sent[-1].name == PROJECT.sdist
    assert world.to == [index.of(to), index.of(to)]
    assert world.attested == [False]
    assert world.ran == []
    assert world.tools == ["audit", "publish"]
    last = f"published 3 files, {PROJECT.sdist} last\n"
    assert capsys.readouterr().out == last


def test_attested_files_are_signed_first_and_sent_as_such(world: World) -> None:
    assert world.publish("--attest") == 0
    assert world.ran == [publish.attest_command(world.sent)]
    assert world.ran[0].argv[1:4] == ("-m", "pypi_attestations", "sign")
    assert world.attested == [True]
    assert [path.name for path in world.sent] == world.plan.files
    assert all(path.parent != world.dist for path in world.sent)
    assert world.contents == [
        (world.dist / name).read_bytes() for name in world.plan.files
    ]
    assert not world.sent[0].exists(), "the copies are removed"


def one_not_run(entry: ledger.Entry) -> None:
    del entry.tests[0]


def one_failed(entry: ledger.Entry) -> None:
    entry.tests[-1] = EnvResult(entry.tests[-1].env, False, "1 failed")


def excused(entry: ledger.Entry) -> None:
    entry.not_run = {test.env: "cannot" for test in entry.tests}
    entry.tests = []


def sdist_untested(world: World) -> None:
    world.note(world.sdist, one_not_run)


def sdist_failed(world: World) -> None:
    world.note(world.sdist, one_failed)


def wheel_untested(world: World) -> None:
    world.note(world.wheel, one_not_run)


def wheel_failed(world: World) -> None:
    world.note(world.wheel, one_failed)


def other_bytes_than_recorded(world: World) -> None:
    (world.dist / world.wheel).write_bytes(b"rebuilt")


def file_missing(world: World) -> None:
    (world.dist / world.wheel).unlink()


def file_too_many(world: World) -> None:
    (world.dist / "notes.txt").touch()


def gate_failed(world: World) -> None:
    world.findings = [Finding("a hole", "none", "mend it")]


def tag_disagrees(world: World) -> None:
    world.disagreements = ["this commit has no tag"]


def other_bytes_there(world: World) -> None:
    world.listed = {world.sdist: Listed("https://index/f", "0" * 64)}


def unplanned_there(world: World) -> None:
    foreign = f"{PROJECT.stem}-py3-none-any.whl"
    world.listed = {foreign: Listed("https://index/f", "0" * 64)}


def release_closed(world: World) -> None:
    first = datetime.now(UTC) - timedelta(days=15)
    world.listed = {world.wheel: Listed("https://index/f", uploaded=first)}


def no_room(world: World) -> None:
    world.listed = {"old.whl": Listed("https://index/f", size=publish.QUOTA)}


OBSTACLES = [
    (sdist_untested, "was not tested by offline: python scripts/check_sdist.py"),
    (sdist_failed, "failed offline: 1 failed"),
    (wheel_untested, "was not tested by py311: python scripts/test.py --wheel"),
    (wheel_failed, "failed py315: 1 failed"),
    (other_bytes_than_recorded, "is not the file that the ledger recorded"),
    (file_missing, "is in the plan and not in"),
    (file_too_many, "and not in the plan"),
    (gate_failed, "file fails the gate gate: a hole"),
    (tag_disagrees, "this commit has no tag"),
    (other_bytes_there, "is on the index with other bytes, sha256 0000"),
    (unplanned_there, "is on the index and not in the plan"),
    (release_closed, "after 14 days the index takes no more"),
    (no_room, "are more than 10,000,000,000"),
]


@pytest.mark.parametrize(("obstacle", "said"), OBSTACLES)
def test_an_obstacle_is_found_before_the_first_byte(
    obstacle: Callable[[World], None], said: str, world: World
) -> None:
    obstacle(world)
    with pytest.raises(Failure, match="nothing was uploaded") as caught:
        world.publish("--attest")
    assert said in str(caught.value)
    assert len(str(caught.value).splitlines()) == 2, "and nothing else is said"
    assert (world.sent, world.ran, world.to) == ([], [], [])


def test_all_obstacles_of_the_files_are_named_at_once(world: World) -> None:
    sdist_untested(world)
    wheel_failed(world)
    tag_disagrees(world)
    with pytest.raises(Failure) as caught:
        world.publish()
    assert len(str(caught.value).splitlines()) == 4


def test_what_cannot_be_run_here_is_excused_by_the_ledger(world: World) -> None:
    world.note(world.wheel, excused)
    assert world.publish() == 0


def test_a_real_index_wants_a_tag_and_a_rehearsal_none(world: World) -> None:
    assert world.publish(to=REAL) == 0
    assert world.asked_of_tag == [True]
    tag_disagrees(world)
    assert world.publish(to=LOCAL) == 0
    assert world.asked_of_tag == [True]


def test_a_part_is_for_rehearsals(world: World) -> None:
    part = ("--target", "linux-x86_64-abi3")
    for index_name in ("testpypi", REAL):
        with pytest.raises(Failure, match=f"for rehearsals, not for {index_name}"):
            world.publish(*part, to=index_name)
    (world.dist / world.plan.files[1]).unlink()
    assert world.publish(*part, to=LOCAL) == 0
    assert [path.name for path in world.sent] == [world.wheel, world.sdist]


def test_what_is_there_already_counts_once(world: World) -> None:
    """A release of which all is there, long since and to the last byte of room."""
    long_since = datetime.now(UTC) - timedelta(days=99)
    size = publish.QUOTA // 3
    world.listed = {
        name: Listed("https://i/f", ledger.sha256(world.dist / name), size, long_since)
        for name in world.plan.files
    }
    assert world.publish() == 0
    del world.listed[world.sdist]
    with pytest.raises(Failure, match="takes no more"):
        world.publish()


def test_room_is_counted_to_the_byte(world: World) -> None:
    needed = sum((world.dist / name).stat().st_size for name in world.plan.files)
    full = publish.QUOTA - needed
    world.listed = {"old.whl": Listed("https://index/f", size=full)}
    assert world.publish() == 0
    world.listed = {"old.whl": Listed("https://index/f", size=full + 1)}
    with pytest.raises(Failure, match="more than"):
        world.publish()


def test_the_index_must_be_named(world: World) -> None:
    with pytest.raises(SystemExit):
        publish.stage([str(world.dist)])


@pytest.mark.parametrize("days", [0, 13, None])
def test_a_release_that_was_begun_goes_on_while_the_index_takes_files(
    days: int | None, world: World
) -> None:
    """Also on an index that says neither when a file came nor its hash."""
    first = None if days is None else datetime.now(UTC) - timedelta(days=days)
    world.listed = {world.wheel: Listed("https://index/f", uploaded=first)}
    assert world.publish() == 0


def test_the_oldest_file_decides_whether_the_index_takes_more(world: World) -> None:
    now = datetime.now(UTC)
    world.listed = {
        name: Listed("https://index/f", uploaded=now - timedelta(days=days))
        for name, days in zip(world.plan.files[:2], (1, 15), strict=True)
    }
    with pytest.raises(Failure, match="takes no more"):
        world.publish()


def test_what_is_published_lies_in_dist() -> None:
    options = publish.parser().parse_args(["--index", REAL])
    assert options.dist == PROJECT.dist
    assert not options.attest


def test_the_index_closes_a_release_to_the_minute(plan: Plan) -> None:
    now = datetime.now(UTC)
    listed = {plan.files[0]: Listed("https://index/f", uploaded=now)}
    assert list(publish.closed(listed, plan, now + timedelta(days=14)))
    assert not list(publish.closed(listed, plan, now + timedelta(days=13.999)))
