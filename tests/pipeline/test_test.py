"""What test.py runs, on which wheel, and what it shows."""

import argparse
import importlib
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline import ledger, report, tox
from pipeline.commands import LINKER, Command, Failure, Finished
from pipeline.plan import Plan, Python, Target
from pipeline.project import PROJECT
from provision import assembled, foreign, pythons

# By hand, as `test` is also a package of the standard library.
stage = importlib.import_module("test")

INI = """
[tox]
env_list =
    lint
    py311
    py311-numpy1
    py315
    py315t
    stubs
    abi-one
[testenv:lint]
skip_install = true
[testenv:stubs]
base_python = python3.13
[testenv:abi-{one,two}]
skip_install = true
"""


HOST = "x86_64-unknown-linux-gnu"


def runs(plan: Plan, dist: Path) -> list[str]:
    wheels = [dist / row.wheel for row in plan.targets]
    planned = stage.planned(tox.environments(INI), wheels, plan, HOST)
    return [one.title for one in planned]


def test_each_env_runs_on_each_wheel_that_its_python_may_install(plan: Plan) -> None:
    assert runs(plan, Path("/dist")) == [
        "lint",
        "py311 linux-x86_64-abi3",
        "py311-numpy1 linux-x86_64-abi3",
        "py315 linux-x86_64-abi3",
        "py315 linux-x86_64-abi3t",
        "py315t linux-x86_64-abi3t",
        "stubs linux-x86_64-abi3",
        "abi-one",
    ]


def test_an_environment_for_any_python_runs_on_each_wheel_of_the_machine(
    plan: Plan,
) -> None:
    wheels = [Path("/dist") / row.wheel for row in plan.targets]
    planned = stage.planned([tox.Env("any", True, None)], wheels, plan, HOST)
    assert [one.target for one in planned] == list(plan.of_host(HOST).targets)


def test_a_wheel_outside_the_plan_is_refused(plan: Plan) -> None:
    wheel = Path("x-1-py3-none-any.whl")
    with pytest.raises(Failure, match="is in no row of targets"):
        list(stage.planned(tox.environments(INI), [wheel], plan, HOST))


def test_a_wheel_of_another_machine_is_run_on_a_python_of_that_machine(
    plan: Plan,
) -> None:
    wheels = [Path("/dist") / row.wheel for row in plan.targets]
    planned = list(stage.planned_elsewhere(wheels, plan, HOST))
    assert not any(one.native or one.target.is_of(HOST) for one in planned)
    titles = [one.title for one in planned]
    assert "py313 linux-aarch64-abi3" in titles
    assert "py315 linux-aarch64-abi3t" in titles
    assert "py315t linux-aarch64-abi3t" in titles
    assert "py314t musl-aarch64-cp314t" in titles
    assert not any("macos" in title for title in titles)


def test_what_a_wheel_promises_is_run_or_excused(plan: Plan) -> None:
    """Else publishing would rightly refuse it."""
    for row in plan.targets:
        if row.is_of(HOST):
            continue
        excuses = stage.excuses(row, plan, HOST)
        run = {python.env for python in foreign.usable(row)}
        assert run | excuses.keys() == {python.env for python in plan.promised(row)}
        assert not run & excuses.keys()
        assert all(excuses.values())


def test_tests_elsewhere_see_the_wheel_and_its_python_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    interpreter = foreign.Interpreter(
        Python(3, 13), ("qemu", "python"), ["manylinux_2_17_s390x"], Path("/site")
    )
    wheel, folder = Path("/dist/a.whl"), Path("/unpacked")
    made = stage.elsewhere_command(interpreter, wheel, folder, "smoke")
    script = PROJECT.root / "scripts" / "testing" / "only_installed.py"
    tests = PROJECT.root / "tests"
    others = [f"--ignore={tests / name}" for name in ("pipeline", "peers")]
    start = ["qemu", "python", str(script), "-p", "no:cacheprovider"]
    assert list(made.argv) == [*start, "-m", "smoke", *others, str(tests)]
    assert made.env["PYTHONPATH"] == "/unpacked:/site"
    assert made.env["TESTED_FOLDER"] == "/unpacked"
    assert made.env["TESTED_WHEEL"] == "/dist/a.whl"
    whole = stage.elsewhere_command(interpreter, wheel, folder, "whole")
    assert list(whole.argv) == [*start, "--numprocesses=auto", *others, str(tests)]
    # Others' tests may share a file.
    monkeypatch.setitem(PROJECT.pyproject["dependency-groups"], "test", ["pytest"])
    whole = stage.elsewhere_command(interpreter, wheel, folder, "whole")
    assert list(whole.argv) == [*start, *others, str(tests)]


