"""Gates of the extension module: where it runs, what it needs, what it betrays."""

import json
import re
from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import Any

from abi3info import DATAS, FUNCTIONS

from pipeline.commands import Failure
from pipeline.gates import instructions, rules
from pipeline.gates.binary import Extension
from pipeline.gates.checkers import check
from pipeline.gates.elf import Elf
from pipeline.gates.macho import MachO
from pipeline.gates.model import REBUILD, Archive, Finding, gate, is_binary
from pipeline.project import PROJECT

PYTHON_SYMBOL = re.compile(r"_?Py|python\w*\.dll #", re.IGNORECASE)
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
    text = report("abi3audit", "--strict", "--report", wheel.path, statuses={0, 1})
    if not text.strip():
        yield Finding("abi3audit finds nothing to read", "an extension", REBUILD)
        return
    for spec in json.loads(text)["specs"].values():
        for module in spec["wheel"]:
            yield from abi_findings(wheel, module["result"])


def report(
    program: str, *arguments: str | Path, statuses: Container[int] = (0,)
) -> str:
    """What a program of another project found; `Failure` where it ended otherwise."""
    finished = check(program, *arguments)
    if finished.returncode not in statuses:
        raise Failure(f"{program} failed:\n{finished.stderr}{finished.stdout}")
    return finished.stdout


def abi_findings(wheel: Archive, result: Mapping[str, Any]) -> Iterator[Finding]:
    module = wheel.extension
    # On Linux abi3audit 0.0.26 takes the names that a module exports for uses (but for
    # PyInit_): PyModExport_ of PEP 793 is none. On macOS and Windows it reads imports.
    foreign = set(result["non_abi3_symbols"]) - module.exports
    for symbol in sorted(foreign | unknown_symbols(module)):
        yield Finding(
            f"uses {symbol}", "the stable ABI", "find the call; drop or gate it"
        )
    for symbol, since in sorted(result["future_abi3_objects"].items()):
        yield Finding(
            f"uses {symbol}, of Python {since}",
            f"the stable ABI of {result['baseline']}",
            "drop the call, or raise the floor in the row and in pyproject.toml",
        )


def unknown_symbols(module: Extension) -> set[str]:
    """What the loader looks for in Python, and the stable ABI does not have.

    abi3audit reads by sections what a module for Linux imports, on macOS the table for
    debuggers, and on Windows neither what is imported by number nor what is when it is
    first used.
    """
    known = {symbol.name for symbol in (*FUNCTIONS, *DATAS)}
    used = {name for name in module.imports if PYTHON_SYMBOL.match(name)}
    return used - known


@gate("wheel")
def floor(wheel: Archive) -> Iterator[Finding]:
    """A wheel that needs a newer system than its tag says (xberg#1495, vllm#41103): it
    installs on an older one and fails at the first import.
    """
    if wheel.platform.startswith("manylinux"):
        yield from glibc_floor(wheel)
    elif wheel.platform.startswith("musllinux") and isinstance(wheel.extension, Elf):
        for name in wheel.extension.versions:
            if not name.startswith("GCC_"):
                yield Finding(f"needs {name}", "no glibc", LINK_WITH_ZIG)
    elif isinstance(wheel.extension, MachO):
        claimed = tuple(map(int, wheel.platform.split("_")[1:3]))
        needed = wheel.extension.oldest_system
        if not needed or needed[:2] > claimed:
            yield Finding(
                f"needs macOS {'.'.join(map(str, needed)) or 'of any version'}",
                f"macOS {'.'.join(map(str, claimed))}",
                "set MACOSX_DEPLOYMENT_TARGET, or raise the floor in the row",
            )
        if wheel.extension.platform != "MACOS":
            found = wheel.extension.platform or "no system"
            yield Finding(f"a library for {found}", "MACOS", REBUILD)


