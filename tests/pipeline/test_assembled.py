"""CPython put together from two packages: which, of what, and where it starts."""

import os
import platform
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.commands import Command, Failure, command
from pipeline.plan import Plan, Python
from pipeline.project import PROJECT
from provision import apt, assembled, foreign, musl, pythons
from provision.assembled import Kind

FREE = Python(3, 15, free_threaded=True)
KIND = Kind(FREE, "x86_64")
PROGRAM = """
int other(int count, char **words) { return 40 + count; }
int main(int count, char **words) { return words[0] == 0 ? 1 : 2; }
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that exports its functions, as freeze-core's does."""
    folder = tmp_path_factory.mktemp("program")
    (folder / "a.c").write_text(PROGRAM)
    built = folder / "a"
    subprocess.run(["cc", "-O1", "-rdynamic", "-o", built, folder / "a.c"], check=True)
    return built


def status(program: Path) -> int:
    return subprocess.run([program, "a", "b"], check=False).returncode


def test_the_program_starts_another_function_than_its_own(
    program: Path, tmp_path: Path
) -> None:
    assert status(program) == 2
    patched = tmp_path / "patched"
    made = assembled.with_jump(program, "main", "other", platform.machine())
    patched.write_bytes(made)
    patched.chmod(0o755)
    assert status(patched) == 43


def test_a_program_that_exports_no_such_function_is_refused(program: Path) -> None:
    with pytest.raises(Failure, match="does not export main and Py_BytesMain"):
        assembled.with_jump(program, "main", "Py_BytesMain", "x86_64")


def test_what_is_no_program_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("#!/bin/sh\n")
    with pytest.raises(Failure, match="is no program of Linux"):
        assembled.with_jump(text, "main", "Py_BytesMain", "x86_64")


@pytest.mark.parametrize("distance", [0x1000, -0x1000, 0x25A650])
@pytest.mark.parametrize("machine", assembled.MACHINES)
def test_the_jump_goes_where_it_should(machine: str, distance: int) -> None:
    import capstone

    kinds = {
        "x86_64": (capstone.CS_ARCH_X86, capstone.CS_MODE_64),
        "aarch64": (capstone.CS_ARCH_ARM64, capstone.CS_MODE_ARM),
    }
    code, address = assembled.jump(distance, machine), 0x420000
    [one] = capstone.Cs(*kinds[machine]).disasm(code, address)
    assert one.mnemonic in {"jmp", "b"}
    assert int(one.op_str.removeprefix("#"), 16) == address + distance


def test_what_the_plan_tests_without_a_gil_can_be_put_together(plan: Plan) -> None:
    free = {python for python in plan.pythons if python.free_threaded}
    assert free <= set(assembled.pythons())


@pytest.mark.parametrize(
    ("kind", "abi", "tag"),
    [
        (KIND, "cpython-315t-x86_64-linux-gnu", "manylinux2014_x86_64"),
        (
            Kind(Python(3, 11), "aarch64", "musl"),
            "cpython-311-aarch64-linux-musl",
            "musllinux_1_2_aarch64",
        ),
    ],
)
def test_a_kind_has_the_names_of_its_wheel(kind: Kind, abi: str, tag: str) -> None:
    assert kind.abi == abi
    assert kind.platforms == [tag]
    assert kind.program == kind.prefix / "bin" / f"python{kind.python}"


