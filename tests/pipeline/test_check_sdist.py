"""The sdist, proved where there is no network."""

import io
import sys
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import check_sdist
from pipeline import ledger, toolenv
from pipeline import plan as plans
from pipeline.commands import Command, Failure, Finished
from pipeline.ledger import EnvResult
from pipeline.plan import Python
from pipeline.project import PROJECT
from provision import pythons


def test_cargo_knows_nothing_and_may_ask_nobody() -> None:
    made = check_sdist.wheel_command(Path("/source"), Path("/empty"), Path("/out"))
    assert made.env["CARGO_HOME"] == "/empty"
    assert made.env["CARGO_NET_OFFLINE"] == "true"
    assert " ".join(made.argv) == (
        f"{sys.executable} -m pip wheel --no-deps --no-index --no-build-isolation"
        " --wheel-dir /out /source"
    )
    manifest = Path("/source") / PROJECT.manifest_in_sdist
    vendored = check_sdist.vendor_command(Path("/source"), Path("/vendor"))
    assert " ".join(vendored.argv) == (
        f"cargo vendor --locked --manifest-path {manifest} /vendor"
    )


def test_the_result_is_noted_of_these_bytes_alone(tmp_path: Path) -> None:
    sdist = tmp_path / "a-1.0.tar.gz"
    sdist.write_bytes(b"sdist")
    ledger.write(tmp_path, [ledger.entry(sdist, "sdist", {})])
    result = EnvResult("offline", passed=True, summary="1 passed")
    check_sdist.note(sdist, result)
    [entry] = ledger.read(tmp_path)
    assert entry.tests == [result]
    sdist.write_bytes(b"other")
    with pytest.raises(Failure, match="not the file that the ledger"):
        check_sdist.note(sdist, result)


@dataclass
class World:
    """An sdist, and tools that do what they are told."""

    sdist: Path
    status: int = 0  # of tox
    builds: bool = True
    settings: str = ""  # of the cargo that built
    ran: list[Command] = field(default_factory=list)
    tools: list[str] = field(default_factory=list)
    on_path: list[Python] = field(default_factory=list)

    def ask(self, command: Command) -> str:
        self.ran.append(command)
        return "[source]\n"

    def run(self, command: Command) -> None:
        self.ran.append(command)
        if not self.builds:
            raise Failure("pip ended with status 1")
        self.settings = (Path(command.env["CARGO_HOME"]) / "config.toml").read_text()
        out = Path(command.argv[command.argv.index("--wheel-dir") + 1])
        out.mkdir()
        (out / "made.whl").touch()

    def attempt(self, command: Command) -> Finished:
        self.ran.append(command)
        wheel = Path(command.argv[-1])
        assert wheel.exists(), "it is removed after the tests"
        words = "1 failed" if self.status else "7 passed"
        return Finished(command, self.status, f"== {words} in 1.00s ==\n")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    sdist = tmp_path / PROJECT.sdist
    with tarfile.open(sdist, "w:gz") as archive:
        archive.addfile(tarfile.TarInfo(f"{PROJECT.stem}/Cargo.toml"), io.BytesIO())
    ledger.write(tmp_path, [ledger.entry(sdist, "sdist", {})])
    made = World(sdist)
    for name in ("ask", "run", "attempt"):
        monkeypatch.setattr(check_sdist, name, getattr(made, name))
    monkeypatch.setattr(check_sdist, "require_rust", lambda: made.tools.append("rustc"))
    monkeypatch.setattr(toolenv, "enter", lambda *parts: made.tools.extend(parts))
    monkeypatch.setattr(pythons, "provide", lambda wanted: wanted)
    monkeypatch.setattr(pythons, "put_on_path", made.on_path.extend)
    return made


@pytest.mark.parametrize("status", [0, 1])
def test_the_stage_ends_as_the_tests_did(
    status: int, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.status = status
    assert check_sdist.stage([str(world.sdist)]) == status
    words = ["7 passed in 1.00s", "1 failed in 1.00s"][status]
    [entry] = ledger.read(world.sdist.parent)
    assert entry.tests == [EnvResult("offline", not status, words)]
    assert capsys.readouterr().out == f"{PROJECT.sdist}, built offline: {words}\n"
    vendored, built, tested = world.ran
    assert vendored.argv[:3] == ("cargo", "vendor", "--locked")
    assert world.settings == "[source]\n", "cargo finds what was vendored"
    source = Path(built.argv[-1])
    assert source.name == PROJECT.stem
    assert str(source) in vendored.argv[4]
    oldest = min(plans.load().ordinary)
    assert (world.tools, world.on_path) == (["rustc", "test"], [oldest])
    assert tested.argv[-4:-1] == ("-e", oldest.env, "--installpkg")


def test_an_sdist_that_cannot_be_built_did_not_pass(world: World) -> None:
    world.builds = False
    with pytest.raises(Failure, match="pip ended"):
        check_sdist.stage([str(world.sdist)])
    assert ledger.read(world.sdist.parent)[0].tests == []


def test_an_sdist_that_is_not_there_did_not_pass(world: World) -> None:
    world.sdist.unlink()
    with pytest.raises(Failure, match=r"is missing: python scripts/build\.py --sdist"):
        check_sdist.stage([str(world.sdist)])


def test_other_bytes_than_recorded_did_not_pass(world: World) -> None:
    ledger.write(world.sdist.parent, [])
    with pytest.raises(Failure, match="not the file that the ledger beside it"):
        check_sdist.stage([str(world.sdist)])


def test_the_sdist_of_dist_is_meant_unless_another_is_named() -> None:
    parse = check_sdist.parser().parse_args
    assert parse([]).sdist == PROJECT.dist / PROJECT.sdist
    assert parse(["other.tar.gz"]).sdist == Path("other.tar.gz")
