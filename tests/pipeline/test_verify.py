"""The stage that reads a release back: what it believes, and what it does not."""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from pypi_attestations import GitHubPublisher

import verify
from pipeline import attestation, index, ledger, toolenv
from pipeline import plan as plans
from pipeline.commands import Command, Failure, Finished
from pipeline.index import Listed
from pipeline.ledger import Entry
from pipeline.plan import Plan, Python
from pipeline.project import PROJECT
from provision import pythons

SIMPLE = "http://127.0.0.1:9/simple/"
HOST = "x86_64-unknown-linux-gnu"
HERE, ELSEWHERE = "linux-x86_64-abi3", "linux-aarch64-abi3"


@dataclass
class World:
    """A release, the index that has it, and a pip that answers as it is told."""

    dist: Path
    plan: Plan
    listed: dict[str, Listed] = field(default_factory=dict)
    served: dict[str, bytes] = field(default_factory=dict)  # by address
    found: dict[Python, Path] = field(default_factory=dict)  # the interpreters
    missing: dict[Python, str] = field(default_factory=dict)
    ran: list[Command] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)  # of attestations, by file
    # What pip takes instead: for the tag of a machine, and by a Python here.
    takes: dict[str, str] = field(default_factory=dict)
    installs: str = ""
    smoke_fails: bool = False
    tools: list[str] = field(default_factory=list)
    asked: int = 0  # how often what is listed

    @property
    def entries(self) -> list[Entry]:
        return ledger.read(self.dist)

    @property
    def wheel(self) -> str:
        return self.plan.named([HERE]).targets[0].wheel

    @property
    def other(self) -> str:
        return self.plan.named([ELSEWHERE]).targets[0].wheel

    def verify(self, *options: str) -> int:
        address = SIMPLE.removesuffix("simple/")
        given = [str(self.dist), "--index", address, "--wait", "0", *options]
        return verify.stage(given)

    def run(self, command: Command, **_: object) -> Finished:
        self.ran.append(command)
        argv = list(command.argv)
        if "download" in argv:
            folder = Path(argv[argv.index("--dest") + 1])
            tag = argv[argv.index("--platform") + 1]
            name = self.takes.get(tag) or self.fitting(tag)
            (folder / name).write_bytes(self.served[f"https://files/{name}"])
        if "--report" in argv:
            name = self.installs or self.wheel
            digest = hashlib.sha256(self.served[f"https://files/{name}"]).hexdigest()
            hashes = {"sha256": digest}
            info = {
                "url": f"https://files/{name}#x",
                "archive_info": {"hashes": hashes},
            }
            report = {"install": [{"download_info": info}]}
            Path(argv[argv.index("--report") + 1]).write_text(json.dumps(report))
        if argv[1:] == PROJECT.smoke and self.smoke_fails:
            raise Failure("the demonstration ended with status 1")
        return Finished(command, 0)

    def fitting(self, tag: str) -> str:
        return next(row.wheel for row in self.plan.targets if tag in row.tag)

    def serve(self, name: str, data: bytes, listed: bytes | None = None) -> None:
        digest = hashlib.sha256(data if listed is None else listed).hexdigest()
        self.listed[name] = Listed(f"https://files/{name}", digest, provenance="p")
        self.served[f"https://files/{name}"] = data


