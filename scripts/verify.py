"""Prove a release from its index: as published, so built; installed, it runs.

    python scripts/verify.py --index pypi [DIST]
    python scripts/verify.py --index pypi --attested [DIST]    with PEP 740 attestations

Waits until the index lists every file of dist/ledger.json, for some minutes at most.
Each must have the bytes that were recorded, and nothing else may be there under this
version. pip must find the right file for every platform and Python of the plan. Then it
installs the release from there into a new environment of each Python that this machine
has, and the command in [tool.pipeline] runs in it. It says what to do about what it
finds, and does none of it.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline import ledger, toolenv
from pipeline import plan as plans
from pipeline.commands import (
    Command,
    Failure,
    at_once,
    command,
    main,
    run,
    silent,
    titled,
)
from pipeline.ledger import Entry
from pipeline.plan import Plan, Python, Target
from pipeline.project import PROJECT
from provision import pythons

if TYPE_CHECKING:
    from pipeline.index import Listed


# How long an index may take to list what it took, and how often it is asked.
WAIT_SECONDS = 600
EACH_SECONDS = 10


def complete(
    simple: str, names: Collection[str], seconds: float
) -> dict[str, "Listed"]:
    """What the index lists, as soon as nothing is missing, or when time is up."""
    from pipeline import index

    end = time.monotonic() + seconds
    while True:
        listed = index.files(simple, PROJECT.name)
        missing = len(set(names) - listed.keys())
        if not missing or time.monotonic() >= end:
            return listed
        print(f"{missing} files are not listed yet", flush=True)
        time.sleep(min(EACH_SECONDS, seconds))


def differences(
    listed: Mapping[str, "Listed"], entries: Sequence[Entry]
) -> Iterator[str]:
    """What the index has that is not the ledger's."""
    from pipeline import index

    for entry in entries:
        if entry.file not in listed:
            yield f"{entry.file} is not on the index: publish again, it resumes"
            continue
        digest = index.digest(listed[entry.file].address)
        if digest != entry.sha256:
            yield (
                f"{entry.file} has sha256 {digest} on the index and {entry.sha256} in"
                " the ledger: yank the release, these are not the tested bytes"
            )
        elif listed[entry.file].yanked:
            yield f"{entry.file} is yanked: nobody gets it who does not ask for it"
        else:
            print(f"same bytes: {entry.file}", flush=True)
    known = {entry.file for entry in entries}
    for name in listed:
        if name not in known and PROJECT.is_of_release(name):
            yield f"{name} is on the index and nobody built it: yank the release"


