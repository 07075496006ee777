"""The gates of the audit: each reads the bytes of one file and prevents one accident.

A gate is a small function in `GATES`; its docstring says which accident it is for.
It yields a `Finding` for everything that is wrong, and nothing where all is well.
What belongs to one gate is not judged by another, so that a failure has one name;
tests/pipeline/test_gates.py breaks each thing and demands exactly that.
"""

import base64
import csv
import hashlib
import io
import json
import re
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

import sbom
from pipeline import binary, index_rules, instructions, ledger
from pipeline.commands import Failure, ask, attempt, command, silent
from pipeline.project import PROJECT, Project
from targets import Plan, Target

Kind = Literal["set", "wheel", "sdist"]

REBUILD = "python scripts/build.py"
LINK_WITH_ZIG = "link with zig against the floor's libc, or raise the floor in the row"
WRITE_SBOM = "python scripts/sbom.py, then python scripts/build.py"


@dataclass(frozen=True)
class Finding:
    """What is wrong, what would be right, and how to get there."""

    found: str
    allowed: str
    mend: str


@dataclass(frozen=True)
class Folder:
    """All files that are to be uploaded together."""

    path: Path
    project: Project
    plan: Plan

    @cached_property
    def names(self) -> list[str]:
        return sorted(
            path.name
            for path in self.path.iterdir()
            # The ledger lies beside the files and is not uploaded.
            if path.name != ledger.NAME
        )


@dataclass(frozen=True)
class Archive:
    """A wheel or an sdist, with its contents in memory."""

    path: Path
    project: Project
    plan: Plan

    @property
    def kind(self) -> Kind:
        return "wheel" if self.path.suffix == ".whl" else "sdist"

    @cached_property
    def contents(self) -> dict[str, bytes]:
        """Every file by its name in the archive; raises what a damaged one causes."""
        if self.kind == "wheel":
            with zipfile.ZipFile(self.path) as wheel:
                return {info.filename: wheel.read(info) for info in wheel.infolist()}
        with tarfile.open(self.path) as sdist:
            return dict(tar_contents(sdist))

    @property
    def target(self) -> Target | None:
        return self.plan.of_file(self.path.name)

    @property
    def abi(self) -> str:
        """The ABI that the name claims."""
        return self.path.stem.split("-")[3]

    @property
    def platform(self) -> str:
        """The platform that the name claims: of several names the last."""
        return self.path.stem.split("-")[4].split(".")[-1]

    @cached_property
    def extension(self) -> binary.Extension:
        """The extension module; `Failure` where there is none that can be read."""
        names = [name for name in self.contents if is_binary(name)]
        if not names:
            raise Failure("no extension module in it")
        return binary.read(self.contents[names[0]])

    @property
    def dist_info(self) -> str:
        return f"{self.project.stem}.dist-info"

    @property
    def metadata(self) -> Message:
        if self.kind == "wheel":
            name = f"{self.dist_info}/METADATA"
        else:
            name = f"{self.project.stem}/PKG-INFO"
        return message_from_bytes(self.contents.get(name, b""))


def tar_contents(archive: tarfile.TarFile) -> Iterator[tuple[str, bytes]]:
    for member in archive.getmembers():
        stream = archive.extractfile(member)
        yield member.name, stream.read() if stream else b""


@dataclass(frozen=True)
class Gate:
    """One check of the audit."""

    kinds: tuple[Kind, ...]
    check: Callable[..., Iterable[Finding]]

    @property
    def name(self) -> str:
        return self.check.__name__

    @property
    def accident(self) -> str:
        return " ".join((self.check.__doc__ or "").split())


GATES: dict[str, Gate] = {}
Check = TypeVar("Check", bound=Callable[..., Iterable[Finding]])


def gate(*kinds: Kind) -> Callable[[Check], Check]:
    """Enter the function into the registry, for files of these kinds."""

    def register(check: Check) -> Check:
        made = Gate(kinds, check)
        GATES[made.name] = made
        return check

    return register


