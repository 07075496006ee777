"""Publishing and verifying, on an index of our own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

import publish
import rehearse
import verify
from pipeline import index, ledger, local_index
from pipeline import plan as plans
from pipeline.commands import Command, Failure
from pipeline.ledger import Entry, EnvResult
from pipeline.plan import Plan, Python
from pipeline.project import Project

TOOLS = {"rustc": "1"}


@pytest.fixture
def plan(sample: Plan) -> Plan:
    """What is built is all that is planned."""
    return sample


@pytest.fixture
def release(dist: Path, plan: Plan, tmp_path: Path) -> Path:
    """The files of dist/, with a ledger that says all tests passed."""
    for name in plan.files:
        shutil.copy(dist / name, tmp_path)
    ledger.write(tmp_path, [passed(tmp_path / name, plan) for name in plan.files])
    return tmp_path


def passed(path: Path, plan: Plan) -> Entry:
    entry = ledger.entry(path, "row", TOOLS)
    target = plan.of_file(path.name)
    envs = [python.env for python in plan.promised(target)] if target else ["offline"]
    entry.tests = [EnvResult(env, passed=True, summary="1 passed") for env in envs]
    return entry


def obstacles(release: Path, plan: Plan) -> list[str]:
    return list(publish.obstacles(release, plan, ledger.read(release)))


def change(release: Path, plan: Plan, env: str, tests: list[EnvResult]) -> None:
    """Replace what the ledger says of one environment of the first wheel."""
    entries = ledger.read(release)
    for entry in entries:
        if entry.file == plan.files[0]:
            kept = [test for test in entry.tests if test.env != env]
            entry.tests = [*kept, *tests]
    ledger.write(release, entries)


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("http://127.0.0.1:8080/", True),
        ("http://localhost:1/", True),
        ("https://upload.pypi.org/legacy/", False),
        ("https://127.0.0.1.example.org/", False),
    ],
)
def test_an_index_of_this_machine_is_told_from_another(url: str, ours: bool) -> None:
    assert index.of(url).is_of_this_machine == ours


def test_a_part_of_the_plan_goes_to_no_real_index(tmp_path: Path) -> None:
    finished = publish_from(tmp_path, "https://upload.example.org/")
    assert finished.returncode == 1
    assert "a part of the plan is for rehearsals" in finished.stderr


def test_nothing_speaks_against_a_tested_release(release: Path, plan: Plan) -> None:
    assert obstacles(release, plan) == []


def test_a_missing_file_is_an_obstacle(release: Path, plan: Plan) -> None:
    (release / plan.files[0]).unlink()
    assert obstacles(release, plan) == [
        f"{plan.files[0]} is in the plan and not in {release}"
    ]


def test_a_foreign_file_is_an_obstacle(release: Path, plan: Plan) -> None:
    (release / "notes.txt").touch()
    assert obstacles(release, plan) == [
        f"notes.txt is in {release} and not in the plan"
    ]


def test_bytes_that_are_not_the_ledgers_are_an_obstacle(
    release: Path, plan: Plan
) -> None:
    with (release / plan.files[0]).open("ab") as file:
        file.write(b"\0")
    assert obstacles(release, plan) == [
        f"{plan.files[0]} is not the file that the ledger recorded"
    ]


def test_a_failed_test_is_an_obstacle(release: Path, plan: Plan) -> None:
    change(
        release, plan, "py312", [EnvResult("py312", passed=False, summary="1 failed")]
    )
    assert obstacles(release, plan) == [f"{plan.files[0]} failed py312: 1 failed"]


def test_a_test_that_did_not_run_is_an_obstacle(release: Path, plan: Plan) -> None:
    change(release, plan, "py312", [])
    [obstacle] = obstacles(release, plan)
    assert "was not tested by py312" in obstacle


def test_a_test_that_cannot_run_here_is_excused_by_the_ledger(
    release: Path, plan: Plan
) -> None:
    change(release, plan, "py312", [])
    entries = ledger.read(release)
    for entry in entries:
        entry.not_run = {"py312": "no such interpreter"}
    ledger.write(release, entries)
    assert obstacles(release, plan) == []


def test_wheels_go_up_first_and_the_sdist_last(plan: Plan, project: Project) -> None:
    assert plan.files[-1] == project.sdist
    assert all(name.endswith(".whl") for name in plan.files[:-1])


def listed(plan: Plan, release: Path, **given: Any) -> dict[str, index.Listed]:
    """An index that has all files but the last, all with the same facts."""
    return {
        name: index.Listed("https://index/f", ledger.sha256(release / name), **given)
        for name in plan.files[:-1]
    }


NOW = datetime(2026, 11, 23, tzinfo=UTC)


def test_what_is_attested_are_copies(
    release: Path,
    plan: Plan,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An attestation in dist/ would be a foreign file at the next start."""
    ran: list[Command] = []
    monkeypatch.setattr(publish, "run", ran.append)
    before = set(release.iterdir())
    folder = tmp_path_factory.mktemp("attested")
    files = publish.attested([release / name for name in plan.files], folder)
    assert files == [folder / name for name in plan.files]
    assert files[0].read_bytes() == (release / plan.files[0]).read_bytes()
    assert ran == [publish.attest_command(files)]
    assert set(release.iterdir()) == before


