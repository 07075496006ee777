"""Prove the sdist: built where there is no network, and tested as what it is.

    python scripts/check_sdist.py [SDIST]

Who builds from source has the sdist, its crates vendored beside it, and nothing else:
cargo gets an empty home and may not ask anybody. The wheel that comes of it goes
through the tests on the oldest Python; the ledger beside the sdist notes the result.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pipeline import ledger, toolenv
from pipeline import plan as plans
from pipeline.commands import (
    Command,
    Failure,
    ask,
    attempt,
    command,
    main,
    require_rust,
    run,
)
from pipeline.project import PROJECT
from pipeline.sdist import unpack
from pipeline.tox import closing_lines, tox_command
from provision import pythons

# On all cores: the wheels, which are of the same sdist, are optimised as one.
QUICKLY = {
    "CARGO_PROFILE_RELEASE_CODEGEN_UNITS": "16",
    "CARGO_PROFILE_RELEASE_LTO": "off",
}


def vendor_command(source: Path, vendor: Path) -> Command:
    """Prints, unless quiet, the settings with which cargo finds what it has copied."""
    manifest = source / PROJECT.manifest_in_sdist
    return command("cargo", "vendor", "--locked", "--manifest-path", manifest, vendor)


def wheel_command(source: Path, home: Path, out: Path) -> Command:
    return command(
        *(sys.executable, "-m", "pip", "wheel", "--no-deps", "--no-index"),
        # The tool environment has maturin.
        *("--no-build-isolation", "--wheel-dir", out, source),
        env={"CARGO_HOME": str(home), "CARGO_NET_OFFLINE": "true", **QUICKLY},
    )


def build_offline(sdist: Path, folder: Path) -> Path:
    source = unpack(sdist, folder / "source")
    home, out = folder / "home", folder / "out"
    home.mkdir()
    # In the home: the project may have a .cargo/config.toml of its own.
    text = ask(vendor_command(source, folder / "vendor"))
    (home / "config.toml").write_text(text, "utf-8", newline="\n")
    run(wheel_command(source, home, out))
    [wheel] = out.glob("*.whl")
    return wheel


def prove(sdist: Path, env: str) -> ledger.EnvResult:
    with tempfile.TemporaryDirectory(prefix=f"{PROJECT.name}-offline-") as name:
        wheel = build_offline(sdist, Path(name).resolve())
        finished = attempt(tox_command(env, wheel))
    summary = "; ".join(closing_lines(finished.output))
    return ledger.EnvResult("offline", finished.status == 0, summary)


def note(sdist: Path, result: ledger.EnvResult) -> None:
    entries = ledger.read(sdist.parent)
    entry = ledger.find(entries, sdist)
    if entry is None:
        raise Failure(f"{sdist} is not the file that the ledger beside it recorded")
    entry.tests = [result]
    ledger.write(sdist.parent, entries)


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = PROJECT.dist / PROJECT.sdist
    parser.add_argument("sdist", nargs="?", type=Path, default=default)
    return parser


def stage(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    require_rust()
    toolenv.enter("test")
    sdist = options.sdist.resolve()
    if not sdist.exists():
        raise Failure(f"{sdist} is missing: python scripts/build.py --sdist makes it")
    oldest = min(plans.load().pythons)
    interpreters = pythons.provide([oldest])
    pythons.put_on_path(interpreters)
    result = prove(sdist, oldest.env)
    note(sdist, result)
    print(f"{sdist.name}, built offline: {result.summary}")
    return 0 if result.passed else 1


if __name__ == "__main__":
    main(stage)
