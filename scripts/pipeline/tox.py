"""tox.ini's environments, how one is run, and what its runners say at their end."""

import configparser
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.commands import Command, command
from pipeline.plan import PLAN, Python
from pipeline.project import PROJECT


def ours(scripts: Path, root: Path) -> Path:
    """Among the scripts where the project has one that is about something else."""
    found = scripts / "tox.ini"
    return found if found.exists() else root / "tox.ini"


TOX = ours(PLAN.parent, PROJECT.root)

# How runners close. One environment may run several; each line is shown.
CLOSING = re.compile(
    r"(=+ )?(?P<pytest>(\d+ (passed|failed|errors?|skipped|deselected)|no tests ran)\b"
    r".* in \d.*?)( =+)?"
    r"|(?P<pretty>Results \(\d.*\)):"  # pytest-pretty's and pytest-sugar's
    r"|(?P<cargo>test result: .*)"
    r"|(?P<mypy>Success: no issues found in .*|Found \d+ errors?\b.*)"
    r"|(?P<pyright>\d+ errors?, \d+ warnings?.*)"
    r"|(?P<ruff>All checks passed!|\d+ files? already formatted)"
    r"|(?P<check_jsonschema>ok -- validation done)"
    r"|(?P<cargo_mutants>\d+ mutants? tested in .*)"
    r"|(?P<zizmor>No findings to report.*|\d+ findings?\b.*)"
    r"|(?P<calls>\d+ calls: .*)"
    r"|(?P<ours>\S+ is up to date.*)"
    r"|(?P<bench>\d+ cells; .*)"
)


@dataclass(frozen=True)
class Env:
    """An environment of tox.ini."""

    name: str
    takes_wheel: bool
    python: Python | None  # None where any will do
    tools: Sequence[str] = ()  # of the system; without them it is left out
    one_core: bool = False  # so that two cores run two of its kind at a time
    usual: bool = True  # else it runs where it is named, as in the nightly workflow
    native: bool = True  # else it says the same on every machine


def environments(ini: str) -> list[Env]:
    """Those in env_list, in its order, and those that have a label instead."""
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(ini)
    usual = parser["tox"]["env_list"].split()
    labels = read_labels(parser["tox"].get("labels", ""))
    labelled = (name for names in labels.values() for name in names)
    sections = {name: section(parser, name) for name in [*usual, *labelled]}
    return [
        Env(
            name,
            takes_wheel=found.get("skip_install") != "true",
            python=python_of(name, found.get("base_python", "")),
            tools=found.get("allowlist_externals", "").split(),
            usual=name in usual,
            one_core=name in labels.get("one-core", ()),
            native=name not in labels.get("once", ()),
        )
        for name, found in sections.items()
    ]


def read_labels(text: str) -> dict[str, list[str]]:
    """`label = one, another`, a line each."""
    pairs = (line.split("=") for line in text.strip().splitlines())
    return {label.strip(): re.findall(r"[\w-]+", names) for label, names in pairs}


def section(parser: configparser.ConfigParser, name: str) -> Mapping[str, str]:
    """The section of an environment; `abi-{a,b}` is that of abi-a and of abi-b."""
    for title in parser.sections():
        if name in expand(title.removeprefix("testenv:")):
            return parser[title]
    return {}


def expand(title: str) -> list[str]:
    found = re.fullmatch(r"(.*)\{(.*)\}", title)
    return [found[1] + part for part in found[2].split(",")] if found else [title]


def python_of(name: str, base: str) -> Python | None:
    """By the name, as tox does: py314t is 3.14t; else by base_python."""
    found = re.match(r"py(\d\d+t?)(-|$)", name) or re.match(r"python([\d.]+t?)$", base)
    return Python.parse(found[1]) if found else None


def tox_command(env: str, wheel: Path | None, *, one_core: bool = False) -> Command:
    package = ("--installpkg", str(wheel)) if wheel else ()
    return command(
        *("tox", "run", "--conf", TOX, "--root", PROJECT.root),
        *("--workdir", PROJECT.root / ".tox"),
        *("--colored", "no", "-e", env, *package),
        env={
            # What can be had is here by now; uv would try once more, for long.
            "UV_PYTHON_DOWNLOADS": "never",
            **({"TESTED_WHEEL": str(wheel)} if wheel else {}),
            # Processes of pytest's own would only be in the way of the others.
            **({"PYTEST_XDIST_AUTO_NUM_WORKERS": "0"} if one_core else {}),
        },
    )


def closing_lines(output: str) -> list[str]:
    """Each runner's own last words."""
    matches = (CLOSING.fullmatch(line.strip()) for line in output.splitlines())
    return [
        next(filter(None, match.groupdict().values())) for match in matches if match
    ]


def failed_commands(output: str) -> list[str]:
    """What tox says of a command that failed, whatever the command itself said."""
    found = re.findall(r"^\S+: exit (\d+) .*?> (.*) pid=\d+$", output, re.MULTILINE)
    return [f"status {status}: {line}" for status, line in found]
