"""Where the project's version must be the same: files, tag and changelog."""

import json
from collections.abc import Iterator

from pipeline.changelog import day_of, section
from pipeline.commands import ask, command
from pipeline.project import PROJECT, Project, parse_toml


def disagreements(project: Project = PROJECT, *, tagged: bool) -> Iterator[str]:
    """Between the files that name the version; and the tag, where it is out."""
    version = project.version
    if (lock := locked(project)) != (written := project.cargo_version):
        yield f"Cargo.lock has {lock}, Cargo.toml {written}: cargo update --workspace"
    for name in project.sboms:
        listed = json.loads((project.root / name).read_text("utf-8"))
        if listed["metadata"]["component"]["version"] != version:
            yield f"{name} is not of {version}: python scripts/generate.py sbom"
    if tagged:
        yield from tag_disagreements(project)


def tag_disagreements(project: Project) -> Iterator[str]:
    version = project.version
    changelog = (project.root / "CHANGELOG.md").read_text("utf-8")
    if not day_of(changelog, version):
        yield f"CHANGELOG.md has no section [{version}] - date: scripts/release.py"
    if not section(changelog, version):
        yield f"CHANGELOG.md says nothing of {version}"
    tags = ask(command("git", "tag", "--points-at", "HEAD", cwd=project.root)).split()
    if f"v{version}" not in tags:
        here = ", ".join(tags) or "no tag"
        yield f"this commit has {here}, and Cargo.toml says v{version}"
    if not is_on_branch(project):
        yield (
            f"this commit is not on {project.branch}: merge it first, then tag it there"
        )
    if changes := changed(project):
        yield f"the tree has changes that are in no commit: {', '.join(changes)}"


def is_on_branch(project: Project) -> bool:
    """On that of the remote, where there is one: a clone by Actions has no other."""
    named = ("--format", "%(refname:short)", "--contains", "HEAD")
    branches = ask(command("git", "branch", "--all", *named, cwd=project.root))
    wanted = {project.branch, f"origin/{project.branch}"}
    return bool(wanted & set(branches.split()))


def locked(project: Project) -> str:
    """The project's own version in the lock file."""
    lock = parse_toml(project.lock.read_text("utf-8"))
    name = project.cargo["package"]["name"]
    found = [one["version"] for one in lock["package"] if one["name"] == name]
    return found[0] if found else "nothing"


def changed(project: Project) -> list[str]:
    status = ask(command("git", "status", "--porcelain", cwd=project.root))
    return [line[3:] for line in status.splitlines()]
