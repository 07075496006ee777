"""Where interpreters come from, and what is said of those that cannot be had."""

import os
import platform
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from pipeline.commands import Command, Failure, Finished, ask, command
from pipeline.plan import Plan, Python
from pipeline.project import PROJECT
from provision import apt, assembled, debian, pythons
from provision.apt import Apt
from provision.assembled import Kind
from provision.pythons import Pythons

TREE = debian.Tree(Path("/cache/pythons"))
APT = Apt(Path("/cache/apt"), ("forky", "sid"), "arm64")


def interpreter(path: Path, version: str) -> Path:
    """A program that answers as an interpreter of that version does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    asked = '[ "$1 $2" = "-I -c" ]'
    path.write_text(f"#!/bin/sh\n{asked} && echo {version} /prefix\n")
    path.chmod(0o755)
    return path


def test_the_interpreter_of_the_wanted_version_is_found(tmp_path: Path) -> None:
    wanted = interpreter(tmp_path / "b" / "python3.14", "3.14")
    interpreter(tmp_path / "a" / "python3", "3.13")
    places = [tmp_path / "a", tmp_path / "b"]
    assert pythons.find(Python(3, 14), places) == wanted
    assert pythons.find(Python(3, 15), places) is None


def test_a_name_is_not_believed(tmp_path: Path) -> None:
    """Some distributions call their free-threaded build python3.14 as well."""
    interpreter(tmp_path / "python3.14", "3.14t")
    assert pythons.find(Python(3, 14), [tmp_path]) is None


def test_an_interpreter_that_does_not_start_is_passed_over(tmp_path: Path) -> None:
    broken = interpreter(tmp_path / "a" / "python3.14", "3.14")
    broken.write_text("#!/bin/sh\nexit 127\n")
    good = interpreter(tmp_path / "b" / "python3.14", "3.14")
    assert pythons.find(Python(3, 14), [tmp_path / "a", tmp_path / "b"]) == good


def test_pyenv_is_searched_and_its_shims_are_not(tmp_path: Path) -> None:
    pyenv = tmp_path / ".pyenv"
    real = interpreter(pyenv / "versions" / "3.13.0" / "bin" / "python3.13", "3.13")
    interpreter(pyenv / "shims" / "python3.13", "3.13")
    environ = {"PATH": str(pyenv / "shims")}
    places = list(pythons.folders(environ, tmp_path))
    assert pyenv / "shims" not in places
    assert pythons.find(Python(3, 13), places) == real


def test_a_virtual_environment_is_no_interpreter(tmp_path: Path) -> None:
    interpreter(tmp_path / "venv" / "bin" / "python3.13", "3.13")
    (tmp_path / "venv" / "pyvenv.cfg").touch()
    environ = {"PATH": str(tmp_path / "venv" / "bin")}
    assert list(pythons.folders(environ, tmp_path)) == []


def test_uvs_interpreters_are_found_where_uv_keeps_them(tmp_path: Path) -> None:
    home = tmp_path / ".local" / "share" / "uv" / "python" / "cpython-3.14t" / "bin"
    free = interpreter(home / "python3.14t", "3.14t")
    places = list(pythons.folders({"PATH": ""}, tmp_path))
    assert pythons.find(Python(3, 14, free_threaded=True), places) == free


def test_an_interpreter_is_asked_which_it_is() -> None:
    asked = command(sys.executable, "-I", "-c", pythons.QUESTION)
    version, prefix = ask(asked).split()
    assert version == f"{sys.version_info[0]}.{sys.version_info[1]}"
    assert prefix == sys.prefix


def test_folders_come_in_the_order_of_path_and_then_the_newest_first(
    tmp_path: Path,
) -> None:
    versions, uv = tmp_path / "pyenv" / "versions", tmp_path / "uv"
    for made in (versions / "3.13.1", versions / "3.13.2", uv / "3.14"):
        (made / "bin").mkdir(parents=True)
    environ = {
        "PATH": os.pathsep.join(["/usr/bin", "", "/bin"]),
        "PYENV_ROOT": str(tmp_path / "pyenv"),
        "UV_PYTHON_INSTALL_DIR": str(uv),
    }
    old, new, free = versions / "3.13.1", versions / "3.13.2", uv / "3.14"
    assert list(pythons.folders(environ, tmp_path)) == [
        *(Path("/usr/bin"), Path("/bin")),
        *(new / "bin", old / "bin", new, old),
        *(free / "bin", free),
    ]
    assert list(pythons.folders({}, tmp_path)) == []


@pytest.mark.parametrize(
    ("environ", "folder"),
    [
        ({}, ".local/share/uv/python"),
        ({"XDG_DATA_HOME": "/data"}, "/data/uv/python"),
        ({"XDG_DATA_HOME": "/data", "UV_PYTHON_INSTALL_DIR": "/uv"}, "/uv"),
    ],
)
def test_uv_is_told_where_its_interpreters_are(
    environ: dict[str, str], folder: str
) -> None:
    home = Path("/home")
    assert pythons.uv_folder(environ, home) == home / folder


@pytest.mark.parametrize(("platform", "suffix"), [("linux", ""), ("win32", ".exe")])
def test_an_interpreter_has_one_of_two_names(
    platform: str, suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    named = [tmp_path / f"{name}{suffix}" for name in ("python3.14", "python")]
    for path in named:
        path.touch()
    (tmp_path / "python3").touch()
    assert list(pythons.candidates(Python(3, 14), [tmp_path])) == named


def test_uv_gives_up_at_once_where_nothing_can_be_downloaded() -> None:
    made = pythons.uv_command(Python(3, 14, free_threaded=True))
    assert made.argv == ("uv", "python", "install", "--no-bin", "3.14t")
    assert made.env == {"UV_HTTP_RETRIES": "0"}


def test_what_one_source_lacks_is_sought_in_the_next(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of what nobody has, each says why; of what is found nothing is said."""
    first, second, third = (Python(3, minor) for minor in (11, 12, 13))
    asked: list[object] = []
    has = [{first: Path("/first")}, {}, {second: Path("/second")}, {}]

    def search(wanted: Sequence[Python]) -> dict[Python, Path]:
        asked.append(tuple(wanted))
        return has.pop(0)

    def source(name: str) -> Callable[[Sequence[Python]], dict[Python, str]]:
        def reasons(wanted: Sequence[Python]) -> dict[Python, str]:
            asked.append((name, *wanted))
            return dict.fromkeys(wanted, f"{name}: not so")

        return reasons

    monkeypatch.setattr(pythons, "search", search)
    for name in ("from_uv", "from_debian", "from_packages"):
        monkeypatch.setattr(pythons, name, source(name))
    result = pythons.provide([first, second, third])
    assert result.found == {first: Path("/first"), second: Path("/second")}
    why = "from_uv: not so; from_debian: not so; from_packages: not so"
    assert result.absent == {third: why}
    both = (second, third)
    assert asked == [
        (first, second, third),
        *(("from_uv", *both), both),
        *(("from_debian", *both), both),
        *(("from_packages", third), (third,)),
    ]


