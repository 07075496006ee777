"""The rehearsal: which stages, in which order, and what follows from a failure."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import rehearse
from pipeline import toolenv, tox
from pipeline.commands import Command, command
from pipeline.plan import Plan
from pipeline.project import PROJECT
from rehearse import Stage

DIST, URL = Path("/dist"), "http://127.0.0.1:1/"


class Screen:
    """Stands for the one on the terminal."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def begin(self, name: str) -> None:
        self.lines.append(f"== {name}")

    def show(self, line: str) -> None:
        self.lines.append(line)

    def end(self) -> None:
        pass


def python(code: str) -> Command:
    return command(sys.executable, "-c", code)


def test_a_rehearsal_is_every_stage_of_a_release(plan: Plan) -> None:
    wheels = " ".join(str(DIST / row.wheel) for row in plan.targets)
    again = plan.targets[0].name
    stages = rehearse.stages(plan, "--all", DIST, URL)
    assert all(Path(one.command.argv[1]).exists() for one in stages)
    assert [(" ".join(after_python(one)), one.needs) for one in stages] == [
        ("targets.py", ()),
        (f"build.py --all --verify {again} --dist {DIST}", ("plan",)),
        (f"audit.py {DIST} --all", ("build",)),
        (f"check_sdist.py {DIST / PROJECT.sdist}", ("build",)),
        (f"test.py --suite whole --wheel {wheels}", ("build",)),
        (f"publish.py {DIST} --all --index {URL}", ("audit", "sdist", "test")),
        (f"verify.py {DIST} --index {URL}", ("publish",)),
        (f"generate.py support --record {DIST}", ("verify",)),
    ]
    names = ["plan", "build", "audit", "sdist", "test", "publish", "verify", "support"]
    assert [one.name for one in stages] == names
    envs = {one.name: one.command.env for one in stages if one.command.env}
    # The index lets anyone in, but twine asks who it is.
    assert envs == {"publish": rehearse.ANYONE}
    assert rehearse.ANYONE.keys() == {"TWINE_USERNAME", "TWINE_PASSWORD"}
    sample = rehearse.stages(plan, "--sample", DIST, URL)
    assert [one.name for one in sample] == names[:-1]


def after_python(one: Stage) -> list[str]:
    python, script, *arguments = one.command.argv
    assert python == sys.executable
    return [Path(script).name, *arguments]


@pytest.mark.parametrize(("part", "suite"), [("--all", "whole"), ("--sample", "smoke")])
def test_every_wheel_of_the_part_is_built_audited_tested_and_published(
    part: str, suite: str, plan: Plan
) -> None:
    planned = rehearse.stages(plan, part, DIST, URL)
    commands = {one.name: one.command.argv for one in planned}
    for name in ("build", "audit", "publish"):
        assert part in commands[name]
    wheels = [str(DIST / row.wheel) for row in plan.targets]
    assert commands["test"][2:] == ("--suite", suite, "--wheel", *wheels)


def test_a_rehearsal_can_be_all_that_the_tests_are(plan: Plan) -> None:
    """So that CI need not build and test the same on the same machine again."""
    planned = rehearse.stages(plan, "--sample", DIST, URL, checks=True)
    [test] = [one.command.argv for one in planned if one.name == "test"]
    given = test[test.index("--env") + 1 : test.index("--wheel")]
    usual = [env.name for env in tox.environments(tox.TOX.read_text()) if env.usual]
    assert list(given) == usual
    assert test[test.index("--wheel") + 1 :] == tuple(
        str(DIST / row.wheel) for row in plan.targets
    )


def test_a_rehearsal_that_was_cut_off_goes_on(plan: Plan) -> None:
    planned = rehearse.stages(plan, "--all", DIST, URL, resume=True)
    resuming = {one.name for one in planned if "--resume" in one.command.argv}
    assert resuming == {"build", "test"}
    others = rehearse.stages(plan, "--all", DIST, URL)
    assert not any("--resume" in one.command.argv for one in others)


def test_one_wheel_is_built_twice(plan: Plan) -> None:
    build = rehearse.stages(plan, "--sample", DIST, URL)[1]
    position = build.command.argv.index("--verify")
    assert build.command.argv[position + 1] == plan.targets[0].name


