"""Other projects take over the pipeline by adopt.py, each to a verified wheel.

Three of different shapes, as `maturin new` and those who use it make them: what they
have in common with this project is maturin. Only wheels of this machine are built; that
every platform is, and on every Python, is tested of this project's own.
"""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import actions
import pytest
import small
import tomlkit

import adopt
from pipeline import local_index, tox
from pipeline.commands import Failure, ask, command, run
from pipeline.project import PROJECT, Project
from rehearse import ANYONE

# Who commits, where nobody has told git.
SOMEBODY = {
    f"GIT_{role}_{said}": value
    for role in ("AUTHOR", "COMMITTER")
    for said, value in {"NAME": "A", "EMAIL": "a@example.org"}.items()
}
PYO3 = 'pyo3 = { version = "0.30.1", features = ["abi3-py311"] }'
# Nobody waits for fast code here.
PROFILE = "[profile.release]\nopt-level = 0\ncodegen-units = 16\n"
TEST = """import pytest

import {package}


@pytest.mark.smoke
def test_sum() -> None:
    assert {package}.sum_as_string(1, 1) == "2"
"""
TEST_OF_SAND = """import pytest

from hourglass import hourglass


@pytest.mark.smoke
def test_shadow() -> None:
    assert hourglass.__doc__ == "sand"
    assert hourglass.shadow(4) == 8
"""


def new(parent: Path, name: str, *options: str) -> Path:
    run(command("maturin", "new", *options, "--bindings", "pyo3", name, cwd=parent))
    return parent / name


def change(path: Path, changes: Mapping[str, str]) -> None:
    text = path.read_text("utf-8")
    for old, new in changes.items():
        assert old in text, f"{path} has no {old}"
        text = text.replace(old, new)
    path.write_text(text, "utf-8")


def write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, "utf-8")


def git(root: Path, *arguments: str) -> None:
    run(command("git", *arguments, env=SOMEBODY, cwd=root))


def commit(root: Path, branch: str) -> Path:
    git(root, "init", "--quiet", "--initial-branch", branch)
    git(root, "add", ".")
    git(root, "commit", "--quiet", "--message", "Begin")
    return root


def with_sources_apart(parent: Path) -> Path:
    """src/ and rust/, a console script, a Python that has an upper bound."""
    root = new(parent, "sun-dial", "--mixed", "--src")
    write(
        root,
        {
            "LICENSE": "None at all.\n",
            "src/sun_dial/__init__.py": "from .sun_dial import sum_as_string\n",
            "src/sun_dial/command.py": "def main() -> None:\n    print(12)\n",
            "tests/test_all.py": TEST.format(package="sun_dial"),
        },
    )
    shutil.rmtree(root / ".github")
    manifest = root / "rust" / "Cargo.toml"
    change(manifest, {'pyo3 = "0.29.0"': f"{PYO3}\n\n{PROFILE}"})
    change(
        root / "pyproject.toml",
        {
            'requires-python = ">=3.8"': 'requires-python = ">=3.9,<4"\n'
            'license = "MIT"\nscripts = { sundial = "sun_dial.command:main" }',
        },
    )
    return commit(root, "main")


def in_a_workspace(parent: Path) -> Path:
    """A module without Python, a crate of a workspace, all metadata Cargo's."""
    root = new(parent, "waterclock")
    (root / "crates").mkdir()
    member = root / "crates" / "clock"
    member.mkdir()
    (root / "src").rename(member / "src")
    (root / "Cargo.toml").rename(member / "Cargo.toml")
    change(
        member / "Cargo.toml",
        {
            'version = "0.1.0"': "version.workspace = true\nlicense.workspace = true\n"
            'description = "Time by water"\nreadme = "../../README.rst"',
            'pyo3 = "0.29.0"': f'{PYO3}\ndrops = {{ path = "../drops" }}',
        },
    )
    write(
        root,
        {
            "Cargo.toml": '[workspace]\nmembers = ["crates/*"]\nresolver = "3"\n'
            '[workspace.package]\nversion = "2.0.0-rc.1"\nlicense = "MIT"\n'
            f'{PROFILE}strip = "symbols"\n',
            "crates/drops/Cargo.toml": '[package]\nname = "drops"\n'
            "version.workspace = true\n",
            "crates/drops/src/lib.rs": "pub const DROPS: u32 = 2;\n",
            "README.rst": "Waterclock\n==========\n",
            "LICENCE": "None at all.\n",
            "waterclock.pyi": "def sum_as_string(a: int, b: int) -> str: ...\n",
            "tests/test_all.py": TEST.format(package="waterclock"),
        },
    )
    change(
        root / "pyproject.toml",
        {
            'dynamic = ["version"]': 'dynamic = ["version", "license", "readme",'
            ' "description"]\n[tool.maturin]\n'
            'manifest-path = "crates/clock/Cargo.toml"',
            ">=3.8": "~=3.11",
        },
    )
    return commit(root, "trunk")


