"""Tests of a wheel, in a project whose package lies beside tests that are a package."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from zipfile import ZipFile

import pytest

from pipeline.project import PROJECT

TESTING = PROJECT.root / "scripts" / "testing"
TESTS = """
import multiprocessing
import subprocess
import sys

import sample


def where() -> str:
    return sample.WHERE


def test_here() -> None:
    assert sample.WHERE == "wheel"


def test_imported_anew() -> None:
    del sys.modules["sample"]
    import sample

    assert sample.WHERE == "wheel"


def test_in_a_child() -> None:
    code = "import sample; print(sample.WHERE)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout == "wheel\\n", done.stderr


def test_in_a_process_that_is_spawned() -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(where) == "wheel"
"""
ESCAPE = """
import sys


def test_that_goes_astray() -> None:
    del sys.modules["sample"]
    sys.path.insert(0, {root!r})
    import sample
"""


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    root = tmp_path / "checkout"
    (root / "sample").mkdir(parents=True)
    (root / "sample" / "__init__.py").write_text('WHERE = "checkout"\n')
    (root / "tests").mkdir()
    (root / "tests" / "__init__.py").touch()
    (root / "tests" / "test_sample.py").write_text(TESTS)
    (root / "pyproject.toml").write_text('[project]\nname = "sample"\n')
    shutil.copytree(TESTING, root / "scripts" / "testing")
    return root


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """The wheel; unpacked beside it, as for a foreign interpreter."""
    files = {
        "sample/__init__.py": 'WHERE = "wheel"\n',
        "sample-1.0.dist-info/METADATA": "Name: sample\nVersion: 1.0\n",
        "sample-1.0.dist-info/RECORD": "sample/__init__.py,,\n",
    }
    path = tmp_path / "sample-1.0-py3-none-any.whl"
    with ZipFile(path, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        archive.extractall(tmp_path / "unpacked")
    return path


def started(
    checkout: Path, wheel: Path, *arguments: str
) -> "subprocess.CompletedProcess[str]":
    folder = wheel.parent / "unpacked"
    # The environment of this test has plugins and options of its own.
    ours = ("PYTEST_", "PYTHON", "TESTED_", "COV_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    return subprocess.run(
        [sys.executable, *arguments],
        env={
            **kept,
            "PYTHONPATH": str(folder),
            "TESTED_FOLDER": str(folder),
            "TESTED_WHEEL": str(wheel),
        },
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )


PROGRAM = "scripts/testing/only_installed.py"


def test_pytest_itself_would_test_the_checkout(checkout: Path, wheel: Path) -> None:
    done = started(checkout, wheel, "-P", "-m", "pytest", "tests")
    assert done.returncode == 1
    assert "AssertionError: assert 'checkout' == 'wheel'" in done.stdout


@pytest.mark.parametrize("workers", ["0", "2"])
def test_what_is_installed_is_tested(workers: str, checkout: Path, wheel: Path) -> None:
    done = started(checkout, wheel, PROGRAM, "-n", workers, "tests")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 passed" in done.stdout
    assert "testing sample 1.0" in done.stdout


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_test_that_imports_the_checkout_fails(
    workers: str, checkout: Path, wheel: Path
) -> None:
    text = ESCAPE.format(root=str(checkout))
    (checkout / "tests" / "test_sample.py").write_text(text)
    done = started(checkout, wheel, PROGRAM, "-n", workers, "tests")
    assert done.returncode == 1
    assert f"sample was imported from {checkout}" in done.stdout


@pytest.mark.parametrize("arguments", [[], ["tests"], ["-n", "2", "tests"]])
def test_another_wheel_than_the_one_that_was_named_fails(
    arguments: list[str], checkout: Path, wheel: Path
) -> None:
    path = wheel.parent / "unpacked" / "sample" / "__init__.py"
    path.write_text('WHERE = "yesterday"\n')
    done = started(checkout, wheel, PROGRAM, *arguments)
    assert done.returncode
    assert f"{path} is not the one in {wheel}" in done.stderr
    assert "passed" not in done.stdout


@pytest.mark.parametrize("arguments", [[], ["tests"]])
def test_a_package_that_is_not_installed_fails(
    arguments: list[str], checkout: Path, wheel: Path
) -> None:
    shutil.rmtree(wheel.parent / "unpacked")
    done = started(checkout, wheel, PROGRAM, *arguments)
    assert done.returncode
    assert "sample is not installed in" in done.stderr


def test_one_that_is_installed_elsewhere_fails(checkout: Path, wheel: Path) -> None:
    """As where the environment sees that of the user."""
    shutil.move(wheel.parent / "unpacked", wheel.parent / "elsewhere")
    (wheel.parent / "unpacked").symlink_to(wheel.parent / "elsewhere")
    sources = wheel.parent / "elsewhere" / "sample"
    shutil.move(sources, wheel.parent / "sample")
    sources.symlink_to(wheel.parent / "sample")
    done = started(checkout, wheel, PROGRAM, "tests")
    assert done.returncode
    assert "sample was imported from" in done.stderr