def test_nothing_is_published_that_was_not_audited_and_tested(plan: Plan) -> None:
    planned = rehearse.stages(plan, "--sample", DIST, URL)
    needs = {one.name: one.needs for one in planned}
    assert needs["publish"] == ("audit", "sdist", "test")
    assert needs["verify"] == ("publish",)


def test_a_failure_stops_what_needs_it_and_nothing_else() -> None:
    stages = [
        Stage("build", python("print('built')")),
        Stage("audit", python("print('bad wheel'); raise SystemExit(3)"), ("build",)),
        Stage("test", python("print('2 passed')"), ("build",)),
        Stage("publish", python("raise SystemExit('reached')"), ("audit", "test")),
    ]
    screen = Screen()
    outcomes = rehearse.rehearse(stages, screen)  # type: ignore[arg-type]
    assert [(one.stage.name, one.passed, one.last) for one in outcomes] == [
        ("build", True, "built"),
        ("audit", False, "bad wheel"),
        ("test", True, "2 passed"),
        ("publish", None, "not reached: audit did not pass"),
    ]
    assert [line for line in screen.lines if not line.startswith("+ ")] == [
        *("== build", "built", "== audit", "bad wheel"),
        *("== test", "2 passed", "== publish"),
    ]


# A stage of a stage that would run for an hour, and ignores the first signal; below
# an index, as in the rehearsal.
LONG = '''
import sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from pipeline import commands, local_index
from pipeline.commands import command, main, run

commands.GRACE_SECONDS = 0.5

STUBBORN = """
import signal, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
print("up", flush=True)
time.sleep(3600)
"""

def stage(arguments):
    with local_index.serve(Path(sys.argv[2])) as url:
        print("index", url, flush=True)
        run(command(sys.executable, "-W", "ignore", "-c", STUBBORN))
    return 0

main(stage)
'''


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_leaves_nothing_running(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIPELINE_TEST", str(tmp_path))  # marks our descendants
    scripts = Path(rehearse.__file__).parent
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", LONG, scripts, tmp_path],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    lines = iter(process.stdout.readline, "")
    while next(lines).strip() != "up":
        pass
    assert len(marked(tmp_path)) == 2

    process.send_signal(number)
    _, errors = process.communicate(timeout=60)

    assert process.returncode == 130
    assert errors.splitlines()[-1] == "interrupted"
    assert marked(tmp_path) == []


def marked(folder: Path) -> list[str]:
    """The processes that carry our mark in their environment."""
    mark = f"PIPELINE_TEST={folder}\0".encode()
    found = []
    for process in Path("/proc").iterdir():
        if process.name.isdigit() and int(process.name) != os.getpid():
            try:
                if mark in (process / "environ").read_bytes() + b"\0":
                    found.append(process.name)
            except OSError:
                pass  # it has just ended
    return found


@pytest.mark.parametrize(
    ("codes", "status", "closing"),
    [
        (["print('built')", "print('sent')"], 0, ["passed", "passed"]),
        (["raise SystemExit(3)", "print('sent')"], 1, ["FAILED", "not run"]),
        (["print('built')", "raise SystemExit(3)"], 1, ["passed", "FAILED"]),
    ],
)
def test_a_rehearsal_passes_only_if_every_stage_did(
    codes: list[str],
    status: int,
    closing: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The stage itself, with two stages in the place of the real ones."""
    seen: list[tuple[str, str, bool]] = []

    def planned(
        _plan: Plan, part: str, _dist: Path, url: str, *, checks: bool, resume: bool
    ) -> list[Stage]:
        assert not checks
        seen.append((part, url, resume))
        first, second = map(python, codes)
        return [Stage("first", first), Stage("second", second, ("first",))]

    entered: list[tuple[str, ...]] = []
    monkeypatch.setattr(toolenv, "enter", lambda *parts: entered.append(parts))
    monkeypatch.setattr(rehearse, "stages", planned)
    assert rehearse.stage([]) == status
    assert rehearse.stage(["--all", "--resume"]) == status
    lines = capsys.readouterr().out.splitlines()
    for name, said in zip(("first", "second"), closing, strict=True):
        assert any(name in line and said in line for line in lines)
    assert [(part, resume) for part, _, resume in seen] == [
        ("--sample", False),
        ("--all", True),
    ]
    assert all(url.startswith("http://127.0.0.1:") for _, url, _ in seen)
    # What the stages need is in one environment, which each of them finds.
    parts = ("audit", "build", "foreign", "publish", "rehearse", "test")
    assert entered == [parts, parts]