# The set of files.


@gate("set")
def file_set(folder: Folder) -> Iterator[Finding]:
    """A release without its Linux wheels, or with a file of yesterday (orjson#548,
    delta-rs#4029: most partial releases began with a job that was skipped).
    """
    planned = set(folder.plan.files)
    for name in sorted(planned - set(folder.names)):
        yield Finding(
            f"{name} is missing",
            "exactly the files of the plan",
            "build it, or take its row out of targets.toml",
        )
    for name in sorted(set(folder.names) - planned):
        yield Finding(
            f"{name} is not in the plan",
            "exactly the files of the plan",
            "empty dist/ and build again, or add a row to targets.toml",
        )


# The archive.


@gate("wheel", "sdist")
def archive(file: Archive) -> Iterator[Finding]:
    """A torn upload or download (warehouse#19777: two wheels of one name written over
    each other), and an archive that writes outside its folder.
    """
    try:
        names = list(file.contents)
    except (
        OSError,
        EOFError,
        zipfile.BadZipFile,
        tarfile.TarError,
        zlib.error,
    ) as error:
        yield Finding(f"unreadable: {error}", "a whole archive", REBUILD)
        return
    for name in names:
        if name.startswith("/") or ".." in name.split("/") or "\\" in name:
            yield Finding(f"entry {name!r}", "paths inside the archive", REBUILD)
    if file.kind == "wheel":
        with zipfile.ZipFile(file.path) as wheel:
            listed = [info.filename for info in wheel.infolist()]
        for name in sorted({name for name in listed if listed.count(name) > 1}):
            yield Finding(f"{name} is in it twice", "each file once", REBUILD)


@gate("wheel")
def record(wheel: Archive) -> Iterator[Finding]:
    """A file changed after the wheel was made: pip installs it, the uninstaller and
    every verifier stumble over it.
    """
    name = f"{wheel.dist_info}/RECORD"
    rows = csv.reader(io.StringIO(wheel.contents.get(name, b"").decode()))
    recorded = {row[0]: row[1] for row in rows if row}
    for path, data in wheel.contents.items():
        expected = "" if path == name else record_hash(data)
        if path not in recorded:
            yield Finding(f"{path} is not in RECORD", "every file", REBUILD)
        elif recorded[path] != expected:
            yield Finding(
                f"RECORD says {recorded[path]!r} of {path}", repr(expected), REBUILD
            )
    for path in sorted(recorded.keys() - wheel.contents.keys()):
        yield Finding(f"RECORD has {path}, the wheel not", "files that exist", REBUILD)


def record_hash(data: bytes) -> str:
    digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest())
    return "sha256=" + digest.rstrip(b"=").decode()


@gate("wheel", "sdist")
def timestamps(file: Archive) -> Iterator[Finding]:
    """A file whose bytes depend on when it was built, so that nobody can build it again
    and compare.
    """
    found = sorted(set(times(file)))
    if len(found) > 1:
        yield Finding(
            f"times from {found[0]} to {found[-1]}", "one, of the last commit", REBUILD
        )


def times(file: Archive) -> Iterator[str]:
    if file.kind == "wheel":
        with zipfile.ZipFile(file.path) as wheel:
            for info in wheel.infolist():
                yield "{}-{:02}-{:02} {:02}:{:02}:{:02}".format(*info.date_time)
        return
    with tarfile.open(file.path) as sdist:
        for member in sdist.getmembers():
            yield str(datetime.fromtimestamp(member.mtime, UTC))


@gate("wheel")
def size(wheel: Archive) -> Iterator[Finding]:
    """Debug symbols or a second copy in the wheel, and a project that runs into the
    index's quota in the middle of a release (tokenizers#1690).
    """
    actual = wheel.path.stat().st_size
    if wheel.target and actual > wheel.target.size:
        yield Finding(
            f"{actual:,} bytes",
            f"{wheel.target.size:,} bytes",
            "look what has grown (`unzip -lv`); if rightly, raise `size` in the row",
        )


