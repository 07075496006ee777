"""The DLLs that are made for Wine: of which sources, and what they export."""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from pipeline.commands import Command, Failure
from provision import wine_shims

ZIG = f"{sys.executable} -m ziglang cc -target x86_64-windows-gnu -O2 -s -shared"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        (
            "csqrt",
            "double _Complex w_csqrt(double _Complex);\n"
            "C_double my_csqrt(C_double a) {\n"
            "  double _Complex z, z_a;\n"
            "  __real__ z_a = a.v[0]; __imag__ z_a = a.v[1];\n"
            "  z = w_csqrt(z_a);\n"
            "  C_double result = {{ __real__ z, __imag__ z }};\n"
            "  return result;\n}\n",
        ),
        (
            "cpowf",
            "float _Complex w_cpowf(float _Complex, float _Complex);\n"
            "C_float my_cpowf(C_float a, C_float b) {\n"
            "  float _Complex z, z_a, z_b;\n"
            "  __real__ z_a = a.v[0]; __imag__ z_a = a.v[1];"
            " __real__ z_b = b.v[0]; __imag__ z_b = b.v[1];\n"
            "  z = w_cpowf(z_a, z_b);\n"
            "  C_float result = {{ __real__ z, __imag__ z }};\n"
            "  return result;\n}\n",
        ),
        # `long double` is `double` there, and so is the function.
        (
            "cexpl",
            "double _Complex w_cexp(double _Complex);\n"
            "C_double my_cexpl(C_double a) {\n"
            "  double _Complex z, z_a;\n"
            "  __real__ z_a = a.v[0]; __imag__ z_a = a.v[1];\n"
            "  z = w_cexp(z_a);\n"
            "  C_double result = {{ __real__ z, __imag__ z }};\n"
            "  return result;\n}\n",
        ),
        ("cabs", "double my_cabs(C_double a) { return hypot(a.v[0], a.v[1]); }\n"),
        ("cabsf", "float my_cabsf(C_float a) { return hypotf(a.v[0], a.v[1]); }\n"),
        ("cargl", "double my_cargl(C_double a) { return atan2(a.v[1], a.v[0]); }\n"),
        ("crealf", "float my_crealf(C_float a) { return a.v[0]; }\n"),
        ("cimag", "double my_cimag(C_double a) { return a.v[1]; }\n"),
        ("sqrt", ""),
        ("ceil", ""),
    ],
)
def test_a_function_takes_structures_as_windows_hands_them_over(
    name: str, code: str
) -> None:
    assert wine_shims.function(name) == code


@pytest.mark.parametrize(
    ("name", "base", "suffix"),
    [
        ("csqrt", "csqrt", ""),
        ("csqrtf", "csqrt", "f"),
        ("cabsl", "cabs", "l"),
        ("sqrt", "", ""),
        ("erf", "", ""),
    ],
)
def test_functions_of_complex_numbers_are_told_from_others(
    name: str, base: str, suffix: str
) -> None:
    assert wine_shims.split(name) == (base, suffix)
    assert bool(wine_shims.function(name)) == bool(base)


def test_every_function_of_mingws_is_compiled_under_another_name(
    tmp_path: Path,
) -> None:
    wine_shims.write_sources(tmp_path, ["cabs", "ceil", "expl", "hypot"])
    assert (tmp_path / "math.def").read_text() == (
        "LIBRARY npy-ms-win-crt-math-l1-1-0.dll\nEXPORTS\n"
        "  cabs=my_cabs\n  ceil=ucrtbase.ceil\n  expl=ucrtbase.exp\n"
        "  hypot=ucrtbase.hypot\n"
    )
    code = f"{wine_shims.HEAD}\n{wine_shims.function('cabs')}"
    assert (tmp_path / "math.c").read_text() == code
    compiled = {path.name for path in tmp_path.glob("*.c")} - {"math.c"}
    every = {
        f"{arc}{name}{hyperbolic}"
        for arc in ("c", "ca")
        for name in ("sin", "cos", "tan")
        for hyperbolic in ("", "h")
    } | {"cexp", "clog", "cpow", "csqrt"}
    assert compiled == {f"{name}{f}.c" for name in every for f in ("", "f")}
    renamed = [
        f"#define {name}{f} w_{name}{f}"
        for name in wine_shims.COMPLEX
        for f in ("", "f")
    ]
    for name, kind in (("csqrt", "DOUBLE"), ("csqrtf", "FLOAT")):
        assert (tmp_path / f"{name}.c").read_text().splitlines() == [
            *renamed,
            f"#define _NEW_COMPLEX_{kind} 1",
            '#include "complex_internal.h"',
            '#include "csqrt.def.h"',
        ]


