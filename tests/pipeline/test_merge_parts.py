"""Files and results of many jobs, brought together."""

from pathlib import Path

import pytest

import merge_parts
from pipeline import ledger
from pipeline.commands import Failure
from pipeline.ledger import Entry, EnvResult
from pipeline.project import PROJECT

PASSED = EnvResult("py311", passed=True, summary="1 passed")


def part(parts: Path, name: str, files: dict[str, bytes], *entries: Entry) -> None:
    """What one job uploaded; without entries, those of its files."""
    folder = parts / name
    folder.mkdir(parents=True)
    for file, data in files.items():
        (folder / file).write_bytes(data)
    made = [ledger.entry(folder / file, "row", {}) for file in files]
    ledger.write(folder, list(entries) or made)


def entry(file: str, data: bytes, folder: Path) -> Entry:
    (folder / "scratch").write_bytes(data)
    made = ledger.entry(folder / "scratch", "row", {})
    return Entry(**{**vars(made), "file": file})


def test_every_file_and_every_result_arrives(tmp_path: Path) -> None:
    parts, dist = tmp_path / "parts", tmp_path / "dist"
    part(parts, "built-a", {"a.whl": b"a"})
    part(parts, "built-b", {"b.whl": b"b"})
    tested = entry("a.whl", b"a", tmp_path)
    tested.tests = [PASSED]
    tested.not_run = {"py311": "no machine", "py312": "no interpreter"}
    part(parts, "tested-a", {}, tested)
    merge_parts.collect(parts, dist)
    assert {path.name for path in dist.iterdir()} == {"a.whl", "b.whl", ledger.NAME}
    first, second = ledger.read(dist)
    assert (first.file, first.tests) == ("a.whl", [PASSED])
    assert first.not_run == {"py312": "no interpreter"}
    assert (second.file, second.tests) == ("b.whl", [])


def test_what_was_in_dist_is_gone(tmp_path: Path) -> None:
    dist = tmp_path / "dist"
    dist.mkdir()
    (dist / "old.whl").touch()
    part(tmp_path / "parts", "built-a", {"a.whl": b"a"})
    merge_parts.collect(tmp_path / "parts", dist)
    assert not (dist / "old.whl").exists()


def test_one_name_with_two_contents_stops_it(tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    part(parts, "built-a", {"a.whl": b"a"})
    part(parts, "built-b", {"a.whl": b"b"})
    with pytest.raises(Failure, match=r"is another file than a part before it"):
        merge_parts.collect(parts, tmp_path / "dist")


def test_results_of_other_bytes_stop_it(tmp_path: Path) -> None:
    parts = tmp_path / "parts"
    part(parts, "built-a", {"a.whl": b"a"})
    part(parts, "tested-a", {}, entry("a.whl", b"b", tmp_path))
    with pytest.raises(Failure, match=r"two parts have a a\.whl, with different bytes"):
        merge_parts.collect(parts, tmp_path / "dist")


def test_a_folder_without_parts_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(Failure, match="no folder in it has a ledger"):
        merge_parts.collect(tmp_path, tmp_path / "dist")


def test_parts_are_not_lost_to_the_folder_that_is_emptied(tmp_path: Path) -> None:
    part(tmp_path, "dist", {"a.whl": b"a"})
    for parts in (tmp_path, tmp_path / "dist"):
        with pytest.raises(Failure, match="is emptied first"):
            merge_parts.collect(parts, tmp_path / "dist")
    assert (tmp_path / "dist" / "a.whl").read_bytes() == b"a"


def test_the_stage_says_what_it_has_and_what_is_untested(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    parts, dist = tmp_path / "parts", tmp_path / "dist"
    tested = entry("a.whl", b"a", tmp_path)
    tested.tests = [PASSED]
    part(parts, "built", {"a.whl": b"a", "b.whl": b"b"})
    part(parts, "tested", {}, tested)
    assert merge_parts.stage([str(parts), str(dist)]) == 0
    assert capsys.readouterr().out == "2 files, 1 of them tested\n"


def test_a_later_part_knows_better(tmp_path: Path) -> None:
    """A test that was run again replaces the one before, whatever came of it."""
    parts, names = tmp_path / "parts", "abcdef"
    for name, following in zip(names, f"{names[1:]}g", strict=True):
        made = entry("a.whl", b"a", tmp_path)
        made.tests = [EnvResult(name, True, "again"), EnvResult(following, False, "")]
        part(parts, name, {"a.whl": b"a"}, made)
    [merged] = merge_parts.collect(parts, tmp_path / "dist")
    assert {one.env: one.passed for one in merged.tests} == {
        **dict.fromkeys(names, True),
        "g": False,
    }


def test_files_in_folders_of_a_part_are_no_files_of_the_release(tmp_path: Path) -> None:
    part(tmp_path / "parts", "a", {"a.whl": b"a"})
    (tmp_path / "parts" / "a" / "folder").mkdir()
    (tmp_path / "parts" / "a" / "folder" / "b.whl").touch()
    merge_parts.collect(tmp_path / "parts", tmp_path / "dist")
    names = {path.name for path in (tmp_path / "dist").iterdir()}
    assert names == {"a.whl", ledger.NAME}


def test_one_file_may_be_in_two_parts_and_dist_anywhere(tmp_path: Path) -> None:
    for name in ("a", "b"):
        part(tmp_path / "parts", name, {"a.whl": b"a"})
    dist = tmp_path / "new" / "dist"
    assert len(merge_parts.collect(tmp_path / "parts", dist)) == 1
    default = merge_parts.parser().parse_args(["parts"])
    assert default.dist == PROJECT.dist
