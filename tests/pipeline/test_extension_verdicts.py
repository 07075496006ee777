"""What the gates of the extension module say of facts about one, without a file."""

import json
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline.gates import extension, instructions
from pipeline.gates.code import Code
from pipeline.gates.elf import Elf
from pipeline.gates.macho import MachO
from pipeline.gates.model import Archive, Finding
from pipeline.plan import Plan
from pipeline.project import PROJECT, Project

GLIBC = "manylinux2014_x86_64.manylinux_2_17_x86_64"
MUSL, MACOS, WINDOWS = "musllinux_1_2_x86_64", "macosx_11_0_arm64", "win_amd64"
ABI3, ABI3T, CP314T = "cp311-abi3", "cp315-abi3.abi3t", "cp314-cp314t"


class Wheels:
    """Wheels with a name, and in place of a file what is said to be in it."""

    def __init__(self, project: Project, plan: Plan) -> None:
        self.project, self.plan = project, plan

    def __call__(self, abi: str, platform: str, **facts: Any) -> Archive:
        name = Path(f"{self.project.stem}-{abi}-{platform}.whl")
        made = Archive(name, self.project, self.plan)
        made.__dict__.update(facts)
        return made


@pytest.fixture
def wheels(project: Project, plan: Plan) -> Wheels:
    return Wheels(project, plan)


def said(findings: Iterable[Finding]) -> list[str]:
    return [one.found for one in findings]


@pytest.mark.parametrize(
    ("abi", "ends", "others"),
    [
        (ABI3, [".abi3.so", ".pyd"], [".so", ".abi3t.so", ".cpython-311-x.so"]),
        (
            ABI3T,
            [".abi3t.so", ".abi3t-x86_64-linux-gnu.so", ".pyd"],
            [".so", ".abi3.so"],
        ),
        (
            CP314T,
            [".cpython-314t-x86_64-linux-gnu.so", ".cp314t-win_amd64.pyd"],
            [".cpython-314-x.so", ".cp314t.pyd", ".abi3.so", ".pyd", ".so"],
        ),
    ],
)
def test_the_names_under_which_a_module_is_found(
    abi: str, ends: list[str], others: list[str], wheels: Wheels
) -> None:
    def verdict(*names: str) -> list[str]:
        contents = dict.fromkeys([*names, "uncork/__init__.py"], b"")
        return said(extension.extension(wheels(abi, GLIBC, contents=contents)))

    for end in ends:
        assert verdict(f"uncork/_core{end}") == []
        assert verdict(f"uncork/_cora{end}") == [f"extensions ['uncork/_cora{end}']"]
        assert verdict(f"uncork/_core{end}", "b.dylib") != []
    for end in others:
        assert verdict(f"uncork/_core{end}") == [f"extensions ['uncork/_core{end}']"]
    assert verdict() == ["extensions []"]


@pytest.mark.parametrize(
    ("platform", "system", "processor", "fits"),
    [
        (GLIBC, "elf", "x86_64", True),
        (GLIBC, "elf", "aarch64", False),
        (GLIBC, "elf", "", False),
        (GLIBC, "macho", "x86_64", False),
        (MUSL, "elf", "x86_64", True),
        (MACOS, "macho", "arm64", True),
        (MACOS, "pe", "arm64", False),
        (WINDOWS, "pe", "amd64", True),
        ("win32", "pe", "32", True),
    ],
)
def test_a_module_is_for_what_the_tag_names(
    platform: str, system: str, processor: str, wheels: Wheels, *, fits: bool
) -> None:
    module = SimpleNamespace(system=system, machine=processor)
    found = said(extension.machine(wheels(ABI3, platform, extension=module)))
    assert fits == (not found)
    assert fits or found[0].endswith(f" module of {processor}")


@pytest.mark.parametrize(
    ("abi", "names", "found"),
    [
        (ABI3, "PyInit__core", []),
        (ABI3, "PyInit__core PyModExport__core", []),
        (ABI3, "PyModExport__core", ["exports PyModExport__core"]),
        (ABI3T, "PyModExport__core", []),
        (ABI3T, "PyInit__core", ["exports PyInit__core"]),
        (CP314T, "PyInit__core", []),
        (CP314T, "PyInit_uncork", ["exports PyInit_uncork"]),
        (ABI3, "", ["exports nothing"]),
        (ABI3, "f e d c b a", ["exports a, b, c, d, e"]),
    ],
)
def test_a_module_exports_its_way_in_alone(
    abi: str, names: str, found: list[str], wheels: Wheels
) -> None:
    module = SimpleNamespace(exports=set(names.split()))
    assert said(extension.exports(wheels(abi, GLIBC, extension=module))) == found