def beside_the_manifest(parent: Path) -> Path:
    """The package at the top, tests that are one, a wheel for each Python; PyO3's lower
    half alone, which compiles in a moment.
    """
    root = new(parent, "hourglass")
    write(
        root,
        {
            ".cargo/config.toml": '[env]\nGRAINS = "sand"\n',
            "hourglass/__init__.py": "from .hourglass import *\n",
            "hourglass/py.typed": "",
            "hourglass/notes.txt": "Not in the wheel.\n",
            "licences/ONE.txt": "None at all.\n",
            "licences/OTHER.txt": "Nor this.\n",
            "tests/__init__.py": "",
            "tests/test_all.py": TEST_OF_SAND,
            "src/lib.rs": small.FILES["src/lib.rs"]
            .replace("gnomon", "hourglass")
            .replace(
                "std::ptr::null()", 'concat!(env!("GRAINS"), "\\0").as_ptr().cast()'
            ),
            "tox.ini": "[tox]\nenv_list = theirs\n",
            ".github/workflows/ci.yml": "name: theirs\n",
        },
    )
    # `maturin develop` was here once: whoever imports the checkout gets this.
    (root / "hourglass" / "hourglass.abi3.so").write_bytes(b"of yesterday")
    ffi = f'pyo3-ffi = "0.30.1"\n\n{PROFILE}'
    change(root / "Cargo.toml", {'pyo3 = "0.29.0"': ffi})
    change(
        root / "pyproject.toml",
        {
            'dynamic = ["version"]': 'dynamic = ["version"]\nlicense = "MIT"\n'
            'license-files = ["licences/*.txt"]\n\n[tool.maturin]\n'
            'exclude = ["hourglass/*.txt"]\n',
        },
    )
    return commit(root, "master")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The user's, in another place, with our tools: they need not be made again."""
    folder = tmp_path_factory.mktemp("cache")
    small.share_cache(folder, "sun-dial", "waterclock", "hourglass")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


def choose(root: Path, *pythons: str) -> None:
    """Of the plan the wheel of this machine that its oldest Python takes."""
    path = root / "scripts" / "targets.toml"
    plan = tomlkit.parse(path.read_text("utf-8")).unwrap()
    plan["pythons"]["required"] = list(pythons)
    row = plan["platforms"]["linux-x86_64"]
    row["abis"] = row["abis"][:1]
    plan["platforms"] = {"linux-x86_64": row}
    path.write_text(tomlkit.dumps(plan), "utf-8")


def adopted(root: Path, *pythons: str) -> Path:
    """As adopt.py says it: its files, and then the commands that it prints."""
    made = adopt.consider(root)
    assert made.taken == []
    adopt.write(made)
    choose(root, *pythons)
    steps = adopt.next_commands(made)
    assert steps[-1] == "python3 scripts/rehearse.py"
    quiet = {"git commit": "git commit --quiet --message=Adopt"}
    for step in steps[:-1]:
        words = ("sh", "-c", quiet.get(step, step))
        run(command(*words, env=SOMEBODY, cwd=root))
    assert ask(command("git", "status", "--porcelain", cwd=root)) == ""
    return root


def stage(root: Path, name: str, *arguments: str | Path) -> None:
    script = root / "scripts" / f"{name}.py"
    run(command(sys.executable, script, *arguments, env=ANYONE, cwd=root))


def publish_and_verify(root: Path) -> None:
    with (
        tempfile.TemporaryDirectory() as folder,
        local_index.serve(Path(folder)) as url,
    ):
        stage(root, "publish", "--index", url)
        stage(root, "verify", "--index", url)


@pytest.mark.usefixtures("cache")
def test_one_with_sources_apart_is_released_by_its_workflow(tmp_path: Path) -> None:
    root = adopted(with_sources_apart(tmp_path), "3.11", "3.13")
    (tmp_path / "run").mkdir()
    workflow = actions.load(root / ".github" / "workflows" / "release.yml")
    made = actions.Executor(workflow, actions.DRY_RUN, root, tmp_path / "run")
    runs = made.execute()
    built = [row.title for row in runs if row.title.startswith("Build ")]
    assert built == ["Build linux-x86_64-abi3"]
    assert {row.result for row in runs} == {"success", "skipped"}
    stage(root, "merge_parts", tmp_path / "run" / "artifacts")
    publish_and_verify(root)


