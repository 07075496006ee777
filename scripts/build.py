"""Build the sdist and, from it, the wheels of the plan, into dist/.

    python scripts/build.py                  every wheel that this machine can run
    python scripts/build.py NAME...          the rows of these names
    python scripts/build.py --sample         this machine's, and one of each family
    python scripts/build.py --tier 1         the rows of a tier
    python scripts/build.py --all            every row of the plan
    python scripts/build.py --verify         twice, in two folders; bytes must agree
    python scripts/build.py --verify NAME... only these a second time
    python scripts/build.py --sdist          the sdist alone
    python scripts/build.py NAME... --from SDIST    from that of another job
    python scripts/build.py --resume ...     unless dist/ has it, of these sources

Any machine builds any row: zig links, and provision/rust.py brings the standard
libraries. A machine of the row's own kind uses its own linker where the plan says so:
by maturin alone, or by cibuildwheel, which also tests what it built. Equal sources and
tools give equal bytes: times come from the last commit, paths of this machine are
replaced, and the lock file is obeyed.
"""

import argparse
import hashlib
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from pipeline import ledger, toolenv
from pipeline import plan as plans
from pipeline.commands import (
    Command,
    Failure,
    Finished,
    ask,
    command,
    main,
    require,
    require_rust,
    run,
    side_by_side,
)
from pipeline.generators import sbom
from pipeline.plan import Plan, Target
from pipeline.project import PROJECT
from pipeline.sdist import build_sdist, epoch, expect, unpack
from pipeline.tox import closing_lines
from provision import rust

# rustc's arguments in one variable, split where no path has a character.
SEPARATOR = "\x1f"
LINKER = Path(__file__).parent / "pipeline" / "windows_linker.py"


@dataclass(frozen=True)
class Place:
    """Where a build happens; two of them must make no difference."""

    source: Path  # the unpacked sdist
    artifacts: Path  # cargo's target folder


@dataclass(frozen=True)
class Build:
    """Rows of the plan, where they are built, and the folder for the wheels."""

    rows: Sequence[Target]
    place: Place
    out: Path
    # Behind the platform in the title of a build that runs beside another.
    suffix: str = ""


def fetch_command(source: Path) -> Command:
    manifest = source / PROJECT.manifest_in_sdist
    return command("cargo", "fetch", "--locked", "--manifest-path", manifest)


def remapped(source: Path, registries: Sequence[Path]) -> dict[Path, str]:
    """Folders of this machine, and what the product may say instead.

    Panic messages hold the paths of sources: they would name the builder's home and
    make every builder's bytes different.
    """
    # rustc takes the last that fits, and sources may lie inside a home that matches.
    return {**dict.fromkeys(registries, "/cargo"), source: "/src"}


def compiler_environment(
    source: Path, registries: Sequence[Path], epoch: str, *flags: str
) -> dict[str, str]:
    """What makes equal bytes, whoever calls cargo."""
    remaps = (
        f"--remap-path-prefix={path}={name}"
        for path, name in remapped(source, registries).items()
    )
    # Names that keep functions of a kind together, so that they are packed tighter.
    every = ("-Csymbol-mangling-version=v0", *remaps, *flags)
    return {
        "SOURCE_DATE_EPOCH": epoch,
        "CARGO_ENCODED_RUSTFLAGS": SEPARATOR.join(every),
        # Compiled code of an earlier commit is no part of a release.
        "CARGO_INCREMENTAL": "0",
    }


def wheel_command(
    target: Target, place: Place, out: Path, env: Mapping[str, str], host: str
) -> Command:
    """maturin, with this machine's linker for its own kind, else with zig."""
    native = target.is_native(host)
    return command(
        *("maturin", "build", "--release", "--locked"),
        *(() if native else ("--zig",)),
        *("--target", host if native else target.rust),
        *("--compatibility", target.compatibility),
        # An invocation of its own for each ABI: in one, abi3t would win for all.
        *("--interpreter", target.builder),
        *("--compression-level", "9"),
        *("--out", out),
        # Of its own: cargo lets one build at a time into a folder.
        env={**env, "CARGO_TARGET_DIR": str(place.artifacts / target.rust)},
        cwd=place.source,
    )


