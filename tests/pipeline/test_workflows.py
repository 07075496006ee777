"""The workflows: what can be proved of them without GitHub."""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import actions
import pytest

import targets
from pipeline import github
from pipeline.plan import Plan
from pipeline.project import PROJECT

FOLDER = PROJECT.root / ".github" / "workflows"
WORKFLOWS = {path.name: actions.load(path) for path in sorted(FOLDER.glob("*.yml"))}
RELEASE = WORKFLOWS["release.yml"]["jobs"]
PUBLISHING = [name for name in RELEASE if name.startswith("publish-")]

# GitHub's machines in use, and the day from which each is gone, if one is said.
RUNNERS = {
    label: image.get("gone")
    for label, image in tomllib.loads(
        Path(__file__).with_name("runners.toml").read_text("utf-8")
    ).items()
}


def steps() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for workflow, content in WORKFLOWS.items():
        for job, described in content["jobs"].items():
            for step in described["steps"]:
                yield workflow, job, step


def uses() -> list[tuple[str, str]]:
    """Every action with its pin and the comment behind it."""
    text = "".join(path.read_text("utf-8") for path in sorted(FOLDER.glob("*.yml")))
    return re.findall(r"uses: (\S+)@(.*)", text)


def expanded(plan: Plan, job: str) -> list[dict[str, str]]:
    """The rows of a job's matrix, as Actions would make them of the plan's outputs."""
    outputs = {"needs": {"plan": {"outputs": targets.outputs(plan)}}}
    return [dict(row) for row in actions.matrix(RELEASE[job], outputs)]


def needed(job: str) -> set[str]:
    """All that a job waits for, directly or not."""
    direct = RELEASE[job]["needs"]
    return set(direct).union(*(needed(name) for name in direct))


def test_every_step_is_one_script() -> None:
    for workflow, _, step in steps():
        if "run" not in step:
            continue
        found = re.fullmatch(
            r'python (scripts/\w+\.py)( [\w./-]+| "\$ROW")*', step["run"]
        )
        assert found, f"logic in {workflow}: {step['run']}"
        assert (PROJECT.root / found[1]).exists()


def test_every_action_is_pinned_to_a_commit_with_its_version() -> None:
    for action, pin in uses():
        assert re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", pin), f"{action}@{pin}"


def test_pins_agree_across_files() -> None:
    pins = Counter(action for action, _ in set(uses()))
    assert [action for action, count in pins.items() if count > 1] == []


@pytest.mark.parametrize("name", WORKFLOWS)
def test_nothing_is_permitted_but_what_a_job_asks_for(name: str) -> None:
    assert WORKFLOWS[name]["permissions"] == {}
    for job in WORKFLOWS[name]["jobs"].values():
        assert "permissions" in job
        assert set(job["permissions"].values()) <= {"read", "write"}


def test_no_step_keeps_credentials() -> None:
    for _, _, step in steps():
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] == "false"


def test_only_a_push_or_a_person_starts_a_release() -> None:
    assert set(WORKFLOWS["release.yml"]["on"]) == {"push", "workflow_dispatch"}
    for content in WORKFLOWS.values():
        assert not set(content["on"]) & {"pull_request_target", "workflow_run"}


def test_a_release_is_never_cut_off_and_takes_nothing_from_a_cache() -> None:
    assert WORKFLOWS["release.yml"]["concurrency"]["cancel-in-progress"] is False
    text = (FOLDER / "release.yml").read_text("utf-8")
    assert "actions/cache" not in text
    assert "cache:" not in text


def test_every_job_ends_by_itself() -> None:
    for content in WORKFLOWS.values():
        assert all("timeout-minutes" in job for job in content["jobs"].values())