def glibc_floor(wheel: Archive) -> Iterator[Finding]:
    claimed = [glibc(tag) for tag in wheel.path.stem.split("-")[4].split(".")]
    found = json.loads(report("auditwheel", "show", "--json", wheel.path))
    needed = glibc(found["overall_tag"])
    if needed is None or needed > min(filter(None, claimed)):
        versions = sorted(
            {v for row in found["versioned_symbols"].values() for v in row}
        )
        yield Finding(
            f"{found['overall_tag']}, by {', '.join(versions)}",
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
    systems: dict[rules.System, str] = {"elf": "linux", "macho": "macosx", "pe": "win"}
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
        return (
            r"/usr/lib/lib(System\.B|iconv\.2|charset\.1|objc\.A|c\+\+\.1)\.dylib"
            r"|/System/Library/Frameworks/(\w+)\.framework/Versions/\w+/\2"
        )
    pythons = {"abi3": "python3", "abi3.abi3t": "python3t"}
    python = pythons.get(wheel.abi, wheel.abi.replace("cp", "python"))
    system = (
        r"kernel32|ntdll|bcryptprimitives|api-ms-win-[\w-]+|vcruntime140|advapi32|bcrypt"
        r"|crypt32|iphlpapi|ncrypt|ole32|oleaut32|secur32|shell32|user32|userenv|ws2_32"
    )
    return rf"({python}|{system})\.dll"


@gate("wheel")
def exports(wheel: Archive) -> Iterator[Finding]:
    """Names of ours in every other library's way: two extensions that export the same
    one call each other's.
    """
    name = wheel.project.module.rpartition(".")[2]
    # PEP 793: abi3t has another way in, which from Python 3.15 on PyO3 adds elsewhere.
    way = "PyModExport" if wheel.abi.endswith("abi3t") else "PyInit"
    found = wheel.extension.exports
    if found not in ({f"{way}_{name}"}, {f"{way}_{name}", f"PyModExport_{name}"}):
        some = ", ".join(sorted(found)[:5]) or "nothing"
        yield Finding(f"exports {some}", f"{way}_{name} alone", REBUILD)


def by_rules(gate: str, wheel: Archive, mend: str) -> Iterator[Finding]:
    for found, allowed in rules.broken(gate, wheel.extension):
        yield Finding(found, allowed, mend)


@gate("wheel")
def hardening(wheel: Archive) -> Iterator[Finding]:
    """An executable stack, which newer glibc refuses to load; a search path of the
    builder's; writable code; on macOS a library that cannot be moved; code at an
    address that an attacker knows.
    """
    mend = "see the linker's arguments in the build's log"
    yield from by_rules("hardening", wheel, mend)


@gate("wheel")
def layout(wheel: Archive) -> Iterator[Finding]:
    """A module that the loader refuses or maps wrongly: segments out of step with pages
    (auditwheel#716), or smaller than those of the kernel; tables and addresses that
    point out of the file.
    """
    yield from by_rules("layout", wheel, REBUILD)


@gate("wheel")
def code(wheel: Archive) -> Iterator[Finding]:
    """A hole in the code, which a link that ran out of disk leaves: nothing is noticed
    until a function in it is called.
    """
    yield from by_rules("code", wheel, "look for room on the disk, and build again")


@gate("wheel")
def signature(wheel: Archive) -> Iterator[Finding]:
    """A byte changed after the library was signed: macOS kills the process that loads
    it (delocate#102, rpds#200).
    """
    yield from by_rules("signature", wheel, "`codesign --force --sign -` comes last")


@gate("wheel")
def stripped(wheel: Archive) -> Iterator[Finding]:
    """Symbols that only a debugger reads, three times the size of the code."""
    yield from by_rules("stripped", wheel, "`strip` in the profile of Cargo.toml")


@gate("wheel")
def build_paths(wheel: Archive) -> Iterator[Finding]:
    """The builder's home in every user's traceback, and bytes that only this machine
    can make again.
    """
    places = {str(PROJECT.root), str(PROJECT.cache), str(Path.home())} - {"/"}
    patterns = [re.escape(place) for place in places]
    either = "|".join([*patterns, r"/(home|Users)/\w", r"[A-Z]:\\Users\\\w"])
    pattern = f"({either})".encode() + rb"[^\0\n]*"
    for name, data in wheel.contents.items():
        found = re.search(pattern, data)
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