def wheel_environment(
    target: Target,
    place: Place,
    registries: Sequence[Path],
    epoch: str,
    sysroot: Path | None = None,
) -> dict[str, str]:
    """What makes the wheel, whoever calls cargo; with a sysroot, on another machine."""
    # Where the sysroot lies makes no difference to the product.
    found = [f"--sysroot={sysroot}"] if sysroot else []
    return {
        **(linker_environment(target) if sysroot else {}),
        **compiler_environment(place.source, registries, epoch, *found),
        # Without it the tag would name the oldest macOS of Rust's library.
        **({"MACOSX_DEPLOYMENT_TARGET": target.macos} if target.macos else {}),
    }


def linker_environment(target: Target) -> dict[str, str]:
    """For Windows a linker of our own, which mends what maturin hands to zig.

    For macOS zig drops rustc's list of exports; where all is optimised as one, by a
    project's wish or not, nothing but the module's entry is left to be exported.
    """
    if target.system == "macos":
        return {"CARGO_PROFILE_RELEASE_LTO": "fat"}
    if target.system != "windows":
        return {}
    variable = target.rust.upper().replace("-", "_")
    return {f"CARGO_TARGET_{variable}_LINKER": str(linker(target.rust))}


def linker(triple: str) -> Path:
    """A program, as cargo wants one: the script with its Python and the target."""
    path = workshop() / f"link-{triple}"
    path.parent.mkdir(parents=True, exist_ok=True)
    text = f'#!/bin/sh\nexec "{sys.executable}" "{LINKER}" {triple} "$@"\n'
    path.write_text(text, "utf-8", newline="\n")
    path.chmod(0o755)
    return path


def registries() -> list[Path]:
    """Where cargo unpacked the dependencies, one folder for each registry."""
    home = Path(os.environ.get("CARGO_HOME", Path.home() / ".cargo"))
    return sorted((home / "registry" / "src").glob("*"))


def workshop() -> Path:
    """Where this clone is built; another clone may be built at the same time."""
    key = hashlib.sha256(str(PROJECT.root).encode()).hexdigest()[:12]
    return PROJECT.cache / "build" / key


def build_wheels(builds: Sequence[Build], epoch: str) -> list[dict[str, Finished]]:
    """The wheels of all builds, each under the name that the plan foresees.

    For each build, and in it for each row, the command that made the wheel.
    """
    # Of one commit, they have one lock file.
    run(fetch_command(builds[0].place.source))
    host = plans.host_triple()
    rows = [row for each in builds for row in each.rows]
    sysroots = rust.provide(row.rust for row in rows if not row.is_native(host))
    planned = [sequences(each, epoch, host, sysroots) for each in builds]
    finished = side_by_side(
        {title: [*some.values()] for each in planned for title, some in each.items()}
    )
    for each in builds:
        for row in each.rows:
            expect(each.out, row.wheel)
    return [
        {
            name: done
            for title, some in each.items()
            for name, done in zip(some, finished[title], strict=True)
        }
        for each in planned
    ]


def sequences(
    wanted: Build, epoch: str, host: str, sysroots: Mapping[str, Path]
) -> dict[str, dict[str, Command]]:
    """By title and row, the commands that make the wheels.

    The linker of a wheel is one thread for most of the time: platforms run side by
    side, and the ABIs of one after the other, as they share what is compiled.
    """
    folders = registries()
    planned: dict[str, dict[str, Command]] = {}
    for row in wanted.rows:
        sysroot = sysroots.get(row.rust)
        env = wheel_environment(row, wanted.place, folders, epoch, sysroot)
        if row.is_native(host) and row.build == "cibuildwheel":
            made = cibuildwheel_command(row, wanted.place, wanted.out, env)
        else:
            made = wheel_command(row, wanted.place, wanted.out, env, host)
        planned.setdefault(f"{row.rust}{wanted.suffix}", {})[row.name] = made
    return planned


