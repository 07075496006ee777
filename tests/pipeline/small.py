"""A small project with this pipeline, whose release takes minutes and not an hour.

One crate of one function; two rows of the plan, for runners of two kinds; one Python.
"""

import itertools
import re
import shutil
from pathlib import Path

from outside import SOMEBODY

from pipeline.commands import ask, command, run
from pipeline.project import PROJECT

NAME = "gnomon"
FILES = {
    "Cargo.toml": """\
[package]
name = "gnomon"
version = "0.1.0"
edition = "2024"
rust-version = "1.89"
description = "The part of a sundial that casts the shadow"
license = "MIT"

[lib]
name = "gnomon"
crate-type = ["cdylib"]

[dependencies]
# Without PyO3 itself and its macros it compiles in seconds.
pyo3-ffi = { version = "0.30.1", features = ["abi3-py311"] }

[profile.release]
strip = "symbols"
""",
    "src/lib.rs": """\
use pyo3_ffi::*;
use std::ptr::null_mut;

type Object = *mut PyObject;

unsafe extern "C" fn shadow(_module: Object, height: Object) -> Object {
    unsafe { PyNumber_Add(height, height) }
}

static mut METHODS: [PyMethodDef; 2] = [
    PyMethodDef {
        ml_name: c"shadow".as_ptr(),
        ml_meth: PyMethodDefPointer { PyCFunction: shadow },
        ml_flags: METH_O,
        ml_doc: c"Its length, in the evening".as_ptr(),
    },
    PyMethodDef::zeroed(),
];

static mut MODULE: PyModuleDef = PyModuleDef {
    m_base: PyModuleDef_HEAD_INIT,
    m_name: c"gnomon".as_ptr(),
    m_doc: std::ptr::null(),
    m_size: 0,
    m_methods: (&raw mut METHODS).cast(),
    m_slots: null_mut(),
    m_traverse: None,
    m_clear: None,
    m_free: None,
};

#[unsafe(no_mangle)]
pub unsafe extern "C" fn PyInit_gnomon() -> *mut PyObject {
    unsafe { PyModule_Create(&raw mut MODULE) }
}
""",
    "build.rs": """\
fn main() {
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("macos") {
        println!("cargo::rustc-cdylib-link-arg=-Wl,-headerpad_max_install_names");
    }
}
""",
    "pyproject.toml": """\
[build-system]
requires = ["maturin>=1.16,<2"]
build-backend = "maturin"

[project]
name = "gnomon"
dynamic = ["version"]
description = "The part of a sundial that casts the shadow"
readme = "README.md"
requires-python = ">=3.11"
license = "MIT"
license-files = ["LICENSE"]

[tool.maturin]
module-name = "gnomon.gnomon"
python-source = "python"
sdist-generator = "git"

[tool.maturin.sbom]
rust = false
include = ["gnomon.cdx.json"]

[dependency-groups]
test = ["pytest", "pytest-xdist"]
smoke = ["tomli"]

[tool.pipeline]
smoke = ["-c", "import gnomon; assert gnomon.shadow(3) == 6"]

[tool.pytest.ini_options]
testpaths = ["tests"]
markers = ["smoke: every function once, for machines that are slow"]
""",
    "python/gnomon/__init__.py": """\
from .gnomon import shadow

__all__ = ["shadow"]
""",
    "tests/test_all.py": """\
import pytest

import gnomon


@pytest.mark.smoke
def test_shadow() -> None:
    assert gnomon.shadow(4) == 8
""",
    "tox.ini": """\
[tox]
requires =
    tox>=4.30
    tox-uv>=1.29
env_list = py311
skip_missing_interpreters = false

[testenv]
package = wheel
dependency_groups = test
pass_env =
    TESTED_WHEEL
    XDG_CACHE_HOME
commands =
    python scripts/testing/only_installed.py {posargs:tests}
""",
    "README.md": """\
# Gnomon

<!-- Written by scripts/generate.py support: -->
<!-- End of what scripts/generate.py support wrote. -->
""",
    "CHANGELOG.md": """\
# Changelog

## [Unreleased]

- The length of a shadow.
""",
}
PYTHONS = """\
[pythons]
required = ["3.11"]
coming = "3.16"
"""
PLATFORMS = ("linux-x86_64", "macos-arm64")


def plan(text: str) -> str:
    """Two platforms, each with the one ABI, and one Python."""
    head, *tables = re.split(r"\n(?=\[)", text)
    kept = [
        # What is said of other ABIs goes with them.
        re.sub(r"abis = .*", 'abis = ["cp311-abi3"]', re.sub(r'\n"cp.*', "", table))
        for table in tables
        if table.startswith(tuple(f"[platforms.{name}]" for name in PLATFORMS))
    ]
    return "\n".join([head, PYTHONS, *kept, "[absent]\n"])


# What the scripts keep for the next time, but for what they build.
KEPT = ("assembled", "emulators", "foreign", "musl", "pythons", "rust", "tools")


def share_cache(folder: Path, *projects: str) -> None:
    """Make it the cache of a user, where these projects have the tools of this one."""
    ours = PROJECT.cache
    for program in ("pip", "uv", "zig"):
        (ours.parent / program).mkdir(parents=True, exist_ok=True)
    for made in ours.parent.iterdir():
        if made.name not in projects:
            (folder / made.name).symlink_to(made)
    for project, kind in itertools.product(projects, KEPT):
        (ours / kind).mkdir(parents=True, exist_ok=True)
        (folder / project).mkdir(exist_ok=True)
        (folder / project / kind).symlink_to(ours / kind)


def make(folder: Path) -> Path:
    """The project in a repository of its own, committed."""
    home = folder / NAME
    for name, text in FILES.items():
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    tracked = ask(command("git", "ls-files", "scripts", ".github", ".gitignore"))
    for name in [*tracked.splitlines(), "LICENSE"]:
        if name != "scripts/support.json":
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT.root / name, home / name)
    targets = home / "scripts" / "targets.toml"
    targets.write_text(plan(targets.read_text("utf-8")), "utf-8")
    steps = (
        "git init --quiet --initial-branch main",
        "cargo generate-lockfile",
        "python3 scripts/generate.py sbom",
        "python3 scripts/generate.py support",
        "git add --all",
        "git commit --quiet --message Begin",
    )
    for step in steps:
        run(command(*step.split(), env=SOMEBODY, cwd=home))
    return home
