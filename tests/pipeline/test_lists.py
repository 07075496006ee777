"""Lists that must match, in files of tools that cannot read targets.toml."""

import configparser
import importlib
import re
from pathlib import Path

import pytest
import yaml

from pipeline import toolenv, tox
from pipeline.gates.contents import tracked
from pipeline.generators import tool_locks
from pipeline.plan import PLAN, Plan, Python
from pipeline.project import PROJECT, Project

stage = importlib.import_module("test")

TOX = tox.TOX.read_text("utf-8")
WORKFLOWS = sorted((PROJECT.root / ".github" / "workflows").glob("*.yml"))
SCRIPTS = PLAN.parent
LOCKS = sorted((SCRIPTS / "requirements").glob("*.txt"))


def test_tox_has_an_environment_for_each_python(plan: Plan) -> None:
    envs = {env.name for env in tox.environments(TOX)}
    pythons = {name for name in envs if re.fullmatch(r"py\d+t?", name)}
    assert pythons == {python.env for python in plan.pythons}


def test_free_threaded_tests_keep_the_gil_off(plan: Plan) -> None:
    envs = [python.env for python in plan.pythons if python.free_threaded]
    assert f"    {','.join(envs)}: PYTHON_GIL = 0\n" in TOX


def test_tox_asks_for_no_python_outside_the_plan(plan: Plan) -> None:
    envs = tox.environments(TOX)
    assert {env.python for env in envs if env.usual} <= {None, *plan.pythons}
    others = {env.name: env.python for env in envs if not env.usual}
    assert others == {
        "requires-pre": max(plan.ordinary),
        "python-pre": plan.coming,
        "mutants": None,
        "crate-mutants": None,
        "fuzz": Python(3, 13),
    }