def cibuildwheel_command(
    row: Target, place: Place, out: Path, env: Mapping[str, str]
) -> Command:
    """cibuildwheel, which also tests what it built on each Python of the row."""
    return command(
        *(sys.executable, "-m", "cibuildwheel", "--output-dir", out, place.source),
        env={
            **env,
            "CIBW_BUILD": " ".join(identifiers(row)),
            # pip makes an environment for the build, with the newest maturin there is.
            "PIP_BUILD_CONSTRAINT": str(toolenv.lock("native")),
        },
    )


def identifiers(row: Target) -> list[str]:
    """What cibuildwheel calls the Pythons that the wheel is for."""
    platform = re.sub(r"^macosx_\d+_\d+_", "macosx_", row.tag)
    names = (f"cp{python}-{platform}" for python in plans.load().promised(row))
    return [name.replace(".", "") for name in names]


def tested(row: Target, finished: Finished) -> list[ledger.EnvResult]:
    """What cibuildwheel's tests said of the wheel, one Python after the other."""
    pythons = plans.load().promised(row)
    said = closing_lines(finished.output)
    if len(said) != len(pythons):
        raise Failure(
            f"cibuildwheel was to test {row.wheel} on {', '.join(map(str, pythons))},"
            f" and its tests ended {len(said)} times"
        )
    return [
        ledger.EnvResult(python.env, passed=True, summary=line)
        for python, line in zip(pythons, said, strict=True)
    ]


def tools() -> dict[str, str]:
    """What decides about the bytes, for the ledger."""
    names = ("cibuildwheel", "maturin", "ziglang")
    packages = {name: version(name) for name in names if find_spec(name)}
    return {"rustc": ask(command("rustc", "--version")).strip(), **packages}


def build(
    rows: Sequence[Target],
    dist: Path,
    given: Path | None = None,
    beside: Sequence[Build] = (),
) -> list[Path]:
    """The wheels, and the sdist unless it is given, into an empty dist/; a ledger.

    What else is to be built runs `beside` them.
    """
    sbom.current()  # maturin would pack a stale one
    time = epoch()
    shutil.rmtree(dist, ignore_errors=True)
    dist.mkdir(parents=True)
    sdist = given or build_sdist(dist, time)
    made = tools()
    entries = [] if given else [ledger.entry(sdist, "sdist", made)]
    if rows:
        # Always the same folder, as its name is among the compiler's arguments: with
        # another, cargo would compile every dependency again.
        source = unpack(sdist, workshop() / "source")
        first = Build(rows, Place(source, workshop() / "target"), dist)
        finished = build_wheels([first, *beside], time)[0]
        entries += [wheel_entry(row, dist, made, finished[row.name]) for row in rows]
    ledger.write(dist, entries)
    return [dist / one.file for one in entries]


def wheel_entry(
    row: Target, dist: Path, tools: Mapping[str, str], finished: Finished
) -> ledger.Entry:
    """With what is known by now of its tests."""
    entry = ledger.entry(dist / row.wheel, row.name, tools)
    host = plans.host_triple()
    if row.is_native(host) and row.build == "cibuildwheel":
        entry.tests = tested(row, finished)
    elif row.test == "none" and not row.is_of(host):
        promised = plans.load().promised(row)
        entry.not_run = {python.env: row.untested for python in promised}
    return entry


def built_before(rows: Sequence[Target], dist: Path) -> list[Path]:
    """The files of dist/, if all are there and what would be made now."""
    if not (dist / ledger.NAME).exists():
        return []
    entries = ledger.read(dist)
    files = [dist / name for name in (PROJECT.sdist, *(row.wheel for row in rows))]
    found = [ledger.find(entries, path) for path in files if path.exists()]
    with tempfile.TemporaryDirectory() as name:
        # What the sources say is all in it, and its bytes follow from them.
        sdist = ledger.sha256(build_sdist(Path(name), epoch()))
    made = tools()
    current = [one for one in found if one and one.tools == made]
    is_current = len(current) == len(files) and current[0].sha256 == sdist
    return files if is_current else []


