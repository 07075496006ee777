"""Cut a release: one version everywhere, in one commit, which a tag then names.

    python scripts/release.py X.Y.Z      bumps, dates the changelog, commits
    python scripts/release.py X.Y.Zrc1   the same, of a pre-release (Cargo's X.Y.Z-rc.1)
    python scripts/release.py --check    version, lock, changelog and SBOM agree
    python scripts/release.py --check --tagged    and so does the tag of this commit
    python scripts/release.py --announce    makes GitHub's release, of dist/

Refuses a version that is not above the last, a changelog without news and a tree with
changes of its own. Whatever fails, everything is as it was before. Nothing leaves this
machine: it prints the commands that do.
"""

import argparse
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from pipeline.agreement import changed, disagreements
from pipeline.changelog import UNRELEASED, dated, day_of, is_first, section
from pipeline.commands import (
    Command,
    Failure,
    attempt,
    command,
    main,
    require,
    run,
    silent,
    write_line,
)
from pipeline.generators import sbom
from pipeline.project import PROJECT, Project
from pipeline.version import Version

CHANGELOG = PROJECT.root / "CHANGELOG.md"


# The cut.


def obstacles(
    version: Version, changelog: str, changes: Sequence[str]
) -> Iterator[str]:
    """Everything that speaks against this version, now."""
    if day_of(changelog, str(version)):
        yield f"CHANGELOG.md has a section [{version}] already"
    elif not is_first(changelog) and version <= Version.parse(PROJECT.version):
        yield f"{version} is not above {PROJECT.version}"
    if not section(changelog, "Unreleased"):
        yield f"CHANGELOG.md has nothing under {UNRELEASED}: what is new?"
    if changes:
        yield f"the tree has changes of its own: {', '.join(changes)}"


def bumped(cargo: str, version: Version) -> str:
    line = f'version = "{version.cargo}"'
    return re.sub(r'(?m)^version = ".*"$', line, cargo, count=1)


def bump(version: Version, changelog: str) -> None:
    manifest = PROJECT.version_manifest
    text = bumped(manifest.read_text("utf-8"), version)
    manifest.write_text(text, "utf-8", newline="\n")
    # The lock file and the SBOM follow from it.
    run(command("cargo", "update", "--workspace", "--offline"))
    day = f"{datetime.now(UTC):%Y-%m-%d}"
    text = dated(changelog, str(version), day)
    CHANGELOG.write_text(text, "utf-8", newline="\n")
    sbom.write()


def commit_commands(version: Version) -> list[Command]:
    return [
        command("git", "add", "--update"),
        command("git", "commit", "--quiet", "--message", f"Release {version}"),
    ]


@contextmanager
def all_or_nothing() -> Iterator[None]:
    """Cargo, git or Ctrl-C may end the block: then the files are what they were."""
    files = (PROJECT.version_manifest, PROJECT.lock, CHANGELOG, sbom.PATH)
    before = {path: path.read_bytes() if path.exists() else None for path in files}
    try:
        yield
    except BaseException:
        for path, data in before.items():
            if data is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(data)
        # What was to be committed; nothing else was, as the tree had no changes.
        attempt(command("git", "reset", "--quiet"), show=silent)
        write_line("everything is as it was before")
        raise


def cut(text: str) -> None:
    version = Version.parse(text)
    changelog = CHANGELOG.read_text("utf-8")
    if found := list(obstacles(version, changelog, changed(PROJECT))):
        raise Failure("nothing was changed:\n  " + "\n  ".join(found))
    with all_or_nothing():
        bump(version, changelog)
        made = Project(PROJECT.root)
        if made.version != str(version):
            raise Failure(f"Cargo.toml has no line `version = ...` to write {version}")
        if found := list(disagreements(made, tagged=False)):
            raise Failure("nothing was committed:\n  " + "\n  ".join(found))
        for one in commit_commands(version):
            run(one)
    print(
        f"\nLook at `git show`, then:\n\n    git tag --annotate v{version}"
        f" --message {version}\n    git push origin {PROJECT.branch} v{version}\n"
    )


def announce_commands(changelog: str, dist: Path, *, begun: bool) -> list[Command]:
    """GitHub's release of the tag: the files, the ledger and the bill of materials.

    `begun` is whether an earlier run has made it, and may not have come to its end.
    """
    version = PROJECT.version
    tag = f"v{version}"
    files = [*dist.iterdir(), *(PROJECT.root / name for name in PROJECT.sboms)]
    if begun:
        return [
            command("gh", "release", "upload", tag, "--clobber", *files),
            command("gh", "release", "edit", tag, "--draft=false"),
        ]
    pre_release = ["--prerelease"] if Version.parse(version).is_pre_release else []
    notes = ("--title", version, "--notes", section(changelog, version))
    made = ("gh", "release", "create", tag, "--verify-tag", *pre_release, *notes)
    return [command(*made, *files)]


def announce() -> None:
    view = command("gh", "release", "view", f"v{PROJECT.version}")
    begun = attempt(view, show=silent).status == 0
    changelog = CHANGELOG.read_text("utf-8")
    for one in announce_commands(changelog, PROJECT.dist, begun=begun):
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
    require("git", "cargo", *(["gh"] if options.announce else []))
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
