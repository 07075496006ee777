"""DLLs that Wine 8 lacks, made with zig and put beside Python.

* Its C library has only stubs for complex numbers, and NumPy calls them when imported:
  a DLL has them from mingw-w64's sources, which come with zig, and hands on the rest.
  NumPy's own files are told to import that one.
* bcryptprimitives.dll, which Rust's standard library imports: its one function.
"""

import importlib.util
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from pipeline.commands import Command, Failure, command, run

MATH, OURS = "api-ms-win-crt-math-l1-1-0.dll", "npy-ms-win-crt-math-l1-1-0.dll"

# Functions of complex numbers, as mingw-w64's files are named.
COMPLEX = (
    *("cacos", "cacosh", "casin", "casinh", "catan", "catanh", "ccos", "ccosh"),
    *("cexp", "clog", "cpow", "csin", "csinh", "csqrt", "ctan", "ctanh"),
)
# Of a complex number a plain one, and how.
PARTS = {
    "cabs": "hypot{f}(a.v[0], a.v[1])",
    "carg": "atan2{f}(a.v[1], a.v[0])",
    "creal": "a.v[0]",
    "cimag": "a.v[1]",
}
# By the suffix of a function: its type of float. `long double` is `double` there.
FLOATS = {"": "double", "f": "float", "l": "double"}

HEAD = """\
#include <complex.h>
#include <math.h>
typedef struct { double v[2]; } C_double;
typedef struct { float v[2]; } C_float;
"""
PRNG = """\
unsigned char __stdcall SystemFunction036(void *, unsigned long);
__declspec(dllexport) int ProcessPrng(void *place, unsigned long long count) {
  return SystemFunction036(place, (unsigned long)count);
}
"""


def provide(python: Path, site: Path) -> None:
    folder = python.parent / "shims"
    ready = python / OURS
    if not ready.exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        (folder / "prng.c").write_text(PRNG, "utf-8", newline="\n")
        prng = python / "bcryptprimitives.dll"
        run(zig_command(prng, [folder / "prng.c", "-ladvapi32"]))
        names = sorted(set().union(*map(imported, libraries(site))))
        write_sources(folder, names)
        sources = [*sorted(folder.glob("*.c")), folder / "math.def"]
        sources.remove(folder / "prng.c")
        run(zig_command(ready, ["-I", headers(), *sources]))
    for path in libraries(site):
        # Names of one length: nothing moves.
        data = path.read_bytes()
        if MATH.encode() in data:
            path.write_bytes(data.replace(MATH.encode(), OURS.encode()))


def libraries(site: Path) -> list[Path]:
    found = [*site.glob("numpy/**/*.pyd"), *site.glob("numpy.libs/*.dll")]
    if not found:
        raise Failure(f"no NumPy for Windows in {site}")
    return found


def imported(path: Path) -> set[str]:
    """What the file takes from the C library's mathematics."""
    import pefile

    with pefile.PE(str(path)) as pe:
        return {
            one.name.decode()
            for entry in getattr(pe, "DIRECTORY_ENTRY_IMPORT", [])
            if entry.dll.decode().lower() in {MATH, OURS}
            for one in entry.imports
        }


def headers() -> Path:
    found = importlib.util.find_spec("ziglang")
    if found is None or found.origin is None:
        raise Failure("ziglang is not in the tool environment")
    return Path(found.origin).parent / "lib" / "libc" / "mingw" / "complex"


def zig_command(dll: Path, what: Iterable[str | Path]) -> Command:
    compiler = (sys.executable, "-m", "ziglang", "cc", "-target", "x86_64-windows-gnu")
    return command(*compiler, "-O2", "-s", "-shared", "-o", dll, *what)


def write_sources(folder: Path, names: Iterable[str]) -> None:
    code, table = [HEAD], [f"LIBRARY {OURS}", "EXPORTS"]
    for name in names:
        if text := function(name):
            code.append(text)
            table.append(f"  {name}=my_{name}")
        else:
            table.append(f"  {name}=ucrtbase.{plain(name)}")
    (folder / "math.c").write_text("\n".join(code), "utf-8", newline="\n")
    (folder / "math.def").write_text("\n".join(table) + "\n", "utf-8", newline="\n")
    # mingw-w64's, under other names than those that it is to stand for.
    renamed = [f"#define {base}{f} w_{base}{f}" for base in COMPLEX for f in ("", "f")]
    for base in COMPLEX:
        for f, kind in (("", "DOUBLE"), ("f", "FLOAT")):
            lines = [
                *renamed,
                f"#define _NEW_COMPLEX_{kind} 1",
                '#include "complex_internal.h"',
                f'#include "{base}.def.h"',
            ]
            (folder / f"{base}{f}.c").write_text(
                "\n".join(lines) + "\n", "utf-8", newline="\n"
            )


def split(name: str) -> tuple[str, str]:
    """A function's name without the letter for its type, and that."""
    known = {*COMPLEX, *PARTS}
    if name in known:
        return name, ""
    return (name[:-1], name[-1]) if name[:-1] in known else ("", "")


def function(name: str) -> str:
    """Its definition, if it is one of complex numbers."""
    base, suffix = split(name)
    if not base:
        return ""
    kind = FLOATS[suffix]
    f = "f" if kind == "float" else ""
    if base in PARTS:
        return f"{kind} my_{name}(C_{kind} a) {{ return {PARTS[base].format(f=f)}; }}\n"
    given = ["a", "b"] if base == "cpow" else ["a"]
    parts = [f"z_{one}" for one in given]
    fill = " ".join(
        f"__real__ z_{one} = {one}.v[0]; __imag__ z_{one} = {one}.v[1];"
        for one in given
    )
    types = ", ".join([f"{kind} _Complex"] * len(given))
    # Windows hands complex numbers over as structures.
    return (
        f"{kind} _Complex w_{base}{f}({types});\n"
        f"C_{kind} my_{name}({', '.join(f'C_{kind} {one}' for one in given)}) {{\n"
        f"  {kind} _Complex z, {', '.join(parts)};\n"
        f"  {fill}\n"
        f"  z = w_{base}{f}({', '.join(parts)});\n"
        f"  C_{kind} result = {{{{ __real__ z, __imag__ z }}}};\n"
        f"  return result;\n}}\n"
    )


def plain(name: str) -> str:
    """What ucrtbase calls it: it has no `long double`."""
    return name.removesuffix("l") if name.endswith("l") and name != "ceil" else name