def unattested(
    listed: Mapping[str, "Listed"], entries: Sequence[Entry]
) -> Iterator[str]:
    """Files without an attestation that is by this repository's workflow.

    `differences` found nothing: the index has the bytes that the ledger recorded.
    """
    from pipeline import attestation, index

    publisher = attestation.publisher()
    for entry in entries:
        address = listed[entry.file].provenance
        if not address:
            yield f"{entry.file} has no attestation: was publish.py given --attest?"
            continue
        _, provenance = index.request(address, accept=attestation.KIND)
        if found := attestation.fault(provenance, entry.file, entry.sha256, publisher):
            yield f"{entry.file}: {found}: yank the release if others cannot verify it"
        else:
            print(f"attested by {publisher.repository}: {entry.file}", flush=True)


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
    return pip(
        *(sys.executable, "download", simple, "--quiet", "--dest", dest),
        *(word for tag in row.tag.split(".") for word in ("--platform", tag)),
        *("--implementation", "cp", "--python-version", python.number),
        *(word for abi in python.abis for word in ("--abi", abi)),
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
    work = {
        f"{row.tag}, Python {python}": partial(
            download, simple, plan, entries, row, python
        )
        for row, python in promises(plan, entries)
    }
    for where, file in at_once(work):
        print(f"{where}: {file}", flush=True)
    print(f"pip finds the right wheel on {len(work)} kinds of platform and Python")


def download(
    simple: str, plan: Plan, entries: Sequence[Entry], row: Target, python: Python
) -> str:
    """The wheel that pip finds for this platform and Python, if it fits."""
    digests = {entry.file: entry.sha256 for entry in entries}
    with tempfile.TemporaryDirectory(prefix=f"{PROJECT.name}-download-") as name:
        run(download_command(simple, row, python, Path(name)), show=silent)
        (file,) = Path(name).iterdir()
        found = plan.of_file(file.name)
        fits = found and found.tag == row.tag and found.admits(python)
        if not fits or ledger.sha256(file) != digests.get(file.name):
            raise Failure(f"pip took {file.name} on {row.tag}, Python {python}")
    return file.name


def venv_command(python: Path, venv: Path) -> Command:
    return command(python, "-m", "venv", venv)


def install_commands(python: Path, simple: str, report: Path) -> list[Command]:
    """From the index what is ours, by name and version; the rest from the usual one.

    Never both indexes in one command: pip takes whichever has the higher version,
    and anybody may have registered the name on the other.
    """
    quiet = (python, "-m", "pip", "install", "--disable-pip-version-check", "--quiet")
    release = f"{PROJECT.name}=={PROJECT.version}"
    return [
        pip(python, "install", simple, "--report", report),
        # Finds the release installed, and adds what it requires. Python compiles what
        # it imports; pip would compile all, for five times as long as it installs.
        command(*quiet, "--no-compile", release, *PROJECT.smoke_requires),
    ]


def installed_hash(report: dict[str, Any]) -> tuple[str, str]:
    """File and sha256 that pip installed, from its report."""
    download = report["install"][0]["download_info"]
    name = str(download["url"]).split("#")[0].split("/")[-1]
    return name, str(download["archive_info"]["hashes"]["sha256"])


def smoke_command(python: Path, folder: Path) -> Command:
    # In a folder without sources, so that only what is installed can be found.
    return command(python, *PROJECT.smoke, cwd=folder)


def install_and_run(
    base: Path, simple: str, entries: Sequence[Entry], show: Callable[[str], None]
) -> str:
    """In a new environment of this interpreter; the file that pip chose."""
    with tempfile.TemporaryDirectory(prefix=f"{PROJECT.name}-verify-") as name:
        folder = Path(name).resolve()
        run(venv_command(base, folder / "venv"), show=show)
        python = toolenv.python(folder / "venv")
        report = folder / "report.json"
        for one in install_commands(python, simple, report):
            run(one, show=show)
        file, digest = installed_hash(json.loads(report.read_text("utf-8")))
        if digest not in {entry.sha256 for entry in entries}:
            raise Failure(f"pip installed {file}, sha256 {digest}: not in the ledger")
        run(smoke_command(python, folder), show=show)
    return file


def run_on_each(plan: Plan, simple: str, entries: Sequence[Entry]) -> None:
    """On every Python of this machine for which there is a wheel."""
    host = plans.host_triple()
    rows = [row for entry in entries if (row := plan.of_file(entry.file))]
    mine = [row for row in rows if row.is_of(host)]
    wanted = [py for py in plan.pythons if any(row.admits(py) for row in mine)]
    interpreters = pythons.provide(wanted)
    if absent := interpreters.absent:
        raise Failure(f"no interpreter to verify with: {', '.join(map(str, absent))}")
    work = {
        (title := f"Python {python}"): partial(
            install_and_run, path, simple, entries, titled(title)
        )
        for python, path in interpreters.found.items()
    }
    for title, file in at_once(work):
        print(f"{title}: {file} was installed and runs", flush=True)
    verified = ", ".join(map(str, interpreters.found)) or "no Python of this machine"
    print(f"verified {len(entries)} files; installed and run on {verified}")


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dist", nargs="?", type=Path, default=PROJECT.dist)
    parser.add_argument(
        "--index", required=True, help="pypi, testpypi, or the address of a local one"
    )
    parser.add_argument("--attested", action="store_true", help="check attestations")
    parser.add_argument(
        "--wait", type=float, default=WAIT_SECONDS, metavar="SECONDS", help="at most"
    )
    return parser


def stage(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    plan = plans.load()
    lacking = plan.lacking(plans.host_triple())
    attested = options.attested and "publish" not in lacking
    toolenv.enter("test", *(["publish"] if attested else []))
    from pipeline import index

    if options.attested and not attested:
        print(f"attestations are not checked here: {lacking['publish']}", flush=True)
    simple = index.of(options.index).simple
    entries = ledger.read(options.dist.resolve())
    listed = complete(simple, [entry.file for entry in entries], options.wait)
    found = list(differences(listed, entries))
    if attested and not found:
        found = list(unattested(listed, entries))
    if found:
        raise Failure("the index is not the release:\n  " + "\n  ".join(found))
    download_all(simple, plan, entries)
    run_on_each(plan, simple, entries)
    return 0


if __name__ == "__main__":
    main(stage)