def put(site: Path, name: str, data: bytes) -> Path:
    path = site / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def test_libraries_of_numpy_are_found(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="no NumPy for Windows in"):
        wine_shims.libraries(tmp_path)
    found = [
        put(tmp_path, "numpy/_core/a.pyd", b""),
        put(tmp_path, "numpy.libs/b.dll", b""),
    ]
    put(tmp_path, "pandas/c.pyd", b"")
    put(tmp_path, "numpy/d.dll", b"")
    assert wine_shims.libraries(tmp_path) == found


def test_what_a_library_takes_of_the_c_library_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def entry(dll: bytes, *names: bytes) -> SimpleNamespace:
        imports = [SimpleNamespace(name=name) for name in names]
        return SimpleNamespace(dll=dll, imports=imports)

    entries = [
        entry(b"API-MS-Win-CRT-Math-L1-1-0.dll", b"sin", b"csqrt"),
        entry(b"npy-ms-win-crt-math-l1-1-0.dll", b"cexp"),
        entry(b"KERNEL32.dll", b"CloseHandle"),
    ]
    tables = {
        "/with": SimpleNamespace(DIRECTORY_ENTRY_IMPORT=entries),
        "/without": SimpleNamespace(),
    }

    @contextmanager
    def opened(path: str) -> Iterator[SimpleNamespace]:
        yield tables[path]

    monkeypatch.setitem(sys.modules, "pefile", SimpleNamespace(PE=opened))
    assert wine_shims.imported(Path("/with")) == {"sin", "csqrt", "cexp"}
    assert wine_shims.imported(Path("/without")) == set()


def test_headers_of_mingw_come_with_zig(monkeypatch: pytest.MonkeyPatch) -> None:
    specs = {"ziglang": SimpleNamespace(origin="/zig/__init__.py")}
    monkeypatch.setattr(importlib.util, "find_spec", specs.get)
    assert wine_shims.headers() == Path("/zig/lib/libc/mingw/complex")
    for broken in (SimpleNamespace(origin=None), None):
        specs["ziglang"] = broken  # type: ignore[assignment]
        with pytest.raises(Failure, match="ziglang is not in the tool environment"):
            wine_shims.headers()


def test_numpy_is_told_to_import_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python, site = tmp_path / "python", tmp_path / "site"
    python.mkdir()
    theirs, ours = wine_shims.MATH.encode(), wine_shims.OURS.encode()
    assert len(theirs) == len(ours)
    patched = put(site, "numpy/a.pyd", b"<" + theirs + b">")
    other = put(site, "numpy.libs/b.dll", b"nothing")
    taken = {patched: {"sin", "cabs"}, other: {"cabs", "exp"}}
    ran: list[str] = []

    def run(command: Command) -> None:
        ran.append(" ".join(command.argv))
        Path(command.argv[command.argv.index("-o") + 1]).touch()

    monkeypatch.setattr(wine_shims, "run", run)
    monkeypatch.setattr(wine_shims, "imported", taken.get)
    monkeypatch.setattr(wine_shims, "headers", lambda: Path("/headers"))
    folder = tmp_path / "shims"
    put(folder, "of yesterday.c", b"")
    modified = other.stat().st_mtime_ns
    wine_shims.provide(python, site)
    prng = folder / "prng.c"
    assert prng.read_text() == wine_shims.PRNG
    sources = [path for path in sorted(folder.glob("*.c")) if path != prng]
    assert len(sources) == 2 * len(wine_shims.COMPLEX) + 1
    assert ran == [
        f"{ZIG} -o {python / 'bcryptprimitives.dll'} {prng} -ladvapi32",
        f"{ZIG} -o {python / wine_shims.OURS} -I /headers"
        f" {' '.join(map(str, sources))} {folder / 'math.def'}",
    ]
    exports = (folder / "math.def").read_text().splitlines()[2:]
    assert exports == ["  cabs=my_cabs", "  exp=ucrtbase.exp", "  sin=ucrtbase.sin"]
    assert patched.read_bytes() == b"<" + ours + b">"
    assert other.stat().st_mtime_ns == modified

    # What is there is not made again; another NumPy is told, too.
    newer = put(site, "numpy/c.pyd", theirs)
    wine_shims.provide(python, site)
    assert len(ran) == 2
    assert newer.read_bytes() == ours
