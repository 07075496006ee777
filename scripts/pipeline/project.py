"""The facts about the project, from the files that own them.

Nothing in `scripts/` names the project, so that another one can copy the folder.
"""

import os
import re
import sys
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.version import Version


def parse_toml(text: str) -> dict[str, Any]:
    """For the stages, whose imports must not fail on a Python that is too old."""
    return tomllib.loads(text)


@dataclass(frozen=True)
class Project:
    """A maturin project: `Cargo.toml` and `pyproject.toml` in `root`."""

    root: Path

    @cached_property
    def cargo(self) -> dict[str, Any]:
        return parse_toml((self.root / "Cargo.toml").read_text("utf-8"))

    @cached_property
    def pyproject(self) -> dict[str, Any]:
        return parse_toml((self.root / "pyproject.toml").read_text("utf-8"))

    @property
    def name(self) -> str:
        return str(self.pyproject["project"]["name"])

    @property
    def cargo_version(self) -> str:
        """As Cargo.toml has it: the one place where it is written."""
        return str(self.cargo["package"]["version"])

    @property
    def version(self) -> str:
        """As PEP 440 spells it: in file names, metadata and the index."""
        return str(Version.parse(self.cargo_version))

    @property
    def stem(self) -> str:
        """`name-version` as it begins a file's name."""
        return f"{re.sub(r'[-_.]+', '_', self.name).lower()}-{self.version}"

    @property
    def sdist(self) -> str:
        return f"{self.stem}.tar.gz"

    @property
    def module(self) -> str:
        """The extension module with its package, `package._core`."""
        return str(self.pyproject["tool"]["maturin"]["module-name"])

    @property
    def package(self) -> str:
        return self.module.split(".", maxsplit=1)[0]

    @property
    def python_source(self) -> Path:
        return self.root / str(self.pyproject["tool"]["maturin"]["python-source"])

    @property
    def stubs(self) -> Path:
        return self.root / "stubs"

    def is_of_release(self, name: str) -> bool:
        """Whether a file of this name is of this version."""
        return bool(re.match(rf"{re.escape(self.stem)}(-|\.tar|\.zip)", name))

    @property
    def sboms(self) -> list[str]:
        sbom = self.pyproject["tool"]["maturin"].get("sbom", {})
        return list(sbom.get("include", []))

    @property
    def not_in_sdist(self) -> list[str]:
        """Patterns of tracked files that maturin leaves out of the sdist."""
        rules = self.pyproject["tool"]["maturin"].get("exclude", [])
        return [rule["path"] for rule in rules if rule["format"] == "sdist"]

    @property
    def license_files(self) -> list[str]:
        return list(self.pyproject["project"].get("license-files", []))

    @property
    def minimum_rust(self) -> str:
        return str(self.cargo["package"]["rust-version"])

    @property
    def minimum_python(self) -> str:
        return str(self.pyproject["project"]["requires-python"]).removeprefix(">=")

    @property
    def smoke(self) -> list[str]:
        """What `verify.py` runs with the installed project's Python."""
        return list(self.pyproject["tool"]["pipeline"]["smoke"])

    @property
    def smoke_requires(self) -> list[str]:
        """What the smoke command needs besides the project itself."""
        return list(self.pyproject["dependency-groups"]["smoke"])

    @property
    def dist(self) -> Path:
        """Where the files of a release are made."""
        return self.root / "dist"

    @property
    def cache(self) -> Path:
        """Where everything goes that is made once: never inside the tree."""
        return user_cache(sys.platform, os.environ) / self.name


def user_cache(platform: str, environ: "os._Environ[str] | dict[str, str]") -> Path:
    if "XDG_CACHE_HOME" in environ:
        return Path(environ["XDG_CACHE_HOME"])
    if platform == "win32" and "LOCALAPPDATA" in environ:
        return Path(environ["LOCALAPPDATA"])
    return Path.home() / ".cache"


PROJECT = Project(Path(__file__).parents[2])
