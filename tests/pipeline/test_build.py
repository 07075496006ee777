"""The build: every row's command, and what makes it reproducible."""

import io
import tarfile
from pathlib import Path

import pytest

import build
from build import Place
from pipeline import ledger, sdist
from pipeline.commands import Failure
from pipeline.generators import sbom
from pipeline.plan import Plan
from pipeline.project import PROJECT, Project
from pipeline.sdist import unpack

PLACE = Place(Path("/work shop/source"), Path("/work shop/target"))
SYSROOT = Path("/rust")
HOME = Path("/home/me/.cargo/registry/src/index.crates.io-0123")


def test_every_row_has_its_command(plan: Plan) -> None:
    for row in plan.targets:
        made = build.wheel_command(row, PLACE, Path("/out"), {"A": "b"}, "vax")
        argv = " ".join(made.argv)
        assert argv.startswith("maturin build --release --locked --zig ")
        assert f"--target {row.rust} " in argv
        assert f"--compatibility {row.compatibility} " in argv
        assert f"--interpreter {row.builder} " in argv
        assert made.cwd == PLACE.source
        folder = f"/work shop/target/{row.rust}"
        assert made.env == {"A": "b", "CARGO_TARGET_DIR": folder}


def test_no_path_of_this_machine_can_get_into_the_product(plan: Plan) -> None:
    row = plan.targets[0]
    env = build.wheel_environment(row, PLACE, [HOME], "1790000000", SYSROOT)
    assert env["CARGO_ENCODED_RUSTFLAGS"].split("\x1f") == [
        "-Csymbol-mangling-version=v0",
        f"--remap-path-prefix={HOME}=/cargo",
        "--remap-path-prefix=/work shop/source=/src",
        "--sysroot=/rust",
    ]
    assert env["SOURCE_DATE_EPOCH"] == "1790000000"


def test_a_library_for_macos_is_optimised_as_one_by_zig_alone(plan: Plan) -> None:
    """Else it exports all of Rust's standard library."""
    optimised = {
        (row.system, sysroot is not None)
        for row in plan.targets
        for sysroot in (SYSROOT, None)
        if "CARGO_PROFILE_RELEASE_LTO"
        in build.wheel_environment(row, PLACE, [HOME], "7", sysroot)
    }
    assert optimised == {("macos", True)}


def test_the_time_is_the_one_that_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "7")
    assert sdist.epoch() == "7"


def test_else_the_time_is_the_last_commits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    assert int(sdist.epoch()) > 1_700_000_000
    assert sdist.epoch_command().argv == ("git", "log", "-1", "--format=%ct")


def test_what_lies_in_the_folder_does_not_survive_unpacking(
    tmp_path: Path, project: Project
) -> None:
    sdist = tmp_path / project.sdist
    with tarfile.open(sdist, "w:gz") as archive:
        archive.addfile(tarfile.TarInfo(f"{project.stem}/Cargo.toml"), io.BytesIO())
    stale = tmp_path / "source" / project.stem / "stale.rs"
    stale.parent.mkdir(parents=True)
    stale.touch()

    source = unpack(sdist, tmp_path / "source")

    assert [path.name for path in source.iterdir()] == ["Cargo.toml"]


def test_a_wheel_of_another_name_than_planned_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "made.whl").touch()
    with pytest.raises(Failure, match=r"to make planned\.whl, but made made\.whl"):
        sdist.expect(tmp_path, "planned.whl")


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


