"""Ask what is known to be wrong with the tools that requirements/ locks.

    python scripts/advisories.py

pip-audit asks the database of OSV about every version of every lock, those for other
platforms among them. Status 1 where there is an advisory, or no answer.
"""

import argparse
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from pipeline import toolenv
from pipeline.commands import Command, Failure, attempt, command, main
from pipeline.generators.tool_locks import pins


def audit_command(pinned: Path) -> Command:
    return command(
        *(sys.executable, "-m", "pip_audit", "--vulnerability-service", "osv"),
        # What is asked about is not installed, nor resolved: it is all in the file.
        *("--disable-pip", "--no-deps", "--strict", "--progress-spinner", "off"),
        *("--requirement", pinned),
    )


def requirements(texts: Iterable[str]) -> str:
    """What the locks pin, for whatever platform, each once."""
    found = sorted({pin for text in texts for pin in pins(text)})
    return "".join(f"{pin}\n" for pin in found)


def parser() -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )


def stage(arguments: Sequence[str]) -> int:
    parser().parse_args(arguments)
    toolenv.enter("advisories")
    locks = sorted(toolenv.LOCKS.glob("*.txt"))
    with tempfile.TemporaryDirectory() as name:
        pinned = Path(name) / "pinned.txt"
        text = requirements(path.read_text("utf-8") for path in locks)
        pinned.write_text(text, "utf-8", newline="\n")
        finished = attempt(audit_command(pinned))
    if finished.status:
        raise Failure("there are advisories, or the database could not be asked")
    print(f"no advisory for {len(text.splitlines())} versions in {len(locks)} locks")
    return 0


if __name__ == "__main__":
    main(stage)
