"""Runs a workflow on this machine, as GitHub Actions would.

    python tests/pipeline/actions.py .github/workflows/release.yml [--event NAME]

Evaluates `needs`, `if`, `strategy.matrix`, `env` and expressions; runs every `run:`
step of every job, in order, in a clone of the last commit; checkout, Python and
artifacts have local equivalents. What it does not know is an error, not a step that
passes: other actions, functions of expressions.

This machine stands for all: whatever the runner, a build here is a cross-build, and a
test says by itself what cannot be run. The table names the runners.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

DRY_RUN = "workflow_dispatch"
# Of tox, or of an environment around us, not of a job.
NOT_OF_A_JOB = re.compile(
    r"TOX_(WORK|ENV)_.*|UV_PYTHON.*|VIRTUAL_ENV|PYTHON.*|PYTEST_.*|TESTED_.*"
)

Values = Mapping[str, Any]


class UnknownError(Exception):
    """The workflow says something that is not evaluated here."""


# Expressions.

TOKEN = re.compile(
    r"\s*(?:(?P<text>'(?:[^']|'')*')|(?P<name>[A-Za-z_][\w.-]*)|(?P<sign>==|!=|&&|\|\||[!(),]))"
)


@dataclass
class Expression:
    """A reader of one expression: `a.b == 'c' && always()`."""

    tokens: list[str]
    values: Values

    @classmethod
    def of(cls, text: str, values: Values) -> Expression:
        tokens, at = [], 0
        while at < len(text.rstrip()):
            found = TOKEN.match(text, at)
            if not found:
                raise UnknownError(f"in {text!r} at {text[at:]!r}")
            tokens.append(found[0].strip())
            at = found.end()
        return cls(tokens, values)

    def whole(self) -> Any:
        value = self.either()
        if self.tokens:
            raise UnknownError(f"behind an expression: {' '.join(self.tokens)}")
        return value

    def either(self) -> Any:
        value = self.both()
        while self.take("||"):
            other = self.both()
            value = value or other
        return value

    def both(self) -> Any:
        value = self.equal()
        while self.take("&&"):
            other = self.equal()
            value = value and other
        return value

    def equal(self) -> Any:
        value = self.one()
        if self.take("=="):
            return value == self.one()
        if self.take("!="):
            return value != self.one()
        return value

    def one(self) -> Any:
        if self.take("!"):
            return not self.one()
        if self.take("("):
            value = self.either()
            self.expect(")")
            return value
        token = self.tokens.pop(0)
        if token.startswith("'"):
            return token[1:-1].replace("''", "'")
        if self.take("("):
            return self.call(token)
        return look_up(token, self.values)

    def call(self, name: str) -> Any:
        arguments = []
        while not self.take(")"):
            arguments.append(self.either())
            self.take(",")
        functions: Mapping[str, Callable[..., Any]] = {
            "fromJSON": json.loads,
            "toJSON": json.dumps,
            "always": lambda: True,
        }
        if name not in functions:
            raise UnknownError(f"the function {name}")
        return functions[name](*arguments)

    def take(self, token: str) -> bool:
        if self.tokens[:1] == [token]:
            del self.tokens[0]
            return True
        return False

    def expect(self, token: str) -> None:
        if not self.take(token):
            raise UnknownError(f"{token} is missing before {' '.join(self.tokens)}")


def look_up(path: str, values: Values) -> Any:
    """What is not there is empty, as in Actions."""
    found: Any = values
    for name in path.split("."):
        found = found.get(name, "") if isinstance(found, Mapping) else ""
    return found


def evaluated(text: Any, values: Values) -> Any:
    """With the expressions of a text, or of what is in a list or table, replaced."""
    if isinstance(text, Mapping):
        return {key: evaluated(value, values) for key, value in text.items()}
    if isinstance(text, list):
        return [evaluated(value, values) for value in text]
    if not isinstance(text, str):
        return text
    whole = re.fullmatch(r"\s*\$\{\{((?:(?!\}\}).)*)\}\}\s*", text)
    if whole:
        return Expression.of(whole[1], values).whole()
    return re.sub(
        r"\$\{\{(.*?)\}\}",
        lambda found: str(Expression.of(found[1], values).whole()),
        text,
    )


# Jobs.


@dataclass
class Run:
    """One job of a matrix, or of none."""

    job: str
    title: str
    result: str  # success, failure or skipped
    runner: str = ""  # for which this machine stood
    seconds: float = 0
    outputs: dict[str, str] = field(default_factory=dict)


@dataclass
class Executor:
    """One run of a workflow."""

    workflow: Values
    event: str
    repository: Path
    folder: Path  # for all that comes of it
    runs: list[Run] = field(default_factory=list)

    @property
    def artifacts(self) -> Path:
        return self.folder / "artifacts"

    @property
    def workspace(self) -> Path:
        """Where each job finds the sources: one place, as on a runner."""
        return self.folder / "workspace"

    @property
    def programs(self) -> Path:
        """What comes first on a job's PATH."""
        return self.folder / "programs"

    def execute(self) -> list[Run]:
        self.programs.mkdir(exist_ok=True)
        # As actions/setup-python leaves it, not an environment of somebody's.
        base = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
        (self.programs / "python").symlink_to(base)
        for name in ordered(self.workflow["jobs"]):
            self.runs += self.execute_job(name, self.workflow["jobs"][name])
        return self.runs

    def values(self, job: Values) -> dict[str, Any]:
        return {
            "github": {"event_name": self.event},
            "needs": {name: self.needed(name) for name in needs(job)},
        }

    def needed(self, name: str) -> dict[str, Any]:
        runs = [run for run in self.runs if run.job == name]
        outputs = {key: value for run in runs for key, value in run.outputs.items()}
        return {"result": self.result(name), "outputs": outputs}

    def result(self, name: str) -> str:
        """Of all of a matrix."""
        results = {run.result for run in self.runs if run.job == name}
        for bad in ("failure", "skipped"):
            if bad in results:
                return bad
        return "success"

    def execute_job(self, name: str, job: Values) -> Iterator[Run]:
        values = self.values(job)
        sound = all(self.result(one) == "success" for one in needs(job))
        if not holds(job, values, sound=sound):
            yield Run(name, name, "skipped")
            return
        for row in matrix(job, values):
            yield self.execute_one(name, job, {**values, "matrix": row})

    def execute_one(self, name: str, job: Values, values: dict[str, Any]) -> Run:
        title = str(evaluated(job.get("name", name), values))
        runner = str(evaluated(job["runs-on"], values))
        print(f"=== {title} ({runner})", flush=True)
        start = time.monotonic()
        shutil.rmtree(self.workspace, ignore_errors=True)
        self.workspace.mkdir()
        values["steps"] = {}
        env = {**self.environment(), **texts(evaluated(job.get("env", {}), values))}
        result = "success"
        for step in job["steps"]:
            sound = result == "success"
            if holds(step, values, sound=sound) and not self.step(step, env, values):
                result = "failure"
        outputs = texts(evaluated(job.get("outputs", {}), values))
        return Run(name, title, result, runner, time.monotonic() - start, outputs)

    def environment(self) -> dict[str, str]:
        kept = {
            name: text
            for name, text in os.environ.items()
            if not NOT_OF_A_JOB.fullmatch(name)
        }
        return {**kept, "PATH": f"{self.programs}{os.pathsep}{kept['PATH']}"}

    def step(self, step: Values, env: dict[str, str], values: dict[str, Any]) -> bool:
        if "uses" in step:
            return self.use(step["uses"].split("@")[0], step.get("with", {}), values)
        env = {**env, **texts(evaluated(step.get("env", {}), values))}
        said = self.folder / "output"
        said.write_text("")
        line = str(evaluated(step["run"], values))
        print(f"--- {line}", flush=True)
        finished = subprocess.run(
            ["bash", "-e", "-c", line],
            cwd=self.workspace,
            env={**env, "GITHUB_OUTPUT": str(said)},
            check=False,
        )
        lines = (line.split("=", 1) for line in said.read_text().splitlines())
        if "id" in step:
            values["steps"][step["id"]] = {"outputs": dict(lines)}
        return finished.returncode == 0

    def use(self, action: str, given: Values, values: Values) -> bool:
        """The local equivalent of an action."""
        if action in {"actions/setup-python", "actions/cache"}:
            return True
        given = evaluated(given, values)
        if action == "actions/checkout":
            places = (str(self.repository), str(self.workspace))
            subprocess.run(["git", "clone", "--quiet", *places], check=True)
        elif action == "actions/upload-artifact":
            self.upload(given)
        elif action == "actions/download-artifact":
            self.download(given)
        elif action == "re-actors/alls-green":
            jobs = json.loads(given["jobs"])
            return all(job["result"] == "success" for job in jobs.values())
        else:
            raise UnknownError(f"the action {action}")
        return True

    def upload(self, given: Values) -> None:
        place = self.artifacts / given["name"]
        if place.exists():
            raise UnknownError(f"a second artifact {given['name']}: one would be lost")
        place.mkdir(parents=True)
        for path in map(Path, str(given["path"]).split()):
            source = self.workspace / path
            if source.is_dir():
                shutil.copytree(source, place, dirs_exist_ok=True)
            else:
                shutil.copy2(source, place)

    def download(self, given: Values) -> None:
        target = self.workspace / given["path"]
        if "name" in given:
            shutil.copytree(self.artifacts / given["name"], target, dirs_exist_ok=True)
            return
        for place in sorted(self.artifacts.glob(given["pattern"])):
            shutil.copytree(place, target / place.name, dirs_exist_ok=True)