@pytest.mark.usefixtures("cache")
def test_one_in_a_workspace_goes_through_every_stage(tmp_path: Path) -> None:
    root = adopted(in_a_workspace(tmp_path), "3.11")
    assert Project(root).version == "2.0.0rc1"
    stage(root, "release", "--check")
    stage(root, "build", "--all")
    stage(root, "audit")
    stage(root, "check_sdist")
    stage(root, "test", "--target", "linux-x86_64-abi3")
    publish_and_verify(root)


@pytest.mark.usefixtures("cache")
def test_one_beside_its_manifest_is_rehearsed(tmp_path: Path) -> None:
    root = adopted(beside_the_manifest(tmp_path), "3.11")
    assert (root / "tox.ini").read_text() == "[tox]\nenv_list = theirs\n"
    theirs = root / ".github" / "workflows" / "ci.yml"
    assert theirs.read_text() == "name: theirs\n"
    ours = theirs.with_name("pipeline-ci.yml").read_text("utf-8")
    assert "branches: [master]" in ours
    assert Project(root).branch == "master"
    stage(root, "rehearse")


def test_a_dry_run_writes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = beside_the_manifest(tmp_path)
    (root / "scripts").mkdir()
    (root / "scripts" / "build.py").write_text("theirs\n")
    (root / ".gitignore").write_text("/target\n")
    before = state(root)
    assert adopt_by_command(root) == 1
    said = capsys.readouterr().out
    assert "scripts/build.py is the project's own: --force scripts/build.py" in said
    assert adopt_by_command(root, "--write") == 1
    assert state(root) == before
    assert adopt_by_command(root, "--force", "scripts/build.py") == 0
    assert state(root) == before
    assert adopt_by_command(root, "--write", "--force", "scripts/build.py") == 0
    ours = (PROJECT.root / "scripts" / "build.py").read_bytes()
    assert (root / "scripts" / "build.py").read_bytes() == ours
    changed = {name for name, data in before.items() if state(root)[name] != data}
    assert changed == {".gitignore", "pyproject.toml", "scripts/build.py"}
    ignored = (root / ".gitignore").read_text("utf-8").split()
    assert ignored == ["/target", "/dist/", "/parts/", "/.tox/", "__pycache__/"]
    choose(root, "3.11")
    chosen = (root / "scripts" / "targets.toml").read_bytes()
    assert adopt_by_command(root, "--write", "--force", "scripts/") == 0
    assert (root / "scripts" / "targets.toml").read_bytes() == chosen


def adopt_by_command(root: Path, *options: str) -> int:
    script = PROJECT.root / "scripts" / "adopt.py"
    argv = [sys.executable, str(script), str(root), *options]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    print(done.stdout)
    return done.returncode


def state(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".git" not in path.parts
    }


def test_what_is_missing_is_said_with_its_place(tmp_path: Path) -> None:
    root = new(tmp_path, "bare")
    write(root, {"CHANGELOG.md": "# News\n", ".gitignore": "/target\nCargo.lock\n"})
    change(root / "pyproject.toml", {'dynamic = ["version"]': 'version = "1.0.0"'})
    commit(root, "main")
    made = adopt.consider(root)
    assert {one.where for one in made.missing} == {
        "the index",
        ".gitignore",
        "CHANGELOG.md",
        "pyproject.toml [project] version",
        "LICENSE",
        "Cargo.toml [package] license",
        "pyproject.toml [project] requires-python",
        "tests/",
        "build.rs",
    }
    assert all(one.what for one in made.missing)
    [version] = [one.what for one in made.missing if "] version" in one.where]
    assert '"1.0.0" as the version in Cargo.toml' in version


def test_settings_of_the_project_remain(tmp_path: Path) -> None:
    root = new(tmp_path, "settled")
    text = (root / "pyproject.toml").read_text("utf-8")
    theirs = (
        '\n[tool.maturin]\nsdist-generator = "cargo"  # as ever\n'
        '\n[dependency-groups]\ntest = ["pytest>=8"]\n'
    )
    (root / "pyproject.toml").write_text(text + theirs, "utf-8")
    commit(root, "main")
    made = adopt.consider(root)
    edited = made.files["pyproject.toml"]
    assert edited.startswith(text)
    assert 'sdist-generator = "cargo"  # as ever' in edited
    assert 'test = ["pytest>=8"]' in edited
    [one] = [one for one in made.missing if "sdist-generator" in one.where]
    assert one.what == "'cargo' is there, the pipeline is made for 'git'"


