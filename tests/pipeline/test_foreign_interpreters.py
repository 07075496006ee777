"""How an interpreter of another kind is put together and started."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from pipeline.commands import Command, Finished
from pipeline.plan import Plan, Python, Target
from pipeline.project import PROJECT
from provision import assembled, debian, emulator, foreign, musl, pythons, wine
from provision.assembled import Kind

FREE = Python(3, 14, free_threaded=True)
GLIBC_TAGS = [
    *(f"manylinux_2_{minor}_aarch64" for minor in range(41, 16, -1)),
    "manylinux2014_aarch64",
]


@dataclass
class World:
    """What was asked of everything around."""

    site: Path
    equipped: list[Any] = field(default_factory=list)
    unpacked: list[Any] = field(default_factory=list)
    assembled: list[Any] = field(default_factory=list)
    compiled: list[Any] = field(default_factory=list)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(tmp_path / "site")
    made.site.mkdir()

    def equip(*given: object, **named: object) -> Path:
        made.equipped.append((*given, named))
        return made.site

    def prefix(program: Path, architecture: str) -> tuple[str, ...]:
        return ("emulate", architecture, program.name)

    def environment(root: Path, architecture: str) -> dict[str, str]:
        return {"ROOT": str(root), "OF": architecture}

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(foreign, "equip", equip)
    monkeypatch.setattr(emulator, "prefix", prefix)
    monkeypatch.setattr(emulator, "environment", environment)
    monkeypatch.setattr(debian, "unpack", lambda *given: made.unpacked.append(given))
    monkeypatch.setattr(assembled, "provide", made.assembled.append)
    monkeypatch.setattr(
        foreign, "precompile", lambda *given: made.compiled.append(given)
    )
    return made


def row(plan: Plan, name: str) -> Target:
    [target] = plan.named([name]).targets
    return target


@pytest.mark.parametrize("has_numpy", [False, True])
def test_debians_interpreter_has_numpy_of_a_wheel_or_of_debian(
    plan: Plan, world: World, *, has_numpy: bool
) -> None:
    if has_numpy:
        (world.site / "numpy").mkdir()
    python = Python(3, 13)
    made = foreign.provide(row(plan, "linux-aarch64-abi3"), python)
    tree = debian.Tree(foreign.home("trixie-arm64"), "trixie", "arm64")
    program = tree.python("3.13")
    assert made == foreign.Interpreter(
        python,
        ("emulate", "arm64", "python3.13", str(program)),
        GLIBC_TAGS,
        world.site,
        {"ROOT": str(tree.root), "OF": "arm64"},
    )
    assert world.equipped == [
        (tree.prefix, python, GLIBC_TAGS, {"if_there_is_one": "numpy"})
    ]
    also = ["libstdc++6"] if has_numpy else ["libstdc++6", "python3-numpy"]
    assert world.unpacked == [(tree, ["3.13"], also)]
    assert world.compiled == [(python, tree.root / "usr" / "lib")]
    assert world.assembled == []

    program.parent.mkdir(parents=True)
    program.touch()
    assert foreign.provide(row(plan, "linux-aarch64-abi3"), python) == made
    assert len(world.unpacked) == len(world.compiled) == 1, "it is there"


def test_one_without_a_gil_is_put_together_and_has_debians_libraries(
    plan: Plan, world: World
) -> None:
    made = foreign.provide(row(plan, "linux-aarch64-cp314t"), FREE)
    kind = Kind(FREE, "aarch64")
    tree = debian.Tree(foreign.home("forky-arm64"), "forky", "arm64")
    assert made.start == ("emulate", "arm64", "python3.14t", str(kind.program))
    assert made.env["ROOT"] == str(tree.root)
    assert [one[:2] for one in world.unpacked] == [(tree, ["3.14"])]
    assert world.assembled == [kind]
    assert world.compiled == [
        (Python(3, 14), tree.root / "usr" / "lib"),
        (FREE, kind.prefix / "lib" / "python3.14t"),
    ]


def test_one_for_musl_needs_nothing_but_what_it_names(plan: Plan, world: World) -> None:
    python = Python(3, 11)
    made = foreign.provide(row(plan, "musl-aarch64-abi3"), python)
    kind = Kind(python, "aarch64", "musl")
    tags = [f"musllinux_1_{minor}_aarch64" for minor in (2, 1, 0)]
    assert made == foreign.Interpreter(
        python,
        ("emulate", "arm64", "python3.11", str(kind.program)),
        tags,
        world.site,
        {"ROOT": "/", "OF": musl.DEBIAN["aarch64"]},
    )
    folder = foreign.home("musl-aarch64")
    assert world.equipped == [(folder, python, tags, "numpy", {})]
    assert (world.assembled, len(world.compiled)) == ([kind], 1)
    kind.program.parent.mkdir(parents=True)
    kind.program.touch()
    foreign.provide(row(plan, "musl-aarch64-abi3"), python)
    assert (world.assembled, len(world.compiled)) == ([kind], 1), "it is there"


def test_one_for_windows_is_started_by_wine(
    plan: Plan, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = foreign.home("windows")
    monkeypatch.setattr(
        wine, "provide", lambda *given: ("wine", *(str(one) for one in given))
    )
    monkeypatch.setattr(wine, "environment", lambda folder: {"PREFIX": str(folder)})
    made = foreign.provide(row(plan, "windows-x64-abi3"), wine.PYTHON)
    assert made == foreign.Interpreter(
        wine.PYTHON,
        ("wine", str(folder), str(world.site)),
        ["win_amd64"],
        world.site,
        {"PREFIX": str(folder)},
        spelled=wine.spelled,
        separator=";",
    )
    # pip does not see that a requirement is for Windows.
    given: tuple[object, ...]
    given = (folder, wine.PYTHON, ["win_amd64"], "numpy", "colorama", {})
    assert world.equipped == [given]


def test_an_interpreter_is_told_where_packages_are_and_to_be_quiet() -> None:
    python = foreign.Interpreter(
        FREE, ("qemu", "python"), ["tag"], Path("/site"), {"A": "1", "B": "1"}
    )
    made = python.command("-c", "1", path=[Path("/x"), Path("/y")], env={"B": "2"})
    assert made.argv == ("qemu", "python", "-c", "1")
    assert made.env == {
        "A": "1",
        "B": "2",
        "PYTHON_GIL": "0",
        "PYTHONPATH": "/x:/y:/site",
        "PYTHONDONTWRITEBYTECODE": "1",
        "OPENBLAS_NUM_THREADS": "1",
    }
    folder = Path("/folder")
    expected = assembled.install_command(FREE, ["tag"], folder, "a")
    assert python.install_command(folder, "a") == expected


@pytest.mark.parametrize("found", [True, False])
def test_byte_code_is_made_by_an_interpreter_of_this_machine(
    found: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[tuple[str, ...]] = []

    def attempt(command: Command, **_keywords: object) -> Finished:
        ran.append(command.argv)
        return Finished(command, 1)

    known = {FREE: Path("/programs/python3.14t")} if found else {}
    monkeypatch.setattr(
        pythons, "search", lambda wanted: known if wanted == [FREE] else {}
    )
    monkeypatch.setattr(foreign, "attempt", attempt)
    foreign.precompile(FREE, Path("/folder"))
    program = ("/programs/python3.14t", "-m", "compileall", "-q", "/folder")
    assert ran == ([program] if found else [])


def test_what_the_tests_need_is_made_once_for_each_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[Command] = []

    def run(command: Command) -> None:
        ran.append(command)
        Path(command.argv[command.argv.index("--target") + 1]).mkdir()

    compiled: list[object] = []
    monkeypatch.setattr(foreign, "run", run)
    monkeypatch.setattr(foreign, "attempt", pytest.fail)
    monkeypatch.setattr(foreign, "precompile", lambda *given: compiled.append(given))
    draft = tmp_path / "site.draft"
    (draft / "of yesterday").mkdir(parents=True)
    site = foreign.equip(tmp_path, FREE, ["tag"], "numpy")
    wanted = [*PROJECT.group("test"), "numpy"]
    expected = assembled.install_command(FREE, ["tag"], draft, *wanted)
    assert ran == [expected]
    assert compiled == [(FREE, draft)]
    assert list(tmp_path.iterdir()) == [site]
    assert list(site.iterdir()) == [], "what was half made is not in it"
    assert site.name.startswith("site-3.14t-")
    assert len(site.name) == len("site-3.14t-") + 12
    assert capsys.readouterr().out == f"made {site}\n"
    assert foreign.equip(tmp_path, FREE, ["tag"], "numpy") == site
    assert len(ran) == 1
    other = foreign.equip(tmp_path, FREE, ["tag"], "numpy", "colorama")
    assert other != site