# Names, tags and metadata.


@gate("wheel")
def tags(wheel: Archive) -> Iterator[Finding]:
    """A wheel that pip takes for another Python or machine than it was built for
    (maturin#3059, rpds#110), and a name that strict installers refuse.
    """
    try:
        named = parse_wheel_filename(wheel.path.name, validate_order=True)[3]
    except InvalidWheelFilename as error:
        yield Finding(str(error), "a name by the wheel specification", REBUILD)
        return
    text = wheel.contents.get(f"{wheel.dist_info}/WHEEL", b"")
    header = message_from_bytes(text)
    inside = {Tag(*tag.split("-")) for tag in header.get_all("Tag", [])}
    if inside != named:
        yield Finding(
            f"WHEEL says {spelled(inside)}", f"{spelled(named)}, as the name", REBUILD
        )
    if header.get("Root-Is-Purelib") != "false":
        yield Finding(
            f"Root-Is-Purelib: {header.get('Root-Is-Purelib')}", "false", REBUILD
        )


def spelled(tags: Iterable[Tag]) -> str:
    return ", ".join(sorted(map(str, tags))) or "nothing"


@gate("wheel", "sdist")
def identity(file: Archive) -> Iterator[Finding]:
    """Files of one version that carry another inside (pymatgen-core#104), which the
    index accepts and pip refuses.
    """
    project = file.project
    for key, allowed in (("Name", project.name), ("Version", project.version)):
        found = file.metadata.get(key)
        if found != allowed:
            yield Finding(f"{key}: {found}", allowed, REBUILD)


@gate("wheel", "sdist")
def metadata(file: Archive) -> Iterator[Finding]:
    """Requirements in the file that are not pyproject.toml's: an installer resolves
    with what the index shows, long after the source was mended.
    """
    declared = file.project.pyproject["project"]
    header = file.metadata
    pairs: list[tuple[str, object, object]] = [
        (
            "Requires-Python",
            SpecifierSet(header.get("Requires-Python", "")),
            SpecifierSet(declared["requires-python"]),
        ),
        ("License-Expression", header.get("License-Expression"), declared["license"]),
        (
            "Requires-Dist",
            requirements(header.get_all("Requires-Dist", [])),
            requirements(declared.get("dependencies", [])),
        ),
    ]
    for key, found, allowed in pairs:
        if found != allowed:
            yield Finding(
                f"{key}: {found}", f"{allowed}, as in pyproject.toml", REBUILD
            )


def requirements(lines: Iterable[str]) -> list[str]:
    """Comparable; extras are left out, as nothing of the package depends on them.

    maturin 1.16 writes python_full_version where pyproject.toml says python_version.
    They differ for pre-releases alone: 3.15.0rc1 is of 3.15, and before it.
    """
    parsed = [
        Requirement(line.replace("python_full_version", "python_version"))
        for line in lines
    ]
    return sorted(str(one) for one in parsed if "extra" not in str(one.marker))


@gate("wheel", "sdist")
def license_files(file: Archive) -> Iterator[Finding]:
    """An sdist that the index refuses after all wheels went up, as its metadata names
    a licence that is not inside (horus#181, wingfoil#918), or code without one.
    """
    named = file.metadata.get_all("License-File", [])
    declared = file.project.license_files
    if sorted(named) != sorted(declared):
        yield Finding(f"License-File: {named}", f"{declared}, as in pyproject", REBUILD)
    inside = f"{file.dist_info}/licenses" if file.kind == "wheel" else file.project.stem
    yield from from_tree(file, {f"{inside}/{name}": name for name in declared})


@gate("wheel", "sdist")
def twine(file: Archive) -> Iterator[Finding]:
    """A description that the index cannot show, or metadata that it refuses, noticed
    at the first upload.
    """
    yield from tool_verdict("twine", "check", "--strict", str(file.path))


