"""GitHub's machines: what the jobs need of them, and what they have.

What the images hold is a dated table, runners.toml. What a job needs is asked of its
scripts: each is started as in the job, up to where it would enter its tools.
"""

import importlib
import re
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import actions
import pytest
import wheels

import targets
from pipeline import commands, toolenv, tox
from pipeline import plan as plans
from pipeline.plan import Plan, Python
from pipeline.project import PROJECT

TABLE = Path(__file__).with_name("runners.toml")
IMAGES: dict[str, dict[str, Any]] = tomllib.loads(TABLE.read_text("utf-8"))
FOLDER = PROJECT.root / ".github" / "workflows"
WORKFLOWS = {path.stem: actions.load(path) for path in sorted(FOLDER.glob("*.yml"))}
INI = tox.TOX.read_text("utf-8")
ENVS = {env.name: env for env in tox.environments(INI)}
# That runs the other processors' wheels, and unpacks Debian for it.
FOREIGN = {"debian", "musl", "wine"}


@dataclass
class Job:
    """One job of a workflow's matrix, on one machine, and what it asks of it."""

    name: str
    runner: str
    described: dict[str, Any]
    row: str = ""
    programs: set[str] = field(default_factory=set)
    parts: list[set[str]] = field(default_factory=list)  # by the step that enters them
    envs: list[str] = field(default_factory=list)
    prepared: list[str] | None = None  # the programs that prepare.py runner is told
    debian: bool = False  # before anything is prepared for it

    @property
    def image(self) -> dict[str, Any]:
        return IMAGES[self.runner]

    @property
    def scripts(self) -> list[list[str]]:
        """Each `run`, without `python scripts/`."""
        lines = [step["run"] for step in self.described["steps"] if "run" in step]
        return [
            line.replace('"$ROW"', self.row).removeprefix("python scripts/").split()
            for line in lines
        ]


class Entered(Exception):  # noqa: N818  (no mistake)
    """A stage got as far as its tools."""


def jobs() -> Iterator[Job]:
    """Of every workflow, with its matrix as the plan makes it."""
    outputs = {"needs": {"plan": {"outputs": targets.outputs(plans.load())}}}
    for workflow, content in WORKFLOWS.items():
        for name, described in content["jobs"].items():
            for row in actions.matrix(described, outputs):
                values = {**outputs, "matrix": row}
                label = str(actions.evaluated(described["runs-on"], values))
                title = " ".join([workflow, name, *map(str, row.values())])
                yield Job(title, label, described, row.get("name", ""))


