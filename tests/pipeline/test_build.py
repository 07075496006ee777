"""The build: every row's command, and what makes it reproducible."""

import io
import subprocess
import sys
import tarfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import build
from build import Build, Place
from pipeline import ledger, sdist, toolenv
from pipeline import plan as plans
from pipeline.commands import Command, Failure, Finished, command
from pipeline.generators import sbom
from pipeline.plan import Plan, Target
from pipeline.project import PROJECT, Project
from pipeline.sdist import unpack
from provision import rust

PLACE = Place(Path("/work shop/source"), Path("/work shop/target"))
SYSROOT = Path("/rust")
HOME = Path("/home/me/.cargo/registry/src/index.crates.io-0123")
LINUX = "x86_64-unknown-linux-gnu"
MAC, WINDOWS = "aarch64-apple-darwin", "x86_64-pc-windows-msvc"


def test_every_row_has_its_command(plan: Plan) -> None:
    for row in plan.targets:
        made = build.wheel_command(row, PLACE, Path("/out"), {"A": "b"}, "vax")
        assert made.argv == (
            *("maturin", "build", "--release", "--locked", "--zig"),
            *("--target", row.rust, "--compatibility", row.compatibility),
            *("--interpreter", row.builder, "--compression-level", "9"),
            *("--out", "/out"),
        )
        assert made.cwd == PLACE.source
        folder = f"/work shop/target/{row.rust}"
        assert made.env == {"A": "b", "CARGO_TARGET_DIR": folder}


def environment(row: Target) -> dict[str, str]:
    return build.wheel_environment(row, PLACE, [HOME], "7")


def test_each_native_row_is_built_under_the_planned_name(plan: Plan) -> None:
    """By maturin, whose name follows from the Python, the triple and the variable."""
    for row in [row for row in plan.targets if row.build != "zig"]:
        made = build.wheel_command(row, PLACE, Path("/o"), environment(row), MAC)
        assert ("--zig" in made.argv) == (not row.is_native(MAC))
        if row.is_native(MAC):
            assert made.argv[made.argv.index("--target") + 1] == MAC
        assert made.env.get("MACOSX_DEPLOYMENT_TARGET", "") == row.macos
    windows = plan.named(["windows-x64-abi3t"]).targets[0]
    made = build.wheel_command(
        windows, PLACE, Path("/o"), environment(windows), windows.native
    )
    assert made.argv[made.argv.index("--target") + 1] == windows.native
    assert not any("LINKER" in name for name in made.env), "Microsoft's own"


def test_the_maturin_of_a_build_is_the_locked_one(plan: Plan) -> None:
    """pip would take the newest into the environment that it makes for a build."""
    row = plan.named(["macos-arm64-abi3"]).targets[0]
    made = build.cibuildwheel_command(row, PLACE, Path("/o"), environment(row))
    lock = Path(made.env["PIP_BUILD_CONSTRAINT"])
    assert lock == toolenv.lock("native")
    assert "maturin==" in lock.read_text("utf-8")


def test_the_dependencies_are_those_of_the_lock() -> None:
    manifest = PLACE.source / PROJECT.manifest_in_sdist
    fetch = ("cargo", "fetch", "--locked", "--manifest-path", str(manifest))
    assert build.fetch_command(PLACE.source).argv == fetch


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
    assert env["CARGO_INCREMENTAL"] == "0"
    alone = build.wheel_environment(row, PLACE, [HOME], "1790000000")
    assert "--sysroot" not in alone["CARGO_ENCODED_RUSTFLAGS"]
    assert alone.keys() == env.keys()


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
    [mac] = plan.named(["macos-arm64-abi3"]).targets
    env = build.wheel_environment(mac, PLACE, [HOME], "7", SYSROOT)
    assert env["CARGO_PROFILE_RELEASE_LTO"] == "fat"


