"""Test what is shipped: every environment of tox.ini, on the built wheels.

    python scripts/test.py                   builds, then runs everything
    python scripts/test.py --env lint rust   these environments
    python scripts/test.py --native          those that another machine may fail
    python scripts/test.py --wheel FILE...   these wheels, on every Python they promise
    python scripts/test.py --target NAME...  these rows' wheels, of dist/
    python scripts/test.py --suite whole     all tests also where they are emulated

Interpreters are found or fetched first; a wheel of this machine's kind is tested on
each that its tag promises, another on one of its own kind (provision/foreign.py), by
the tests marked `smoke`. Nothing stops at the first failure. A table closes it, with
every runner's own last line and what could not be run; status 1 if anything failed.
"""

import argparse
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from pipeline import ledger, toolenv
from pipeline import plan as plans
from pipeline.commands import (
    LINKER,
    Command,
    Failure,
    Finished,
    at_once,
    attempt,
    command,
    main,
    require,
    require_rust,
    run,
    titled,
    write_line,
)
from pipeline.plan import Plan, Python, Target
from pipeline.project import PROJECT
from pipeline.tox import (
    TOX,
    Env,
    closing_lines,
    environments,
    failed_commands,
    tox_command,
)
from provision import foreign, pythons

# What becomes of a line of a command's output.
Show = Callable[[str], None]


# Environments that test the pipeline itself, on what it has built.
OF_DIST = ("pipeline", "mutants")


@dataclass(frozen=True)
class Run:
    """One environment on one wheel, or on none."""

    env: Env
    wheel: Path | None = None
    target: Target | None = None  # the wheel's row
    native: bool = True  # else on a Python of the wheel's own kind

    @property
    def title(self) -> str:
        return f"{self.env.name} {self.row}".strip()

    @property
    def row(self) -> str:
        return self.target.name if self.target else ""

    @property
    def takes_one_core(self) -> bool:
        return self.env.one_core or not self.native

    @property
    def shares(self) -> str:
        """What no two runs may work in at a time.

        An environment is one folder, where one wheel after the other is installed;
        Pythons of other kinds are made of the same packages.
        """
        return self.env.name if self.native else "foreign"


@dataclass(frozen=True)
class Result:
    """What came of a run."""

    run: Run
    passed: bool
    closing: Sequence[str]
    suite: str = "whole"
    seconds: float = 0


# What there is to run.


def without_tool(envs: Iterable[Env]) -> dict[str, str]:
    """The environments that need a program which is not installed, and why."""
    return {
        env.name: f"{tool} is not installed"
        for env in envs
        for tool in env.tools
        if shutil.which(tool) is None
    }


def not_installable(envs: Iterable[Env], plan: Plan, host: str) -> dict[str, str]:
    """Those of which the plan says that this machine has no wheels, and why."""
    lacking = plan.lacking(host)
    return {env.name: lacking[env.name] for env in envs if env.name in lacking}


def planned(
    envs: Iterable[Env], wheels: Sequence[Path], plan: Plan, host: str
) -> Iterator[Run]:
    """Each environment, on each wheel that pip may install on its Python."""
    targets = {wheel: row_of(wheel, plan) for wheel in wheels}
    for env in envs:
        if not env.takes_wheel:
            yield Run(env)
        for wheel, target in targets.items() if env.takes_wheel else ():
            if target.is_of(host) and (not env.python or target.admits(env.python)):
                yield Run(env, wheel, target)


def planned_elsewhere(wheels: Sequence[Path], plan: Plan, host: str) -> Iterator[Run]:
    """Each wheel of another kind of machine, on a Python of that kind."""
    for wheel in wheels:
        target = row_of(wheel, plan)
        elsewhere = plan.tests_elsewhere(target, host)
        for python in foreign.usable(target) if elsewhere else ():
            env = Env(python.env, takes_wheel=True, python=python)
            yield Run(env, wheel, target, native=False)


