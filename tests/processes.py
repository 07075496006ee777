"""Python processes of their own, for what is decided when `uncork` is imported."""

from __future__ import annotations

import os
import subprocess
import sys


def run(code: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run the code, with these of our environment variables and no other."""
    others = {k: v for k, v in os.environ.items() if not k.startswith("UNCORK_")}
    return subprocess.run(
        [sys.executable, "-c", code],
        env=others | variables,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
