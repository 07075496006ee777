"""The facts about the project, from the files that own them.

Nothing in `scripts/` names the project, so that another one can copy the folder.
"""

import json
import os
import re
import sys
import tempfile
import tomllib
from collections.abc import Iterator
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
    """A maturin project with `pyproject.toml` in `root`.

    What Cargo and maturin know is asked of them; where the files lie is by maturin's
    own rules (its `project_layout.rs`).
    """

    root: Path

    @cached_property
    def pyproject(self) -> dict[str, Any]:
        return parse_toml((self.root / "pyproject.toml").read_text("utf-8"))

    @property
    def maturin(self) -> dict[str, Any]:
        return dict(self.pyproject.get("tool", {}).get("maturin", {}))

    @property
    def settings(self) -> dict[str, Any]:
        """What is said to the pipeline itself."""
        return dict(self.pyproject.get("tool", {}).get("pipeline", {}))

    @cached_property
    def manifest(self) -> Path:
        """The Cargo.toml of the crate that is built."""
        if named := self.maturin.get("manifest-path"):
            return self.root / str(named)
        if self.has_src_layout:
            return self.root / "rust" / "Cargo.toml"
        return self.root / "Cargo.toml"

    @property
    def manifest_in_sdist(self) -> Path:
        """Where it lies among the sources that are unpacked."""
        return self.manifest.relative_to(self.root)

    @property
    def has_src_layout(self) -> bool:
        """Whether the package is in `src/` and the crate in `rust/`, by their names."""
        named = [self.name.replace("-", "_"), *self.python_packages]
        packages = (self.root / "src" / one / "__init__.py" for one in named)
        is_found = "python-source" in self.maturin or any(map(Path.is_file, packages))
        return is_found and (self.root / "rust" / "Cargo.toml").is_file()

    @cached_property
    def cargo(self) -> dict[str, Any]:
        return parse_toml(self.manifest.read_text("utf-8"))

    @cached_property
    def cargo_metadata(self) -> dict[str, Any]:
        """What Cargo makes of the manifests: it knows what a workspace hands down."""
        from pipeline.commands import ask, command  # which need to know the root

        asked = ("cargo", "metadata", "--no-deps", "--offline", "--format-version", "1")
        return dict(json.loads(ask(command(*asked, "--manifest-path", self.manifest))))

    @cached_property
    def crate(self) -> dict[str, Any]:
        """The crate that is built, as Cargo sees it."""
        manifest = self.manifest.resolve()
        [found] = [
            one
            for one in self.cargo_metadata["packages"]
            if Path(one["manifest_path"]).resolve() == manifest
        ]
        return dict(found)

    @property
    def lock(self) -> Path:
        return Path(self.cargo_metadata["workspace_root"]) / "Cargo.lock"

    @property
    def version_manifest(self) -> Path:
        """The Cargo.toml with the version: the crate's, or its workspace's."""
        if isinstance(self.cargo["package"].get("version"), str):
            return self.manifest
        return Path(self.cargo_metadata["workspace_root"]) / "Cargo.toml"

    @property
    def name(self) -> str:
        return str(self.pyproject["project"]["name"])

    @property
    def cargo_version(self) -> str:
        """As Cargo spells it."""
        return str(self.crate["version"])

    @property
    def version(self) -> str:
        """As PEP 440 spells it: in file names, metadata and the index."""
        declared = self.pyproject["project"].get("version")
        return str(Version.parse(declared or self.cargo_version))

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
        name = self.module_name
        # In a package of its own name, written by a hand or by maturin.
        return name if "." in name else f"{name}.{name}"

    @property
    def module_name(self) -> str:
        declared = self.maturin.get("module-name") or self.cargo.get("lib", {}).get(
            "name"
        )
        return str(declared or self.name)

    @property
    def package(self) -> str:
        return self.module.partition(".")[0]

    @property
    def python_packages(self) -> list[str]:
        """Others that are packed with it."""
        return list(self.maturin.get("python-packages", []))

    @cached_property
    def python_source(self) -> Path:
        if named := self.maturin.get("python-source"):
            return self.root / str(named)
        return self.root / "src" if self.has_src_layout else self.root

    @property
    def is_pure_rust(self) -> bool:
        """Whether maturin writes the package that the module is in."""
        package = self.python_source / self.package
        is_crate = (package / "Cargo.toml").is_file()
        return not package.is_dir() or (
            is_crate and not (package / "__init__.py").is_file()
        )

    @property
    def stubs(self) -> Path:
        return self.root / "stubs"

    def is_of_release(self, name: str) -> bool:
        """Whether a file of this name is of this version."""
        return bool(re.match(rf"{re.escape(self.stem)}(-|\.tar|\.zip)", name))

    @property
    def sboms(self) -> list[str]:
        return list(self.maturin.get("sbom", {}).get("include", []))

    def included(self, kind: str) -> list[str]:
        """Patterns of files that are packed besides the package, into a "wheel"."""
        return list(patterns(self.maturin.get("include", []), kind))

    def excluded(self, kind: str) -> list[str]:
        """Patterns of files that are left out of a "wheel" or an "sdist"."""
        return list(patterns(self.maturin.get("exclude", []), kind))

    @cached_property
    def dist_info(self) -> dict[str, bytes]:
        """What maturin writes into a wheel's .dist-info, without a build."""
        from pipeline.commands import ask, command

        with tempfile.TemporaryDirectory() as folder:
            asked = ("maturin", "pep517", "write-dist-info", "--locked")
            options = ("--interpreter", sys.executable, "--metadata-directory", folder)
            ask(command(*asked, *options, cwd=self.root))
            [made] = Path(folder).iterdir()
            return {
                path.relative_to(made).as_posix(): path.read_bytes()
                for path in made.rglob("*")
                if path.is_file()
            }

    @property
    def license_files(self) -> list[str]:
        """Found by maturin, which knows the globs and the defaults."""
        folder = "licenses/"
        names = (name for name in self.dist_info if name.startswith(folder))
        return sorted(name.removeprefix(folder) for name in names)

    @property
    def minimum_rust(self) -> str:
        """Any will do where none is named."""
        return str(self.crate["rust_version"] or "0")

    @property
    def branch(self) -> str:
        """What is released is a commit of this branch."""
        return str(self.settings.get("branch", "main"))

    @property
    def testpaths(self) -> list[str]:
        """Where pytest is told to look for tests; one line of text is as good."""
        pytest = self.pyproject.get("tool", {}).get("pytest", {})
        named = pytest.get("ini_options", {}).get("testpaths", [])
        return named.split() if isinstance(named, str) else list(named)

    @property
    def tests(self) -> list[Path]:
        """Where pytest looks for tests."""
        return [self.root / name for name in self.testpaths or ["tests"]]

    @property
    def smoke(self) -> list[str]:
        """What `verify.py` runs with the installed project's Python."""
        return list(self.settings["smoke"])

    @property
    def smoke_requires(self) -> list[str]:
        """What the smoke command needs besides the project itself."""
        return self.group("smoke")

    def group(self, name: str) -> list[str]:
        """What a dependency group installs, with those that it includes."""
        found: list[str] = []
        for one in self.pyproject.get("dependency-groups", {}).get(name, []):
            included = isinstance(one, dict)
            found += self.group(one["include-group"]) if included else [one]
        return found

    @property
    def tests_side_by_side(self) -> bool:
        """Whether its tests are made for pytest-xdist: others may share files."""
        return any(re.match(r"pytest-xdist\b", one) for one in self.group("test"))

    @property
    def dist(self) -> Path:
        """Where the files of a release are made."""
        return self.root / "dist"

    @property
    def cache(self) -> Path:
        """Where everything goes that is made once: never inside the tree."""
        return user_cache(sys.platform, os.environ) / self.name

    def cached(self, kind: str) -> Path:
        """A folder in it, without links: what is made there often names its place, and
        would be lost with the link.
        """
        return (self.cache / kind).resolve()


def patterns(rules: list[Any], kind: str) -> Iterator[str]:
    """Of an `include` or `exclude` of maturin: a plain path is of either kind."""
    for rule in rules:
        if isinstance(rule, str):
            yield rule
        elif kind in rule.get("format", []):
            yield str(rule["path"])


def user_cache(platform: str, environ: "os._Environ[str] | dict[str, str]") -> Path:
    # A relative one is to be ignored, says the XDG Base Directory Specification.
    if (named := Path(environ.get("XDG_CACHE_HOME", ""))).is_absolute():
        return named
    if platform == "win32" and "LOCALAPPDATA" in environ:
        return Path(environ["LOCALAPPDATA"])
    return Path.home() / ".cache"


PROJECT = Project(Path(__file__).parents[2])
