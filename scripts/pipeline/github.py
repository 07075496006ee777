"""What GitHub Actions tells a job, and hears from it."""

import os
from collections.abc import Mapping
from pathlib import Path


def is_hosted() -> bool:
    """Whether this machine is GitHub's, made for one job and thrown away after it."""
    return os.environ.get("RUNNER_ENVIRONMENT") == "github-hosted"


def write_outputs(outputs: Mapping[str, str]) -> None:
    """A step's outputs, where Actions reads them; elsewhere they are only shown."""
    text = "".join(f"{name}={value}\n" for name, value in outputs.items())
    print(text, end="", flush=True)
    if path := os.environ.get("GITHUB_OUTPUT"):
        with Path(path).open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)