@gate("wheel", "sdist")
def index(file: Archive) -> Iterator[Finding]:
    """A file that the index refuses in the middle of an upload, by rules that twine
    does not know: names, tags, sizes, classifiers, versions.
    """
    for found, allowed in index_rules.broken(file.path, file.metadata):
        yield Finding(found, allowed, "see the index's documentation, and the metadata")


@gate("wheel")
def contents(wheel: Archive) -> Iterator[Finding]:
    """Common packaging mistakes: byte code, duplicates, tests at top level, modules
    that cannot be imported.
    """
    yield from tool_verdict("check-wheel-contents", str(wheel.path))


def tool_verdict(*argv: str) -> Iterator[Finding]:
    """What another project's checker says; silence for its status 0."""
    finished = attempt(command(*argv), show=silent)
    if finished.status:
        said = " ".join(finished.output.split())
        yield Finding(said, f"`{argv[0]}` content", f"see the manual of {argv[0]}")


# What is inside.


@gate("wheel")
def python(wheel: Archive) -> Iterator[Finding]:
    """A module that was left out, or a wheel built before the last change."""
    yield from from_tree(wheel, python_files(wheel.project))


@gate("wheel")
def typing(wheel: Archive) -> Iterator[Finding]:
    """py.typed shipped and the stubs gone, or stale (mlx#3916, kreuzberg#754): users'
    type checkers then see `Any` everywhere, and nobody an error.
    """
    yield from from_tree(wheel, typing_files(wheel.project))


@gate("wheel")
def extension(wheel: Archive) -> Iterator[Finding]:
    """The extension under a name that no interpreter of the tag looks for, or with a
    second one beside it that an old build left behind.
    """
    pattern = extension_pattern(wheel)
    binaries = [name for name in wheel.contents if is_binary(name)]
    fitting = [name for name in binaries if re.fullmatch(pattern, name)]
    if len(fitting) != 1 or len(binaries) != 1:
        yield Finding(f"extensions {binaries}", f"one that fits {pattern}", REBUILD)


@gate("wheel")
def sboms(wheel: Archive) -> Iterator[Finding]:
    """A bill of materials that is missing, not the repository's (which build.py holds
    against the lock file), or that no scanner can read.
    """
    inside = {f"{wheel.dist_info}/sboms/{Path(n).name}": n for n in wheel.project.sboms}
    if not inside:
        yield Finding("no SBOM declared", "one", "add it to [tool.maturin.sbom]")
    yield from from_tree(wheel, inside)
    for name in inside:
        for error in sbom.errors(wheel.contents.get(name, b"{}").decode()):
            yield Finding(f"{name}: {error}", "valid CycloneDX", WRITE_SBOM)


@gate("wheel")
def unexpected(wheel: Archive) -> Iterator[Finding]:
    """A file that nobody meant to publish: a secret, a test, a build's leftovers."""
    project = wheel.project
    info = wheel.dist_info
    known = {
        *python_files(project),
        *typing_files(project),
        *(f"{info}/{name}" for name in ("METADATA", "WHEEL", "RECORD")),
        *(f"{info}/licenses/{name}" for name in project.license_files),
        *(f"{info}/sboms/{Path(name).name}" for name in project.sboms),
    }
    for name in wheel.contents:
        if name not in known and not is_binary(name):
            yield Finding(f"{name} is in the wheel", "files of the repository", REBUILD)


@gate("sdist")
def sdist_files(sdist: Archive) -> Iterator[Finding]:
    """An sdist that cannot be built or tested (delta-rs#3364), or that holds what was
    never committed.
    """
    project = sdist.project
    files = {name for name in tracked(project) if not is_left_out(name, project)}
    allowed = {f"{project.stem}/{name}" for name in {*files, "PKG-INFO"}}
    licences = {f"{project.stem}/{name}" for name in project.license_files}
    for name in sorted(allowed - licences - sdist.contents.keys()):
        yield Finding(f"{name} is missing", "every tracked file", REBUILD)
    for name in sorted(sdist.contents.keys() - allowed):
        yield Finding(f"{name} is in the sdist", "tracked files only", REBUILD)