def test_uv_is_quoted_by_its_last_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    said = {"3.11": (0, "installed\n"), "3.12": (2, "error: x\n  no host \n\n")}
    said["3.13"] = (1, "")

    def attempt(command: Command, **_keywords: object) -> Finished:
        status, output = said[command.argv[-1]]
        return Finished(command, status, output)

    monkeypatch.setattr(pythons, "attempt", attempt)
    wanted = [Python(3, minor) for minor in (11, 12, 13)]
    reasons = {wanted[1]: "uv: no host", wanted[2]: "uv: "}
    assert pythons.from_uv(wanted) == reasons
    lines = capsys.readouterr().out.splitlines()
    assert [line.partition("--no-bin ")[2] for line in lines] == [
        *("3.11: done", "3.12: no host", "3.13: "),
    ]


def test_the_free_threaded_ones_are_put_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tried: list[Kind] = []

    def provide(kind: Kind) -> Path:
        tried.append(kind)
        if kind.python.minor == 15:
            raise Failure("not had")
        return Path(f"/{kind.python}")

    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    monkeypatch.setattr(assembled, "provide", provide)
    monkeypatch.setattr(debian, "works", lambda path: path == Path("/3.14t"))
    good, bad, broken = (Python(3, minor, free_threaded=True) for minor in (14, 15, 16))
    assert pythons.from_packages([Python(3, 14), good, bad, broken]) == {
        bad: "Debian and freeze-core: not had",
        broken: "Debian and freeze-core: /3.16t was put together and does not start",
    }
    assert tried == [Kind(one, "aarch64") for one in (good, bad, broken)]


