"""The ledger: what is written is read, and holds for the bytes that it was made of."""

from pathlib import Path

import pytest

from pipeline import ledger
from pipeline.commands import Failure
from pipeline.ledger import Entry, EnvResult


def entries(folder: Path) -> list[Entry]:
    made = []
    for name in ("b.whl", "a.whl"):
        (folder / name).write_text(name)
        made.append(ledger.entry(folder / name, "row", {"zig": "1.0"}))
    made[0].tests = [EnvResult("py311", False, "1 failed", "smoke")]
    made[0].not_run = {"py312": "no interpreter"}
    return made


def test_what_is_written_is_read_in_the_order_of_names(tmp_path: Path) -> None:
    second, first = entries(tmp_path)
    ledger.write(tmp_path, [second, first])
    assert ledger.read(tmp_path) == [first, second]
    assert (first.file, first.size, first.tools) == ("a.whl", 5, {"zig": "1.0"})
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"a.whl", "b.whl", ledger.NAME}, "and nothing else is left there"


def test_people_can_read_it_and_git_compare_it(tmp_path: Path) -> None:
    ledger.write(tmp_path, entries(tmp_path))
    text = (tmp_path / "ledger.json").read_text()
    assert text.startswith('{\n  "files": [\n')
    assert text.endswith("}\n")


def test_what_is_cut_off_while_writing_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = entries(tmp_path)
    ledger.write(tmp_path, made)

    def write(path: Path, text: str, *_: object, **__: object) -> None:
        path.write_bytes(text.encode()[:9])
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "write_text", write)
    with pytest.raises(KeyboardInterrupt):
        ledger.write(tmp_path, [])
    assert len(ledger.read(tmp_path)) == len(made)


def test_a_file_has_the_entry_of_its_bytes_whatever_its_name(tmp_path: Path) -> None:
    made = entries(tmp_path)
    renamed = (tmp_path / "a.whl").rename(tmp_path / "c.whl")
    assert ledger.find(made, renamed) is made[1]
    renamed.write_text("others")
    assert ledger.find(made, renamed) is None


def test_a_folder_without_one_says_what_writes_it(tmp_path: Path) -> None:
    with pytest.raises(Failure, match=r"is missing: python scripts/build\.py"):
        ledger.read(tmp_path)


def test_a_result_is_of_the_whole_suite_unless_said() -> None:
    assert EnvResult("py311", True, "1 passed").suite == "whole"