@pytest.mark.parametrize(
    ("oldest", "system", "found"),
    [
        ((10, 15, 0), "MACOS", []),
        ((11, 0, 0), "MACOS", []),
        ((11, 0, 3), "MACOS", []),
        ((11, 1, 0), "MACOS", ["needs macOS 11.1.0"]),
        ((12, 0, 0), "IOS", ["needs macOS 12.0.0", "a library for IOS"]),
        ((), "", ["needs macOS of any version", "a library for no system"]),
    ],
)
def test_the_macos_that_a_tag_promises(
    oldest: tuple[int, ...], system: str, found: list[str], wheels: Wheels
) -> None:
    version = SimpleNamespace(minos=oldest, platform=system) if system else None
    binary = SimpleNamespace(
        has_build_version=bool(system),
        build_version=version,
        version_min=None,
        commands=[],
    )
    wheel = wheels(ABI3, MACOS, extension=MachO(binary, None, b""))
    assert said(extension.floor(wheel)) == found


@pytest.mark.parametrize(
    ("platform", "found"),
    [
        (MUSL, ["needs GLIBC_2.17"]),
        (WINDOWS, []),
        (f"linux.{MUSL}", ["needs GLIBC_2.17"]),
    ],
)
def test_musl_has_no_version_but_those_of_gcc(
    platform: str, found: list[str], wheels: Wheels
) -> None:
    names = [SimpleNamespace(name=name) for name in ("GLIBC_2.17", "GCC_3.0")]
    needed = SimpleNamespace(get_auxiliary_symbols=lambda: names)
    module = Elf(SimpleNamespace(symbols_version_requirement=[needed]), b"")
    assert said(extension.floor(wheels(ABI3, platform, extension=module))) == found


@pytest.mark.parametrize(
    ("overall", "found"),
    [
        ("manylinux_2_5_x86_64", []),
        ("manylinux_2_17_x86_64", []),
        ("manylinux_2_18_x86_64", ["manylinux_2_18_x86_64, by GLIBC_2.14, GLIBC_2.18"]),
        ("linux_x86_64", ["linux_x86_64, by GLIBC_2.14, GLIBC_2.18"]),
    ],
)
def test_the_glibc_that_a_tag_promises(
    overall: str, found: list[str], wheels: Wheels, monkeypatch: pytest.MonkeyPatch
) -> None:
    symbols = {"libm.so.6": {"GLIBC_2.18": ""}, "libc.so.6": {"GLIBC_2.14": ""}}
    text = json.dumps({"overall_tag": overall, "versioned_symbols": symbols})
    monkeypatch.setattr(extension, "report", lambda *_, **__: text)
    # The lowest of several names counts.
    for platform in (GLIBC, f"manylinux_2_28_x86_64.{GLIBC}"):
        findings = list(extension.floor(wheels(ABI3, platform)))
        assert said(findings) == found
        assert all(one.allowed == platform for one in findings)


def test_what_the_stable_abi_lacks_is_named(
    wheels: Wheels, monkeypatch: pytest.MonkeyPatch
) -> None:
    result = {
        "non_abi3_symbols": ["_PyOther", "PyInit__core"],
        "future_abi3_objects": {"PyLong_AsInt": "3.13", "PyBytes_Join": "3.15"},
        "baseline": "3.11",
    }
    found = json.dumps({"specs": {"a": {"wheel": [{"result": result}]}}})
    monkeypatch.setattr(extension, "report", lambda *_, **__: found)
    module = SimpleNamespace(
        exports={"PyInit__core"},
        imports={
            *("PyList_New", "PyNew_One", "_PyNew_Two", "memcpy", "XPy_None"),
            *("python3.dll #7", "Python312.DLL #8", "kernel32.dll #9"),
        },
    )
    findings = list(extension.stable_abi(wheels(ABI3, GLIBC, extension=module)))
    assert [(one.found, one.allowed) for one in findings] == [
        ("uses PyNew_One", "the stable ABI"),
        ("uses Python312.DLL #8", "the stable ABI"),
        ("uses _PyNew_Two", "the stable ABI"),
        ("uses _PyOther", "the stable ABI"),
        ("uses python3.dll #7", "the stable ABI"),
        ("uses PyBytes_Join, of Python 3.15", "the stable ABI of 3.11"),
        ("uses PyLong_AsInt, of Python 3.13", "the stable ABI of 3.11"),
    ]
    # One for a single version promises nothing, and nobody asks.
    monkeypatch.setattr(extension, "report", lambda *_, **__: "\n")
    assert said(extension.stable_abi(wheels(CP314T, GLIBC))) == []
    assert said(extension.stable_abi(wheels(ABI3T, GLIBC))) == [
        "abi3audit finds nothing to read"
    ]