def test_the_sdist_is_compared_too(
    tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = plan.targets[0]
    (tmp_path / row.wheel).write_bytes(b"same")
    (tmp_path / PROJECT.sdist).write_bytes(b"1")

    def sdist(out: Path, _epoch: str) -> Path:
        out.mkdir(parents=True)
        (out / PROJECT.sdist).write_bytes(b"2")
        return out

    def wheels(_rows: object, _place: object, out: Path, _epoch: str) -> None:
        (out / row.wheel).write_bytes(b"same")

    monkeypatch.setattr(build, "build_sdist", sdist)
    monkeypatch.setattr(build, "build_wheels", wheels)
    monkeypatch.setattr(build, "unpack", lambda _sdist, folder: folder)
    monkeypatch.setattr(build, "workshop", lambda: tmp_path / "shop")
    with pytest.raises(Failure, match=rf"not reproducible: {PROJECT.sdist};"):
        build.verify([row], tmp_path)
    (tmp_path / PROJECT.sdist).write_bytes(b"2")
    build.verify([row], tmp_path)


def test_a_stale_bill_of_materials_stops_a_build_before_anything_is_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = tmp_path / "old.whl"
    old.touch()
    monkeypatch.setattr(sbom, "generate", lambda: "another")
    monkeypatch.setattr(build, "build_sdist", pytest.fail)
    with pytest.raises(Failure, match=r"is stale: python scripts/generate\.py sbom"):
        build.build([], tmp_path)
    assert old.exists()


def test_what_is_current_need_not_be_built_again(
    tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, other = plan.targets[:2]
    sources = [b"sources"]

    def sdist(out: Path, _epoch: str) -> Path:
        (out / PROJECT.sdist).write_bytes(sources[0])
        return out / PROJECT.sdist

    monkeypatch.setattr(build, "build_sdist", sdist)
    monkeypatch.setattr(build, "tools", lambda: {"maturin": "1"})
    assert build.built_before([row], tmp_path) == [], "nothing is there"

    files = [tmp_path / PROJECT.sdist, tmp_path / row.wheel]
    files[0].write_bytes(sources[0])
    files[1].write_bytes(b"wheel")
    tools = {"maturin": "1"}
    ledger.write(tmp_path, [ledger.entry(path, path.name, tools) for path in files])
    assert build.built_before([row], tmp_path) == files
    assert build.built_before([row, other], tmp_path) == [], "a wheel is missing"
    monkeypatch.setattr(build, "tools", lambda: {"maturin": "2"})
    assert build.built_before([row], tmp_path) == [], "by another tool"
    monkeypatch.setattr(build, "tools", lambda: tools)
    sources[0] = b"changed"
    assert build.built_before([row], tmp_path) == [], "of other sources"
    sources[0] = b"sources"
    files[1].write_bytes(b"damaged")
    assert build.built_before([row], tmp_path) == [], "not what was recorded"


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


MAC, WINDOWS = "aarch64-apple-darwin", "x86_64-pc-windows-msvc"


def test_a_machine_of_the_rows_own_kind_uses_its_own_tools(plan: Plan) -> None:
    for host, platform in ((MAC, "macos-arm64"), (WINDOWS, "windows-x64")):
        native = [row.name for row in plan.targets if row.is_native(host)]
        assert native == [f"{platform}-{abi}" for abi in ("abi3", "cp314t", "abi3t")]
    assert not any(row.is_native("x86_64-unknown-linux-gnu") for row in plan.targets)


def test_the_sdist_of_another_job_is_taken(project: Project, tmp_path: Path) -> None:
    sdist, dist = tmp_path / project.sdist, tmp_path / "dist"
    with pytest.raises(Failure, match=f"there is no {project.sdist}"):
        build.present(tmp_path, dist)
    sdist.touch()
    assert build.present(tmp_path, dist) == build.present(sdist, dist) == sdist
    assert build.present(None, dist) is None
    with pytest.raises(Failure, match="there is no"):
        build.present(tmp_path / "other-1.0.tar.gz", dist)
    with pytest.raises(Failure, match="is emptied first"):
        build.present(sdist, tmp_path)


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        ("linux-x86_64-abi3 --sdist", "name no row"),
        ("--from dist --verify", "leave --from out"),
    ],
)
def test_options_that_exclude_each_other_are_refused(argv: str, said: str) -> None:
    options = build.parser().parse_args(argv.split())
    with pytest.raises(Failure, match=said):
        build.chosen(options)