def test_a_release_that_the_index_has_closed_is_not_begun(
    release: Path, plan: Plan
) -> None:
    open_still = listed(plan, release, uploaded=NOW - timedelta(days=13, hours=23))
    assert list(publish.closed(open_still, plan, NOW)) == []
    over = listed(plan, release, uploaded=NOW - timedelta(days=14))
    [said] = publish.closed(over, plan, NOW)
    assert "uploaded on 2026-11-09, and after 14 days" in said
    # Of a whole release there is nothing to add.
    whole = {**over, plan.files[-1]: index.Listed("https://index/f")}
    assert list(publish.closed(whole, plan, NOW)) == []


def test_a_release_that_does_not_fit_is_not_begun(release: Path, plan: Plan) -> None:
    assert list(publish.crowded(listed(plan, release, size=1), release, plan)) == []
    full = {"old.whl": index.Listed("https://index/f", size=publish.QUOTA)}
    [said] = publish.crowded(full, release, plan)
    assert f"more than {publish.QUOTA:,}" in said


def test_what_is_there_must_be_ours(release: Path, plan: Plan) -> None:
    there = listed(plan, release)
    assert list(publish.conflicts(there, release, plan)) == []
    there[plan.files[0]] = index.Listed("https://index/f", "0" * 64)
    foreign = plan.files[0].replace("cp311", "cp27")
    there[foreign] = index.Listed("https://index/f")
    there["other-1.0.tar.gz"] = index.Listed("https://index/f")
    found = list(publish.conflicts(there, release, plan))
    assert sorted(found) == sorted(
        [
            f"{plan.files[0]} is on the index with other bytes, sha256 {'0' * 64}",
            f"{foreign} is on the index and not in the plan",
        ]
    )


@pytest.fixture
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    folder = tmp_path_factory.mktemp("index")
    with local_index.serve(folder) as url:
        yield url, folder


def publish_from(release: Path, url: str) -> "subprocess.CompletedProcess[str]":
    """The stage as it is started, which goes on in the tool environment."""
    argv = [sys.executable, publish.__file__, str(release), "--sample", "--index", url]
    environ = {**os.environ, **rehearse.ANYONE}
    return subprocess.run(
        argv, env=environ, capture_output=True, text=True, check=False
    )


def test_a_published_release_is_what_the_ledger_says(
    release: Path, plan: Plan, served: tuple[str, Path]
) -> None:
    url, folder = served
    assert publish_from(release, url).returncode == 0
    assert {path.name for path in folder.iterdir()} == set(plan.files)
    simple = f"{url}simple/"
    entries = ledger.read(release)
    there = verify.complete(simple, plan.files, 0)
    assert list(verify.differences(there, entries)) == []

    (folder / plan.files[0]).write_bytes(b"other bytes")
    (folder / plan.files[-1]).unlink()
    foreign = plan.files[0].replace("cp311", "cp27")
    (folder / foreign).write_bytes(b"")
    there = verify.complete(simple, plan.files, 0)
    found = list(verify.differences(there, entries))
    assert len(found) == 3
    assert "are not the tested bytes" in found[0]
    assert found[1].startswith(f"{plan.files[-1]} is not on the index: publish again")
    assert found[2].startswith(f"{foreign} is on the index and nobody built it")


def test_nothing_is_uploaded_where_something_speaks_against_it(
    release: Path, plan: Plan, served: tuple[str, Path]
) -> None:
    url, folder = served
    (release / plan.files[0]).unlink()
    finished = publish_from(release, url)
    assert finished.returncode == 1
    assert "nothing was uploaded" in finished.stderr
    assert list(folder.iterdir()) == []


def test_a_failing_gate_is_an_obstacle(
    release: Path, plan: Plan, served: tuple[str, Path]
) -> None:
    """Built, tested and in the plan, and still not fit to be published."""
    url, folder = served
    (release / plan.files[0]).write_bytes(b"no archive")
    entries = [passed(release / name, plan) for name in plan.files]
    ledger.write(release, entries)
    finished = publish_from(release, url)
    assert finished.returncode == 1
    assert f"{plan.files[0]} fails the gate archive" in finished.stderr
    assert list(folder.iterdir()) == []


def test_only_addresses_of_indexes_are_fetched() -> None:
    with pytest.raises(Failure, match="no address of an index"):
        index.request("file:///etc/passwd")


def answer(kind: str, body: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "request", lambda *_, **__: (kind, body))