@pytest.mark.parametrize("lacks", ["wheel", "target", "env"])
def test_elsewhere_only_a_wheel_on_a_python_is_run(lacks: str, plan: Plan) -> None:
    env = tox.Env("py313", takes_wheel=True, python=Python(3, 13))
    whole = stage.Run(env, Path("a.whl"), plan.targets[0])
    nothing = {"wheel": None, "target": None, "env": tox.Env("any", True, None)}
    with pytest.raises(Failure, match="is no run of a wheel"):
        stage.run_elsewhere(replace(whole, **{lacks: nothing[lacks]}), "smoke", print)


def test_pip_decides_as_the_other_machines_would() -> None:
    made = assembled.install_command(
        Python(3, 13), ["win_amd64"], Path("/site"), "--no-deps", Path("a.whl")
    )
    options = " ".join(made.argv)
    assert "--platform win_amd64" in options
    assert "--python-version 3.13" in options
    assert "--abi cp313 --abi abi3 " in options
    assert "--only-binary :all:" in options


def options(**given: object) -> argparse.Namespace:
    default = {
        "env": None,
        "wheel": None,
        "target": None,
        "native": False,
        "dist": Path("/dist"),
    }
    return argparse.Namespace(**{**default, **given})


def test_what_says_the_same_everywhere_is_not_run_on_every_machine() -> None:
    head, tail = INI.split("[testenv:lint]")
    text = f"{head}labels =\n    never = other\n    once = lint, stubs\n[testenv:lint]"
    envs = tox.environments(text + tail)
    names = [env.name for env in stage.chosen(envs, options(native=True))]
    assert names == ["py311", "py311-numpy1", "py315", "py315t", "abi-one"]
    every = [env.name for env in stage.chosen(envs, options())]
    assert set(every) - set(names) == {"lint", "stubs"}


def test_what_no_label_is_about_is_run_everywhere_and_alone() -> None:
    env = tox.Env("any", takes_wheel=True, python=None)
    assert stage.chosen([env], options(native=True)) == [env]
    assert not env.one_core


def test_a_percent_sign_in_tox_is_one() -> None:
    ini = "[tox]\nenv_list = lint\n[testenv:lint]\nskip_install = true\n"
    [env] = tox.environments(ini + "allowlist_externals = 100%(a)s\n")
    assert env.tools == ["100%(a)s"]


def test_the_scripts_may_have_a_tox_ini_of_their_own(tmp_path: Path) -> None:
    """Where the project has one that is about something else."""
    assert tox.ours(tmp_path, PROJECT.root) == PROJECT.root / "tox.ini"
    (tmp_path / "tox.ini").touch()
    assert tox.ours(tmp_path, PROJECT.root) == tmp_path / "tox.ini"


def test_what_a_machine_cannot_install_is_left_out_with_the_reason(plan: Plan) -> None:
    envs = tox.environments(INI)
    found = stage.not_installable(envs, plan, "aarch64-pc-windows-msvc")
    assert found == {"py311-numpy1": "NumPy 1.26 has no wheel for Windows on ARM"}
    assert stage.not_installable(envs, plan, HOST) == {}


@pytest.mark.parametrize("given", [{"wheel": ["a.whl"]}, {"target": ["row"]}])
def test_a_given_wheel_is_tested_on_every_python_and_nothing_else(
    given: dict[str, list[str]],
) -> None:
    envs = stage.chosen(tox.environments(INI), options(**given))
    assert [env.name for env in envs] == ["py311", "py315", "py315t"]


