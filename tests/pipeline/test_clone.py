"""What everybody gets who clones the repository."""

import subprocess
from pathlib import Path

from pipeline.commands import command, run, silent
from pipeline.project import PROJECT

# What Git for Windows sets where its installer is not told otherwise, and its CRLF.
WINDOWS = ("-c", "core.autocrlf=true", "-c", "core.eol=crlf")


def git(folder: Path, *arguments: str, stdin: str = "") -> str:
    argv = ["git", *arguments]
    return subprocess.run(
        argv, cwd=folder, input=stdin, capture_output=True, encoding="utf-8", check=True
    ).stdout


def changed(clone: Path) -> list[str]:
    """The files that have other bytes than their commit."""
    lines = git(clone, "ls-tree", "-r", "-z", "HEAD").rstrip("\0").split("\0")
    blobs = {line.partition("\t")[2]: line.split()[2] for line in lines}
    paths = "\n".join(blobs)
    found = git(clone, "hash-object", "--no-filters", "--stdin-paths", stdin=paths)
    return [
        path
        for (path, blob), now in zip(blobs.items(), found.split(), strict=True)
        if blob != now
    ]


def test_a_clone_has_the_same_bytes_on_windows(tmp_path: Path) -> None:
    git(PROJECT.root, "clone", "--quiet", *WINDOWS, str(PROJECT.root), str(tmp_path))
    assert changed(tmp_path) == []
    # It is .gitattributes that sees to it: without, the files are made otherwise.
    info = tmp_path / ".git" / "info"
    info.mkdir(exist_ok=True)
    (info / "attributes").write_text("* text=auto !eol\n", "utf-8", newline="\n")
    for path in tmp_path.rglob("*.py"):
        path.unlink()
    git(tmp_path, "checkout", "--quiet", "--", ".")
    assert {Path(path).suffix for path in changed(tmp_path)} == {".py"}


def test_uv_can_lock_and_sync_the_project() -> None:
    """Groups that exclude each other must be declared as such."""
    run(command("uv", "sync", "--dry-run"), show=silent)