def is_left_out(name: str, project: Project) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in project.not_in_sdist)


def from_tree(file: Archive, paths: Mapping[str, str]) -> Iterator[Finding]:
    """That each file of the archive is there and is the repository's."""
    for inside, source in paths.items():
        path = file.project.root / source
        if inside not in file.contents:
            yield Finding(f"{inside} is missing", f"a copy of {source}", REBUILD)
        elif not path.exists() or file.contents[inside] != path.read_bytes():
            yield Finding(f"{inside} differs", f"the bytes of {source}", REBUILD)


def tracked(project: Project) -> list[str]:
    """Git's files: what everyone has, without what happens to lie about."""
    output = ask(command("git", "ls-files", "-z", cwd=project.root))
    return [name for name in output.split("\0") if name]


def package_files(project: Project) -> dict[str, str]:
    """Place in the wheel and in the repository of all that maturin copies."""
    roots = (project.python_source, project.stubs)
    found = {}
    for name in tracked(project):
        for root in roots:
            path = project.root / name
            if path.is_relative_to(root):
                found[path.relative_to(root).as_posix()] = name
    return found


def is_typing(name: str) -> bool:
    return name.endswith((".pyi", "py.typed"))


def typing_files(project: Project) -> dict[str, str]:
    return {key: name for key, name in package_files(project).items() if is_typing(key)}


def python_files(project: Project) -> dict[str, str]:
    files = package_files(project)
    return {key: name for key, name in files.items() if not is_typing(key)}


# The binary.


def is_binary(name: str) -> bool:
    return name.endswith((".so", ".pyd", ".dll", ".dylib"))


def extension_pattern(wheel: Archive) -> str:
    """The names under which an interpreter of the tag finds the module."""
    module = re.escape(wheel.project.module.replace(".", "/"))
    abi = wheel.abi
    suffixes = {
        "abi3": r"(\.abi3\.so|\.pyd)",
        # Windows has no suffix for either.
        "abi3.abi3t": r"(\.abi3t(-[\w-]+)?\.so|\.pyd)",
    }
    version = abi.removeprefix("cp")
    fallback = rf"\.(cpython-{version}|cp{version})-[\w-]+\.(so|pyd)"
    return module + suffixes.get(abi, fallback)


@gate("wheel")
def stable_abi(wheel: Archive) -> Iterator[Finding]:
    """A tag that promises every later Python while the module uses what only one has
    (ucxx#723): an import error for half of the users.
    """
    if "abi3" not in wheel.abi:
        return  # built for one version, which cp314-cp314t says
    text = ask(
        command("abi3audit", "--strict", "--report", wheel.path), statuses=(0, 1)
    )
    if not text.strip():
        yield Finding("abi3audit finds nothing to read", "an extension", REBUILD)
        return
    for report in json.loads(text)["specs"].values():
        for module in report["wheel"]:
            yield from abi_findings(wheel, module["result"])


def abi_findings(wheel: Archive, result: Mapping[str, Any]) -> Iterator[Finding]:
    foreign = set(result["non_abi3_symbols"]) - module_exports(wheel)
    for symbol in sorted(foreign):
        yield Finding(
            f"uses {symbol}", "the stable ABI", "find the call; drop or gate it"
        )
    for symbol, since in sorted(result["future_abi3_objects"].items()):
        yield Finding(
            f"uses {symbol}, of Python {since}",
            f"the stable ABI of {result['baseline']}",
            "drop the call, or raise the floor in the row and in pyproject.toml",
        )


def module_exports(wheel: Archive) -> set[str]:
    """What abi3audit 0.0.26 takes for a use of an unstable symbol and is none.

    PEP 793: an abi3t module exports PyModExport_<name> itself, where abi3 exports
    PyInit_<name>, which abi3audit knows.
    """
    if "abi3t" not in wheel.abi:
        return set()
    return {f"PyModExport_{wheel.project.module.rpartition('.')[2]}"}