def row_of(wheel: Path, plan: Plan) -> Target:
    target = plan.of_file(wheel.name)
    if target is None:
        raise Failure(f"{wheel.name} is in no row of targets.toml")
    return target


def excuses(target: Target, plan: Plan, host: str) -> dict[str, str]:
    """By environment, what of a wheel's promises cannot be tested here, and why."""
    return {} if target.is_of(host) else foreign.excuses(target, plan)


def chosen(envs: Sequence[Env], options: argparse.Namespace) -> list[Env]:
    names = {env.name: env for env in envs}
    unknown = [name for name in options.env or () if name not in names]
    if unknown:
        raise Failure(
            f"no {', '.join(unknown)} in tox.ini; there is {', '.join(names)}"
        )
    if options.env:
        return [names[name] for name in options.env]
    if options.wheel or options.target:
        return [env for env in envs if env.python and env.name == env.python.env]
    return [env for env in envs if env.usual and (env.native or not options.native)]


# Running it.


def before(one: Run, suite: str) -> Result | None:
    """What the ledger says of the run on these bytes, if it passed."""
    if not one.wheel or not has_ledger(one.wheel):
        return None
    entry = ledger.find(ledger.read(one.wheel.parent), one.wheel)
    wanted = "whole" if one.native else suite
    for test in entry.tests if entry else ():
        if test.env == one.env.name and test.suite == wanted and test.passed:
            return Result(one, True, [test.summary], test.suite)
    return None


def execute(one: Run, missing: Mapping[Python, str], show: Show = write_line) -> Result:
    python = one.env.python
    if python and python in missing:
        return Result(one, False, [f"no interpreter: {missing[python]}"])
    finished = attempt(
        tox_command(one.env.name, one.wheel, one_core=one.env.one_core), show=show
    )
    closing = closing_lines(finished.output) + failed_commands(finished.output)
    return Result(one, finished.status == 0, closing)


def execute_elsewhere(one: Run, suite: str, show: Show = write_line) -> Result:
    """The tests, on a Python of the wheel's own kind."""
    try:
        steps = run_elsewhere(one, suite, show)
    except Failure as failure:
        return Result(one, False, [str(failure)], suite)
    closing = [line for step in steps for line in closing_lines(step.output)]
    bad = [
        f"status {step.status}: {Path(step.command.argv[-1]).name}"
        for step in steps
        if step.status
    ]
    return Result(one, not bad, [*closing, *bad], suite)


def run_elsewhere(one: Run, suite: str, show: Show) -> list[Finished]:
    if not (one.wheel and one.target and one.env.python):
        raise Failure(f"{one.title} is no run of a wheel")
    interpreter = foreign.provide(one.target, one.env.python)
    with tempfile.TemporaryDirectory(prefix=f"{PROJECT.name}-{one.row}-") as name:
        folder = Path(name).resolve()
        # As a user there gets it: refused, were its tag not for that machine.
        run(interpreter.install_command(folder, "--no-deps", one.wheel), show=show)
        tests = elsewhere_command(interpreter, one.wheel, folder, suite)
        return [attempt(tests, show=show)]


def elsewhere_command(
    interpreter: foreign.Interpreter, wheel: Path, folder: Path, suite: str
) -> Command:
    """The tests, by the program which sees that it is the wheel that is tested."""
    env = {
        "TESTED_WHEEL": interpreter.spelled(wheel),
        "TESTED_FOLDER": interpreter.spelled(folder),
    }
    tests = PROJECT.root / "tests"
    others = (interpreter.spelled(tests / name) for name in ("pipeline", "peers"))
    suites = {
        "smoke": ["-m", "smoke"],
        "whole": ["--numprocesses=auto"] if PROJECT.tests_side_by_side else [],
    }
    return interpreter.command(
        Path(__file__).parent / "testing" / "only_installed.py",
        *("-p", "no:cacheprovider", *suites[suite]),
        *(f"--ignore={other}" for other in others),
        *PROJECT.tests,
        path=[folder],
        env=env,
    )


