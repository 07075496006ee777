"""Prove a release from its index: as published, so built; installed, it runs.

    python scripts/verify.py --url URL [DIST]

Every file of the index must have the bytes that dist/ledger.json recorded, and none
may be missing. Then pip installs the release from there into a new environment,
which must get one of these files, and the command in [tool.pipeline] runs in it.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipeline import ledger, toolenv
from pipeline.commands import Command, Failure, command, main, run
from pipeline.ledger import Entry
from pipeline.project import PROJECT


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


def venv_command(venv: Path) -> Command:
    return command(sys.executable, "-m", "venv", venv)


def install_commands(python: Path, simple: str, report: Path) -> list[Command]:
    """From the index what is ours, by name and version; the rest from the usual one.

    Never both indexes in one command: pip takes whichever has the higher version,
    and anybody may have registered the name on the other.
    """
    pip = (str(python), "-m", "pip", "install", "--disable-pip-version-check")
    release = f"{PROJECT.name}=={PROJECT.version}"
    return [
        command(
            *(*pip, "--no-deps", "--no-cache-dir", "--only-binary", ":all:"),
            *("--index-url", simple, "--report", report, release),
            # A folder of wheels named in the environment must not answer for it.
            env={"PIP_FIND_LINKS": "", "PIP_EXTRA_INDEX_URL": ""},
        ),
        # Finds the release installed, and adds what it requires.
        command(*pip, "--quiet", release, *PROJECT.smoke_requires),
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
    install_and_run(options.url, entries)
    return 0


if __name__ == "__main__":
    main(stage)