def test_publishing_waits_for_everything_before_it() -> None:
    """rpds left the sdist out of `needs`: a slow one was not published."""
    before = {"plan", "sdist", "build", "audit", "test"}
    for job in PUBLISHING:
        assert before <= set(RELEASE[job]["needs"])
    order = list(RELEASE)
    for name in order:
        assert needed(name) <= set(order[: order.index(name)])
    assert needed("announce") == set(order) - {"announce"}
    assert needed("publish-pypi") >= {"publish-testpypi", "verify-testpypi"}


def test_only_a_tag_publishes() -> None:
    for job in [*PUBLISHING, "announce"]:
        assert RELEASE[job]["if"] == (
            "${{ success() && (github.event_name == 'push') }}"
        )
    assert WORKFLOWS["release.yml"]["on"]["push"] == {"tags": ["v*"]}


def test_only_publishing_is_known_to_an_index() -> None:
    """Trusted publishing needs an environment; who may approve is set there."""
    for workflow, content in WORKFLOWS.items():
        for name, job in content["jobs"].items():
            signs = "id-token" in job["permissions"]
            assert signs == (
                workflow == "release.yml" and name in [*PUBLISHING, "announce"]
            )
    assert [RELEASE[job]["environment"] for job in PUBLISHING] == ["testpypi", "pypi"]


def test_there_is_no_secret() -> None:
    for path in FOLDER.glob("*.yml"):
        assert "secrets." not in path.read_text("utf-8")


def test_each_wheel_is_built_by_one_job_and_tested_by_one(plan: Plan) -> None:
    built, tested = (expanded(plan, job) for job in ("build", "test"))
    assert [row["name"] for row in built] == [row.name for row in plan.targets]
    assert {row["runner"] for row in built} <= RUNNERS.keys()
    once = {row["name"] for row in tested}
    assert len(once) == len(tested)
    for row in plan.targets:
        # The build tests what cibuildwheel makes; nothing there runs some others.
        elsewhere = row.build == "cibuildwheel"
        nowhere = row.build == "zig" and row.test == "none"
        assert (row.name in once) == (not elsewhere and not nowhere), row.name


def test_every_machine_is_tested_by_one_job_of_ci(plan: Plan) -> None:
    """That which rehearses does all that the test job would do there."""
    outputs = targets.outputs(plan)
    found = {key: json.loads(text)["include"] for key, text in outputs.items()}
    rehearsing = WORKFLOWS["ci.yml"]["jobs"]["rehearse"]["runs-on"]
    every = [one["runner"] for one in found["others"]] + [rehearsing]
    assert sorted(every) == sorted(one["runner"] for one in found["machines"])


def test_the_plan_alone_says_what_is_built(plan: Plan) -> None:
    for path in FOLDER.glob("*.yml"):
        text = path.read_text("utf-8")
        assert [row.name for row in plan.targets if row.name in text] == []


def test_artifacts_have_names_of_their_own(plan: Plan) -> None:
    """Two jobs that upload under one name tear each other's files apart."""
    names: list[str] = []
    for job in RELEASE:
        uploads = [
            step["with"]
            for step in RELEASE[job]["steps"]
            if step.get("uses", "").startswith("actions/upload-artifact@")
        ]
        rows = expanded(plan, job) if "strategy" in RELEASE[job] else [{}]
        for upload in uploads:
            names += [
                actions.evaluated(upload["name"], {"matrix": row}) for row in rows
            ]
            assert upload["if-no-files-found"] == "error"
            assert upload["retention-days"] == "14"
            assert upload["overwrite"] == "true", "else a job cannot be run again"
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", WORKFLOWS)
def test_runners_are_known_and_not_retired(name: str, plan: Plan) -> None:
    """macos-13 queued for ever when it was gone, and held releases back."""
    labels = {job["runs-on"] for job in WORKFLOWS[name]["jobs"].values()}
    fixed = {label for label in labels if "$" not in label}
    for label in fixed | {row.runner for row in plan.targets}:
        end = RUNNERS[label]
        assert end is None or date.today() < end, f"{label} is gone since {end}"


