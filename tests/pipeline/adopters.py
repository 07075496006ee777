"""Projects that take over the pipeline, of three different shapes.

As `maturin new` and those who use it make them: what they have in common with this
project is maturin. Only wheels of this machine are built; that every platform is, and
on every Python, is tested of this project's own.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

import small
import tomlkit
from outside import SOMEBODY

from pipeline.commands import command, run

PYO3 = 'pyo3 = { version = "0.30.1", features = ["abi3-py311"] }'
# Nobody waits for fast code here.
PROFILE = "[profile.release]\nopt-level = 0\ncodegen-units = 16\n"
TEST = """import pytest

import {package}


@pytest.mark.smoke
def test_sum() -> None:
    assert {package}.sum_as_string(1, 1) == "2"
"""
TEST_OF_SAND = """import pytest

from hourglass import hourglass


@pytest.mark.smoke
def test_shadow() -> None:
    assert hourglass.__doc__ == "sand"
    assert hourglass.shadow(4) == 8
"""


def new(parent: Path, name: str, *options: str) -> Path:
    run(command("maturin", "new", *options, "--bindings", "pyo3", name, cwd=parent))
    return parent / name


def change(path: Path, changes: Mapping[str, str]) -> None:
    text = path.read_text("utf-8")
    for old, new in changes.items():
        assert old in text, f"{path} has no {old}"
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


def write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")


def git(root: Path, *arguments: str) -> None:
    run(command("git", *arguments, env=SOMEBODY, cwd=root))


def commit(root: Path, branch: str) -> Path:
    git(root, "init", "--quiet", "--initial-branch", branch)
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message", "Begin")
    return root


def with_sources_apart(parent: Path) -> Path:
    """src/ and rust/, a console script, a Python that has an upper bound."""
    root = new(parent, "sun-dial", "--mixed", "--src")
    write(
        root,
        {
            "LICENSE": "None at all.\n",
            "src/sun_dial/__init__.py": "from .sun_dial import sum_as_string\n",
            "src/sun_dial/command.py": "def main() -> None:\n    print(12)\n",
            "tests/test_all.py": TEST.format(package="sun_dial"),
        },
    )
    shutil.rmtree(root / ".github")
    manifest = root / "rust" / "Cargo.toml"
    change(manifest, {'pyo3 = "0.29.0"': f"{PYO3}\n\n{PROFILE}"})
    change(
        root / "pyproject.toml",
        {
            'requires-python = ">=3.8"': 'requires-python = ">=3.9,<4"\n'
            'license = "MIT"\nscripts = { sundial = "sun_dial.command:main" }',
        },
    )
    return commit(root, "main")


def in_a_workspace(parent: Path) -> Path:
    """A module without Python, a crate of a workspace, all metadata Cargo's."""
    root = new(parent, "waterclock")
    (root / "crates").mkdir()
    member = root / "crates" / "clock"
    member.mkdir()
    (root / "src").rename(member / "src")
    (root / "Cargo.toml").rename(member / "Cargo.toml")
    change(
        member / "Cargo.toml",
        {
            'version = "0.1.0"': "version.workspace = true\nlicense.workspace = true\n"
            'description = "Time by water"\nreadme = "../../README.rst"',
            'pyo3 = "0.29.0"': f'{PYO3}\ndrops = {{ path = "../drops" }}',
        },
    )
    write(
        root,
        {
            "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\nresolver = "3"\n'
            '[workspace.package]\nversion = "2.0.0-rc.1"\nlicense = "MIT"\n'
            f'{PROFILE}strip = "symbols"\n',
            "crates/drops/Cargo.toml": '[package]\nname = "drops"\n'
            "version.workspace = true\n",
            "crates/drops/src/lib.rs": "pub const DROPS: u32 = 2;\n",
            "README.rst": "Waterclock\n==========\n",
            "LICENCE": "None at all.\n",
            "waterclock.pyi": "def sum_as_string(a: int, b: int) -> str: ...\n",
            "tests/test_all.py": TEST.format(package="waterclock"),
        },
    )
    change(
        root / "pyproject.toml",
        {
            'dynamic = ["version"]': 'dynamic = ["version", "license", "readme",'
            ' "description"]\n[tool.maturin]\n'
            'manifest-path = "crates/clock/Cargo.toml"',
            ">=3.8": "~=3.11",
        },
    )
    return commit(root, "trunk")


def beside_the_manifest(parent: Path) -> Path:
    """The package at the top, tests that are one, a wheel for each Python; PyO3's lower
    half alone, which compiles in a moment.
    """
    root = new(parent, "hourglass")
    write(
        root,
        {
            ".cargo/config.toml": '[env]\nGRAINS = "sand"\n',
            "hourglass/__init__.py": "from .hourglass import *\n",
            "hourglass/py.typed": "",
            "hourglass/notes.txt": "Not in the wheel.\n",
            "licences/ONE.txt": "None at all.\n",
            "licences/OTHER.txt": "Nor this.\n",
            "tests/__init__.py": "",
            "tests/test_all.py": TEST_OF_SAND,
            "src/lib.rs": small.FILES["src/lib.rs"]
            .replace("gnomon", "hourglass")
            .replace(
                "std::ptr::null()", 'concat!(env!("GRAINS"), "\\0").as_ptr().cast()'
            ),
            "tox.ini": "[tox]\nenv_list = theirs\n",
            ".github/workflows/ci.yml": "name: theirs\n",
        },
    )
    # `maturin develop` was here once: whoever imports the checkout gets this.
    (root / "hourglass" / "hourglass.abi3.so").write_bytes(b"of yesterday")
    ffi = f'pyo3-ffi = "0.30.1"\n\n{PROFILE}'
    change(root / "Cargo.toml", {'pyo3 = "0.29.0"': ffi})
    change(
        root / "pyproject.toml",
        {
            'dynamic = ["version"]': 'dynamic = ["version"]\nlicense = "MIT"\n'
            'license-files = ["licences/*.txt"]\n\n[tool.maturin]\n'
            'exclude = ["hourglass/*.txt"]\n',
        },
    )
    return commit(root, "master")


def choose(root: Path, *pythons: str) -> None:
    """Of the plan the wheel of this machine that its oldest Python takes."""
    path = root / "scripts" / "targets.toml"
    plan = tomlkit.parse(path.read_text("utf-8")).unwrap()
    plan["pythons"]["required"] = list(pythons)
    row = plan["platforms"]["linux-x86_64"]
    row["abis"] = row["abis"][:1]
    plan["platforms"] = {"linux-x86_64": row}
    path.write_text(tomlkit.dumps(plan), "utf-8")
