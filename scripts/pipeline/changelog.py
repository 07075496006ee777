"""CHANGELOG.md, in the form of Keep a Changelog: sections, and the days of releases."""

import re

UNRELEASED = "## [Unreleased]"


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


def is_first(changelog: str) -> bool:
    """Whether no version was released yet; then Cargo.toml may name it already."""
    return not re.search(r"^## \[\d", changelog, re.MULTILINE)