@gate("wheel")
def floor(wheel: Archive) -> Iterator[Finding]:
    """A wheel that needs a newer system than its tag says (xberg#1495, vllm#41103): it
    installs on an older one and fails at the first import.
    """
    if wheel.platform.startswith("manylinux"):
        yield from glibc_floor(wheel)
    elif wheel.platform.startswith("musllinux") and isinstance(
        wheel.extension, binary.Elf
    ):
        for name in wheel.extension.versions:
            if not name.startswith("GCC_"):
                yield Finding(f"needs {name}", "no glibc", LINK_WITH_ZIG)
    elif isinstance(wheel.extension, binary.MachO):
        claimed = tuple(map(int, wheel.platform.split("_")[1:3]))
        needed = wheel.extension.oldest_system
        if not needed or needed[:2] > claimed:
            yield Finding(
                f"needs macOS {'.'.join(map(str, needed)) or 'of any version'}",
                f"macOS {'.'.join(map(str, claimed))}",
                "set MACOSX_DEPLOYMENT_TARGET, or raise the floor in the row",
            )


def glibc_floor(wheel: Archive) -> Iterator[Finding]:
    claimed = [glibc(tag) for tag in wheel.path.stem.split("-")[4].split(".")]
    report = json.loads(ask(command("auditwheel", "show", "--json", wheel.path)))
    needed = glibc(report["overall_tag"])
    if needed is None or needed > min(filter(None, claimed)):
        versions = sorted(
            {v for row in report["versioned_symbols"].values() for v in row}
        )
        yield Finding(
            f"{report['overall_tag']}, by {', '.join(versions)}",
            wheel.path.stem.split("-")[4],
            LINK_WITH_ZIG,
        )


def glibc(tag: str) -> tuple[int, int] | None:
    """The version that a PEP 600 tag names; older aliases stand beside one."""
    found = re.match(r"manylinux_(\d+)_(\d+)_", tag)
    return (int(found[1]), int(found[2])) if found else None


@gate("wheel")
def machine(wheel: Archive) -> Iterator[Finding]:
    """A module for another processor or system than the tag names (ballista#1608: two
    builds of one, and none of the other).
    """
    systems: dict[binary.System, str] = {"elf": "linux", "macho": "macosx", "pe": "win"}
    system = systems[wheel.extension.system]
    processor = wheel.extension.machine
    if system not in wheel.platform or not wheel.platform.endswith(processor or "?"):
        yield Finding(f"a {system} module of {processor}", wheel.platform, REBUILD)


@gate("wheel")
def libraries(wheel: Archive) -> Iterator[Finding]:
    """A library that the user does not have: the builder's own libstdc++, musl's wheel
    that asks for glibc, another Python's DLL (maturin#2526).
    """
    allowed = allowed_libraries(wheel)
    for name in wheel.extension.libraries:
        if not re.fullmatch(allowed, name, re.IGNORECASE):
            yield Finding(f"needs {name}", allowed, "link it statically, or drop it")


def allowed_libraries(wheel: Archive) -> str:
    """A pattern of what every system of the tag has."""
    if wheel.platform.startswith("manylinux"):
        return (
            r"lib(c|m|dl|pthread|rt)\.so\.\d|libgcc_s\.so\.1|ld(-linux\S*|64)\.so\.\d"
        )
    if wheel.platform.startswith("musllinux"):
        return r"libc\.so|libc\.musl-\w+\.so\.1"
    if wheel.platform.startswith("macosx"):
        return r"/usr/lib/lib(System\.B|iconv\.2|charset\.1)\.dylib"
    pythons = {"abi3": "python3", "abi3.abi3t": "python3t"}
    python = pythons.get(wheel.abi, wheel.abi.replace("cp", "python"))
    system = r"kernel32|ntdll|bcryptprimitives|api-ms-win-[\w-]+|vcruntime140"
    return rf"({python}|{system})\.dll"


