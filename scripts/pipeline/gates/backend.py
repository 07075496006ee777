"""What the build backend makes of the last commit: the truth for names and metadata.

pyproject.toml can say a thing in many ways (dynamic fields, globs, a workspace), and
only maturin knows what becomes of them. It is asked once, in a clean checkout of the
commit, where nothing lies about that was never committed.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from threading import Lock

from pipeline.commands import ask, command
from pipeline.gates.model import Member, tar_members
from pipeline.project import Project

# By their names inside: the members of the sdist, and what a wheel's dist-info
# has besides RECORD and SBOMs. The two folders are called differently.
Members = Mapping[str, Member]

MADE: dict[tuple[Path, str], Members] = {}
# Gates run side by side, and the first of them makes it for all.
MAKING = Lock()


def members(project: Project) -> Members:
    where = command(
        *("git", "rev-parse", "HEAD", "--show-toplevel", "--show-prefix"),
        cwd=project.root,
    )
    with MAKING:
        commit, top, inside = ask(where).split("\n")[:3]
        key = project.root, commit
        if key not in MADE:
            with tempfile.TemporaryDirectory() as name:
                ask(command("git", "clone", "--quiet", top, name))
                MADE[key] = make(Project(Path(name) / inside))
        return MADE[key]


def make(project: Project) -> Members:
    with tempfile.TemporaryDirectory() as name:
        ask(command("maturin", "sdist", "--out", name, cwd=project.root))
        [sdist] = Path(name).iterdir()
        made = tar_members(sdist.read_bytes())
    for path, data in project.dist_info.items():
        made.append(Member(f"{project.stem}.dist-info/{path}", data))
    return {member.name: member for member in made}