@pytest.mark.parametrize(
    ("theirs", "group", "is_parallel"),
    [
        ("", ["pytest"], False),
        (
            '[dependency-groups]\ndocs = ["sphinx"]\ndev = ["pytest>=8"]\n',
            [{"include-group": "dev"}],
            False,
        ),
        (
            '[project.optional-dependencies]\nfast = ["numpy"]\n'
            'tests = ["settled[fast]", "pytest-xdist>=3"]\n',
            ["numpy", "pytest-xdist>=3", "pytest"],
            True,
        ),
    ],
    ids=["nothing", "a group", "an extra of extras"],
)
def test_what_tests_need_is_taken_from_where_the_project_says_it(
    theirs: str, group: list[object], tmp_path: Path, *, is_parallel: bool
) -> None:
    root = new(tmp_path, "settled")
    with (root / "pyproject.toml").open("a", encoding="utf-8") as file:
        file.write(theirs)
    made = adopt.consider(commit(root, "main"))
    edited = tomlkit.parse(made.files["pyproject.toml"]).unwrap()
    assert edited["dependency-groups"]["test"] == group
    ini = made.files["tox.ini"]
    assert ("--numprocesses" in ini) == is_parallel
    # Tests that may share a file do so on two Pythons at once, too.
    envs = {env.name: env for env in tox.environments(ini)}
    pythons = [envs[python.env] for python in made.pythons]
    assert {env.one_core for env in pythons} == {is_parallel}
    assert [env for env in envs.values() if env.name.startswith("py3")] == pythons


def test_a_group_has_what_it_includes(tmp_path: Path) -> None:
    root = new(tmp_path, "settled")
    write(
        root,
        {
            "pyproject.toml": '[dependency-groups]\ndev = ["a"]\n'
            'test = ["b", { include-group = "dev" }]\n'
        },
    )
    assert Project(root).group("test") == ["b", "a"]


def test_tests_beside_the_manifest_are_found_and_not_those_of_cargo(
    tmp_path: Path,
) -> None:
    root = in_a_workspace(tmp_path)
    (root / "tests").rename(root / "crates" / "clock" / "tests")
    write(root, {"tests/all.rs": "#[test]\nfn nothing() {}\n"})
    made = adopt.consider(root)
    assert 'testpaths = ["crates/clock/tests"]' in made.files["pyproject.toml"]
    assert [one for one in made.missing if "test" in one.where] == []


def test_a_stub_that_maturin_would_not_find_is_named(tmp_path: Path) -> None:
    root = in_a_workspace(tmp_path)
    assert ".pyi" not in " ".join(one.where for one in adopt.consider(root).missing)
    (root / "waterclock.pyi").rename(root / "crates" / "clock" / "waterclock.pyi")
    found = [one.where for one in adopt.consider(root).missing]
    assert "crates/clock/waterclock.pyi" in found


def test_a_dependency_outside_the_workspace_is_named(tmp_path: Path) -> None:
    """As its place is hashed, bytes are never the same in two folders."""
    assert adopt.outside_workspace(Project(in_a_workspace(tmp_path))) == []
    root = with_sources_apart(tmp_path)
    manifest = '[package]\nname = "drops"\nversion = "0.1.0"\nedition = "2024"\n'
    write(root, {"drops/Cargo.toml": manifest, "drops/src/lib.rs": ""})
    drops = f'{PYO3}\ndrops = {{ path = "../drops" }}'
    change(root / "rust" / "Cargo.toml", {PYO3: drops})
    [one] = [one for one in adopt.consider(root).missing if "[workspace]" in one.where]
    assert one.what.startswith('"drops" beside "rust"')


def test_only_the_top_of_a_clone_of_a_maturin_project_will_do(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"has no pyproject\.toml"):
        adopt.check(tmp_path)
    root = new(tmp_path, "inner")
    git(tmp_path, "init", "--quiet")
    with pytest.raises(Failure, match="is not the top of its repository"):
        adopt.check(root)
    change(root / "pyproject.toml", {'backend = "maturin"': 'backend = "flit_core"'})
    with pytest.raises(Failure, match="build-backend is not maturin"):
        adopt.check(root)


def test_the_guide_names_every_option() -> None:
    guide = (PROJECT.root / "docs" / "adopt.md").read_text("utf-8")
    helped = adopt.parser().format_help()
    for option in ("--write", "--force"):
        assert option in guide
        assert option in helped
