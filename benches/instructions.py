"""Count the instructions of some calls, which do not depend on the machine's load.

    python benches/instructions.py            compares with instructions.toml
    python benches/instructions.py --record   writes it

One run under callgrind (valgrind), of the installed package; the counts are those of
its AVX2 code, as valgrind knows no AVX-512. More than 5 % above what is recorded is a
failure; so is so much below, which is to be recorded.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

RECORD = Path(__file__).with_suffix(".toml")
TOLERANCE = 0.05

#: A call each. `a` has 100,000 values, `b` 10 % NaN among them, `c` 1,000 rows of `b`.
CALLS = (
    "nansum(a)",
    "nanvar(c, axis=0)",
    "nanmedian(b)",
    "move_mean(a, 20)",
    "move_std(b, 20, min_count=1)",
    "rankdata(a)",
)

# Callgrind writes what it has counted whenever `getppid` is called, and begins anew.
# The first call of a function is not counted: it finds its instructions and its memory.
PROGRAM = """
import os
import sys
import numpy as np
import uncork

rng = np.random.default_rng(0)
a = rng.normal(size=100_000)
b = np.where(rng.random(a.size) < 0.1, np.nan, a)
c = b.reshape(1000, 100)
uncork.set_num_threads(1)
for call in sys.argv[1:]:
    code = compile(f"uncork.{call}", call, "eval")
    eval(code)
    os.getppid()
    eval(code)
    os.getppid()
"""


def count() -> dict[str, int]:
    with tempfile.TemporaryDirectory() as folder:
        command = [
            *("valgrind", "--tool=callgrind", "--dump-before=getppid"),
            f"--callgrind-out-file={folder}/part",
            *(sys.executable, "-P", "-c", PROGRAM, *CALLS),
        ]
        # Python's own memory would hide that of arrays, hashes change from run to run.
        fixed = {"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1"}
        env = os.environ | fixed | {"UNCORK_CPU": "avx2"}
        done = subprocess.run(command, env=env, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"{' '.join(command[:2])} failed:\n{done.stderr}")
        parts = [Path(f"{folder}/part.{2 * at + 2}") for at in range(len(CALLS))]
        return dict(zip(CALLS, map(total, parts), strict=True))


def total(part: Path) -> int:
    found = re.search(r"^(?:summary|totals): (\d+)", part.read_text("utf-8"), re.M)
    if found is None:
        sys.exit(f"valgrind wrote no total to {part.name}")
    return int(found[1])


def record(counts: dict[str, int]) -> None:
    lines = [f'"{call}" = {number}\n' for call, number in counts.items()]
    command = f"python benches/{Path(__file__).name} --record"
    RECORD.write_text(f"# Instructions of a call: {command}\n{''.join(lines)}", "utf-8")


def compare(counts: dict[str, int]) -> bool:
    """Show each beside what is recorded; whether all are as before."""
    recorded = tomllib.loads(RECORD.read_text("utf-8"))
    same = recorded.keys() == counts.keys()
    for call, number in counts.items():
        ratio = number / recorded.get(call, number)
        same = same and abs(ratio - 1) <= TOLERANCE
        print(f"{call:30} {number:>12,} instructions, {ratio:.3f} of the recorded")
    return same


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--record", action="store_true")
    options = parser.parse_args()
    counts = count()
    if options.record:
        record(counts)
    if compare(counts):
        within = f"{len(counts)} calls within {TOLERANCE:.0%}"
        print(f"{RECORD.name} is up to date: {within}")
        return 0
    print(f"{RECORD.name} is not what was counted: record it, if that is meant")
    return 1


if __name__ == "__main__":
    sys.exit(main())
