"""What the backend makes of the last commit, which gates compare files with."""

import io
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest
from adopters import commit, git, write

from pipeline.commands import Command, ask
from pipeline.gates import backend
from pipeline.gates.model import Member
from pipeline.project import Project


@pytest.fixture
def sdists(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Where maturin was asked for an sdist, which has the file of that place."""
    made: list[Path] = []

    def answer(command: Command) -> str:
        if command.argv[0] != "maturin":
            return ask(command)
        assert command.argv[1:3] == ("sdist", "--out")
        assert command.cwd is not None
        made.append(command.cwd)
        data = (command.cwd / "a.txt").read_bytes()
        info = tarfile.TarInfo("sand-1.0/a.txt")
        info.size = len(data)
        with tarfile.open(Path(command.argv[3]) / "sand.tar.gz", "w:gz") as archive:
            archive.addfile(info, io.BytesIO(data))
        return ""

    def dist_info(_project: Project) -> dict[str, bytes]:
        return {"METADATA": b"m", "licenses/L": b"l"}

    monkeypatch.setattr(backend, "ask", answer)
    monkeypatch.setattr(backend, "MADE", {})
    monkeypatch.setattr(Project, "dist_info", property(dist_info))
    monkeypatch.setattr(Project, "stem", "sand-1.0")
    return made


def contents(members: Any) -> dict[str, bytes]:
    assert all(isinstance(one, Member) for one in members.values())
    assert all(name == one.name for name, one in members.items())
    return {name: one.data for name, one in members.items()}


@pytest.mark.parametrize("folder", [".", "deep/project"])
def test_the_commit_is_made_and_not_what_lies_about(
    folder: str, sdists: list[Path], tmp_path: Path
) -> None:
    top = tmp_path / "clone"
    write(top, {f"{folder}/a.txt": "committed"})
    commit(top, "main")
    write(top, {f"{folder}/a.txt": "changed since"})
    project = Project(top / folder)
    made = {
        "sand-1.0/a.txt": b"committed",
        "sand-1.0.dist-info/METADATA": b"m",
        "sand-1.0.dist-info/licenses/L": b"l",
    }
    assert contents(backend.members(project)) == made
    assert not any(one.is_relative_to(top) for one in sdists)
    backend.members(project)
    assert len(sdists) == 1, "once for each commit"
    git(top, "commit", "--quiet", "--all", "--message", "Change")
    made["sand-1.0/a.txt"] = b"changed since"
    assert contents(backend.members(project)) == made
    assert len(sdists) == 2
    head = subprocess.run(
        ["git", "status", "--porcelain"], cwd=top, capture_output=True, check=True
    )
    assert head.stdout == b"", "nothing is left in the tree"
