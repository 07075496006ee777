"""Cut a release: one version everywhere, in one commit, which a tag then names.

    python scripts/release.py X.Y.Z      bumps, dates the changelog, commits
    python scripts/release.py --check    version, lock, changelog and SBOM agree
    python scripts/release.py --check --tagged    and so does the tag of this commit
    python scripts/release.py --announce    makes GitHub's release, of dist/

Refuses a version that is not above the last, a changelog without news and a tree with
changes of its own. Nothing leaves this machine: it prints the commands that do.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import sbom
from pipeline import toolenv
from pipeline.commands import (
    Command,
    Failure,
    ask,
    attempt,
    command,
    main,
    require,
    run,
    silent,
)
from pipeline.project import PROJECT, Project, parse_toml

UNRELEASED = "## [Unreleased]"
VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)(?:(a|b|rc)(\d+))?")
# What is bumped; the lock file and the SBOM follow from it.
CARGO = PROJECT.root / "Cargo.toml"
CHANGELOG = PROJECT.root / "CHANGELOG.md"


# The changelog.


def section(changelog: str, title: str) -> str:
    """What stands under a version, or under `Unreleased`; empty where there is none."""
    pattern = rf"^## \[{re.escape(title)}\][^\n]*\n(.*?)(?=^## \[|^\[[^\]]+\]: |\Z)"
    found = re.search(pattern, changelog, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


def dated(changelog: str, version: str, day: str) -> str:
    """With what was unreleased under the version, and nothing unreleased."""
    head = f"{UNRELEASED}\n\n## [{version}] - {day}"
    return changelog.replace(UNRELEASED, head, 1)


def day_of(changelog: str, version: str) -> str:
    pattern = rf"^## \[{re.escape(version)}\] - (\d{{4}}-\d\d-\d\d)$"
    found = re.search(pattern, changelog, re.MULTILINE)
    return found[1] if found else ""


# What must agree.


def disagreements(project: Project = PROJECT, *, tagged: bool) -> Iterator[str]:
    """Between the files that name the version; and the tag, where it is out."""
    version = project.version
    if (lock := locked(project)) != version:
        yield f"Cargo.lock has {lock}, Cargo.toml {version}: cargo update --workspace"
    for name in project.sboms:
        listed = json.loads((project.root / name).read_text("utf-8"))
        if listed["metadata"]["component"]["version"] != version:
            yield f"{name} is not of {version}: python scripts/sbom.py"
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
    if not is_on_main(project):
        yield "this commit is not on main: merge it first, then tag it there"
    if changes := changed(project):
        yield f"the tree has changes that are in no commit: {', '.join(changes)}"


def is_on_main(project: Project) -> bool:
    """On that of the remote, where there is one: a clone by Actions has no other."""
    named = ("--format", "%(refname:short)", "--contains", "HEAD")
    branches = ask(command("git", "branch", "--all", *named, cwd=project.root))
    return bool({"main", "origin/main"} & set(branches.split()))


def locked(project: Project) -> str:
    """The project's own version in the lock file."""
    lock = parse_toml((project.root / "Cargo.lock").read_text("utf-8"))
    name = project.cargo["package"]["name"]
    found = [one["version"] for one in lock["package"] if one["name"] == name]
    return found[0] if found else "nothing"


def changed(project: Project) -> list[str]:
    status = ask(command("git", "status", "--porcelain", cwd=project.root))
    return [line[3:] for line in status.splitlines()]


# The cut.


def obstacles(version: str, changelog: str, changes: Sequence[str]) -> Iterator[str]:
    """Everything that speaks against this version, now."""
    if not VERSION.fullmatch(version):
        yield not_a_version(version)
        return
    if day_of(changelog, version):
        yield f"CHANGELOG.md has a section [{version}] already"
    elif not is_first(changelog) and key(version) <= key(PROJECT.version):
        yield f"{version} is not above {PROJECT.version}"
    if not section(changelog, "Unreleased"):
        yield f"CHANGELOG.md has nothing under {UNRELEASED}: what is new?"
    if changes:
        yield f"the tree has changes of its own: {', '.join(changes)}"