def test_an_environment_whose_tool_is_absent_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ini = "[tox]\nenv_list = lint instructions\n[testenv:instructions]\n"
    envs = tox.environments(ini + "allowlist_externals = valgrind")
    monkeypatch.setattr(stage.shutil, "which", lambda _: None)
    assert stage.without_tool(envs) == {"instructions": "valgrind is not installed"}
    monkeypatch.setattr(stage.shutil, "which", lambda name: f"/usr/bin/{name}")
    assert stage.without_tool(envs) == {}


def test_an_unknown_env_is_refused_with_those_that_exist() -> None:
    with pytest.raises(Failure, match=r"no typo in tox\.ini; there is lint, py311"):
        stage.chosen(tox.environments(INI), options(env=["typo"]))


def test_tox_gets_the_wheel_and_may_not_download_interpreters() -> None:
    made = tox.tox_command("py311", Path("/dist/a.whl"))
    root = PROJECT.root
    assert [*made.argv] == [
        *("tox", "run", "--conf", str(tox.TOX), "--root", str(root)),
        *("--workdir", str(root / ".tox"), "--colored", "no"),
        *("-e", "py311", "--installpkg", "/dist/a.whl"),
    ]
    assert made.env == {"UV_PYTHON_DOWNLOADS": "never", "TESTED_WHEEL": "/dist/a.whl"}
    alone = tox.tox_command("py311", Path("/dist/a.whl"), one_core=True)
    assert alone.env == {**made.env, "PYTEST_XDIST_AUTO_NUM_WORKERS": "0"}
    bare = tox.tox_command("lint", None)
    assert "--installpkg" not in bare.argv
    assert "TESTED_WHEEL" not in bare.env


@pytest.mark.parametrize(
    "line",
    [
        "===== 3 passed, 1 skipped in 0.12s =====",
        "=== 1 failed, 2 passed in 3.00s ===",
        "===== 1 passed in 65.01s (0:01:05) =====",
        "3 passed in 0.12s",
        "no tests ran in 0.01s",
        "Results (4.49s):",
        "test result: ok. 4 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out;"
        " finished in 0.00s",
        "Success: no issues found in 3 source files",
        "Found 2 errors in 1 file (checked 3 source files)",
        "0 errors, 0 warnings, 0 informations",
        "33 mutants tested in 14m: 2 missed, 30 caught, 1 timeouts",
        "All checks passed!",
        "26 files already formatted",
        "ok -- validation done",
        "No findings to report. Good job!",
        "837 calls: nanmax 91, nanmedian 104",
        "instructions.toml is up to date: 6 calls within 5%",
        "306 cells; geometric means: bottleneck 3.10, the best of them 2.95",
    ],
)
def test_the_last_words_of_each_runner_are_known(line: str) -> None:
    assert tox.closing_lines(f"before\n{line}\nafter 3 passed\n") == [line.strip("=: ")]


def test_the_command_that_failed_is_named() -> None:
    output = (
        "All checks passed!\n"
        "lint: exit 1 (0.78 seconds) /repo> ruff format --check pid=16953\n"
        "  lint: FAIL code 1 (21.33 seconds)\n"
    )
    assert tox.failed_commands(output) == ["status 1: ruff format --check"]


def test_results_are_noted_beside_the_wheel_that_was_tested(
    tmp_path: Path, plan: Plan
) -> None:
    wheel = tmp_path / plan.targets[0].wheel
    wheel.write_bytes(b"wheel")
    ledger.write(tmp_path, [ledger.entry(wheel, "row", {})])
    env = tox.Env("py312", takes_wheel=True, python=Python(3, 12))
    failed = stage.Result(stage.Run(env, wheel), False, ["1 failed", "status 1: a"])
    elsewhere = tmp_path / "no ledger" / "a.whl"
    elsewhere.parent.mkdir()
    elsewhere.touch()
    stage.note([elsewhere, wheel], [failed], {wheel.name: {"py314": "not here"}})

    [entry] = ledger.read(tmp_path)
    assert entry.tests == [ledger.EnvResult("py312", False, "1 failed; status 1: a")]
    assert entry.not_run == {"py314": "not here"}

    passed = stage.Result(stage.Run(env, wheel), True, ["2 passed in 1 s"])
    stage.note([wheel], [passed], {})
    [entry] = ledger.read(tmp_path)
    assert entry.tests == [ledger.EnvResult("py312", True, "2 passed in 1 s")]


