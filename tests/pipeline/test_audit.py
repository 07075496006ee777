"""The stage that audits: what it reads, shows and ends with."""

import json
from pathlib import Path

import pytest

import audit
from pipeline import plan as plans
from pipeline import toolenv
from pipeline.commands import Failure
from pipeline.gates import audit as gates
from pipeline.gates.audit import Verdicts
from pipeline.gates.model import Finding, Folder
from pipeline.project import PROJECT

SET = next(name for name, one in gates.GATES.items() if "set" in one.kinds)
HOLE = Finding("a [hole]", "none", "mend it")


@pytest.fixture
def verdicts(monkeypatch: pytest.MonkeyPatch) -> Verdicts:
    """What the gates say, all of them having passed."""
    made: Verdicts = {
        (SET, ""): [],
        ("archive", "a.whl"): [],
        ("tags", "b.whl"): [],
    }
    monkeypatch.setattr(toolenv, "enter", lambda *_: None)
    monkeypatch.setattr(gates, "audit", lambda _: made)
    return made


def test_an_audit_without_findings_passes(
    verdicts: Verdicts, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit.stage([str(tmp_path)]) == 0
    assert (
        capsys.readouterr().out.splitlines()[-1] == f"{len(verdicts)} passed, 0 failed"
    )


@pytest.mark.parametrize("where", [(SET, ""), ("archive", "a.whl")])
def test_one_finding_fails_the_audit_and_is_shown(
    where: tuple[str, str],
    verdicts: Verdicts,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    verdicts[where] = [HOLE]
    assert audit.stage([str(tmp_path), "--json", str(tmp_path / "out")]) == 1
    out = capsys.readouterr().out
    assert out.splitlines()[-1] == "2 passed, 1 failed"
    for words in ("✗", "a [hole]", "none", "mend it", "  1  a.whl", "  2  b.whl"):
        assert words in out
    listed = json.loads((tmp_path / "out").read_text("utf-8"))
    assert {(one["gate"], one["file"]): len(one["findings"]) for one in listed} == {
        key: int(key == where) for key in verdicts
    }


def test_a_gate_that_does_not_apply_has_not_passed(verdicts: Verdicts) -> None:
    verdicts["archive", "a.whl"] = [HOLE]
    rows = audit.rows(verdicts, ["archive", "tags"], ["a.whl", "b.whl"])
    assert [[cell[-4:] for cell in row] for row in rows] == [
        ["hive", "✗[/]", "·"],
        ["tags", "·", "✓[/]"],
    ]


@pytest.mark.usefixtures("verdicts")
def test_the_whole_plan_is_expected_unless_a_part_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Folder] = []

    def look(folder: Folder) -> Verdicts:
        seen.append(folder)
        return {(SET, ""): []}

    monkeypatch.setattr(gates, "audit", look)
    audit.stage([str(tmp_path)])
    audit.stage([str(tmp_path), "--tier", "1"])
    audit.stage([str(tmp_path), "--target", "linux-x86_64-abi3"])
    whole = plans.load()
    expected = [whole, whole.of_tier(1), whole.named(["linux-x86_64-abi3"])]
    assert [folder.plan for folder in seen] == expected
    assert seen[0].path == tmp_path


@pytest.mark.usefixtures("verdicts")
def test_what_is_audited_lies_in_dist_and_by_the_tools_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entered: list[str] = []
    monkeypatch.setattr(toolenv, "enter", entered.append)
    assert audit.stage([str(tmp_path)]) == 0
    assert entered == ["audit"]
    assert audit.parser().parse_args([]).dist == PROJECT.dist


@pytest.mark.usefixtures("verdicts")
def test_a_folder_that_is_not_there_did_not_pass(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="no folder"):
        audit.stage([str(tmp_path / "nothing")])


@pytest.mark.usefixtures("verdicts")
def test_every_gate_can_be_explained_without_a_release(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert audit.stage([str(tmp_path / "nothing"), "--gates"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in gates.GATES)