def not_a_version(text: str) -> str:
    return f"{text!r} is no version such as 1.2.3 or 1.2.3rc1"


def is_first(changelog: str) -> bool:
    """Whether no version was released yet; then Cargo.toml may name it already."""
    return not re.search(r"^## \[\d", changelog, re.MULTILINE)


def key(version: str) -> tuple[int, int, int, str, int]:
    """Compares as pip does: a pre-release is before its release."""
    found = VERSION.fullmatch(version)
    if not found:
        raise Failure(not_a_version(version))
    major, minor, patch, kind, number = found.groups()
    return int(major), int(minor), int(patch), kind or "z", int(number or 0)


def bumped(cargo: str, version: str) -> str:
    return re.sub(r'(?m)^version = ".*"$', f'version = "{version}"', cargo, count=1)


def bump(version: str, changelog: str) -> None:
    CARGO.write_text(bumped(CARGO.read_text("utf-8"), version), "utf-8", newline="\n")
    run(command("cargo", "update", "--workspace", "--offline"))
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    CHANGELOG.write_text(dated(changelog, version, day), "utf-8", newline="\n")
    run(command(sys.executable, sbom.__file__))


def commit_commands(version: str) -> list[Command]:
    return [
        command("git", "add", "--update"),
        command("git", "commit", "--quiet", "--message", f"Release {version}"),
    ]


def cut(version: str) -> None:
    changelog = CHANGELOG.read_text("utf-8")
    if found := list(obstacles(version, changelog, changed(PROJECT))):
        raise Failure("nothing was changed:\n  " + "\n  ".join(found))
    bump(version, changelog)
    if found := list(disagreements(Project(PROJECT.root), tagged=False)):
        raise Failure("nothing was committed:\n  " + "\n  ".join(found))
    for one in commit_commands(version):
        run(one)
    print(
        f"\nLook at `git show`, then:\n\n    git tag --annotate v{version}"
        f" --message {version}\n    git push origin main v{version}\n"
    )


def announce_commands(changelog: str, dist: Path, *, begun: bool) -> list[Command]:
    """GitHub's release of the tag: the files, the ledger and the bill of materials.

    `begun` is whether an earlier run has made it, and may not have come to its end.
    """
    version = PROJECT.version
    tag = f"v{version}"
    files = [*sorted(dist.iterdir()), *(PROJECT.root / name for name in PROJECT.sboms)]
    if begun:
        return [
            command("gh", "release", "upload", tag, "--clobber", *files),
            command("gh", "release", "edit", tag, "--draft=false"),
        ]
    pre_release = ["--prerelease"] if re.search("[a-z]", version) else []
    notes = ("--title", version, "--notes", section(changelog, version))
    made = ("gh", "release", "create", tag, "--verify-tag", *pre_release, *notes)
    return [command(*made, *files)]


def announce() -> None:
    view = command("gh", "release", "view", f"v{PROJECT.version}")
    begun = attempt(view, show=silent).status == 0
    changelog = CHANGELOG.read_text("utf-8")
    for one in announce_commands(changelog, PROJECT.root / "dist", begun=begun):
        run(one)


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("version", nargs="?", metavar="X.Y.Z")
    group.add_argument("--check", action="store_true")
    group.add_argument("--announce", action="store_true")
    parser.add_argument("--tagged", action="store_true", help="with --check")
    return parser


def stage(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    require("git", "cargo")
    toolenv.enter()
    if options.version:
        cut(options.version)
    elif options.announce:
        announce()
    elif found := list(disagreements(tagged=options.tagged)):
        raise Failure("this is no release:\n  " + "\n  ".join(found))
    else:
        print(f"version {PROJECT.version} is the same everywhere")
    return 0


if __name__ == "__main__":
    main(stage)
