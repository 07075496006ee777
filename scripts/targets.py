"""The plan: which wheels a release has, read from targets.toml.

python scripts/targets.py            a table of the plan
python scripts/targets.py --outputs  the matrix of GitHub Actions, as a step's outputs
python scripts/targets.py --files    the files of a release, one a line
"""

import argparse
import json
from collections.abc import Sequence

from pipeline import github
from pipeline import plan as plans
from pipeline.commands import main
from pipeline.plan import Plan


def outputs(plan: Plan) -> dict[str, str]:
    """The matrices of the workflows, as JSON.

    `rows` has a job for each wheel, on its machine, `tests` one for each that is tested
    apart from its build; `machines` has one of each kind, `others` those of them that
    do not test the wheels of all.
    """
    rows = {row: {"name": row.name, "runner": row.runner} for row in plan.targets}
    runners = list(dict.fromkeys(row.runner for row in plan.targets))
    testing = {row.runner for row in plan.targets if row.test == "native"}
    matrices = {
        "rows": [*rows.values()],
        "tests": [job for row, job in rows.items() if row.has_test_job],
        "machines": [{"runner": one} for one in runners],
        "others": [{"runner": one} for one in runners if one not in testing],
    }
    return {name: json.dumps({"include": jobs}) for name, jobs in matrices.items()}


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
        github.write_outputs(outputs(plan))
    elif options.files:
        print("\n".join(plan.files))
    else:
        print(table(plan))
    return 0


if __name__ == "__main__":
    main(stage)