def perform_all(
    runs: Sequence[Run],
    wheels: Sequence[Path],
    not_run: Mapping[str, Mapping[str, str]],
    perform: Callable[[Run, Show], Result],
) -> list[Result]:
    """Those of one core side by side, then the others; the ledger has each at once."""
    results: list[Result] = []
    # Also of wheels that nothing here can run.
    note(wheels, results, not_run)
    for result in performed(runs, perform):
        results.append(result)
        note(wheels, results, not_run)
    return sorted(results, key=lambda one: runs.index(one.run))


def performed(
    runs: Sequence[Run], perform: Callable[[Run, Show], Result]
) -> Iterator[Result]:
    from pipeline import report

    side_by_side = [one for one in runs if one.takes_one_core]
    if side_by_side:
        report.heading(f"{len(side_by_side)} of one core each, side by side")
    turns: dict[str, list[Run]] = {}
    # What is emulated takes longest, and begins.
    for one in sorted(side_by_side, key=lambda one: one.native):
        turns.setdefault(one.shares, []).append(one)
    work = {name: partial(in_turn, some, perform) for name, some in turns.items()}
    for _, results in at_once(work):
        yield from results
    others = [one for one in runs if not one.takes_one_core]
    for number, one in enumerate(others, 1):
        report.heading(f"{number}/{len(others)} {one.title}")
        yield perform(one, write_line)


def in_turn(
    runs: Sequence[Run], perform: Callable[[Run, Show], Result]
) -> list[Result]:
    return [perform(one, titled(one.title)) for one in runs]


def wheels_for(
    envs: Iterable[Env], options: argparse.Namespace, plan: Plan
) -> list[Path]:
    """Those that were named; else built, where an environment needs files of dist/."""
    dist = options.dist.resolve()
    if options.wheel:
        return [path.resolve() for path in options.wheel]
    if options.target:
        return [present(dist / row.wheel) for row in plan.named(options.target).targets]
    if not any(env.takes_wheel or env.name in OF_DIST for env in envs):
        return []
    triple = plans.host_triple()
    if not plan.of_host(triple).targets:
        raise Failure(f"no row of targets.toml builds and tests a wheel on {triple}")
    # Named environments are about this machine; the tests of the pipeline read all.
    own = bool(options.env) and not any(env.name in OF_DIST for env in envs)
    script = Path(__file__).with_name("build.py")
    part = [] if own else ["--sample"]
    run(command(sys.executable, script, *part, "--dist", dist))
    built = plan.of_host(triple) if own else plan.of_sample(triple)
    return [dist / row.wheel for row in built.targets]


def present(wheel: Path) -> Path:
    if not wheel.exists():
        raise Failure(f"{wheel} is missing: python scripts/build.py makes it")
    return wheel


def note(
    wheels: Sequence[Path],
    results: Sequence[Result],
    not_run: Mapping[str, Mapping[str, str]],
) -> None:
    """Write into the ledger beside each wheel what it went through and what not.

    `not_run` has for the name of a wheel the environments without an interpreter.
    """
    for wheel in wheels:
        entries = ledger.read(wheel.parent) if has_ledger(wheel) else []
        entry = ledger.find(entries, wheel)
        if entry is None:
            continue
        ran = {one.run.env.name: one for one in results if one.run.wheel == wheel}
        kept = [test for test in entry.tests if test.env not in ran]
        entry.tests = [*kept, *(env_result(one) for one in ran.values())]
        entry.not_run = dict(not_run.get(wheel.name, {}))
        ledger.write(wheel.parent, entries)


def has_ledger(wheel: Path) -> bool:
    return (wheel.parent / ledger.NAME).exists()


def env_result(one: Result) -> ledger.EnvResult:
    summary = "; ".join(one.closing)
    return ledger.EnvResult(one.run.env.name, one.passed, summary, one.suite)