def test_other_bytes_get_no_results(tmp_path: Path, plan: Plan) -> None:
    wheel = tmp_path / plan.targets[0].wheel
    wheel.write_bytes(b"wheel")
    ledger.write(tmp_path, [ledger.entry(wheel, "row", {})])
    wheel.write_bytes(b"another")
    env = tox.Env("py312", takes_wheel=True, python=Python(3, 12))
    result = stage.Result(stage.Run(env, wheel), True, [])
    stage.note([wheel], [result], {})
    assert ledger.read(tmp_path)[0].tests == []


@pytest.mark.parametrize(
    ("noted", "suite", "done"),
    [
        (ledger.EnvResult("py312", True, "1 passed", "whole"), "whole", True),
        (ledger.EnvResult("py312", False, "1 failed", "whole"), "whole", False),
        (ledger.EnvResult("py312", True, "1 passed", "smoke"), "whole", False),
        (ledger.EnvResult("py313", True, "1 passed", "whole"), "whole", False),
        (ledger.EnvResult("py312", True, "1 passed", "smoke"), "smoke", True),
    ],
)
def test_what_passed_on_these_bytes_need_not_run_again(
    tmp_path: Path, plan: Plan, noted: ledger.EnvResult, suite: str, done: bool
) -> None:
    wheel = tmp_path / plan.targets[0].wheel
    wheel.write_bytes(b"wheel")
    ledger.write(tmp_path, [replace(ledger.entry(wheel, "row", {}), tests=[noted])])
    env = tox.Env("py312", takes_wheel=True, python=Python(3, 12))
    run = stage.Run(env, wheel, native=suite == "whole")
    passed = stage.Result(run, True, ["1 passed"], suite)
    assert stage.before(run, suite) == (passed if done else None)
    wheel.write_bytes(b"another")
    assert stage.before(run, suite) is None


@pytest.mark.parametrize("wheel", [None, "a.whl"])
def test_what_no_ledger_knows_has_to_run(wheel: str | None, tmp_path: Path) -> None:
    env = tox.Env("py312", takes_wheel=True, python=Python(3, 12))
    assert stage.before(stage.Run(env, wheel and tmp_path / wheel), "whole") is None


def test_a_wheel_that_nothing_here_can_run_is_noted_as_such(
    tmp_path: Path, plan: Plan
) -> None:
    [free] = plan.named(["macos-arm64-cp314t"]).targets
    reasons = stage.excuses(free, plan, HOST)
    assert reasons == {"py314t": free.untested}, "only what the wheel promises"

    wheel = tmp_path / free.wheel
    wheel.write_bytes(b"wheel")
    ledger.write(tmp_path, [ledger.entry(wheel, free.name, {})])
    assert stage.perform_all([], [wheel], {wheel.name: reasons}, pytest.fail) == []
    assert ledger.read(tmp_path)[0].not_run == reasons


def test_each_result_is_noted_before_the_next_run(tmp_path: Path, plan: Plan) -> None:
    wheel = tmp_path / plan.targets[0].wheel
    wheel.write_bytes(b"wheel")
    ledger.write(tmp_path, [ledger.entry(wheel, "row", {})])
    pythons = [Python(3, 12), Python(3, 13)]
    runs = [stage.Run(tox.Env(one.env, True, one), wheel) for one in pythons]
    noted: list[int] = []

    def perform(one: object, _show: object) -> object:
        noted.append(len(ledger.read(tmp_path)[0].tests))
        return stage.Result(one, True, ["1 passed"])

    stage.perform_all(runs, [wheel], {}, perform)
    assert noted == [0, 1]


def test_a_row_whose_wheel_is_not_there_is_named(plan: Plan, tmp_path: Path) -> None:
    name = plan.targets[0].name
    with pytest.raises(Failure, match=r"is missing: python scripts/build\.py"):
        stage.wheels_for([], options(target=[name], dist=tmp_path), plan)
    wheel = tmp_path / plan.targets[0].wheel
    wheel.touch()
    made = stage.wheels_for([], options(target=[name], dist=tmp_path), plan)
    assert made == [wheel]