def test_the_required_job_waits_for_all_others() -> None:
    jobs = WORKFLOWS["ci.yml"]["jobs"]
    assert set(jobs["green"]["needs"]) == set(jobs) - {"green"}
    assert jobs["green"]["if"] == "${{ always() }}"


# The executor, with which a dry run is made here.


WORKFLOW = """
on: push
jobs:
  first:
    runs-on: ubuntu-24.04
    outputs:
      rows: ${{ steps.make.outputs.rows }}
    steps:
      - id: make
        run: echo 'rows={"include":[{"name":"a","runner":"ubuntu-24.04"},
          {"name":"b","runner":"vax"}]}' >> $GITHUB_OUTPUT
  each:
    name: Make ${{ matrix.name }}
    needs: first
    strategy:
      matrix: ${{ fromJSON(needs.first.outputs.rows) }}
    runs-on: ${{ matrix.runner }}
    env:
      ROW: ${{ matrix.name }}
    steps:
      - run: mkdir out && echo "$ROW" > out/file
      - uses: actions/upload-artifact@x
        with: {name: "part-${{ matrix.name }}", path: out/}
  all:
    needs: [each]
    runs-on: ubuntu-24.04
    steps:
      - uses: actions/download-artifact@x
        with: {pattern: part-*, path: parts}
      - run: test "$(cat parts/part-a/file parts/part-b/file)" = "$(printf 'a\\nb')"
      - if: github.event_name == 'push'
        run: exit 1
      - if: github.event_name == 'push'
        run: echo "not after a failure" && touch ../reached
  after:
    needs: all
    runs-on: ubuntu-24.04
    steps: []
  always:
    if: always()
    needs: [all]
    runs-on: ubuntu-24.04
    steps:
      - run: test "${{ needs.all.result }}" = RESULT
"""


def executed(event: str, result: str, folder: Path) -> list[actions.Run]:
    workflow = actions.read(WORKFLOW.replace("RESULT", result))
    return actions.Executor(workflow, event, PROJECT.root, folder).execute()


def test_the_executor_does_what_actions_does(tmp_path: Path) -> None:
    runs = executed("workflow_dispatch", "success", tmp_path)
    assert [(run.title, run.result, run.runner) for run in runs] == [
        ("first", "success", "ubuntu-24.04"),
        ("Make a", "success", "ubuntu-24.04"),
        ("Make b", "success", "vax"),
        ("all", "success", "ubuntu-24.04"),
        ("after", "success", "ubuntu-24.04"),
        ("always", "success", "ubuntu-24.04"),
    ]


def test_the_executor_sees_failures(tmp_path: Path) -> None:
    found = {run.job: run for run in executed("push", "failure", tmp_path)}
    assert found["all"].result == "failure"
    assert not (tmp_path / "reached").exists()
    assert found["after"].result == "skipped"
    assert found["always"].result == "success"


def test_what_github_refuses_is_an_error() -> None:
    for text in ("needs: none", "if: a ? b", "if: secrets.x && (", "timeout: 1"):
        with pytest.raises(actions.UnknownError, match="Line: "):
            actions.read(f"on: push\njobs: {{a: {{runs-on: b, steps: [], {text}}}}}")


@pytest.mark.parametrize("text", ["hashFiles('a')", "matrix.a", "1 +"])
def test_what_is_not_known_is_an_error(text: str) -> None:
    with pytest.raises(actions.UnknownError):
        actions.evaluated(f"${{{{ {text} }}}}", {})


def test_outputs_are_what_actions_reads(
    plan: Plan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_OUTPUT", str(tmp_path / "output"))
    github.write_outputs(targets.outputs(plan))
    lines = (tmp_path / "output").read_text().splitlines()
    found = {name: json.loads(text) for name, text in (x.split("=", 1) for x in lines)}
    assert found["machines"]["include"] == [
        {"runner": one} for one in dict.fromkeys(row.runner for row in plan.targets)
    ]