@contextmanager
def elsewhere(rows: Sequence[Target]) -> Iterator[list[Build]]:
    """A second build of the rows, in another folder and from nothing; none of none."""
    if not rows:
        yield []
        return
    # A blank in the path: nobody's folder is like another's.
    with tempfile.TemporaryDirectory(prefix=f"{PROJECT.name} again ") as name:
        folder = Path(name)
        out = folder / "dist"
        sdist = build_sdist(out, epoch())
        place = Place(unpack(sdist, folder / "source"), folder / "target")
        yield [Build(rows, place, out, suffix=" again")]


def compare(second: Build, dist: Path) -> None:
    """`Failure` unless sdist and wheels of the second build have the same bytes."""
    files = [
        dist / name for name in (PROJECT.sdist, *(row.wheel for row in second.rows))
    ]
    different = [path.name for path in files if not same(path, second.out / path.name)]
    if different:
        kept = keep(second.out)
        raise Failure(
            f"not reproducible: {', '.join(different)}; the second build is kept"
            f" in {kept}: compare with `diffoscope`"
        )
    for path in files:
        print(f"reproducible: {path.name}  sha256 {ledger.sha256(path)}")


def same(one: Path, other: Path) -> bool:
    return one.read_bytes() == other.read_bytes()


def keep(out: Path) -> Path:
    kept = workshop() / "different"
    shutil.rmtree(kept, ignore_errors=True)
    shutil.copytree(out, kept)
    return kept


def parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    plans.add_selection(parser, "target")
    parser.add_argument(
        "--verify", nargs="*", metavar="NAME", help="build twice, compare"
    )
    parts = parser.add_mutually_exclusive_group()
    parts.add_argument("--sdist", action="store_true", help="the sdist alone")
    parts.add_argument("--from", type=Path, dest="given", metavar="SDIST")
    parts.add_argument("--resume", action="store_true", help="keep what is current")
    parser.add_argument(
        "--dist", type=Path, default=PROJECT.dist, help="where to (dist/)"
    )
    return parser


def chosen(options: argparse.Namespace) -> Plan:
    selected = plans.selected(options)
    if options.sdist and selected:
        raise Failure("--sdist is the sdist alone: name no row with it")
    if options.given and options.verify is not None:
        raise Failure("--verify makes an sdist of its own: leave --from out")
    if options.sdist:
        return plans.load().of([])
    return selected or plans.load().of_host(plans.host_triple())


def twice(plan: Plan, names: Sequence[str] | None) -> Sequence[Target]:
    """The rows to build a second time: none, all, or those that were named."""
    if names is None:
        return ()
    return plan.named(names).targets if names else plan.targets


def stage(arguments: Sequence[str]) -> int:
    options = parser().parse_args(arguments)
    require("cargo", "git")
    require_rust()
    plan = chosen(options)
    host = plans.host_triple()
    # For the sdist maturin is enough, which the tests of it have as well.
    toolenv.enter(*({row.tools(host) for row in plan.targets} or {"test"}))
    # Misspelt, it must not be noticed after an hour.
    again = twice(plan, options.verify)
    dist = options.dist.resolve()
    given = present(options.given, dist)
    files = built_before(plan.targets, dist) if options.resume else []
    with elsewhere(again) as beside:
        if not files:
            files = build(plan.targets, dist, given, beside)
        elif beside:
            build_wheels(beside, epoch())
        for second in beside:
            compare(second, dist)
    for path in files:
        print(f"{path.stat().st_size:>9,} bytes  {path.name}")
    same = f", {len(again)} the same bytes twice" if again else ""
    print(f"built {len(plan.targets)} wheels from the sdist{same}")
    return 0


def present(given: Path | None, dist: Path) -> Path | None:
    """The sdist of this version, which was named or is in the folder; not in dist/."""
    if given is None:
        return None
    sdist = given / PROJECT.sdist if given.is_dir() else given
    if sdist.name != PROJECT.sdist or not sdist.exists():
        raise Failure(f"--from {given}: there is no {PROJECT.sdist}")
    if sdist.resolve().is_relative_to(dist):
        raise Failure(f"--from {given}: {dist} is emptied first, so move it elsewhere")
    return sdist.resolve()


if __name__ == "__main__":
    main(stage)
