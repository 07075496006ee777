"""The locks of the tools: requirements/*.in to *.txt, with hashes.

One lock for each part of the pipeline, for every platform and Python, without the
address of an index: whoever installs asks the index of their own, and the hashes
decide. All are resolved together, so that parts can share an environment.
"""

import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from pipeline import toolenv
from pipeline.commands import Command, Failure, command, run

FOLDER = toolenv.LOCKS
PINNED = re.compile(r"^(\S+==\S+).*?(?: \\\n    .*)*$", re.MULTILINE)
# What uv makes the same of the same input with; dependabot looks for it in the locks.
OPTIONS = (
    *("--universal", "--generate-hashes"),
    *("--python-version", toolenv.MINIMUM_PYTHON),
)
HEADER = f"""\
# Written by `python scripts/generate.py locks`, which runs for all of them together
# uv pip compile {" ".join(OPTIONS)}
"""


def pins(text: str) -> Iterator[str]:
    """What a lock pins, as `name==version`."""
    return (found[1] for found in PINNED.finditer(text))


def sources() -> list[Path]:
    return sorted(FOLDER.glob("*.in"))


def compile_command(
    inputs: Sequence[Path],
    output: Path,
    *,
    constraints: Path | None = None,
    upgrade: bool = False,
) -> Command:
    return command(
        *("uv", "pip", "compile", "--quiet", *OPTIONS),
        *("--no-header", "--no-annotate", "--no-emit-index-url"),
        *(("--constraints", str(constraints)) if constraints else ()),
        *(("--upgrade",) if upgrade else ()),
        "--output-file",
        output,
        *inputs,
    )


def lock(folder: Path, *, upgrade: bool = False) -> None:
    """Write every lock into the folder, keeping what the present ones have."""
    together = folder / "together.txt"
    present = (path.with_suffix(".txt") for path in sources())
    texts = [path.read_text("utf-8") for path in present if path.exists()]
    # uv prefers what its output file has. Each version stands in several locks.
    kept = sorted({found[0] for text in texts for found in PINNED.finditer(text)})
    together.write_text("\n".join(kept) + "\n", "utf-8", newline="\n")
    run(compile_command(sources(), together, upgrade=upgrade))
    for source in sources():
        made = folder / source.with_suffix(".txt").name
        run(compile_command([source], made, constraints=together))
        made.write_bytes(HEADER.encode() + made.read_bytes())
    together.unlink()


def write(*, upgrade: bool = False) -> str:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lock(folder, upgrade=upgrade)
        made = sorted(folder.iterdir())
        for path in made:
            (FOLDER / path.name).write_bytes(path.read_bytes())
    return f"wrote {len(made)} locks"


def check() -> str:
    """Lock again from what is locked: nothing may change."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lock(folder)
        stale = [
            path.name
            for path in sorted(folder.iterdir())
            if not same(path, FOLDER / path.name)
        ]
    if stale:
        raise Failure(f"stale: {', '.join(stale)}: python scripts/generate.py locks")
    return "requirements/*.txt is up to date"


def same(one: Path, other: Path) -> bool:
    return other.exists() and one.read_bytes() == other.read_bytes()