def needs(job: Values) -> list[str]:
    found = job.get("needs", [])
    return [found] if isinstance(found, str) else list(found)


def ordered(jobs: Values) -> list[str]:
    """Each after those that it needs."""
    done: list[str] = []
    waiting = list(jobs)
    while waiting:
        ready = [name for name in waiting if set(needs(jobs[name])) <= set(done)]
        if not ready:
            raise UnknownError(f"jobs that wait for one another: {', '.join(waiting)}")
        done += ready
        waiting = [name for name in waiting if name not in ready]
    return done


def matrix(job: Values, values: Values) -> list[Values]:
    given = evaluated(job.get("strategy", {}).get("matrix", {}), values)
    if not given:
        return [{}]
    axes = {key: value for key, value in given.items() if key != "include"}
    combined = [
        dict(zip(axes, row, strict=True)) for row in itertools.product(*axes.values())
    ]
    return [*(combined if axes else []), *given.get("include", [])]


def holds(job_or_step: Values, values: Values, *, sound: bool) -> bool:
    """Whether it is to run, `sound` being whether all before it went well."""
    said = str(job_or_step.get("if", "true"))
    # It may stand in the brackets of an expression, or bare.
    found = re.fullmatch(r"\s*\$\{\{(.*)\}\}\s*", said)
    condition = found[1] if found else said
    if not sound and "always()" not in condition:
        return False
    return condition == "true" or bool(Expression.of(condition, values).whole())


def texts(table: Values) -> dict[str, str]:
    return {key: str(value) for key, value in table.items()}


def load(path: Path) -> dict[str, Any]:
    """A workflow; YAML takes its `on` for a truth value."""
    found: dict[Any, Any] = yaml.safe_load(path.read_text("utf-8"))
    return {"on" if key is True else key: value for key, value in found.items()}


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workflow", type=Path)
    parser.add_argument("--event", default=DRY_RUN, help=f"{DRY_RUN}, unless said")
    options = parser.parse_args(arguments)
    workflow = options.workflow.resolve()
    repository = workflow.parents[2]
    with tempfile.TemporaryDirectory(prefix="actions-") as folder:
        executor = Executor(load(workflow), options.event, repository, Path(folder))
        runs = executor.execute()
    for run in runs:
        print(f"{run.result:8}{run.seconds:6.0f} s  {run.runner:17}{run.title}")
    return 1 if any(run.result == "failure" for run in runs) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