def test_a_library_for_windows_is_linked_by_a_program_of_ours(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert build.LINKER.is_file()
    script = tmp_path / "linker.py"
    script.write_text("import sys; print(sys.argv[1:])")
    monkeypatch.setattr(build, "LINKER", script)
    monkeypatch.setattr(build, "workshop", lambda: tmp_path / "a" / "work shop")
    [row] = plan.named(["windows-x64-abi3"]).targets
    for _ in range(2):
        env = build.wheel_environment(row, PLACE, [HOME], "7", SYSROOT)
        program = env[f"CARGO_TARGET_{row.rust.upper().replace('-', '_')}_LINKER"]
        said = subprocess.check_output([program, "-o", "a b"], text=True)
        assert said == f"{[row.rust, '-o', 'a b']}\n"


def test_the_registries_are_where_cargo_has_its_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [f"index-{name}" for name in "hgfedcba"]
    for name in names:
        (tmp_path / ".cargo" / "registry" / "src" / name).mkdir(parents=True)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.delenv("CARGO_HOME", raising=False)
    assert [path.name for path in build.registries()] == sorted(names)
    monkeypatch.setenv("CARGO_HOME", str(tmp_path / "elsewhere"))
    assert build.registries() == []


def test_cibuildwheel_builds_the_rows_pythons_with_the_locked_tools(
    plan: Plan,
) -> None:
    [row] = plan.named(["macos-arm64-abi3"]).targets
    made = build.cibuildwheel_command(row, PLACE, Path("/out"), {"A": "b"})
    start = (sys.executable, "-m", "cibuildwheel", "--output-dir")
    assert made.argv == (*start, "/out", str(PLACE.source))
    pythons = [f"cp{python}".replace(".", "") for python in plan.promised(row)]
    assert made.env == {
        "A": "b",
        "CIBW_BUILD": " ".join(f"{python}-macosx_arm64" for python in pythons),
        "PIP_BUILD_CONSTRAINT": str(toolenv.lock("native")),
    }


def test_the_ledger_names_the_tools_that_decide_about_the_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[object] = []

    def ask(command: Command) -> str:
        asked.append(command.argv)
        return "rustc 1.90.0\n"

    monkeypatch.setattr(build, "ask", ask)
    monkeypatch.setattr(build, "find_spec", lambda name: name != "cibuildwheel")
    monkeypatch.setattr(build, "version", lambda name: f"{name} 1")
    others = {"maturin": "maturin 1", "ziglang": "ziglang 1"}
    assert build.tools() == {"rustc": "rustc 1.90.0", **others}
    assert asked == [("rustc", "--version")]
    monkeypatch.setattr(build, "find_spec", lambda _: True)
    assert build.tools()["cibuildwheel"] == "cibuildwheel 1"


@pytest.mark.parametrize("host", [LINUX, MAC])
def test_every_row_is_built_by_its_command_and_platforms_side_by_side(
    host: str, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("linux-x86_64-abi3", "macos-arm64-abi3", "macos-arm64-abi3t")
    rows = plan.named(names).targets
    linux, first, last = (row.rust for row in rows)
    native = {LINUX: "", MAC: MAC}[host]
    fetched: list[Command] = []
    expected: list[tuple[Path, str]] = []
    made: dict[str, list[Command]] = {}

    def provide(triples: Iterable[str]) -> dict[str, Path]:
        foreign = list(triples)
        assert set(foreign) == {row.rust for row in rows} - {native}
        return dict.fromkeys(foreign, SYSROOT)

    def side_by_side(
        sequences: Mapping[str, Sequence[Command]],
    ) -> dict[str, list[Finished]]:
        made.update({key: [*some] for key, some in sequences.items()})
        return {key: [Finished(one, 0) for one in some] for key, some in made.items()}

    monkeypatch.setattr(build, "run", fetched.append)
    monkeypatch.setattr(plans, "host_triple", lambda: host)
    monkeypatch.setattr(rust, "provide", provide)
    monkeypatch.setattr(build, "registries", lambda: [HOME])
    monkeypatch.setattr(build, "side_by_side", side_by_side)
    monkeypatch.setattr(build, "expect", lambda *asked: expected.append(asked))
    here, there = Path("/out"), Path("/elsewhere")
    other = Place(Path("/a/source"), Path("/a/target"))
    builds = [Build(rows, PLACE, here), Build(rows[2:], other, there, " again")]
    finished, again = build.build_wheels(builds, "7")

    assert fetched == [build.fetch_command(PLACE.source)]
    wheels = [row.wheel for row in rows]
    assert expected == [*((here, name) for name in wheels), (there, wheels[2])]
    assert list(made) == [linux, first, f"{last} again"] == [linux, last, *[*made][2:]]
    assert [len(some) for some in made.values()] == [1, 2, 1]
    assert [one.command for one in finished.values()] == [*made[linux], *made[first]]
    assert [one.command for one in again.values()] == made[f"{last} again"]
    [second] = again.values()
    assert list(again) == [names[2]]
    assert second.command.cwd == other.source
    assert str(there) in second.command.argv
    assert list(finished) == list(names)
    modules = [finished[name].command.argv[2] for name in names]
    by_itself = "cibuildwheel" if native else "--release"
    assert modules == ["--release", by_itself, "--release"]
    sysroots = [
        "--sysroot" in one.command.env["CARGO_ENCODED_RUSTFLAGS"]
        for one in finished.values()
    ]
    assert sysroots == [True, not native, not native]


@dataclass
class Shop:
    """The parts of a build, each of which notes that it was asked."""

    dist: Path
    done: list[object] = field(default_factory=list)

    def sdist(self, out: Path, time: str) -> Path:
        assert out == self.dist
        assert time == "7"
        self.done.append("sdist")
        (out / PROJECT.sdist).write_bytes(b"sdist")
        return out / PROJECT.sdist

    def unpack(self, sdist: Path, folder: Path) -> Path:
        self.done.append(("unpack", sdist.name))
        return folder

    def wheels(self, builds: Sequence[Build], time: str) -> list[dict[str, Finished]]:
        first, *beside = builds
        assert (first.out, time) == (self.dist, "7")
        assert first.place.source != first.place.artifacts
        self.done.append([row.name for row in first.rows])
        self.done.extend(beside)
        for row in first.rows:
            (first.out / row.wheel).write_bytes(row.name.encode())
        return [{row.name: finished() for row in one.rows} for one in builds]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    made = Shop(tmp_path / "new" / "dist")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "7")
    monkeypatch.setattr(plans, "host_triple", lambda: LINUX)
    monkeypatch.setattr(sbom, "current", lambda: made.done.append("sbom"))
    monkeypatch.setattr(build, "build_sdist", made.sdist)
    monkeypatch.setattr(build, "unpack", made.unpack)
    monkeypatch.setattr(build, "build_wheels", made.wheels)
    monkeypatch.setattr(build, "tools", lambda: {"maturin": "1"})
    return made


def test_an_empty_folder_gets_the_sdist_its_wheels_and_a_ledger(
    shop: Shop, plan: Plan
) -> None:
    rows = plan.targets[:2]
    files = [PROJECT.sdist, *(row.wheel for row in rows)]
    for _ in range(2):
        built = build.build(rows, shop.dist)
        assert [path.relative_to(shop.dist).as_posix() for path in built] == files
        (shop.dist / "stale.whl").touch()
    names = [row.name for row in rows]
    assert shop.done == ["sbom", "sdist", ("unpack", PROJECT.sdist), names] * 2
    (shop.dist / "stale.whl").unlink()
    assert {path.name for path in shop.dist.iterdir()} == {*files, ledger.NAME}
    entries = {one.file: one for one in ledger.read(shop.dist)}
    assert [entries[name].target for name in files] == ["sdist", *names]
    assert all(one.tools == {"maturin": "1"} for one in entries.values())


def test_of_the_sdist_of_another_job_the_wheels_alone_are_made(
    shop: Shop, plan: Plan, tmp_path: Path
) -> None:
    given = tmp_path / PROJECT.sdist
    given.write_bytes(b"given")
    row = plan.targets[0]
    assert build.build([row], shop.dist, given) == [shop.dist / row.wheel]
    assert [one.file for one in ledger.read(shop.dist)] == [row.wheel]
    assert shop.done == ["sbom", ("unpack", PROJECT.sdist), [row.name]]


def test_without_a_row_the_sdist_alone_is_made(shop: Shop) -> None:
    assert build.build([], shop.dist) == [shop.dist / PROJECT.sdist]
    assert shop.done == ["sbom", "sdist"]


@dataclass
class Bench:
    """The stage, with a build that is noted."""

    entered: list[set[str]] = field(default_factory=list)
    built: list[object] = field(default_factory=list)
    # Rows that are built elsewhere: where one is left, alone, and compared.
    again: list[object] = field(default_factory=list)
    alone: list[object] = field(default_factory=list)
    compared: list[object] = field(default_factory=list)
    current: list[Path] = field(default_factory=list)
    required: list[object] = field(default_factory=list)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    made = Bench()
    file = tmp_path / "file"
    file.write_bytes(bytes(1234))

    def build_all(
        rows: Sequence[Target],
        dist: Path,
        given: Path | None = None,
        beside: Sequence[Build] = (),
    ) -> list[Path]:
        made.built.append(([row.name for row in rows], dist, given))
        made.again += [[row.name for row in one.rows] for one in beside]
        return [file]

    def alone(builds: Sequence[Build], time: str) -> None:
        assert builds
        assert time == "7"
        made.alone += [[row.name for row in one.rows] for one in builds]

    def compare(second: Build, dist: Path) -> None:
        made.compared.append(([row.name for row in second.rows], dist))

    monkeypatch.setattr(build, "require", lambda *names: made.required.extend(names))
    monkeypatch.setattr(build, "require_rust", lambda: made.required.append("Rust"))
    monkeypatch.setattr(plans, "host_triple", lambda: LINUX)
    monkeypatch.setattr(toolenv, "enter", lambda *parts: made.entered.append({*parts}))
    monkeypatch.setattr(build, "built_before", lambda *_: made.current)
    monkeypatch.setattr(build, "build", build_all)
    monkeypatch.setattr(build, "build_wheels", alone)
    monkeypatch.setattr(build, "compare", compare)
    monkeypatch.setattr(build, "build_sdist", lambda out, _time: out)
    monkeypatch.setattr(build, "unpack", lambda _sdist, folder: folder)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "7")
    return made


