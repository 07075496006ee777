"""What an installer would find for another machine: a wheel of everything, or not."""

import subprocess
import sys
import tempfile
from collections.abc import Sequence

from pipeline.plan import Python

PLATFORMS = {
    "x86_64-unknown-linux-gnu": "manylinux_2_28_x86_64",
    "aarch64-unknown-linux-gnu": "manylinux_2_28_aarch64",
    "aarch64-apple-darwin": "macosx_15_0_arm64",
    "x86_64-apple-darwin": "macosx_15_0_x86_64",
    "x86_64-pc-windows-msvc": "win_amd64",
    "aarch64-pc-windows-msvc": "win_arm64",
}


def missing(triple: str, python: Python, *what: str) -> str:
    """Why the requirements cannot be installed there from wheels; empty if they can."""
    with tempfile.TemporaryDirectory() as folder:
        ask = by_pip if python.free_threaded else by_uv
        finished = subprocess.run(
            [*ask(triple, python), "--target", folder, *what],
            capture_output=True,
            text=True,
            check=False,
        )
    return finished.stderr.strip() if finished.returncode else ""


def by_uv(triple: str, python: Python) -> Sequence[str]:
    return (
        *("uv", "pip", "install", "--dry-run", "--only-binary", ":all:"),
        *("--python-platform", triple, "--python-version", str(python)),
    )


def by_pip(triple: str, python: Python) -> Sequence[str]:
    """uv 0.13 has no name for a Python without the GIL that is not here.

    pip reads markers by its own Python and is slow: what is asked for, and no more.
    """
    digits = f"{python.major}{python.minor}"
    abis = (f"cp{digits}t", f"abi{python.major}t", "none")
    return (
        *(sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed"),
        *("--disable-pip-version-check", "--no-deps", "--only-binary", ":all:"),
        *("--implementation", "cp", "--python-version", digits),
        *(word for abi in abis for word in ("--abi", abi)),
        *("--platform", PLATFORMS[triple]),
    )
