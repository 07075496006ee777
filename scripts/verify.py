"""Prove a release from its index: as published, so built; installed, it runs.

    python scripts/verify.py --url URL [DIST]

Every file of the index must have the bytes that dist/ledger.json recorded, and none
may be missing. pip must find the right one of them for every platform and Python of
the plan. Then it installs the release from there into a new environment, and the
command in [tool.pipeline] runs in it.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import targets
from pipeline import ledger, toolenv
from pipeline.commands import Command, Failure, command, main, run, silent
from pipeline.ledger import Entry
from pipeline.project import PROJECT
from targets import Plan, Python, Target


def differences(simple: str, entries: Sequence[Entry]) -> Iterator[str]:
    """What the index has that is not the ledger's."""
    from pipeline import index

    present = index.files(simple, PROJECT.name)
    for entry in entries:
        if entry.file not in present:
            yield f"{entry.file} is not on the index: publish again"
            continue
        digest = index.digest(present[entry.file])
        if digest != entry.sha256:
            yield (
                f"{entry.file} has sha256 {digest} on the index and {entry.sha256} in"
                " the ledger: yank the release, these are not the tested bytes"
            )
        else:
            print(f"same bytes: {entry.file}", flush=True)


def pip(python: str | Path, verb: str, simple: str, *arguments: str | Path) -> Command:
    """What is ours, as a wheel and from the index alone."""
    release = f"{PROJECT.name}=={PROJECT.version}"
    return command(
        *(python, "-m", "pip", verb, "--disable-pip-version-check", "--no-deps"),
        *("--no-cache-dir", "--only-binary", ":all:", "--index-url", simple),
        *(*arguments, release),
        # A folder of wheels named in the environment must not answer for it.
        env={"PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""},
    )


def download_command(simple: str, row: Target, python: Python, dest: Path) -> Command:
    """As pip would on such a machine."""
    digits, end = f"{python.major}{python.minor}", "t" if python.free_threaded else ""
    abis = [f"cp{digits}{end}", f"abi3{end}"]
    return pip(
        *(sys.executable, "download", simple, "--quiet", "--dest", dest),
        *(word for tag in row.tag.split(".") for word in ("--platform", tag)),
        *("--implementation", "cp", "--python-version", f"{python}".removesuffix("t")),
        *(word for abi in abis for word in ("--abi", abi)),
    )


def promises(plan: Plan, entries: Sequence[Entry]) -> Iterator[tuple[Target, Python]]:
    """Each platform that there are wheels for, by one of its rows, and its Pythons."""
    published = [row for entry in entries if (row := plan.of_file(entry.file))]
    first: dict[tuple[str, Python], Target] = {}
    for row in published:
        for python in plan.promised(row):
            first.setdefault((row.tag, python), row)
    for (_, python), row in first.items():
        yield row, python


def download_all(simple: str, plan: Plan, entries: Sequence[Entry]) -> None:
    """`Failure` unless pip finds a wheel that fits, wherever one is promised."""
    digests = {entry.file: entry.sha256 for entry in entries}
    count = 0
    for row, python in promises(plan, entries):
        with tempfile.TemporaryDirectory(prefix=f"{PROJECT.name}-download-") as name:
            run(download_command(simple, row, python, Path(name)), show=silent)
            (file,) = Path(name).iterdir()
            found = plan.of_file(file.name)
            fits = found and found.tag == row.tag and found.admits(python)
            if not fits or ledger.sha256(file) != digests.get(file.name):
                raise Failure(f"pip took {file.name} on {row.tag}, Python {python}")
        print(f"{row.tag}, Python {python}: {file.name}", flush=True)
        count += 1
    print(f"pip finds the right wheel on {count} kinds of platform and Python")


def venv_command(venv: Path) -> Command:
    return command(sys.executable, "-m", "venv", venv)


def install_commands(python: Path, simple: str, report: Path) -> list[Command]:
    """From the index what is ours, by name and version; the rest from the usual one.

    Never both indexes in one command: pip takes whichever has the higher version,
    and anybody may have registered the name on the other.
    """
    quiet = (python, "-m", "pip", "install", "--disable-pip-version-check", "--quiet")
    release = f"{PROJECT.name}=={PROJECT.version}"
    return [
        pip(python, "install", simple, "--report", report),
        # Finds the release installed, and adds what it requires.
        command(*quiet, release, *PROJECT.smoke_requires),
    ]


def installed_hash(report: dict[str, Any]) -> tuple[str, str]:
    """File and sha256 that pip installed, from its report."""
    download = report["install"][0]["download_info"]
    name = str(download["url"]).split("#")[0].rsplit("/", 1)[-1]
    return name, str(download["archive_info"]["hashes"]["sha256"])


def smoke_command(python: Path, folder: Path) -> Command:
    # In a folder without sources, so that only what is installed can be found.
    return command(python, *PROJECT.smoke, cwd=folder)


def install_and_run(simple: str, entries: Sequence[Entry]) -> None:
    with tempfile.TemporaryDirectory(prefix=f"{PROJECT.name}-verify-") as name:
        folder = Path(name).resolve()
        run(venv_command(folder / "venv"))
        python = toolenv.python(folder / "venv")
        report = folder / "report.json"
        for one in install_commands(python, simple, report):
            run(one)
        file, digest = installed_hash(json.loads(report.read_text("utf-8")))
        if digest not in {entry.sha256 for entry in entries}:
            raise Failure(f"pip installed {file}, sha256 {digest}: not in the ledger")
        run(smoke_command(python, folder))
        print(f"verified {len(entries)} files; {file} was installed and runs")


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dist", nargs="?", type=Path, default=PROJECT.root / "dist")
    parser.add_argument("--url", required=True, help="the index's simple/ address")
    return parser


def stage(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    toolenv.enter()
    entries = ledger.read(options.dist.resolve())
    if found := list(differences(options.url, entries)):
        raise Failure("the index is not the release:\n  " + "\n  ".join(found))
    download_all(options.url, targets.load(), entries)
    install_and_run(options.url, entries)
    return 0


if __name__ == "__main__":
    main(stage)