def test_the_stage_builds_this_machines_rows_into_dist(
    bench: Bench, plan: Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    assert build.stage([]) == 0
    names = [row.name for row in plan.of_host(LINUX).targets]
    assert bench.built == [(names, PROJECT.dist, None)]
    assert bench.required == ["cargo", "git", "Rust"]
    assert bench.entered == [{"build"}]
    assert bench.again == bench.alone == bench.compared == []
    said = f"    1,234 bytes  file\nbuilt {len(names)} wheels from the sdist\n"
    assert capsys.readouterr().out == said


def test_the_stage_builds_named_rows_where_it_is_told_and_some_of_them_twice(
    bench: Bench, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["linux-x86_64-abi3", "musl-x86_64-abi3"]
    argv = [*names, "--dist", str(tmp_path / "x" / ".." / "out"), "--verify"]
    assert build.stage([*argv, names[1]]) == build.stage(argv) == 0
    out = tmp_path / "out"
    assert bench.built == [(names, out, None)] * 2
    assert bench.again == [names[1:], names]
    assert bench.compared == [(names[1:], out), (names, out)]
    assert bench.alone == []
    assert "sdist, 1 the same bytes twice\n" in capsys.readouterr().out


def test_the_stage_makes_the_sdist_alone_with_what_the_tests_have(
    bench: Bench,
) -> None:
    assert build.stage(["--sdist"]) == 0
    assert bench.built == [([], PROJECT.dist, None)]
    assert bench.entered == [{"test"}]


def test_the_stage_takes_a_given_sdist(bench: Bench, tmp_path: Path) -> None:
    given = tmp_path / "elsewhere" / PROJECT.sdist
    given.parent.mkdir()
    given.touch()
    assert build.stage(["linux-x86_64-abi3", "--from", str(given.parent)]) == 0
    assert bench.built == [(["linux-x86_64-abi3"], PROJECT.dist, given)]


def test_the_stage_resumes_only_where_it_is_told_so_and_all_is_there(
    bench: Bench, tmp_path: Path
) -> None:
    bench.current = [tmp_path / "file"]
    assert build.stage(["--resume"]) == 0
    assert bench.built == bench.alone == []
    name = "linux-x86_64-abi3"
    assert build.stage([name, "--resume", "--verify"]) == 0
    assert bench.alone == [[name]], "what is there is compared with a build of now"
    assert bench.compared == [([name], PROJECT.dist)]
    assert bench.built == bench.again == []
    assert build.stage([]) == 0
    assert len(bench.built) == 1
    bench.current = []
    assert build.stage(["--resume"]) == 0
    assert len(bench.built) == 2


def test_the_sdist_is_all_of_it_or_made_of_another_job_or_resumed() -> None:
    for argv in (["--sdist", "--resume"], ["--from", "a", "--resume"]):
        with pytest.raises(SystemExit):
            build.parser().parse_args(argv)


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


def test_an_sdist_is_made_by_maturin_and_of_the_planned_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Command] = []
    monkeypatch.setattr(sdist, "run", ran.append)
    with pytest.raises(Failure, match=rf"make {PROJECT.sdist}, but made nothing"):
        sdist.build_sdist(tmp_path, "7")
    (tmp_path / PROJECT.sdist).touch()
    assert sdist.build_sdist(tmp_path, "7") == tmp_path / PROJECT.sdist
    assert ran[0].argv == ("maturin", "sdist", "--out", str(tmp_path))
    assert ran[0].env == {"SOURCE_DATE_EPOCH": "7"}


def test_a_wheel_of_another_name_than_planned_stops_the_build(tmp_path: Path) -> None:
    (tmp_path / "made.whl").touch()
    with pytest.raises(Failure, match=r"to make planned\.whl, but made made\.whl"):
        sdist.expect(tmp_path, "planned.whl")


@pytest.fixture
def second(tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> Build:
    """A second build, whose files are those of dist/."""
    dist, out = tmp_path / "dist", tmp_path / "out"
    row = plan.targets[0]
    for folder in (dist, out):
        folder.mkdir()
        for name in (PROJECT.sdist, row.wheel):
            (folder / name).write_bytes(b"same")
    monkeypatch.setattr(build, "workshop", lambda: tmp_path / "shop")
    return Build([row], PLACE, out)


@pytest.mark.parametrize("kind", ["sdist", "wheel"])
def test_a_difference_in_one_byte_is_found(
    kind: str, second: Build, tmp_path: Path
) -> None:
    name = {"sdist": PROJECT.sdist, "wheel": second.rows[0].wheel}[kind]
    (second.out / name).write_bytes(b"some")
    with pytest.raises(Failure, match=f"not reproducible: {name};"):
        build.compare(second, tmp_path / "dist")
    kept = tmp_path / "shop" / "different"
    assert (kept / name).read_bytes() == b"some", "the second is kept to compare"
    (kept / "stale").touch()
    with pytest.raises(Failure, match=f"is kept in {kept}: compare"):
        build.compare(second, tmp_path / "dist")
    assert not (kept / "stale").exists()


def test_equal_bytes_are_named(
    second: Build, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build.compare(second, tmp_path / "dist")
    said = capsys.readouterr().out.splitlines()
    files = [PROJECT.sdist, second.rows[0].wheel]
    assert [line.split()[:2] for line in said] == [["reproducible:", f] for f in files]


def test_a_second_build_is_from_nothing_in_another_folder(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []

    def sdist(out: Path, time: str) -> Path:
        assert time == "7"
        made.append(out)
        return out / PROJECT.sdist

    monkeypatch.setenv("SOURCE_DATE_EPOCH", "7")
    monkeypatch.setattr(build, "build_sdist", sdist)
    monkeypatch.setattr(build, "unpack", lambda sdist, folder: sdist.parent / folder)
    rows = plan.targets[:2]
    with build.elsewhere(rows) as builds:
        [second] = builds
        assert second.rows == rows
        assert second.suffix == " again", "else it would take the other's place"
        assert made == [second.out]
        folder = second.out.parent
        assert folder.is_dir()
        assert " " in folder.name
        assert second.place.source.parent == second.place.artifacts.parent == folder
        assert second.place.source != second.place.artifacts
        assert build.workshop() not in second.place.artifacts.parents
    assert not folder.exists()
    with build.elsewhere([]) as builds:
        assert builds == []
    assert len(made) == 1


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
    assert mine.parent == PROJECT.cache / "build"
    monkeypatch.setattr(build, "PROJECT", Project(Path("/elsewhere")))
    monkeypatch.setattr(Project, "name", "same")
    assert build.workshop().name != mine.name


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
    other = tmp_path / "other-1.0.tar.gz"
    other.touch()
    with pytest.raises(Failure, match="there is no"):
        build.present(other, dist)
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


# What becomes of it in the ledger.


def finished(*lines: str) -> Finished:
    return Finished(command("cibuildwheel"), 0, "\n".join(lines))


def test_cibuildwheels_tests_are_noted_by_python(plan: Plan) -> None:
    row = plan.named(["macos-arm64-abi3"]).targets[0]
    lines = [f"== {n} passed in 1.00s ==" for n in range(len(plan.promised(row)))]
    noted = build.tested(row, finished("Testing wheel...", *lines, "Done"))
    assert [one.env for one in noted] == [python.env for python in plan.promised(row)]
    assert [one.summary for one in noted] == [line.strip("= ") for line in lines]
    assert all(one.passed and one.suite == "whole" for one in noted)


@pytest.mark.parametrize("count", [0, 1, 4, 6])
def test_a_python_on_which_nothing_was_tested_stops_the_build(
    count: int, plan: Plan
) -> None:
    """A test-command that is empty, or skipped for one of them, must not pass."""
    row = plan.named(["windows-x64-abi3"]).targets[0]
    lines = ["== 9 passed in 1.00s =="] * count
    with pytest.raises(Failure, match=f"its tests ended {count} times"):
        build.tested(row, finished(*lines))


@pytest.mark.parametrize(
    ("name", "host", "tests", "not_run"),
    [
        ("macos-arm64-cp314t", MAC, ["py314t"], []),
        ("macos-arm64-abi3t", MAC, [], []),
        ("macos-arm64-abi3t", "x86_64-unknown-linux-gnu", [], ["py315", "py315t"]),
        ("windows-x64-cp314t", "x86_64-unknown-linux-gnu", [], []),
    ],
)
def test_the_ledger_knows_what_a_build_has_tested_and_what_nothing_can(
    name: str,
    host: str,
    tests: list[str],
    not_run: list[str],
    plan: Plan,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(plans, "host_triple", lambda: host)
    row = plan.named([name]).targets[0]
    (tmp_path / row.wheel).touch()
    said = finished("== 9 passed in 1.00s ==")
    entry: ledger.Entry = build.wheel_entry(row, tmp_path, {}, said)
    assert [one.env for one in entry.tests] == tests
    assert sorted(entry.not_run) == not_run
