"""The plan: which wheels a release has, read from targets.toml.

python scripts/targets.py            a table of the plan
python scripts/targets.py --outputs  the matrix of GitHub Actions, as a step's outputs
python scripts/targets.py --files    the files of a release, one a line
"""

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path

from pipeline import plan as plans
from pipeline.commands import main
from pipeline.plan import Plan


def outputs(plan: Plan) -> str:
    """A job for each row, on its machine; and one machine of each kind."""
    rows = [{"name": row.name, "runner": row.runner} for row in plan.targets]
    runners = dict.fromkeys(row.runner for row in plan.targets)
    matrices = {"rows": rows, "machines": [{"runner": one} for one in runners]}
    return "".join(
        f"{name}={json.dumps({'include': matrix})}\n"
        for name, matrix in matrices.items()
    )


def write_outputs(plan: Plan) -> None:
    """Where Actions reads them; elsewhere they are only shown."""
    text = outputs(plan)
    print(text, end="")
    if path := os.environ.get("GITHUB_OUTPUT"):
        with Path(path).open("a", encoding="utf-8", newline="\n") as file:
            file.write(text)


def table(plan: Plan) -> str:
    lines = [f"{'target':24}{'built by':14}{'tested':10}on Python"]
    for row in plan.targets:
        pythons = row.untested or " ".join(map(str, plan.promised(row)))
        lines.append(f"{row.name:24}{row.build:14}{row.test:10}{pythons}")
    count = f"{len(plan.targets)} wheels and the sdist"
    return "\n".join([*lines, "", *plan.files, count])


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    group = parser.add_mutually_exclusive_group()
    for option in ("--outputs", "--files"):
        group.add_argument(option, action="store_true")
    return parser


def stage(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    plan = plans.load()
    if options.outputs:
        write_outputs(plan)
    elif options.files:
        print("\n".join(plan.files))
    else:
        print(table(plan))
    return 0


if __name__ == "__main__":
    main(stage)