@pytest.fixture
def world(tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> World:
    """All is well, on a machine with one Python of the two that are promised."""
    made = World(tmp_path, plan.named([HERE, ELSEWHERE]))
    made.found = {Python(3, 11): Path("/py311"), Python(3, 12): Path("/py312")}
    for name in made.plan.files:
        (tmp_path / name).write_bytes(name.encode())
        made.serve(name, name.encode())
    entries = [ledger.entry(tmp_path / name, "row", {}) for name in made.plan.files]
    ledger.write(tmp_path, entries)

    def request(address: str, *, accept: str = "") -> tuple[str, bytes]:
        if accept == attestation.KIND:
            assert address == "p"
            return accept, b"provenance"
        return "", made.served[address]

    def files(simple: str, name: str) -> dict[str, Listed]:
        assert (simple, name) == (SIMPLE, PROJECT.name)
        made.asked += 1
        assert made.asked < 100, "it has no end"
        return made.listed

    def fault(provenance: bytes, name: str, sha256: str, by: object) -> str:
        assert (provenance, by) == (b"provenance", publisher)
        assert sha256 == ledger.sha256(tmp_path / name)
        return made.faults.get(name, "")

    def provide(wanted: Sequence[Python]) -> pythons.Pythons:
        assert wanted == made.plan.promised(made.plan.named([HERE]).targets[0])
        return pythons.Pythons(made.found, made.missing)

    def in_order(work: Mapping[str, Callable[[], str]]) -> Iterator[tuple[str, str]]:
        """Else it is left to chance which ends first."""
        for name, one in work.items():
            yield name, one()

    publisher = GitHubPublisher(repository="o/n", workflow="release.yml")
    monkeypatch.setattr(verify, "at_once", in_order)
    monkeypatch.setattr(toolenv, "enter", lambda *parts: made.tools.extend(parts))
    monkeypatch.setattr(plans, "load", lambda: made.plan)
    monkeypatch.setattr(plans, "host_triple", lambda: HOST)
    monkeypatch.setattr(index, "request", request)
    monkeypatch.setattr(index, "files", files)
    monkeypatch.setattr(attestation, "fault", fault)
    monkeypatch.setattr(attestation, "publisher", lambda: publisher)
    monkeypatch.setattr(pythons, "provide", provide)
    monkeypatch.setattr(verify, "run", made.run)
    return made


def test_a_good_release_is_downloaded_installed_and_run(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert world.verify() == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == [f"same bytes: {entry.file}" for entry in world.entries]
    [here, elsewhere] = world.plan.targets
    for row in (here, elsewhere):
        assert f"{row.tag}, Python 3.11: {row.wheel}" in lines
    assert "pip finds the right wheel on 10 kinds of platform and Python" in lines
    assert lines[-3:] == [
        f"Python 3.11: {world.wheel} was installed and runs",
        f"Python 3.12: {world.wheel} was installed and runs",
        "verified 3 files; installed and run on 3.11, 3.12",
    ]
    assert world.tools == ["test"]
    downloads = [one for one in world.ran if "download" in one.argv]
    assert len(downloads) == 10
    smoke = [one for one in world.ran if list(one.argv[1:]) == PROJECT.smoke]
    venvs = [one.argv for one in world.ran if one.argv[1:3] == ("-m", "venv")]
    assert [argv[0] for argv in venvs] == ["/py311", "/py312"]
    for one, argv in zip(smoke, venvs, strict=True):
        assert Path(one.argv[0]).is_relative_to(argv[-1])
        assert one.cwd == Path(argv[-1]).parent


def refused(world: World, *options: str) -> str:
    with pytest.raises(Failure) as caught:
        world.verify(*options)
    return str(caught.value)


def test_the_bytes_are_read_and_the_listed_hash_is_not_believed(world: World) -> None:
    world.serve(world.wheel, b"others", listed=world.wheel.encode())
    said = refused(world)
    assert said.startswith("the index is not the release:\n  ")
    assert f"{world.wheel} has sha256" in said
    assert "not the tested bytes" in said
    assert world.ran == [], "nothing of it is installed"


def test_a_hash_that_the_index_lists_wrongly_is_no_difference(world: World) -> None:
    """The bytes are what was tested; pip itself refuses a wrong hash."""
    world.serve(world.wheel, world.wheel.encode(), listed=b"others")
    assert world.verify() == 0


def test_every_difference_is_named(world: World) -> None:
    absent, changed, yanked = (entry.file for entry in world.entries)
    del world.listed[absent]
    world.serve(changed, b"others")
    world.listed[yanked] = replace(world.listed[yanked], yanked=True)
    foreign = f"{PROJECT.stem}-py3-none-any.whl"
    world.serve(foreign, b"")
    world.serve("other-1.0.tar.gz", b"")
    said = refused(world).splitlines()[1:]
    assert len(said) == 4
    assert f"{absent} is not on the index: publish again" in said[0]
    assert f"{changed} has sha256" in said[1]
    assert f"{yanked} is yanked" in said[2]
    assert f"{foreign} is on the index and nobody built it" in said[3]


def test_attestations_are_checked_where_they_are_asked_for(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert world.verify("--attested") == 0
    assert world.tools == ["test", "publish"]
    out = capsys.readouterr().out
    for name in world.plan.files:
        assert f"attested by o/n: {name}" in out
    world.faults = {world.wheel: "signed by another workflow"}
    said = refused(world, "--attested")
    assert f"{world.wheel}: signed by another workflow: yank the release" in said
    assert world.verify() == 0, "they were not asked for"
    bare, *others = (entry.file for entry in world.entries)
    world.faults = dict.fromkeys(others, "bad")
    world.listed[bare] = Listed(f"https://files/{bare}")
    said = refused(world, "--attested")
    assert f"{bare} has no attestation: was publish.py given" in said
    assert said.count(": bad: yank") == len(others), "each file is looked at"


def test_where_they_cannot_be_checked_that_is_said(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A machine without a wheel of what checks them must not compile it."""
    entered: list[set[str]] = []
    monkeypatch.setattr(toolenv, "enter", lambda *parts: entered.append(set(parts)))
    world.faults = dict.fromkeys(world.plan.files, "bad")
    refused(world, "--attested")
    [here, elsewhere] = world.plan.targets
    lacking = replace(here, lacks={"publish": "no wheel of a library"})
    world.plan = world.plan.of([lacking, elsewhere])
    assert world.verify("--attested") == 0
    said = capsys.readouterr().out
    assert "attestations are not checked here: no wheel of a library" in said
    assert entered == [{"test", "publish"}, {"test"}]


def test_a_difference_comes_before_attestations(world: World) -> None:
    del world.listed[world.wheel]
    world.faults = dict.fromkeys(world.plan.files, "bad")
    assert "bad" not in refused(world, "--attested")


@pytest.mark.parametrize("takes", ["other", "sdist"])
def test_pip_must_take_a_wheel_of_that_platform(takes: str, world: World) -> None:
    tag = world.plan.named([HERE]).targets[0].tag.split(".")[0]
    name = {"other": world.other, "sdist": PROJECT.sdist}[takes]
    world.takes = {tag: name}
    assert refused(world).startswith(f"pip took {name} on {tag}")


def test_pip_must_take_the_recorded_bytes(world: World) -> None:
    """As an index behind a cache may serve one thing to us and another to pip."""
    digest = index.digest
    world.serve(world.wheel, b"others", listed=b"")

    def honest(address: str) -> str:
        if address.endswith(world.wheel):
            return ledger.sha256(world.dist / world.wheel)
        return digest(address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "digest", honest)
        assert refused(world).startswith(f"pip took {world.wheel} on manylinux2014_x86")


def test_pip_must_take_a_wheel_that_the_python_may_have(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = plans.read(plans.PLAN.read_text("utf-8")).named(["linux-x86_64-cp314t"])
    [wheel] = free.targets
    both = world.plan.of([*world.plan.targets, wheel])
    monkeypatch.setattr(plans, "load", lambda: both)
    world.serve(wheel.wheel, b"free")
    (world.dist / wheel.wheel).write_bytes(b"free")
    entry = ledger.entry(world.dist / wheel.wheel, "row", {})
    ledger.write(world.dist, [*world.entries, entry])
    world.takes = {wheel.tag.split(".")[0]: wheel.wheel}
    assert refused(world) == f"pip took {wheel.wheel} on {wheel.tag}, Python 3.11"


def test_what_was_installed_must_be_in_the_ledger(world: World) -> None:
    name = f"{PROJECT.stem}-cp311-abi3-win_amd64.whl"
    world.served[f"https://files/{name}"] = b"of another build"
    world.installs = name
    said = refused(world)
    assert said.startswith(f"pip installed {name}, sha256 ")
    assert said.endswith(": not in the ledger")
    assert not any(list(one.argv[1:]) == PROJECT.smoke for one in world.ran)


def test_what_is_installed_must_run(world: World) -> None:
    world.smoke_fails = True
    assert refused(world) == "the demonstration ended with status 1"


def test_a_python_that_must_be_here_and_is_not_is_a_failure(world: World) -> None:
    world.missing = dict.fromkeys([Python(3, 13), Python(3, 15)], "")
    said = refused(world)
    assert said == "no interpreter to verify with: 3.13, 3.15"
    assert not any("--report" in one.argv for one in world.ran)


def test_a_machine_without_a_wheel_of_its_own_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(plans, "host_triple", lambda: "m68k-unknown-linux-gnu")
    nothing = pythons.Pythons({}, {})
    monkeypatch.setattr(pythons, "provide", lambda _: nothing)
    assert world.verify() == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "verified 3 files; installed and run on no Python of this machine"


@pytest.mark.usefixtures("world")
def test_a_release_runs_on_each_python_that_a_wheel_of_this_machine_is_for(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Python] = []

    def provide(wanted: Sequence[Python]) -> pythons.Pythons:
        asked.extend(wanted)
        return pythons.Pythons({}, {})

    monkeypatch.setattr(pythons, "provide", provide)
    rows = plan.named([HERE, "linux-x86_64-cp314t", "linux-aarch64-abi3t"]).targets
    entries = [Entry(row.wheel, "", 0, row.name, {}) for row in rows]
    verify.run_on_each(plan, SIMPLE, entries)
    assert set(asked) == {*plan.promised(rows[0]), *plan.promised(rows[1])}
    assert set(asked) < set(plan.pythons)


def waited(
    monkeypatch: pytest.MonkeyPatch, states: list[dict[str, Listed]]
) -> Callable[[float], tuple[set[str], list[float]]]:
    """Ask with so much time; what was listed in the end, and the pauses before."""
    now, asked, pauses = [100.0], [], []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        now[0] += seconds

    def files(*_: object) -> dict[str, Listed]:
        asked.append(now[0])
        assert len(asked) < 100, "it has no end"
        return states.pop(0) if len(states) > 1 else states[0]

    def ask(seconds: float) -> tuple[set[str], list[float]]:
        found = verify.complete(SIMPLE, ["a", "b"], seconds)
        return set(found), pauses

    monkeypatch.setattr("verify.time.monotonic", lambda: now[0])
    monkeypatch.setattr("verify.time.sleep", sleep)
    monkeypatch.setattr(index, "files", files)
    return ask


ONE, BOTH = {"a": Listed("x")}, {"a": Listed("x"), "b": Listed("x"), "c": Listed("x")}


def test_a_file_that_is_not_listed_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ask = waited(monkeypatch, [{}, ONE, BOTH])
    assert ask(60) == ({"a", "b", "c"}, [10, 10])
    lines = capsys.readouterr().out.splitlines()
    assert lines == ["2 files are not listed yet", "1 files are not listed yet"]


@pytest.mark.parametrize(
    ("seconds", "pauses"), [(0, []), (3, [3]), (10, [10]), (25, [10, 10, 10])]
)
def test_the_wait_for_a_file_has_an_end(
    seconds: float, pauses: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert waited(monkeypatch, [ONE])(seconds) == ({"a"}, pauses)


def test_pip_has_one_index_no_cache_and_no_choice_but_wheels(world: World) -> None:
    """Every option, as each is there for an accident."""
    [row] = world.plan.named([HERE]).targets
    release = f"{PROJECT.name}=={PROJECT.version}"
    careful = [
        *("--disable-pip-version-check", "--no-deps", "--no-cache-dir"),
        *("--only-binary", ":all:", "--index-url", SIMPLE),
    ]
    made = verify.download_command(SIMPLE, row, Python(3, 12), Path("/to"))
    platforms = [word for tag in row.tag.split(".") for word in ("--platform", tag)]
    assert list(made.argv[1:]) == [
        *("-m", "pip", "download", *careful, "--quiet", "--dest", "/to", *platforms),
        *("--implementation", "cp", "--python-version", "3.12"),
        *("--abi", "cp312", "--abi", "abi3", release),
    ]
    ours, others = verify.install_commands(Path("/py"), SIMPLE, Path("/report"))
    assert list(ours.argv) == [
        *("/py", "-m", "pip", "install", *careful, "--report", "/report", release)
    ]
    assert list(others.argv) == [
        *("/py", "-m", "pip", "install", "--disable-pip-version-check", "--quiet"),
        *("--no-compile", release, *PROJECT.smoke_requires),
    ]
    for command in (made, ours):
        assert command.env == {"PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""}
    assert verify.venv_command(Path("/py"), Path("/v")).argv == (
        *("/py", "-m", "venv", "/v"),
    )


def test_an_index_has_ten_minutes_unless_something_else_is_said() -> None:
    options = verify.parser().parse_args(["--index", "pypi"])
    assert (options.dist, options.wait) == (PROJECT.dist, 600)
    assert not options.attested
    with pytest.raises(SystemExit):
        verify.parser().parse_args([])
