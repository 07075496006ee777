"""CPython for Windows, under Wine."""

from collections.abc import Mapping
from pathlib import Path

from targets import Python

PYTHON = Python(3, 13)


def provide(folder: Path, site: Path) -> tuple[str, ...]:
    raise NotImplementedError


def environment(folder: Path) -> Mapping[str, str]:
    raise NotImplementedError


def spelled(path: Path) -> str:
    """Wine shows all of this machine as drive Z."""
    return "Z:" + str(path).replace("/", "\\")