def test_links_are_read_as_the_specification_has_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    digest = "0a" * 32
    page = f"""<a href="../../f/a-1.0%2Blocal.tar.gz#sha256={digest}"
        data-provenance="https://index/p">text</a><a href="b.whl">b</a>"""
    answer("text/html", page.encode(), monkeypatch)
    assert index.files("https://index/simple", "A_b") == {
        "a-1.0+local.tar.gz": index.Listed(
            f"https://index/f/a-1.0%2Blocal.tar.gz#sha256={digest}",
            digest,
            provenance="https://index/p",
        ),
        "b.whl": index.Listed("https://index/simple/a-b/b.whl"),
    }


def test_json_is_read_as_the_specification_has_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = {
        "filename": "a-1.0.tar.gz",
        "url": "https://files/a-1.0.tar.gz",
        "hashes": {"sha256": "0a" * 32},
        "size": 7,
        "upload-time": "2026-11-23T00:00:00.000000Z",
        "provenance": None,
    }
    page = {"meta": {"api-version": "1.4"}, "name": "a", "files": [file]}
    answer(index.JSON, json.dumps(page).encode(), monkeypatch)
    assert index.files("https://index/simple/", "a") == {
        "a-1.0.tar.gz": index.Listed(
            "https://files/a-1.0.tar.gz", "0a" * 32, size=7, uploaded=NOW
        )
    }


def test_an_index_is_named_or_is_an_address() -> None:
    assert index.of("pypi").upload == "https://upload.pypi.org/legacy/"
    local = index.of("http://127.0.0.1:8080")
    assert (local.upload, local.simple) == (
        *("http://127.0.0.1:8080/", "http://127.0.0.1:8080/simple/"),
    )
    with pytest.raises(Failure, match="pypy: neither pypi, testpypi nor the address"):
        index.of("pypy")


def test_a_release_is_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [{}, {"a": index.Listed("x")}, {"a": index.Listed("x")}]
    monkeypatch.setattr(index, "files", lambda *_: answers.pop(0))
    monkeypatch.setattr(verify, "EACH_SECONDS", 0)
    assert set(verify.complete("s/", ["a"], 5)) == {"a"}
    assert len(answers) == 1


def test_ours_is_installed_from_one_index_only(project: Project) -> None:
    ours, others = verify.install_commands(
        Path("py"), "http://index/simple/", Path("r")
    )
    release = f"{project.name}=={project.version}"
    assert ours.argv[-1] == release
    assert {"--no-deps", "--index-url"} <= set(ours.argv)
    assert "--extra-index-url" not in ours.argv
    assert ours.env == {"PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""}
    assert release in others.argv
    assert "--index-url" not in others.argv


def test_pip_is_asked_as_it_would_be_there(tmp_path: Path) -> None:
    plan = plans.load()
    mac = plan.named(["macos-arm64-cp314t"]).targets[0]
    made = verify.download_command("s/", mac, Python(3, 14, True), tmp_path)
    words = " ".join(made.argv)
    assert f"--platform {mac.tag} --implementation cp --python-version 3.14 " in words
    assert "--abi cp314t --abi abi3t" in words
    linux = plan.named(["linux-x86_64-abi3"]).targets[0]
    words = " ".join(verify.download_command("s/", linux, Python(3, 12), tmp_path).argv)
    for tag in linux.tag.split("."):
        assert f"--platform {tag} " in words
    assert "--abi cp312 --abi abi3 " in words


def test_every_platform_and_python_of_what_is_published_is_asked_for() -> None:
    plan = plans.load()
    entries = [ledger.Entry(name, "00", 1, "", {}) for name in plan.files]
    asked = [(row.tag, python) for row, python in verify.promises(plan, entries)]
    assert len(set(asked)) == len(asked)
    assert set(asked) == {
        (row.tag, python) for row in plan.targets for python in plan.promised(row)
    }
    assert list(verify.promises(plan, entries[-1:])) == []


def test_what_pip_installed_is_read_from_its_report() -> None:
    info = {
        "url": "http://index/packages/a-1.0-py3-none-any.whl#sha256=00",
        "archive_info": {"hashes": {"sha256": "00"}},
    }
    report = {"install": [{"download_info": info}]}
    assert verify.installed_hash(report) == ("a-1.0-py3-none-any.whl", "00")


def test_the_smoke_command_runs_where_no_sources_are(
    project: Project, tmp_path: Path
) -> None:
    made = verify.smoke_command(Path("py"), tmp_path)
    assert made.argv == ("py", *project.smoke)
    assert made.cwd == tmp_path


def test_a_ledger_survives_being_written_and_read(tmp_path: Path, plan: Plan) -> None:
    (tmp_path / plan.files[0]).write_bytes(b"wheel")
    entry = passed(tmp_path / plan.files[0], plan)
    entry.not_run = {"py315t": "why"}
    ledger.write(tmp_path, [entry])
    assert ledger.read(tmp_path) == [entry]
    assert ledger.find([entry], tmp_path / plan.files[0]) == entry