def test_every_section_of_tox_is_run() -> None:
    """An environment that no list has is never run, and nobody notices."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(TOX)
    titles = [one.removeprefix("testenv:") for one in parser.sections() if ":" in one]
    described = {name for title in titles for name in tox.expand(title)}
    assert described <= {env.name for env in tox.environments(TOX)}


def test_the_nightly_run_has_what_no_other_has() -> None:
    others = {env.name for env in tox.environments(TOX) if not env.usual}
    nightly = (PROJECT.root / ".github" / "workflows" / "nightly.yml").read_text()
    runs = re.findall(r"run: python scripts/test\.py --env (.*)\n", nightly)
    assert set(" ".join(runs).split()) == others


def test_every_dependency_group_of_tox_exists_and_is_used(project: Project) -> None:
    used = set(re.findall(r"^dependency_groups = (\w+)$", TOX, re.MULTILINE))
    declared = set(project.pyproject["dependency-groups"])
    # verify.py takes the one, and who runs the benchmark by hand the other.
    assert used | {"smoke", "bench"} == declared


def test_classifiers_are_the_required_pythons(plan: Plan, project: Project) -> None:
    prefix = "Programming Language :: Python :: "
    lines = project.pyproject["project"]["classifiers"]
    versions = {line.removeprefix(prefix) for line in lines if line.startswith(prefix)}
    minors = {version for version in versions if re.fullmatch(r"3\.\d+", version)}
    assert minors == {str(python) for python in plan.ordinary}


def test_the_oldest_python_is_the_same_everywhere(plan: Plan, project: Project) -> None:
    oldest = min(plan.ordinary)
    assert project.pyproject["project"]["requires-python"] == f">={oldest}"
    assert str(oldest) == toolenv.MINIMUM_PYTHON
    floors = [row.min_python for row in plan.targets if row.abi.endswith("abi3")]
    assert set(floors) == {oldest}
    features = project.cargo["dependencies"]["pyo3"]["features"]
    assert f"abi3-py{oldest.major}{oldest.minor}" in features
    target = project.pyproject["tool"]["ruff"]["target-version"]
    assert target == oldest.env
    version = re.findall(r"sys\.version_info < \((\d+), (\d+)\)", init_text())
    assert version == [(str(oldest.major), str(oldest.minor))]


def init_text() -> str:
    return (SCRIPTS / "pipeline" / "__init__.py").read_text("utf-8")


def test_the_abi3t_floor_is_the_crates(plan: Plan, project: Project) -> None:
    features = project.cargo["dependencies"]["pyo3"]["features"]
    floors = {row.min_python for row in plan.targets if row.abi.endswith("abi3t")}
    assert [f"abi3t-py{py.major}{py.minor}" for py in floors] == [
        feature for feature in features if feature.startswith("abi3t")
    ]


def test_the_sample_compiles_each_abi_of_the_plan(plan: Plan) -> None:
    sample = plan.of_sample("x86_64-unknown-linux-gnu")
    assert {row.abi for row in sample.targets} == {row.abi for row in plan.targets}


@pytest.mark.parametrize(
    "pattern", [r"x86_64|aarch64|riscv", r"manylinux_?\d|musllinux_\d", r"\bcp3\d\d\b"]
)
def test_nothing_but_the_plan_lists_platforms(pattern: str) -> None:
    """In what is configuration; prose and tests may give examples."""
    files = [*WORKFLOWS, PROJECT.root / "tox.ini", PROJECT.root / "pyproject.toml"]
    lists = {path.name for path in files if re.search(pattern, settings(path))}
    assert lists == set()


def test_no_script_repeats_the_triples_of_the_plan(plan: Plan) -> None:
    """Nor the tags: what a script has to know of a platform is a column of its row."""
    names = {row.rust for row in plan.targets} | {row.tag for row in plan.targets}
    long = {name for name in names if not name.startswith("win")}
    repeated = {
        (path.name, name)
        for path in SCRIPTS.rglob("*.py")
        for name in long
        if name in path.read_text("utf-8")
    }
    assert repeated == set()


def settings(path: Path) -> str:
    lines = path.read_text("utf-8").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def test_nothing_in_scripts_names_the_project(project: Project) -> None:
    """So that another project can copy the folder."""
    named = [
        path.relative_to(SCRIPTS).as_posix()
        for path in SCRIPTS.rglob("*")
        if path.suffix in {".py", ".toml", ".in"}
        if project.name in path.read_text("utf-8").lower()
    ]
    assert named == []


# The workflows.


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_with_their_version(path: Path) -> None:
    uses = re.findall(r"uses: (.*)", path.read_text("utf-8"))
    assert uses
    assert [
        line
        for line in uses
        if not re.fullmatch(r"\S+@[0-9a-f]{40} # v\d+(\.\d+)*", line)
    ] == []


# The lock.


def test_everything_is_locked_by_hash_from_wherever() -> None:
    assert LOCKS
    for lock in LOCKS:
        text = lock.read_text("utf-8")
        assert "://" not in text, f"{lock.name} names an index"
        for requirement in re.split(r"\n(?=\S)", text.strip()):
            is_comment = requirement.startswith("#")
            assert is_comment or "--hash=sha256:" in requirement, requirement


def test_dependabot_finds_the_options_of_the_locks() -> None:
    """It compiles each by those that it finds in the file, and keeps the header."""
    for lock in LOCKS:
        text = lock.read_text("utf-8")
        assert text.startswith(tool_locks.HEADER)
        # The patterns of its uv/file_updater/compile_file_updater.rb.
        assert "--universal" in text
        python = re.search(r"--python-version[=\s]+(\d+\.\d+(?:\.\d+)?)", text)
        assert python
        assert python[1] == toolenv.MINIMUM_PYTHON
        assert "# via " not in text


def test_everything_that_is_pinned_is_renewed() -> None:
    text = (PROJECT.root / ".github" / "dependabot.yml").read_text("utf-8")
    updates = yaml.safe_load(text)["updates"]
    ecosystems = {one["package-ecosystem"]: one for one in updates}
    assert ecosystems.keys() == {"cargo", "github-actions", "uv"}
    locks = toolenv.LOCKS.relative_to(PROJECT.root).as_posix()
    assert ecosystems["uv"]["directories"] == ["/", f"/{locks}"]
    assert all(one["cooldown"]["default-days"] >= 7 for one in updates)


def test_every_input_has_its_lock() -> None:
    inputs = {path.stem for path in (SCRIPTS / "requirements").glob("*.in")}
    assert inputs == {path.stem for path in LOCKS}


def test_ci_is_the_test_command_of_the_readme() -> None:
    script = (PROJECT.root / ".ci" / "run").read_text("utf-8")
    commands = [line for line in script.splitlines() if not line.startswith("#")]
    assert commands[-1] == "exec python3 scripts/test.py"


def test_no_file_holds_a_path_of_a_machine(project: Project) -> None:
    home = str(Path.home())
    if home == "/":
        return
    named = [
        name
        for name in tracked(project)
        if home in (project.root / name).read_text("utf-8", errors="ignore")
    ]
    assert named == []