def test_a_python_that_must_be_here_and_is_not_is_a_failure() -> None:
    env = tox.Env("py314", takes_wheel=True, python=Python(3, 14))
    run = stage.Run(env, Path("a.whl"))
    result = stage.execute(run, {Python(3, 14): "lost"})
    assert result == stage.Result(run, False, ["no interpreter: lost"])


@pytest.mark.parametrize("one_core", [True, False])
def test_what_runs_beside_others_gets_one_core(
    one_core: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Command] = []

    def attempt(command: Command, **_: object) -> Finished:
        ran.append(command)
        return Finished(command, 0)

    monkeypatch.setattr(stage, "attempt", attempt)
    env = tox.Env("lint", takes_wheel=False, python=None, one_core=one_core)
    assert stage.execute(stage.Run(env), {}).passed
    [command] = ran
    assert ("PYTEST_XDIST_AUTO_NUM_WORKERS" in command.env) == one_core


def test_a_machine_that_no_row_is_for_is_told_so(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else nothing would be tested there, and all of it would pass."""
    monkeypatch.setattr(stage.plans, "host_triple", lambda: "m68k-unknown-linux-gnu")
    env = tox.Env("py314", takes_wheel=True, python=Python(3, 14))
    with pytest.raises(Failure, match=r"no row .* wheel on m68k-unknown-linux-gnu"):
        stage.wheels_for([env], options(), plan)


HERE, ELSEWHERE = "linux-x86_64-abi3t", "linux-aarch64-abi3"


@dataclass
class World:
    """tox, a Python of another machine, and a folder with wheels of two machines."""

    dist: Path
    plan: Plan
    found: pythons.Pythons = field(default_factory=pythons.Pythons)
    statuses: dict[str, int] = field(default_factory=dict)  # by a word of a command
    ran: list[str] = field(default_factory=list)
    installed: list[Command] = field(default_factory=list)
    prepared: list[object] = field(default_factory=list)  # one step after the other
    broken: str = ""

    @property
    def wheels(self) -> list[str]:
        return [str(self.dist / row.wheel) for row in self.plan.targets]

    def test(self, *options: str) -> int:
        return int(stage.stage([*options, "--wheel", *self.wheels]))

    def attempt(self, command: Command, **_show: object) -> Finished:
        line = " ".join(command.argv)
        self.ran.append(line)
        status = next((n for word, n in self.statuses.items() if word in line), 0)
        words = "1 failed" if status else "7 passed"
        return Finished(command, status, f"=== {words} in 1.00s ===\n")

    def install(self, command: Command, **_show: object) -> None:
        self.installed.append(command)

    def provide(self, row: Target, python: Python) -> foreign.Interpreter:
        if self.broken:
            raise Failure(self.broken)
        return foreign.Interpreter(python, ("qemu", "python"), [row.tag], Path("/site"))

    def interpreters(self, wanted: list[Python]) -> pythons.Pythons:
        self.prepared.append(wanted)
        return self.found

    def noted(self) -> dict[tuple[str, str], bool]:
        return {
            (entry.target, test.env): test.passed
            for entry in ledger.read(self.dist)
            for test in entry.tests
        }


@pytest.fixture
def world(tmp_path: Path, plan: Plan, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(tmp_path, plan.named([HERE, ELSEWHERE]))
    entries = []
    for row in made.plan.targets:
        (tmp_path / row.wheel).write_bytes(row.name.encode())
        entries.append(ledger.entry(tmp_path / row.wheel, row.name, {}))
    ledger.write(tmp_path, entries)
    prepare = made.prepared.append
    monkeypatch.setattr(stage, "require", lambda *tools: prepare(tools))
    monkeypatch.setattr(stage, "require_rust", lambda: prepare("Rust"))
    monkeypatch.setattr(stage.toolenv, "enter", lambda *parts: prepare(set(parts)))
    monkeypatch.setattr(stage.plans, "host_triple", lambda: HOST)
    monkeypatch.setattr(stage, "attempt", made.attempt)
    monkeypatch.setattr(stage, "run", made.install)
    monkeypatch.setattr(foreign, "provide", made.provide)
    monkeypatch.setattr(foreign, "usable", lambda _: [Python(3, 11), Python(3, 12)])
    monkeypatch.setattr(pythons, "provide", made.interpreters)
    monkeypatch.setattr(pythons, "put_on_path", prepare)
    return made


def last_line(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().out.splitlines()[-1]


def test_all_that_passes_is_a_success(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert world.test() == 0
    assert world.noted() == {
        (HERE, "py315"): True,
        (HERE, "py315t"): True,
        (ELSEWHERE, "py311"): True,
        (ELSEWHERE, "py312"): True,
    }
    here, elsewhere = ledger.read(world.dist)[::-1]
    if here.target != HERE:
        here, elsewhere = elsewhere, here
    assert not here.not_run
    assert {test.suite for test in elsewhere.tests} == {"smoke"}
    assert [test.summary for test in here.tests] == ["7 passed in 1.00s"] * 2
    assert last_line(capsys).startswith("4 environments passed, 0 failed, ")
    assert sum(line.startswith("tox run") for line in world.ran) == 2
    assert sum("only_installed.py" in line for line in world.ran) == 2
    assert world.prepared == [
        ("cargo", "git", *LINKER),
        "Rust",
        {"test", "foreign"},
        sorted(world.plan.pythons),
        world.found,
    ]
    [wheel] = (path for path in world.wheels if path.endswith("aarch64.whl"))
    assert [one.argv[-2:] for one in world.installed] == [("--no-deps", wheel)] * 2


def test_each_run_is_shown_with_the_seconds_that_it_took(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[float] = []
    # Runs that go side by side each have a clock, which ticks when it is looked at.
    clocks = defaultdict[int, Iterator[int]](lambda: count(100))
    clock = SimpleNamespace(monotonic=lambda: next(clocks[threading.get_ident()]))
    monkeypatch.setattr(stage, "time", clock)
    monkeypatch.setattr(
        stage, "show", lambda results, _: shown.extend(one.seconds for one in results)
    )
    assert world.test() == 0
    assert shown == [1] * 4


@pytest.mark.parametrize(
    ("failing", "env"),
    [
        ("-e py315 ", (HERE, "py315")),
        ("-e py315t ", (HERE, "py315t")),
        ("only_installed.py", (ELSEWHERE, "py311")),
    ],
)
def test_one_failure_anywhere_is_a_failure(
    failing: str,
    env: tuple[str, str],
    world: World,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """tox here, or the tests on another machine's Python."""
    world.statuses = {failing: 1}
    assert world.test() == 1
    assert world.noted()[env] is False
    failed = sum(not passed for passed in world.noted().values())
    assert f", {failed} failed, " in last_line(capsys)
    assert len(world.noted()) == 4, "the others were tested as well"


def test_what_could_not_be_started_elsewhere_failed(world: World) -> None:
    world.broken = "no emulator"
    assert world.test() == 1
    assert world.noted() == {
        (HERE, "py315"): True,
        (HERE, "py315t"): True,
        (ELSEWHERE, "py311"): False,
        (ELSEWHERE, "py312"): False,
    }


def test_the_table_has_what_was_run_and_what_was_not(
    plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[list[str]] = []
    monkeypatch.setattr(report, "table", lambda *parts: shown.extend(parts[-1]))
    row = plan.targets[0]
    emulated = stage.Run(tox.Env("py312", True, Python(3, 12)), Path("a.whl"), row)
    results = [
        stage.Result(emulated, True, ["7 passed"], "smoke", 3.4),
        stage.Result(stage.Run(tox.Env("lint", False, None)), False, ["a", "b"]),
    ]
    stage.show(results, {"another": {"py314": "no interpreter"}})
    assert shown == [
        ["py312", row.name, report.PASSED, "3 s", "smoke\n7 passed"],
        ["lint", "", report.FAILED, "0 s", "a\nb"],
        ["py314", "another", report.NOT_RUN, "", "no interpreter"],
    ]


def test_the_smallest_suite_is_run_unless_the_whole_is_asked_for() -> None:
    options = stage.parser().parse_args(["--native", "--target", "a", "b"])
    assert (options.suite, options.target, options.native) == (
        "smoke",
        ["a", "b"],
        True,
    )
    assert not stage.parser().parse_args([]).native
    for suite in ("smoke", "whole"):
        assert stage.parser().parse_args(["--suite", suite]).suite == suite
    with pytest.raises(SystemExit):
        stage.parser().parse_args(["--suite", "another"])


def test_a_required_python_that_is_missing_is_a_failure(world: World) -> None:
    world.found = pythons.Pythons({}, {Python(3, 15, True): "nowhere"})
    assert world.test() == 1
    assert world.noted()[HERE, "py315t"] is False
    assert world.noted()[HERE, "py315"] is True
    assert not any("-e py315t " in line for line in world.ran)


def test_only_what_passed_is_left_out_of_a_second_run(world: World) -> None:
    world.statuses = {"-e py315 ": 1}
    assert world.test() == 1
    world.statuses, world.ran = {}, []
    assert world.test("--resume") == 0
    assert len(world.ran) == 1
    assert "-e py315 " in world.ran[0]
    world.ran = []
    # Where the whole suite is wanted, the smallest is not enough.
    assert world.test("--resume", "--suite", "whole") == 0
    assert len(world.ran) == 2
    world.ran = []
    assert world.test() == 0
    assert len(world.ran) == 4


def test_another_machine_tests_only_its_own(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stage.plans, "host_triple", lambda: "aarch64-unknown-linux-gnu")
    assert world.test() == 0
    assert {name for name, _ in world.noted()} == {ELSEWHERE}
    assert all(line.startswith("tox run") for line in world.ran)


@pytest.mark.parametrize(
    ("given", "elsewhere"),
    [
        ("--env py315 --wheel a.whl", True),
        (f"--env py315 --target {HERE} {ELSEWHERE}", True),
        ("--env py315", False),
        ("", True),
    ],
)
def test_a_named_environment_is_not_run_elsewhere_unless_a_wheel_is_named(
    given: str, elsewhere: bool, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheels = list(map(Path, world.wheels))
    monkeypatch.setattr(stage, "wheels_for", lambda *_: wheels)
    monkeypatch.setattr(stage, "parts", lambda *_: {"test"})
    assert stage.stage([*given.split(), "--dist", str(world.dist)]) == 0
    assert any("only_installed.py" in line for line in world.ran) == elsewhere
    named = [line for line in world.ran if line.startswith("tox run")]
    assert (len(named) == 1) == ("--env" in given)
    assert any("-e py315 " in line for line in named)


def test_an_environment_without_a_wheel_runs_without_one(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stage.stage(["--env", "rust", "--dist", str(world.dist)]) == 0
    [line] = world.ran
    assert line.endswith("-e rust")
    assert world.prepared[-2:] == [[], world.found], "and without a Python of its own"
    assert last_line(capsys) == "1 environments passed, 0 failed, 0 not run"
    world.statuses = {"-e rust": 1}
    assert stage.stage(["--env", "rust", "--dist", str(world.dist)]) == 1


def test_what_cannot_be_run_is_not_begun_and_no_failure(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shown: list[list[str]] = []
    monkeypatch.setattr(report, "table", lambda *parts: shown.extend(parts[-1]))
    monkeypatch.setattr(stage, "without_tool", lambda _: {"rust": "no tool"})
    assert stage.stage(["--env", "rust", "--dist", str(world.dist)]) == 0
    assert world.ran == []
    assert shown == [["rust", "", report.NOT_RUN, "", "no tool"]]
    assert last_line(capsys) == "0 environments passed, 0 failed, 1 not run"


def test_wheels_are_built_where_none_are_named(
    world: World, plan: Plan, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[Command] = []
    monkeypatch.setattr(stage, "run", ran.append)
    env = tox.Env("py314", takes_wheel=True, python=Python(3, 14))
    lint = tox.Env("lint", takes_wheel=False, python=None)
    made = stage.wheels_for([env, lint], options(dist=world.dist), plan)
    assert made == [world.dist / row.wheel for row in plan.of_sample(HOST).targets]
    [build] = ran
    assert Path(build.argv[1]).name == "build.py"
    assert build.argv[2:] == ("--sample", "--dist", str(world.dist))
    ran.clear()
    named = options(env=["py314"], dist=world.dist)
    made = stage.wheels_for([env], named, plan)
    assert made == [world.dist / row.wheel for row in plan.of_host(HOST).targets]
    assert ran.pop().argv[2:] == ("--dist", str(world.dist)), "this machine's alone"
    for name in ("pipeline", "mutants"):
        of_dist = [tox.Env(name, takes_wheel=False, python=None)]
        named = options(env=[name], dist=world.dist)
        assert len(stage.wheels_for(of_dist, named, plan)) > len(made)
        assert len(stage.wheels_for([env, *of_dist], named, plan)) > len(made)
        assert "--sample" in ran.pop().argv
        assert "--sample" in ran.pop().argv
    assert stage.wheels_for([lint], options(), plan) == []
    assert ran == []


def test_the_tools_are_those_of_the_builds_where_there_are_any(plan: Plan) -> None:
    here, elsewhere = (row.wheel for row in plan.named([HERE, ELSEWHERE]).targets)
    assert stage.parts(options(wheel=[Path(here)]), plan, HOST) == {"test"}
    both = stage.parts(options(wheel=[Path(here), Path(elsewhere)]), plan, HOST)
    assert both == {"test", "foreign"}
    assert stage.parts(options(target=[ELSEWHERE]), plan, HOST) == {"test", "foreign"}
    arm = "aarch64-unknown-linux-gnu"
    assert stage.parts(options(target=[ELSEWHERE]), plan, arm) == {"test"}
    assert stage.parts(options(), plan, HOST) >= {"test", "build", "foreign"}


def test_what_runs_on_one_core_runs_side_by_side(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """And nothing else: it would be timed beside another, or wait for its core."""
    names = ["a", "b", "whole"]
    envs = [tox.Env(name, False, None, one_core=name != "whole") for name in names]
    together = threading.Barrier(2, timeout=10)

    def perform(one: Any, show: Callable[[str], None]) -> Any:
        if one.env.one_core:
            together.wait()
            show("out")
        return stage.Result(one, one.env.name != "b", [one.env.name])

    runs = [stage.Run(env) for env in reversed(envs)]
    results = stage.perform_all(runs, [], {}, perform)
    assert [(one.run.env.name, one.passed) for one in results] == [
        ("whole", True),
        ("b", False),
        ("a", True),
    ]
    said = capsys.readouterr().out
    assert "2 of one core each, side by side" in said
    assert "1/1 whole" in said
    stage.perform_all(runs[:1], [], {}, perform)
    assert "of one core" not in capsys.readouterr().out


@pytest.mark.parametrize("names", [["py315", "py315"], ["py314", "py315"]])
def test_what_shares_a_folder_comes_one_after_the_other(names: list[str]) -> None:
    """Wheels of an environment that are installed there, or Pythons of other kinds."""
    both = [tox.Env(name, True, Python(3, 15), one_core=True) for name in names]
    native = len(set(names)) == 1
    busy = threading.Lock()

    def perform(one: Any, _show: Callable[[str], None]) -> Any:
        assert busy.acquire(blocking=False)
        time.sleep(0.1)
        busy.release()
        return stage.Result(one, True, [])

    runs = [
        stage.Run(env, Path(f"{at}.whl"), native=native) for at, env in enumerate(both)
    ]
    assert [one.run for one in stage.performed(runs, perform)] == runs


def test_what_is_emulated_begins_beside_the_others() -> None:
    together = threading.Barrier(2, timeout=10)
    begun = []

    def perform(one: Any, _show: Callable[[str], None]) -> Any:
        begun.append(one.native)
        together.wait()
        return stage.Result(one, True, [])

    here = stage.Run(tox.Env("lint", False, None, one_core=True))
    there = stage.Run(tox.Env("py315", True, Python(3, 15)), native=False)
    assert len([*stage.performed([here, there], perform)]) == 2
    assert begun[0] is False, "it takes longest"


def test_labels_of_tox_are_read_by_line() -> None:
    found = {env.name: env for env in tox.environments(tox.TOX.read_text("utf-8"))}
    assert found["lint"].one_core
    assert found["lint"].usual
    assert found["py311"].one_core
    assert not found["bench"].one_core, "it measures times"
    assert not found["requires-pre"].usual