def test_freeze_core_is_taken_by_hash_and_for_the_kind(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ran: list[Command] = []
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(assembled, "standard_library", lambda _: tmp_path)
    monkeypatch.setattr(assembled, "run", ran.append)
    monkeypatch.setattr(
        assembled, "assemble", lambda _kind, package, *_: package.mkdir(parents=True)
    )
    assert assembled.provide(KIND) == KIND.program
    [install] = ran
    [platform] = KIND.platforms
    lock = PROJECT.root / "scripts" / "requirements" / "interpreters.txt"
    draft = KIND.prefix.with_suffix(".draft")
    assert " ".join(install.argv) == (
        f"{sys.executable} -m pip install --quiet --target {draft / 'package'}"
        " --disable-pip-version-check --only-binary :all: --no-compile"
        " --implementation cp --python-version 3.15"
        f" --abi cp315t --abi abi3t --abi none --platform {platform}"
        f" --no-deps --require-hashes -r {lock}"
    )
    assert KIND.prefix.is_dir()
    assert not (KIND.prefix / "package").exists()


def test_a_cpython_for_musl_is_given_what_it_needs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    kind = Kind(FREE, "x86_64", "musl")
    ran: list[str] = []
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(assembled, "standard_library", lambda _: tmp_path)
    monkeypatch.setattr(assembled, "run", lambda one: ran.append(one.argv[-1]))
    monkeypatch.setattr(
        assembled, "assemble", lambda _kind, package, *_: package.mkdir(parents=True)
    )
    steps = [command("patch", "it"), command("compile", "zlib")]
    monkeypatch.setattr(musl, "adopt_commands", lambda _machine, _draft: steps)
    old = kind.prefix.with_suffix(".draft") / "of yesterday"
    old.mkdir(parents=True)
    assembled.provide(kind)
    assert ran[1:] == ["it", "zlib"]
    assert not (kind.prefix / "of yesterday").exists()
    ran.clear()
    kind.program.parent.mkdir()
    kind.program.touch()
    assert assembled.provide(kind) == kind.program
    assert ran == [], "what is there is not made again"


def test_debian_has_no_files_of_every_python() -> None:
    with pytest.raises(Failure, match=r"no files of Python 3\.12"):
        assembled.standard_library(Python(3, 12))


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """As much of freeze-core as is looked at."""
    folder = tmp_path / "draft" / "package"
    for name in (
        "freeze_core/lib/_ssl.so",
        "freeze_core.libs/libssl.so.3",
        f"freeze_core/bases/console-{KIND.abi}",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return folder


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """As much of Debian's as is looked at."""
    root = tmp_path / "debian"
    for name in (
        "os.py",
        "_sysconfigdata__linux_x86_64-linux-gnu.py",
        "lib-dynload/_ssl.cpython-315-x86_64-linux-gnu.so",
        "config-3.15-x86_64-linux-gnu/Makefile",
        "build-details.json",
        "sitecustomize.py",
    ):
        path = root / "usr" / "lib" / "python3.15" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    # A link of Debian's may lead out of what was unpacked.
    library = root / "usr" / "lib" / "python3.15"
    (library / "site.py").symlink_to("/etc/python3.15/site.py")
    return root


def test_debians_files_and_freeze_cores_come_together(
    package: Path, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assembled, "with_jump", lambda *_: b"program")
    draft = package.parent
    assembled.assemble(KIND, package, files, draft)
    library = draft / "lib" / "python3.15t"
    assert {path.name for path in library.iterdir()} == {
        "os.py",
        "site.py",
        "lib-dynload",
        *assembled.data_names(KIND),
    }
    assert (library / "site.py").readlink() == Path("/etc/python3.15/site.py")
    assert [path.name for path in (library / "lib-dynload").iterdir()] == ["_ssl.so"]
    # Modules look for this beside `lib-dynload`, one folder up.
    assert (library / "lib-dynload/../../freeze_core.libs/libssl.so.3").is_file()
    assert (draft / "bin" / "python3.15t").read_bytes() == b"program"

    data = {path.name: path.read_text() for path in library.glob("_sysconfig*")}
    names = ("linux_x86_64-linux-gnu", "x86_64-linux-gnu")
    assert sorted(data) == [f"_sysconfigdata_t_{name}.py" for name in names]
    assert len(set(data.values())) == 1
    made = runpy.run_path(str(library / min(data)))["build_time_vars"]
    include = f"{KIND.prefix}/include/python3.15t"
    assert made == {
        "ABIFLAGS": "t",
        "BINDIR": f"{KIND.prefix}/bin",
        "CONFINCLUDEPY": include,
        "EXT_SUFFIX": ".cpython-315t-x86_64-linux-gnu.so",
        "INCLUDEPY": include,
        "LDVERSION": "3.15t",
        "LIBDIR": f"{KIND.prefix}/lib",
        "Py_DEBUG": 0,
        "Py_ENABLE_SHARED": 0,
        "Py_GIL_DISABLED": 1,
        "SOABI": "cpython-315t-x86_64-linux-gnu",
        "VERSION": "3.15",
        "WHEEL_PKG_DIR": f"{files}/usr/share/python-wheels",
    }
    assert os.access(draft / "bin" / "python3.15t", os.X_OK)


def test_ordinary_builds_are_left_to_debian(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(kind: Kind) -> Path:
        raise Failure(f"no {kind.python}")

    monkeypatch.setattr(assembled, "provide", fail)
    reasons = pythons.from_packages([Python(3, 14), FREE])
    assert reasons == {FREE: "Debian and freeze-core: no 3.15t"}


def test_one_that_does_not_start_is_not_had(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "python3.15t"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(assembled, "provide", lambda _: broken)
    assert "does not start" in pythons.from_packages([FREE])[FREE]


def test_what_is_put_together_is_found_the_next_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(pythons, "folders", lambda *_: [])
    program = pythons.assembled_kind(FREE).program
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\necho 3.15t /prefix\n")
    program.chmod(0o755)
    assert pythons.search([FREE, Python(3, 15)]) == {FREE: program}


def test_a_cpython_for_musl_gets_its_loader_and_zlib(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "bin" / "python3.15t"
    program.parent.mkdir()
    program.touch()
    loader = Path("/loaders/ld-musl-aarch64.so.1")
    monkeypatch.setattr(musl, "provide", lambda _: loader)
    monkeypatch.setattr(musl, "zlib_sources", lambda: [Path("/zlib/adler32.c")])
    patch, compile_zlib = musl.adopt_commands("aarch64", tmp_path)
    assert patch.argv == ("patchelf", "--set-interpreter", str(loader), str(program))
    assert " ".join(compile_zlib.argv) == (
        f"{sys.executable} -m ziglang cc -target aarch64-linux-musl -O2 -fPIC -shared"
        " -Wl,-soname,libz.so.1 -DHAVE_STDARG_H -DHAVE_UNISTD_H"
        f" -o {tmp_path}/lib/libz.so.1 /zlib/adler32.c"
    )
    assert musl.DEBIAN == {"x86_64": "amd64", "aarch64": "arm64"}


def test_foreign_tests_keep_the_gil_off() -> None:
    for python, gil in ((FREE, "0"), (Python(3, 15), None)):
        made = foreign.Interpreter(python, ("python",), [], Path("/site"))
        assert made.command("-V", path=[], env={}).env.get("PYTHON_GIL") == gil


def test_debians_packages_are_fetched_at_once(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ran: list[Command] = []
    debian = apt.Apt(tmp_path, ("forky",), "amd64")
    debian.archives.mkdir(parents=True)
    monkeypatch.setattr(apt, "run", ran.append)
    debian.unpack_alone(tmp_path / "root", "one", "two")
    assert [made.argv[-3:] for made in ran] == [("download", "one", "two")]
