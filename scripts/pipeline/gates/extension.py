"""Gates of the extension module: where it runs, what it needs, what it betrays."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pipeline.commands import ask, command
from pipeline.gates import binary, instructions
from pipeline.gates.model import REBUILD, Archive, Finding, gate, is_binary
from pipeline.project import PROJECT

LINK_WITH_ZIG = "link with zig against the floor's libc, or raise the floor in the row"


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