@pytest.mark.parametrize(
    ("abi", "platform", "good", "bad"),
    [
        (
            ABI3,
            GLIBC,
            "libc.so.6 libm.so.6 libgcc_s.so.1 ld-linux-x86-64.so.2 ld64.so.1",
            "libc.so libc.musl-x86_64.so.1 libstdc++.so.6",
        ),
        (ABI3, MUSL, "libc.so libc.musl-x86_64.so.1", "libc.so.6 libgcc_s.so.1"),
        (ABI3, WINDOWS, "python3.dll KERNEL32.dll", "python311.dll python3t.dll a.dll"),
        (ABI3T, WINDOWS, "python3t.dll", "python3.dll python315t.dll"),
        (CP314T, WINDOWS, "python314t.dll", "python314.dll python3.dll cp314t.dll"),
    ],
)
def test_a_module_needs_what_every_system_of_the_tag_has(
    abi: str, platform: str, good: str, bad: str, wheels: Wheels
) -> None:
    module = SimpleNamespace(libraries=[*good.split(), *bad.split()])
    found = said(extension.libraries(wheels(abi, platform, extension=module)))
    assert found == [f"needs {name}" for name in bad.split()]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"/rustc/1/core.rs", ""),
        (b"/home/", ""),
        (b"in /home/anna/a.rs\0more", "/home/anna/a.rs"),
        (b"/Users/anna\nmore", "/Users/anna"),
        (rb"D:\Users\anna", r"D:\Users\anna"),
        (b"/home/" + 200 * b"a", "/home/" + 114 * "a"),
        (str(PROJECT.root).encode() + b"/src", f"{PROJECT.root}/src"[:120]),
        (str(PROJECT.cache).encode(), str(PROJECT.cache)[:120]),
        (b"/home/a\xff", "/home/a\N{REPLACEMENT CHARACTER}"),
    ],
)
def test_no_module_names_a_place_of_the_builder(
    text: bytes, found: str, wheels: Wheels
) -> None:
    contents = {"a.py": text, "a.so": b"\0" + text}
    findings = said(extension.build_paths(wheels(ABI3, GLIBC, contents=contents)))
    assert findings == ([f"a.so says {found}"] if found else [])


def test_a_builder_without_a_home_has_no_place_of_it(
    wheels: Wheels, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in some containers: the home is where all paths begin."""
    monkeypatch.setattr(Path, "home", lambda: Path("/"))
    wheel = wheels(ABI3, GLIBC, contents={"a.so": b"/rustc/1/core.rs"})
    assert said(extension.build_paths(wheel)) == []
    monkeypatch.setattr(Path, "home", lambda: Path("/srv/b.c"))
    wheel = wheels(ABI3, GLIBC, contents={"a.so": b"/srv/bbc /srv/b.c/a"})
    assert said(extension.build_paths(wheel)) == ["a.so says /srv/b.c/a"]


# Instructions.

VZEROUPPER = b"\xc5\xf8\x77"
CPUID, VERW, RETURN = b"\x0f\xa2", b"\x0f\x00\xe8", b"\xc3"
AVX_AT_8 = ["vzeroupper  at 0x1008, which runs on every processor"]


@pytest.mark.parametrize("machine", ["x86_64", "amd64", "i686", "32"])
@pytest.mark.parametrize(
    ("first", "entries", "found"),
    [
        (RETURN, [0x1000], []),
        (b"\xe8\x03\0\0\0", [0x1000], AVX_AT_8),  # call
        (b"\xe9\x03\0\0\0", [0x1000], AVX_AT_8),  # jmp
        # Nobody has asked the processor in front of what a function calls that does.
        (CPUID + b"\xe8\x01\0\0\0", [], AVX_AT_8),
        (CPUID, [], []),
        (RETURN, [0x1008], AVX_AT_8),
        # One finding is enough, of the first in the file.
        (VZEROUPPER, [0x1008, 0x1000], [AVX_AT_8[0].replace("1008", "1000")]),
        # Begin with a v and are as old as the 80286.
        (VERW + b"\x0f\x00\xe0", [0x1000], []),
        # A function calls itself, and what is in no code.
        (b"\xe8\xfb\xff\xff\xff", [0x1000], []),
        (b"\xe9\0\0\1\0", [0x1000, 0x9000], []),
    ],
)
def test_avx_is_found_where_no_processor_was_asked(
    first: bytes, entries: list[int], found: list[str], machine: str
) -> None:
    """Of two functions the second has it, at 0x1008."""
    module = SimpleNamespace(
        machine=machine,
        entries=entries,
        functions=[0x1000, 0x1008],
        code=[Code(0x1000, first.ljust(8, RETURN) + VZEROUPPER + RETURN)],
    )
    assert list(instructions.unguarded(cast("Elf", module))) == found
    module.machine = "aarch64"
    assert list(instructions.unguarded(cast("Elf", module))) == []