@pytest.fixture
def nothing_here(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine without interpreters, without downloads and without Debian."""

    def offline(command: Command, **_keywords: object) -> Finished:
        return Finished(command, 2, "error: x\n  cause: no such host\n")

    monkeypatch.setattr(pythons, "folders", lambda *_arguments: [])
    monkeypatch.setattr(pythons, "attempt", offline)
    monkeypatch.setattr(apt, "obstacle", lambda: "no Debian packages here")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.mark.usefixtures("nothing_here")
def test_every_interpreter_is_found_or_its_absence_explained(
    plan: Plan, capsys: pytest.CaptureFixture[str]
) -> None:
    result = pythons.provide(plan.pythons)
    assert result.found == {}
    assert set(result.absent) == set(plan.pythons)
    assert "no Debian packages here" in result.absent[Python(3, 14)]
    assert "cause: no such host" in capsys.readouterr().out


def test_debian_touches_nothing_of_the_system() -> None:
    made = APT.command("install", "--yes", "a", cwd=Path("/there"))
    program, quiet, *words = made.argv
    options, action = words[:-3], words[-3:]
    assert (program, quiet, action) == ("apt-get", "-qq", ["install", "--yes", "a"])
    assert made.cwd == Path("/there")
    assert set(options[::2]) == {"-o"}
    assert dict(option.split("=", 1) for option in options[1::2]) == {
        "APT::Architecture": "arm64",
        "APT::Architectures::": "arm64",
        "APT::Install-Recommends": "0",
        "APT::Keep-Downloaded-Packages": "1",
        "APT::Sandbox::User": "",
        "Acquire::Languages": "none",
        "Acquire::Retries": "3",
        "Debug::NoLocking": "1",
        "Dir::Cache": "/cache/apt/cache",
        "Dir::Etc::preferencesparts": "/dev/null",
        "Dir::Etc::sourcelist": "/cache/apt/sources.list",
        "Dir::Etc::sourceparts": "/dev/null",
        "Dir::State": "/cache/apt",
        "Dir::State::status": "/dev/null",
    }


def test_packages_are_signed() -> None:
    signed = f"[signed-by={apt.KEYRING}] http://mirror/debian"
    assert APT.sources("http://mirror/debian").splitlines() == [
        f"deb {signed} forky main",
        f"deb-src {signed} forky main",
        f"deb {signed} sid main",
        f"deb-src {signed} sid main",
    ]


def test_the_mirror_of_the_machine_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    policy = (
        " 500 http://mirror.example/debian-security bookworm-security/main\n"
        " 500 http://mirror.example/debian bookworm/main amd64 Packages\n"
    )
    asked: list[Command] = []

    def answer(command: Command) -> str:
        asked.append(command)
        return policy

    monkeypatch.setattr(apt, "ask", answer)
    assert apt.mirror() == "http://mirror.example/debian"
    assert [one.argv for one in asked] == [("apt-cache", "policy")]
    policy = ""
    assert apt.mirror() == "http://deb.debian.org/debian"


def test_the_interpreter_gets_the_loader_and_the_libraries_of_its_tree() -> None:
    loader = TREE.root / "usr" / "lib" / "x86_64-linux-gnu" / "ld-linux-x86-64.so.2"
    made = debian.patch_command(TREE.python("3.14"), loader)
    # The parts of glibc first, before a wheel asks for those of the machine.
    needed = (
        "libm.so.6",
        "libdl.so.2",
        "libpthread.so.0",
        "librt.so.1",
        "libutil.so.1",
    )
    assert made.argv == (
        *("patchelf", "--set-interpreter", str(loader)),
        *("--force-rpath", "--set-rpath", str(loader.parent)),
        *(word for name in needed for word in ("--add-needed", name)),
        "/cache/pythons/bin/python3.14",
    )


@pytest.mark.parametrize("broken", ["", "3.14", "3.15"])
def test_each_interpreter_of_debians_must_start(
    broken: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked: list[object] = []
    monkeypatch.setattr(debian, "unpack", lambda *given: unpacked.append(given))
    monkeypatch.setattr(
        debian, "works", lambda python: python.name != f"python{broken}"
    )
    if broken:
        with pytest.raises(Failure, match=rf"python{broken} was unpacked and does not"):
            debian.install(TREE, ["3.14", "3.15"])
    else:
        debian.install(TREE, ["3.14", "3.15"])
    assert unpacked == [(TREE, ["3.14", "3.15"])]


def test_ensurepip_finds_the_wheels_of_its_tree(tmp_path: Path) -> None:
    tree = debian.Tree(tmp_path)
    data = tree.root / "usr" / "lib" / "python3.14" / "_sysconfig_vars_x.json"
    data.parent.mkdir(parents=True)
    data.write_text('{"WHEEL_PKG_DIR": "/usr/share/python-wheels/"}')
    (data.parent / "_sysconfig_also.json").symlink_to(data)
    debian.relocate_wheels(tree, "3.14")
    assert f'"{tree.root}/usr/share/python-wheels/"' in data.read_text()


def test_a_tree_without_an_interpreter_does_not_work() -> None:
    assert not debian.works(Path("/nowhere/python3.14"))


def test_what_debian_cannot_do_is_said_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(_tree: object, _versions: object) -> None:
        raise Failure("Unable to locate package python3.14")

    monkeypatch.setattr(apt, "obstacle", lambda: "")
    monkeypatch.setattr(debian, "install", fail)
    wanted, free = Python(3, 14), Python(3, 14, free_threaded=True)
    reasons = pythons.from_debian([wanted, free])
    assert reasons == {wanted: "Debian: Unable to locate package python3.14"}


@pytest.mark.parametrize(
    ("obstacle", "wanted", "installed"),
    [
        ("", "3.14 3.15 3.14t", ["3.14", "3.15"]),
        ("", "3.14t", None),
        ("no Debian here", "3.14", None),
    ],
)
def test_debian_has_ordinary_ones_where_its_packages_can_be_had(
    obstacle: str,
    wanted: str,
    installed: list[str] | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done: list[tuple[object, list[str]]] = []
    monkeypatch.setattr(apt, "obstacle", lambda: obstacle)
    monkeypatch.setattr(debian, "install", lambda *given: done.append(given))
    pythons.from_debian([Python.parse(one) for one in wanted.split()])
    tree = debian.Tree(PROJECT.cached("pythons"))
    assert done == ([] if installed is None else [(tree, installed)])


@pytest.mark.parametrize("place", ["PATH", "Debian's", "put together"])
def test_those_of_an_earlier_run_are_found_again(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "path"))
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    for variable in ("PYENV_ROOT", "UV_PYTHON_INSTALL_DIR", "XDG_DATA_HOME"):
        monkeypatch.delenv(variable, raising=False)
    free = Python(3, 14, free_threaded=True)
    folder = {
        "PATH": tmp_path / "path",
        "Debian's": PROJECT.cached("pythons") / "bin",
        "put together": Kind(free, platform.machine()).prefix / "bin",
    }[place]
    path = interpreter(folder / "python3.14t", "3.14t")
    assert pythons.search([Python(3, 14), free]) == {free: path}


def test_interpreters_come_after_the_tools_and_bring_no_other_cargo(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PYENV_ROOT", "/pyenv")
    monkeypatch.setenv("PATH", "/tools/bin:/cargo/bin:/pyenv/shims:/usr/bin")
    found = {
        Python(3, 13): Path("/py313/bin/python3.13"),
        Python(3, 12): Path("/usr/bin/python3.12"),
    }
    pythons.put_on_path(Pythons(found, {}))
    path = os.environ["PATH"]
    assert path == "/tools/bin:/py313/bin:/cargo/bin:/usr/bin"
    assert capsys.readouterr().out.splitlines() == [
        "3.13  /py313/bin/python3.13",
        "3.12  /usr/bin/python3.12",
    ]