def observe(job: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run the job's scripts up to their tools; note what each has asked for."""
    for step in job.described["steps"]:
        if step.get("uses", "").startswith("actions/checkout@"):
            job.programs.add("git")
        if "run" in step:
            windows = "windows" in job.image["triple"]
            job.programs.add(step.get("shell", "pwsh" if windows else "bash"))
    host = job.image["triple"]

    def require(*names: str) -> None:
        job.programs.update(names)

    def require_rust() -> str:
        require("cargo", "rustc")
        return str(job.image["rust"])

    def enter(*parts: str) -> None:
        job.parts.append(set(parts))
        raise Entered

    monkeypatch.setattr(toolenv, "enter", enter)
    monkeypatch.setattr(plans, "host_triple", lambda: host)
    for name, *arguments in job.scripts:
        stage = importlib.import_module(name.removesuffix(".py"))
        for key, value in (("require", require), ("require_rust", require_rust)):
            monkeypatch.setattr(stage, key, value, raising=False)
        linker = () if "windows" in host else ("cc",)
        monkeypatch.setattr(stage, "LINKER", linker, raising=False)
        job.debian |= unpacks_debian(name, job) and job.prepared is None
        if arguments[:1] == ["runner"]:
            job.prepared = arguments[1:]
        elif hasattr(stage, "toolenv"):
            with pytest.raises(Entered):
                stage.stage(arguments)
        elif name == "release.py":
            job.programs |= {"git", "cargo"}
            job.programs |= {"gh"} if "--announce" in arguments else set()
        job.envs += environments(name, arguments, stage)
    for env in job.envs:
        job.programs.update(ENVS[env].tools)
        job.programs.update(cargos(env))


def unpacks_debian(script: str, job: Job) -> bool:
    """Whether it brings Pythons of other processors, or such as Debian's."""
    if script == "rehearse.py":
        return True
    row = next((row for row in plans.load().targets if row.name == job.row), None)
    foreign = row and row.test in FOREIGN and not row.is_of(job.image["triple"])
    return script == "test.py" and bool(foreign)


def environments(script: str, arguments: Sequence[str], stage: Any) -> list[str]:
    """Those of tox that it runs."""
    every = [env for env in ENVS.values() if env.usual]
    if script == "rehearse.py":
        return [env.name for env in every if "--checks" in arguments or is_plain(env)]
    if script != "test.py":
        return ["py311"] if script == "check_sdist.py" else []
    options = stage.parser().parse_args(arguments)
    return [env.name for env in stage.chosen(list(ENVS.values()), options)]


def is_plain(env: tox.Env) -> bool:
    return env.python is not None and env.name == env.python.env


def cargos(env: str) -> set[str]:
    """The subcommands that rustup has as components of their own."""
    found = re.search(rf"^\[testenv:{env}\]\n(.*?)(?=^\[|\Z)", INI, re.M | re.S)
    return set(re.findall(r"cargo (?:\+\S+ )?(clippy|fmt)", found[1] if found else ""))


@pytest.fixture(scope="module")
def observed() -> list[Job]:
    found = []
    for job in jobs():
        with pytest.MonkeyPatch.context() as patch:
            observe(job, patch)
        found.append(job)
    return found


def test_every_machine_is_in_the_table_and_used(plan: Plan) -> None:
    assert {row.runner for row in plan.targets} == IMAGES.keys()
    assert {job.runner for job in jobs()} == IMAGES.keys()


def test_the_page_says_how_many_jobs_there_are() -> None:
    page = (PROJECT.root / "docs" / "releasing.md").read_text("utf-8")
    made = [job.name.split() for job in jobs()]
    count = {flow: sum(words[0] == flow for words in made) for flow in WORKFLOWS}
    assert f"A release is {count['release']} jobs" in page
    assert f"pull request {count['ci']}. No job" in page
    rows = dict(re.findall(r"^\| (\w+) \| (\d+) \|", page, re.MULTILINE))
    kinds = [words[1].partition("-")[0] for words in made if words[0] == "release"]
    found = {kind.title(): str(kinds.count(kind)) for kind in kinds}
    assert rows == found


def test_no_job_uses_a_program_that_its_image_lacks(observed: list[Job]) -> None:
    for job in observed:
        there = {*job.image["programs"], *(job.prepared or ())}
        there |= {name.removeprefix("cargo-") for name in job.image["programs"]}
        assert job.programs <= there, f"{job.name} on {job.runner}"


def test_what_has_to_be_prepared_is_prepared_first(observed: list[Job]) -> None:
    """Debian's keyring, namespaces, programs: where sudo can bring them."""
    for job in observed:
        assert not job.debian, f"{job.name} unpacks Debian on a system as it comes"
        if job.prepared:
            assert job.image["sudo"], job.name
            assert "apt-get" in job.image["programs"], job.name
    prepared = {job.runner for job in observed if job.prepared is not None}
    assert "ubuntu-24.04" in prepared


def test_nothing_is_prepared_that_an_image_has(observed: list[Job]) -> None:
    for job in observed:
        assert not set(job.prepared or ()) & set(job.image["programs"]), job.name
    ubuntus = [image for image in IMAGES.values() if "linux" in image["triple"]]
    assert not any(one["keyring"] or one["namespaces"] for one in ubuntus)


def test_each_job_installs_tools_once_at_most(observed: list[Job]) -> None:
    """A second stage finds the environment of the first."""
    for job in observed:
        kinds = {frozenset(parts) for parts in job.parts}
        assert len(kinds) <= 1, f"{job.name}: {kinds}"


def test_the_python_and_rust_of_a_job_are_on_its_image(observed: list[Job]) -> None:
    minimum = commands.release(PROJECT.minimum_rust)
    for job in observed:
        for step in job.described["steps"]:
            if step.get("uses", "").startswith("actions/setup-python@"):
                assert step["with"]["python-version"] in job.image["pythons"], job.name
        assert commands.release(job.image["rust"]) >= minimum


def test_a_machine_is_new_enough_for_the_wheels_that_it_tests(plan: Plan) -> None:
    for row in plan.targets:
        image = IMAGES[row.runner]
        if row.is_of(image["triple"]) and row.system in {"glibc", "macos"}:
            found = re.findall(r"_(\d+)_(\d+)_", row.tag)
            oldest = max(tuple(map(int, one)) for one in found)
            assert tuple(map(int, image["system"].split("."))) >= oldest, row.name


def test_every_native_row_is_of_its_runner(plan: Plan) -> None:
    """Else a build there would be by zig, and nothing would be tested."""
    for row in plan.targets:
        if row.build != "zig" or row.test == "native":
            assert row.is_of(IMAGES[row.runner]["triple"]), row.name


# Wheels of what is installed there.


def lacks(label: str, plan: Plan) -> dict[str, str]:
    return plan.lacking(IMAGES[label]["triple"])


def requirements(env: tox.Env, project: dict[str, Any]) -> list[str]:
    """What tox installs into it: its dependency group, and what the wheel asks for."""
    found = re.search(rf"^\[testenv:{env.name}\]\n(.*?)(?=^\[|\Z)", INI, re.M | re.S)
    named = re.search(
        r"^dependency_groups =[ ]*(\w*)$", found[1] if found else "", re.M
    )
    group = named[1] if named else "test"
    asked = flat(project["dependency-groups"], group) if group else []
    if env.takes_wheel:
        asked += project["project"]["dependencies"]
    if env.python and env.python.free_threaded and env.python.minor >= 15:
        # pip reads the marker by its own version.
        asked.append("numpy>=2.5")
    return asked


def flat(groups: dict[str, list[Any]], name: str) -> list[str]:
    return [
        one
        for entry in groups[name]
        for one in (
            [entry] if isinstance(entry, str) else flat(groups, entry["include-group"])
        )
    ]


@pytest.mark.parametrize("label", IMAGES)
def test_each_environment_of_a_job_is_installed_from_wheels(
    label: str, observed: list[Job], plan: Plan, project: Any
) -> None:
    """Or the plan says that it cannot be, and why: no more and no less."""
    used = {name for job in observed if job.runner == label for name in job.envs}
    envs = [ENVS[name] for name in sorted(used) if ENVS[name].usual]
    assert envs

    def ask(env: tox.Env) -> str:
        asked = requirements(env, project.pyproject)
        python = env.python or Python(3, 13)
        return wheels.missing(IMAGES[label]["triple"], python, *asked) if asked else ""

    with ThreadPoolExecutor(4) as pool:
        said = dict(zip((env.name for env in envs), pool.map(ask, envs), strict=True))
    found = {name for name, why in said.items() if why}
    assert found == lacks(label, plan).keys() & ENVS.keys(), said


@pytest.mark.parametrize("label", IMAGES)
def test_each_tool_of_a_job_is_installed_from_wheels(
    label: str, observed: list[Job], plan: Plan
) -> None:
    used = {
        part for job in observed if job.runner == label for p in job.parts for part in p
    }
    absent = lacks(label, plan).keys() - ENVS.keys()
    assert not used & absent, "a job enters what cannot be installed there"
    parts = sorted({*used, *absent, "uv"})

    def ask(part: str) -> str:
        given = ("--no-deps", "--require-hashes", "-r", str(toolenv.lock(part)))
        return wheels.missing(IMAGES[label]["triple"], Python(3, 13), *given)

    with ThreadPoolExecutor(4) as pool:
        said = dict(zip(parts, pool.map(ask, parts), strict=True))
    assert {part for part, why in said.items() if why} == absent, said


def test_what_the_plan_says_is_lacking_exists(plan: Plan) -> None:
    locks = {path.stem for path in toolenv.LOCKS.glob("*.txt")}
    for row in plan.targets:
        assert row.lacks.keys() <= ENVS.keys() | locks, row.name


def test_attestations_are_checked_on_most_machines(plan: Plan) -> None:
    able = [label for label in IMAGES if "publish" not in lacks(label, plan)]
    assert len(able) >= 4
