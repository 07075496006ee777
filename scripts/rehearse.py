"""A whole release on this machine: everything but the real index.

    python scripts/rehearse.py          this machine's wheels, and one of each family
    python scripts/rehearse.py --checks  and every other environment of test.py
    python scripts/rehearse.py --all    every row of the plan, tested by the whole suite
    python scripts/rehearse.py --all --resume    goes on with one that was cut off

Plan, build (one of them twice, comparing bytes), audit, build the sdist offline, test
on every Python that the wheels promise or on one of their own kind, publish to a
package index of our own, and verify from there: download for every platform and Python,
install with pip into a new environment and run the smoke command. Each stage is the
script that a real release runs. A table closes it; status 1 if anything failed.
Interrupted, it leaves nothing running, and dist/, from which it can go on.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline import plan as plans
from pipeline import toolenv
from pipeline.commands import (
    LINKER,
    Command,
    attempt,
    command,
    main,
    require,
    require_rust,
)
from pipeline.generators import support_table
from pipeline.plan import Plan
from pipeline.project import PROJECT
from pipeline.tox import TOX, environments

if TYPE_CHECKING:
    from pipeline.report import Stages

SCRIPTS = Path(__file__).parent
# Our own index lets anyone in, but twine wants a name.
ANYONE = {"TWINE_USERNAME": "anyone", "TWINE_PASSWORD": "anything"}


@dataclass(frozen=True)
class Stage:
    """One script of the pipeline, and the stages without which it has no sense."""

    name: str
    command: Command
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """How a stage went: passed, failed, or None where it was not reached."""

    stage: Stage
    passed: bool | None
    seconds: float
    last: str


def script(
    name: str, *arguments: str | Path, env: Mapping[str, str] | None = None
) -> Command:
    return command(sys.executable, SCRIPTS / f"{name}.py", *arguments, env=env)


def stages(
    plan: Plan,
    part: str,
    dist: Path,
    url: str,
    *,
    checks: bool = False,
    resume: bool = False,
) -> list[Stage]:
    """In order, on the part of the plan that the option `part` names.

    `url` is where the index of the rehearsal listens. With `checks` the tests are all
    that test.py has, and it need not be run besides.
    """
    kept = ["--resume"] if resume else []
    wheels = [dist / row.wheel for row in plan.targets]
    suite = "whole" if part == "--all" else "smoke"
    again = plan.targets[0].name
    build = script("build", part, *kept, "--verify", again, "--dist", dist)
    usual = [env.name for env in environments(TOX.read_text("utf-8")) if env.usual]
    envs = ["--env", *usual] if checks else []
    test = script("test", *kept, "--suite", suite, *envs, "--wheel", *wheels)
    upload = script("publish", dist, part, "--index", url, env=ANYONE)
    return [
        Stage("plan", script("targets")),
        Stage("build", build, ("plan",)),
        Stage("audit", script("audit", dist, part), ("build",)),
        Stage("sdist", script("check_sdist", dist / PROJECT.sdist), ("build",)),
        Stage("test", test, ("build",)),
        Stage("publish", upload, ("audit", "sdist", "test")),
        Stage("verify", script("verify", dist, "--index", url), ("publish",)),
        *(
            # What the README says of each wheel is what has just become of it.
            [
                Stage(
                    "support",
                    script("generate", "support", "--record", dist),
                    ("verify",),
                )
            ]
            if part == "--all" and support_table.is_wanted()
            else []
        ),
    ]


def rehearse(planned: Sequence[Stage], screen: "Stages") -> list[Outcome]:
    """Run what can be run; a stage whose needs failed is not reached."""
    done: dict[str, Outcome] = {}
    for one in planned:
        screen.begin(one.name)
        failed = [need for need in one.needs if not done[need].passed]
        if failed:
            reason = f"not reached: {', '.join(failed)} did not pass"
            done[one.name] = Outcome(one, None, 0, reason)
        else:
            done[one.name] = perform(one, screen.show)
        screen.end()
    return list(done.values())


def perform(one: Stage, show: Callable[[str], None]) -> Outcome:
    start = time.monotonic()
    finished = attempt(one.command, show=show)
    lines = [line for line in finished.output.splitlines() if line.strip()]
    seconds = time.monotonic() - start
    return Outcome(one, finished.status == 0, seconds, lines[-1] if lines else "")


def show_outcomes(outcomes: Sequence[Outcome]) -> None:
    from pipeline import report

    marks: Mapping[bool | None, str] = {
        True: report.PASSED,
        False: report.FAILED,
        None: report.NOT_RUN,
    }
    rows = [
        [one.stage.name, marks[one.passed], f"{one.seconds:.0f} s", one.last]
        for one in outcomes
    ]
    report.table("Rehearsal", ["stage", "", "time", "its last line"], rows)


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--all", action="store_true", help="every row of the plan")
    parser.add_argument(
        "--checks", action="store_true", help="and the other environments of tox.ini"
    )
    parser.add_argument(
        "--resume", action="store_true", help="keep wheels and tests that are current"
    )
    return parser


def stage(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    require("cargo", "git", *LINKER)
    require_rust()
    toolenv.enter("audit", "build", "foreign", "publish", "rehearse", "test")
    from pipeline import local_index, report

    whole = plans.load()
    plan = whole if options.all else whole.of_sample(plans.host_triple())
    part = "--all" if options.all else "--sample"
    dist = PROJECT.dist
    with (
        tempfile.TemporaryDirectory(prefix=f"{PROJECT.name}-index-") as folder,
        local_index.serve(Path(folder)) as url,
    ):
        kinds = {"checks": options.checks, "resume": options.resume}
        planned = stages(plan, part, dist, url, **kinds)
        with report.stages(len(planned)) as screen:
            outcomes = rehearse(planned, screen)
    show_outcomes(outcomes)
    return 0 if all(one.passed for one in outcomes) else 1


if __name__ == "__main__":
    main(stage)
