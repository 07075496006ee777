"""The build: every row's command, and what makes it reproducible."""

import io
import tarfile
from pathlib import Path

import pytest

import build
from build import Place
from pipeline.commands import Failure
from pipeline.project import PROJECT, Project
from targets import Plan

PLACE = Place(Path("/work shop/source"), Path("/work shop/target"))
SYSROOT = Path("/rust")
HOME = Path("/home/me/.cargo/registry/src/index.crates.io-0123")


def test_every_row_has_its_command(plan: Plan) -> None:
    for row in plan.targets:
        made = build.wheel_command(row, PLACE, Path("/out"), {"A": "b"})
        argv = " ".join(made.argv)
        assert argv.startswith("maturin build --release --locked --zig ")
        assert f"--target {row.rust} " in argv
        assert f"--compatibility {row.compatibility} " in argv
        assert f"--interpreter {row.builder} " in argv
        assert made.cwd == PLACE.source
        assert made.env == {"A": "b", "CARGO_TARGET_DIR": "/work shop/target"}


def test_no_path_of_this_machine_can_get_into_the_product(plan: Plan) -> None:
    row = plan.targets[0]
    env = build.wheel_environment(row, PLACE, [HOME], SYSROOT, "1790000000")
    assert env["CARGO_ENCODED_RUSTFLAGS"].split("\x1f") == [
        "-Csymbol-mangling-version=v0",
        f"--remap-path-prefix={HOME}=/cargo",
        "--remap-path-prefix=/work shop/source=/src",
        "--sysroot=/rust",
    ]
    assert env["SOURCE_DATE_EPOCH"] == "1790000000"


def test_the_time_is_the_one_that_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "7")
    assert build.epoch() == "7"


def test_else_the_time_is_the_last_commits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert int(build.epoch()) > 1_700_000_000
    assert build.epoch_command().argv == ("git", "log", "-1", "--format=%ct")


def test_what_lies_in_the_folder_does_not_survive_unpacking(
    tmp_path: Path, project: Project
) -> None:
    sdist = tmp_path / project.sdist
    with tarfile.open(sdist, "w:gz") as archive:
        archive.addfile(tarfile.TarInfo(f"{project.stem}/Cargo.toml"), io.BytesIO())
    stale = tmp_path / "source" / project.stem / "stale.rs"
    stale.parent.mkdir(parents=True)
    stale.touch()

    source = build.unpack(sdist, tmp_path / "source")

    assert [path.name for path in source.iterdir()] == ["Cargo.toml"]


def test_a_wheel_of_another_name_than_planned_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "made.whl").touch()
    with pytest.raises(Failure, match=r"to make planned\.whl, but made made\.whl"):
        build.expect(tmp_path, "planned.whl")


def test_a_difference_in_one_byte_is_found(
    tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`--verify` with builders that write a byte each; the second one another."""
    row = plan.targets[0]
    (tmp_path / row.wheel).write_bytes(b"1")
    (tmp_path / PROJECT.sdist).write_bytes(b"same")

    def sdist(out: Path, _epoch: str) -> Path:
        out.mkdir(parents=True)
        (out / PROJECT.sdist).write_bytes(b"same")
        return out

    def wheels(_rows: object, _place: object, out: Path, _epoch: str) -> None:
        (out / row.wheel).write_bytes(b"2")

    monkeypatch.setattr(build, "build_sdist", sdist)
    monkeypatch.setattr(build, "build_wheels", wheels)
    monkeypatch.setattr(build, "unpack", lambda _sdist, folder: folder)
    monkeypatch.setattr(build, "workshop", lambda: tmp_path / "shop")

    with pytest.raises(Failure, match=f"not reproducible: {row.wheel}"):
        build.verify([row], tmp_path)
    kept = tmp_path / "shop" / "different" / row.wheel
    assert kept.read_bytes() == b"2", "the second build is kept for comparison"


def test_the_second_build_is_of_those_that_were_named(plan: Plan) -> None:
    name = plan.targets[1].name
    assert build.twice(plan, None) == ()
    assert build.twice(plan, []) == plan.targets
    assert build.twice(plan, [name]) == (plan.targets[1],)
    with pytest.raises(Failure, match="unknown target no"):
        build.twice(plan, ["no"])


def test_clones_do_not_share_a_workshop(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = build.workshop()
    monkeypatch.setattr(build, "PROJECT", Project(Path("/elsewhere")))
    monkeypatch.setattr(Project, "name", "same")
    assert build.workshop().name != mine.name
