"""Generated files: written, or compared with what they should be."""

import re
import shutil
from pathlib import Path
from types import ModuleType

import pytest

import generate
from pipeline import toolenv
from pipeline.commands import Command, Failure
from pipeline.generators import sbom, support_table, tool_locks


@pytest.fixture(autouse=True)
def _tools(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolenv, "enter", lambda *_: None)


class Recorder:
    """Stands for a generator."""

    def __init__(self) -> None:
        self.called: list[str] = []

    def write(self, *, upgrade: bool | None = None) -> str:
        self.called.append("write" if upgrade is None else f"write, upgrade={upgrade}")
        return "wrote"

    def check(self) -> str:
        self.called.append("check")
        return "is up to date"


@pytest.mark.parametrize(
    ("options", "called"),
    [
        (["sbom"], ["write"]),
        (["sbom", "--check"], ["check"]),
        (["locks"], ["write, upgrade=False"]),
        (["locks", "--upgrade"], ["write, upgrade=True"]),
        (["locks", "--check"], ["check"]),
        (["locks", "sbom"], ["write, upgrade=False", "write"]),
        (["stubs"], ["write"]),
    ],
)
def test_a_check_writes_nothing_and_nothing_else_only_checks(
    options: list[str], called: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder()
    monkeypatch.setattr(generate, "tool_locks", recorder)
    for name in generate.GENERATORS:
        monkeypatch.setitem(generate.GENERATORS, name, recorder)
    assert generate.stage(options) == 0
    assert recorder.called == called


def test_a_stale_file_ends_the_stage(monkeypatch: pytest.MonkeyPatch) -> None:
    stale = Failure("stale")

    def check() -> str:
        raise stale

    monkeypatch.setattr(sbom, "check", check)
    with pytest.raises(Failure, match="stale"):
        generate.stage(["sbom", "--check"])


@pytest.mark.parametrize("option", ["--upgrade", "--record=dist"])
def test_what_writes_is_no_check(option: str) -> None:
    with pytest.raises(Failure, match="--check writes nothing"):
        generate.stage(["locks", "--check", option])


def test_what_the_ledger_says_is_noted_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[object] = []
    monkeypatch.setattr(support_table, "note", order.append)
    recorder = Recorder()
    monkeypatch.setattr(recorder, "write", lambda: order.append("write"))
    monkeypatch.setitem(generate.GENERATORS, "support", recorder)
    assert generate.stage(["support", "--record", str(tmp_path)]) == 0
    assert order == [tmp_path, "write"]
    generate.stage(["support"])
    assert order[2:] == ["write"]


@pytest.mark.parametrize(
    ("module", "path", "old"),
    [
        (sbom, sbom.PATH, b"cargo/pyo3@"),
        (support_table, support_table.DOCUMENT, b"| `cp311-abi3` |"),
    ],
)
def test_one_changed_byte_is_stale_and_stays(
    module: ModuleType,
    path: Path,
    old: bytes,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # CycloneDX's schema has tests of its own, and takes seconds.
    monkeypatch.setattr(sbom, "errors", lambda _: [])
    copy = tmp_path / path.name
    shutil.copy(path, copy)
    name = next(name for name, value in vars(module).items() if value is path)
    monkeypatch.setattr(module, name, copy)
    assert "up to date" in module.check()
    changed = copy.read_bytes().replace(old, b"changed", 1)
    assert changed != copy.read_bytes()
    copy.write_bytes(changed)
    with pytest.raises(Failure, match=rf"{path.name} is stale"):
        module.check()
    assert copy.read_bytes() == changed, "a check writes nothing"
    module.write()
    assert copy.read_bytes() == path.read_bytes()


@pytest.fixture
def locks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two locks, and a uv that writes into every output what its inputs hold."""
    for name in ("audit", "build"):
        (tmp_path / f"{name}.in").write_text(f"{name}==1\n")
        (tmp_path / f"{name}.txt").write_text(f"{tool_locks.HEADER}{name}==1\n")

    def run(made: Command) -> None:
        where = made.argv.index("--output-file")
        output, *inputs = map(Path, made.argv[where + 1 :])
        newer = "newer" if "--upgrade" in made.argv else ""
        texts = [path.read_text() for path in inputs]
        if "--constraints" in made.argv:
            constraints = Path(made.argv[made.argv.index("--constraints") + 1])
            newer = "newer" if "newer" in constraints.read_text() else ""
        output.write_text("".join(texts) + newer)

    monkeypatch.setattr(tool_locks, "FOLDER", tmp_path)
    monkeypatch.setattr(tool_locks, "run", run)
    return tmp_path


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_a_lock_that_does_not_follow_from_its_input_is_stale(locks: Path) -> None:
    assert tool_locks.check() == "requirements/*.txt is up to date"
    (locks / "audit.txt").write_text("audit==0\n")
    before = contents(locks)
    with pytest.raises(Failure, match=r"^stale: audit\.txt: python scripts/gen"):
        tool_locks.check()
    (locks / "build.txt").unlink()
    with pytest.raises(Failure, match=r"^stale: audit\.txt, build\.txt: "):
        tool_locks.check()
    assert contents(locks) == {
        name: text for name, text in before.items() if name != "build.txt"
    }
    assert tool_locks.write() == "wrote 2 locks"
    assert tool_locks.check()


def test_every_lock_is_raised_together(locks: Path) -> None:
    tool_locks.write(upgrade=True)
    texts = [(locks / f"{name}.txt").read_text() for name in ("audit", "build")]
    assert texts == [
        f"{tool_locks.HEADER}{name}==1\nnewer" for name in ("audit", "build")
    ]


def test_a_lock_names_its_versions_and_hashes_and_nothing_of_this_machine() -> None:
    inputs, output = [Path("/a.in"), Path("/b.in")], Path("/together.txt")
    made = tool_locks.compile_command(inputs, output)
    options = "--universal --generate-hashes --python-version 3.11"
    start = (
        f"uv pip compile --quiet {options} --no-header --no-annotate"
        " --no-emit-index-url"
    )
    assert " ".join(made.argv) == f"{start} --output-file /together.txt /a.in /b.in"
    made = tool_locks.compile_command(
        inputs[:1], output, constraints=Path("/c.txt"), upgrade=True
    )
    assert " ".join(made.argv) == (
        f"{start} --constraints /c.txt --upgrade --output-file /together.txt /a.in"
    )


def test_what_is_locked_is_read_with_its_version() -> None:
    lock = (toolenv.LOCKS / "uv.txt").read_text("utf-8")
    [uv] = tool_locks.pins(lock)
    assert re.fullmatch(r"uv==[\d.]+", uv)