@gate("wheel")
def exports(wheel: Archive) -> Iterator[Finding]:
    """Names of ours in every other library's way: two extensions that export the same
    one call each other's.
    """
    name = wheel.project.module.rpartition(".")[2]
    # PEP 793: abi3t has another way in.
    way = "PyModExport" if wheel.abi.endswith("abi3t") else "PyInit"
    found = wheel.extension.exports
    if found != {f"{way}_{name}"}:
        some = ", ".join(sorted(found)[:5]) or "nothing"
        yield Finding(f"exports {some}", f"{way}_{name} alone", REBUILD)


@gate("wheel")
def hardening(wheel: Archive) -> Iterator[Finding]:
    """An executable stack, which newer glibc refuses to load; a search path of the
    builder's; writable tables; on macOS a library that cannot be moved or is not signed
    (rpds#200).
    """
    for found, allowed in wheel.extension.weaknesses():
        yield Finding(found, allowed, "see the linker's arguments in the build's log")


@gate("wheel")
def stripped(wheel: Archive) -> Iterator[Finding]:
    """Symbols that only a debugger reads, three times the size of the code."""
    for found in wheel.extension.leftovers():
        yield Finding(found, "none", "`strip` in the release profile of Cargo.toml")


@gate("wheel")
def build_paths(wheel: Archive) -> Iterator[Finding]:
    """The builder's home in every user's traceback, and bytes that only this machine
    can make again.
    """
    places = {str(PROJECT.root), str(PROJECT.cache), str(Path.home())} - {"/"}
    patterns = [re.escape(place) for place in places]
    pattern = "|".join([*patterns, r"/(home|Users)/\w", r"[A-Z]:\\Users\\\w"])
    for name, data in wheel.contents.items():
        found = re.search(pattern.encode() + rb"[^\0\n]*", data)
        if found and is_binary(name):
            said = found[0].decode(errors="replace")[:120]
            yield Finding(f"{name} says {said}", "no path of a machine", REBUILD)


@gate("wheel")
def baseline(wheel: Archive) -> Iterator[Finding]:
    """Instructions that the oldest processor of the tag lacks, where nothing asks for
    them first (simsopt#652, atopile#1838: `-march=native` in a published wheel).
    """
    for found in instructions.unguarded(wheel.extension):
        yield Finding(
            found,
            "AVX only in functions that are called after asking the processor",
            "look for `-C target-cpu` in RUSTFLAGS and .cargo/config.toml",
        )


# The audit as a whole.

Verdicts = dict[tuple[str, str], list[Finding]]


def audit(folder: Folder) -> Verdicts:
    """Every gate on every file that it is for; an empty list is a passed gate."""
    verdicts: Verdicts = {}
    for name, one in GATES.items():
        if "set" in one.kinds:
            verdicts[name, ""] = list(one.check(folder))
    for file in folder.names:
        if file.endswith((".whl", ".tar.gz")):
            archive = Archive(folder.path / file, folder.project, folder.plan)
            verdicts |= audit_file(archive)
    return verdicts


def audit_file(file: Archive) -> Verdicts:
    name = file.path.name
    if damaged := list(archive(file)):
        # The other gates would only repeat it in other words.
        return {("archive", name): damaged}
    fitting = [gate for gate in GATES.values() if file.kind in gate.kinds]
    # Most of the time goes by in other people's checkers, each a process.
    with ThreadPoolExecutor() as pool:
        verdicts = pool.map(lambda gate: judge(gate, file), fitting)
    names = [(gate.name, name) for gate in fitting]
    return dict(zip(names, verdicts, strict=True))


def judge(one: Gate, file: Archive) -> list[Finding]:
    """The gate's findings; a gate that cannot judge has not passed."""
    try:
        return list(one.check(file))
    except (Failure, ValueError, KeyError) as error:
        return [Finding(f"no verdict: {error!r}", "a verdict", REBUILD)]