# The screen.


def show(results: Sequence[Result], not_run: Mapping[str, Mapping[str, str]]) -> None:
    from pipeline import report

    lines = [
        [
            one.run.env.name,
            one.run.row,
            report.PASSED if one.passed else report.FAILED,
            f"{one.seconds:.0f} s",
            "\n".join([*(["smoke"] if one.suite == "smoke" else []), *one.closing]),
        ]
        for one in results
    ]
    skipped = [
        (env, name, why) for name, envs in not_run.items() for env, why in envs.items()
    ]
    lines += [[env, row, report.NOT_RUN, "", why] for env, row, why in skipped]
    report.table(
        "Tests",
        ["environment", "wheel", "", "time", "the runners' own last lines"],
        lines,
    )
    failed = sum(not one.passed for one in results)
    print(
        f"{len(results) - failed} environments passed, {failed} failed,"
        f" {len(skipped)} not run",
        flush=True,
    )


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--env", nargs="+", metavar="NAME", help="only these")
    parser.add_argument(
        "--native", action="store_true", help="only what depends on the machine"
    )
    parser.add_argument(
        "--wheel", nargs="+", type=Path, metavar="FILE", help="instead of building"
    )
    parser.add_argument(
        "--target", nargs="+", metavar="NAME", help="rows, built already"
    )
    parser.add_argument(
        "--resume", action="store_true", help="leave out what passed on these wheels"
    )
    parser.add_argument(
        "--suite", choices=["smoke", "whole"], default="smoke", help="where emulated"
    )
    parser.add_argument(
        "--dist", type=Path, default=PROJECT.dist, help="where to build (dist/)"
    )
    return parser


def parts(options: argparse.Namespace, plan: Plan, host: str) -> set[str]:
    """Of the tools: those of the builds and of other kinds of wheels where needed."""
    rows = plan.of_sample(host).targets
    if options.wheel or options.target:
        rows = plan.named(options.target or []).targets
        rows += tuple(row_of(wheel, plan) for wheel in options.wheel or [])
        built = set()
    else:
        built = {row.tools(host) for row in rows}
    others = any(plan.tests_elsewhere(row, host) for row in rows)
    return {"test", *built, *(["foreign"] if others else [])}


def stage(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    require("cargo", "git", *LINKER)
    require_rust()
    plan, host = plans.load(), plans.host_triple()
    toolenv.enter(*parts(options, plan, host))
    from pipeline import report

    envs = chosen(environments(TOX.read_text("utf-8")), options)
    report.heading("interpreters")
    interpreters = pythons.provide(sorted({env.python for env in envs if env.python}))
    pythons.put_on_path(interpreters)
    lacking = {**without_tool(envs), **not_installable(envs, plan, host)}
    possible = [env for env in envs if env.name not in lacking]

    report.heading("wheels")
    wheels = wheels_for(envs, options, plan)
    runs = [*planned(possible, wheels, plan, host)]
    if options.wheel or options.target or not options.env:
        runs += planned_elsewhere(wheels, plan, host)
    rows = {wheel.name: row_of(wheel, plan) for wheel in wheels}
    reasons = {name: excuses(row, plan, host) for name, row in rows.items()}

    def perform(one: Run, show_line: Show) -> Result:
        if options.resume and (done := before(one, options.suite)):
            return done
        start = time.monotonic()
        if one.native:
            result = execute(one, interpreters.absent, show_line)
        else:
            result = execute_elsewhere(one, options.suite, show_line)
        return replace(result, seconds=time.monotonic() - start)

    results = perform_all(runs, wheels, reasons, perform)
    not_run = {rows[name].name: why for name, why in reasons.items()}
    show(results, {**not_run, "": lacking})
    return 1 if any(not one.passed for one in results) else 0


if __name__ == "__main__":
    main(stage)
