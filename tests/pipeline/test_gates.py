"""Each gate is broken once for each of its rules, and exactly that gate fails.

A mutation names the gate, what it says (an asterisk stands for anything) and what is
done to a good file. Rules of archives are broken in test_archives.py, the index's in
test_index_rules.py, the gates of the extension module in test_gates_extension.py.
"""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from breaking import (
    ABI3,
    Change,
    Contents,
    add_to_package,
    append,
    commit,
    copy_of,
    drop_line,
    edit,
    failing,
    gates_of,
    is_said,
    noticed,
    one,
    read,
    read_sdist,
    record_again,
    remove,
    rename,
    row_of,
    rules_of,
    untested,
    write,
    write_sdist,
)

import audit as stage
from pipeline import ledger
from pipeline.gates import archives, backend, contents, metadata
from pipeline.gates.audit import audit
from pipeline.gates.model import GATES, Archive, Folder, Member
from pipeline.plan import Plan
from pipeline.project import Project

Mutation = tuple[str, str, Change]
Writer = Callable[[Path, Contents], None]

# The gates that nothing here touches are those of the extension module.
SUBJECTS = (archives, contents, metadata)
# Checkers of other projects, each a process; they have tests of their own.
OTHERS = ("contents", "twine")
NOISE = random.Random(0).randbytes(700_000)  # noqa: S311  (not secret)


def repeat_line(end: str, part: str) -> Change:
    def change(contents: Contents) -> None:
        name = one(contents, end)
        lines = contents[name].splitlines(keepends=True)
        lines.append(next(line for line in lines if part.encode() in line))
        contents[name] = b"".join(lines)

    return change


def add(beside: str, name: str) -> Change:
    """An empty file beside the one that ends so."""

    def change(contents: Contents) -> None:
        contents[one(contents, beside).removesuffix(beside) + name] = b""

    return change


# What a wheel can suffer. RECORD is written again unless it is the thing.

HEADER, EMPTY = "/METADATA", "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU,"
LICENCE_LINE = "License-File: LICENSE\n"

WHEEL_MUTATIONS: list[Mutation] = [
    (
        "record",
        "RECORD says * of uncork/slow.py",
        edit("RECORD", "slow.py,sha256=", "slow.py,sha256=x"),
    ),
    (
        "record",
        "RECORD says *, '1'] of uncork/py.typed",
        edit("RECORD", EMPTY + "0", EMPTY + "1"),
    ),
    ("record", "RECORD says * of */RECORD", edit("RECORD", "RECORD,,", "RECORD,a,1")),
    ("record", "RECORD says [] of *", edit("RECORD", "/RECORD,,", "/RECORD")),
    ("record", "*/METADATA is not in RECORD", drop_line("RECORD", "/METADATA,")),
    (
        "record",
        "RECORD has a.py, the wheel not",
        append("RECORD", b"a.py,,\n"),
    ),
    (
        "record",
        "RECORD has uncork/slow.py twice",
        repeat_line("RECORD", "uncork/slow.py"),
    ),
    ("size", "* bytes", append(".so", NOISE)),
    ("tags", "WHEEL says cp312-*", edit("WHEEL", "cp311-abi3-m", "cp312-abi3-m")),
    ("tags", "WHEEL says cp311-*", drop_line("WHEEL", "Tag: ")),
    ("tags", "WHEEL says cp311-*", repeat_line("WHEEL", "Tag: ")),
    ("header", "Wheel-Version: ['2.0']", edit("WHEEL", "Version: 1", "Version: 2")),
    ("header", "Root-Is-Purelib: ['true']", edit("WHEEL", "lib: false", "lib: true")),
    ("header", "Generator: ['another *']", edit("WHEEL", "maturin", "another")),
    ("header", "Build: ['1']", edit("WHEEL", "Wheel-V", "Build: 1\nWheel-V")),
    ("header", "another text in */WHEEL", append("WHEEL", b"\nText.")),
    ("identity", "Version: 9.*", edit(HEADER, "\nVersion: ", "\nVersion: 9.")),
    ("identity", "Name: x-uncork", edit(HEADER, "\nName: ", "\nName: x-")),
    (
        "entry_points",
        "*/entry_points.txt differs",
        add("/WHEEL", "/entry_points.txt"),
    ),
    ("license_files", "*/licenses/LICENSE is missing", remove("/LICENSE")),
    (
        "license_files",
        "*/licenses/LICENSE differs",
        edit("/LICENSE", "Redistribution", "Sale"),
    ),
    ("python", "uncork/slow.py differs", append("uncork/slow.py", b"\nNEW = 1\n")),
    ("python", "uncork/slow.py is missing", remove("uncork/slow.py")),
    ("typing", "uncork/py.typed is missing", remove("py.typed")),
    ("typing", "uncork/_core.pyi differs", append("_core.pyi", b"\nold: int\n")),
    ("typing", "uncork/_core.pyi is missing", remove("_core.pyi")),
    ("sboms", "*.cdx.json is missing", remove(".cdx.json")),
    ("sboms", "*.cdx.json differs", edit(".cdx.json", '"version": "', '"version": "9')),
    ("sboms", "*.cdx.json: *", edit(".cdx.json", '"bomFormat": "', '"bomFormat": "9')),
    (
        "unexpected",
        "uncork/token.txt is in the wheel",
        add_to_package("token.txt", b"1234\n"),
    ),
    (
        "unexpected",
        "uncork/_old.py is in the wheel",
        add_to_package("_old.py", b"OLD = 1\n"),
    ),
    ("unexpected", "*.dist-info/old is in the wheel", add("/WHEEL", "/old")),
]

# What an sdist can suffer.

SDIST_MUTATIONS: list[Mutation] = [
    ("sdist_files", "*/docs/old is in the sdist", add("/build.rs", "/docs/old")),
    ("sdist_files", "*/build.rs is missing", remove("/build.rs")),
    (
        "sdist_files",
        "*/Cargo.lock is missing",
        rename("/Cargo.lock", "/old.lock"),
    ),
    ("sdist_files", "*/src/lib.rs differs", append("/src/lib.rs", b"// more\n")),
    ("sdist_files", "*/Cargo.lock differs", append("/Cargo.lock", b"# more\n")),
    ("license_files", "*/LICENSE is missing", remove("/LICENSE")),
    ("license_files", "*/LICENSE differs", append("/LICENSE", b"More.\n")),
    ("identity", "Version: 9.*", edit("PKG-INFO", "\nVersion: ", "\nVersion: 9.")),
    ("identity", "Name: x-uncork", edit("PKG-INFO", "\nName: ", "\nName: x-")),
]

# What the metadata of either can suffer.

METADATA_MUTATIONS: list[tuple[str, str, str]] = [
    ("Requires-Dist: *", "\nRequires-Dist: numpy>=1.26\n", "\n"),
    ("Requires-Dist: *", "\nRequires-Dist: numpy>=", "\nRequires-Dist: numpy>"),
    ("Requires-Python: ['>=3.0*']", "Requires-Python: >=3.1", "Requires-Python: >=3.0"),
    ("License-Expression: *", "License-Expression: ", "License-Expression: 0BSD OR "),
    ("License-File: []", "License-File: LICENSE\n", ""),
    ("Provides-Extra: ['all']", "\nSummary: ", "\nProvides-Extra: all\nSummary: "),
    ("Classifier: *", "Topic :: Scientific/Engineering", "Topic :: Utilities"),
    ("Summary: *", "\nSummary: ", "\nSummary: Not "),
    ("another text in *", "\n# Uncork\n", "\n# Another\n"),
]
# Where pyproject.toml says the same, it is the index that minds.
INDEX_MUTATIONS: list[tuple[str, str, str, str]] = [
    ("index", "Classifier: Tropic :: *", "Topic :: Sc", "Tropic :: Sc"),
    (
        "twine",
        "*has syntax errors in markup*",
        "text/markdown; charset=UTF-8; variant=GFM\n\n# ",
        "text/x-rst\n\n.. unknown::directive\n\n`open\n\n# ",
    ),
]

# What only an archive can say of its members.


def of_slow(special: int, usual: int) -> Callable[[str], int]:
    return lambda name: special if name.endswith("slow.py") else usual


def wheel_of_mode(mode: int) -> Writer:
    return lambda path, contents: write(path, contents, mode=of_slow(mode, 0o100644))


WRITING: list[tuple[str, str, str, Writer]] = [
    ("modes", "wheel", "uncork/slow.py is no plain file", wheel_of_mode(0o120777)),
    ("modes", "wheel", "mode 0600 of uncork/slow.py", wheel_of_mode(0o100600)),
    ("modes", "wheel", "mode 0666 of uncork/slow.py", wheel_of_mode(0o100666)),
    ("modes", "wheel", "mode 4755 of uncork/slow.py", wheel_of_mode(0o104755)),
    (
        "timestamps",
        "wheel",
        "times from 1980-* to 2026-*",
        lambda path, contents: write(path, contents, year=of_slow(2026, 1980)),
    ),
    (
        "timestamps",
        "sdist",
        "times from 1970-* to 1970-*",
        lambda path, contents: write_sdist(path, contents, time=of_slow(2, 0)),
    ),
    (
        "sdist_files",
        "sdist",
        "mode 0000 of */slow.py",
        lambda path, contents: write_sdist(path, contents, mode=of_slow(0, 0o644)),
    ),
]


def as_ids(rows: list[Mutation]) -> list[object]:
    return [pytest.param(*row, id=f"{row[0]}: {row[1]}") for row in rows]


@pytest.mark.parametrize(("gate", "found", "change"), as_ids(WHEEL_MUTATIONS))
def test_a_wheel_with_one_thing_broken_fails_exactly_its_gate(
    gate: str,
    found: str,
    change: Change,
    dist: Path,
    plan: Plan,
    project: Project,
    tmp_path: Path,
) -> None:
    name = row_of(plan, ABI3).wheel
    contents = read(dist / name)
    change(contents)
    if gate != "record":
        record_again(contents)
    write(tmp_path / name, contents)

    failed = noticed(Archive(tmp_path / name, project, plan), *SUBJECTS, without=OTHERS)
    assert failed.keys() == {gate}
    assert is_said(found, failed[gate])


@pytest.mark.parametrize(("gate", "found", "change"), as_ids(SDIST_MUTATIONS))
def test_an_sdist_with_one_thing_broken_fails_exactly_its_gate(
    gate: str,
    found: str,
    change: Change,
    dist: Path,
    plan: Plan,
    project: Project,
    tmp_path: Path,
) -> None:
    contents = read_sdist(dist / project.sdist)
    change(contents)
    write_sdist(tmp_path / project.sdist, contents)

    failed = noticed(
        Archive(tmp_path / project.sdist, project, plan), *SUBJECTS, without=OTHERS
    )
    assert failed.keys() == {gate}
    assert is_said(found, failed[gate])


def with_metadata(
    kind: str, old: str, new: str, dist: Path, name: str, folder: Path
) -> tuple[str, bytes]:
    """Change the metadata of a file; returns their name inside, and what they are."""
    contents = read(dist / name) if kind == "wheel" else read_sdist(dist / name)
    inside = next(
        path for path in contents if path.endswith(("/METADATA", "/PKG-INFO"))
    )
    edit(inside, old, new)(contents)
    if kind == "wheel":
        record_again(contents)
        write(folder / name, contents)
    else:
        write_sdist(folder / name, contents)
    return inside, contents[inside]


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
@pytest.mark.parametrize(("found", "old", "new"), METADATA_MUTATIONS)
def test_metadata_that_are_not_of_the_commit_fail_metadata(
    kind: str,
    found: str,
    old: str,
    new: str,
    dist: Path,
    plan: Plan,
    project: Project,
    tmp_path: Path,
) -> None:
    name = row_of(plan, ABI3).wheel if kind == "wheel" else project.sdist
    with_metadata(kind, old, new, dist, name, tmp_path)

    failed = noticed(Archive(tmp_path / name, project, plan), *SUBJECTS, without=OTHERS)
    assert failed.keys() == {"metadata"}
    assert is_said(found, failed["metadata"])


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
@pytest.mark.parametrize(("gate", "found", "old", "new"), INDEX_MUTATIONS)
def test_metadata_that_the_index_refuses_fail_its_gate(
    kind: str,
    gate: str,
    found: str,
    old: str,
    new: str,
    dist: Path,
    plan: Plan,
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = row_of(plan, ABI3).wheel if kind == "wheel" else project.sdist
    inside, changed = with_metadata(kind, old, new, dist, name, tmp_path)
    made = {**backend.members(project), inside: Member(inside, changed, 0o644)}
    monkeypatch.setattr(backend, "members", lambda _: made)

    failed = noticed(Archive(tmp_path / name, project, plan), *SUBJECTS)
    assert failed.keys() == {gate}
    assert is_said(found, failed[gate])


@pytest.mark.parametrize(("gate", "kind", "found", "writer"), WRITING)
def test_members_that_are_written_otherwise_fail_exactly_their_gate(
    gate: str,
    kind: str,
    found: str,
    writer: Writer,
    dist: Path,
    plan: Plan,
    project: Project,
    tmp_path: Path,
) -> None:
    name = row_of(plan, ABI3).wheel if kind == "wheel" else project.sdist
    contents = read(dist / name) if kind == "wheel" else read_sdist(dist / name)
    writer(tmp_path / name, contents)

    failed = noticed(Archive(tmp_path / name, project, plan), *SUBJECTS, without=OTHERS)
    assert failed.keys() == {gate}
    assert is_said(found, failed[gate])


# What is no fault.


def test_nothing_is_wrong_with_the_files_as_built(
    dist: Path, sample: Plan, project: Project
) -> None:
    verdicts = audit(Folder(dist, project, sample))
    assert {key: found for key, found in verdicts.items() if found} == {}


@pytest.mark.parametrize("mode", [0o100755, 0o100664])
def test_a_folder_and_usual_modes_are_no_fault(
    mode: int, dist: Path, plan: Plan, project: Project, tmp_path: Path
) -> None:
    name = row_of(plan, ABI3).wheel
    contents = read(dist / name)
    record_again(contents)
    contents[f"{project.package}/"] = b""
    write(tmp_path / name, contents, mode=of_slow(mode, 0o100644))
    assert noticed(Archive(tmp_path / name, project, plan), *SUBJECTS) == {}


# The other things that can be broken: names, the archive, the set.


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (ABI3, "cp312-abi3"),
        ("manylinux_2_17", "manylinux_2_34"),
        # PEP 425: a compressed set of tags is sorted.
        (
            "manylinux2014_x86_64.manylinux_2_17_x86_64",
            "manylinux_2_17_x86_64.manylinux2014_x86_64",
        ),
    ],
)
def test_a_renamed_wheel_fails_tags(
    old: str, new: str, dist: Path, plan: Plan, project: Project, tmp_path: Path
) -> None:
    name = row_of(plan, ABI3).wheel
    renamed = tmp_path / name.replace(old, new)
    shutil.copy(dist / name, renamed)
    assert failing(Archive(renamed, project, plan)) == {"tags"}


def truncate(data: bytes) -> bytes:
    return data[: len(data) // 2]


def flip(data: bytes) -> bytes:
    """One bit inside what is compressed."""
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]


DAMAGES: list[Callable[[bytes], bytes]] = [
    truncate,
    flip,
    lambda data: data + bytes(37),
    lambda data: b"#!/bin/sh\n" + data,
    lambda data: data * 2,
    lambda _: b"",
]


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_archive_fails_archive(
    kind: str,
    damage: Callable[[bytes], bytes],
    dist: Path,
    plan: Plan,
    project: Project,
    tmp_path: Path,
) -> None:
    name = row_of(plan, ABI3).wheel if kind == "wheel" else project.sdist
    (tmp_path / name).write_bytes(damage((dist / name).read_bytes()))
    assert failing(Archive(tmp_path / name, project, plan)) == {"archive"}


NOTHING = "nothing in it"


def test_an_empty_wheel_fails_archive(
    plan: Plan, project: Project, tmp_path: Path
) -> None:
    name = row_of(plan, ABI3).wheel
    write(tmp_path / name, {})
    [found] = archives.archive(Archive(tmp_path / name, project, plan))
    assert found.found == NOTHING


@pytest.mark.parametrize("end", ["/METADATA", "/WHEEL", "/RECORD", ".cdx.json"])
def test_a_file_of_noise_is_found_and_raises_nothing(
    end: str, dist: Path, plan: Plan, project: Project, tmp_path: Path
) -> None:
    name = row_of(plan, ABI3).wheel
    contents = read(dist / name)
    contents[one(contents, end)] = NOISE[:2000]
    write(tmp_path / name, contents)
    assert noticed(Archive(tmp_path / name, project, plan), *SUBJECTS)


def test_the_audit_of_a_ruin_ends_with_findings(
    dist: Path,
    plan: Plan,
    project: Project,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Of folders, links to nothing, and names that say nothing."""
    (tmp_path / project.sdist).mkdir()
    (tmp_path / plan.targets[0].wheel).symlink_to("nowhere")
    (tmp_path / "a.whl").write_bytes((dist / row_of(plan, ABI3).wheel).read_bytes())
    (tmp_path / "[b].tar.gz").write_bytes(NOISE)
    verdicts = audit(Folder(tmp_path, project, plan))
    stage.show(verdicts)
    assert all(verdicts["archive", name] for name in (project.sdist, "[b].tar.gz"))
    assert verdicts["archive", plan.targets[0].wheel]
    assert verdicts["tags", "a.whl"]
    assert "[b].tar.gz" in capsys.readouterr().out


IMPOSSIBLE = "*no-module.py*"


def test_a_module_that_cannot_be_imported_fails_contents(
    dist: Path, plan: Plan, project: Project, tmp_path: Path
) -> None:
    """It is in the repository too, so that only the checker of contents minds."""
    name = row_of(plan, ABI3).wheel
    other = copy_of(project, tmp_path / "repository")
    added = f"{project.package}/no-module.py"
    (other.python_source / added).write_bytes(b"X = 1\n")
    commit(other.root)
    contents = read(dist / name)
    contents[added] = b"X = 1\n"
    record_again(contents)
    write(tmp_path / name, contents)
    failed = noticed(Archive(tmp_path / name, other, plan), *SUBJECTS)
    assert failed.keys() == {"contents"}
    assert is_said(IMPOSSIBLE, failed["contents"])


NO_SBOM = "no SBOM declared"


def test_a_project_without_an_sbom_fails_sboms(
    dist: Path,
    plan: Plan,
    project: Project,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Project, "sboms", [])
    name = row_of(plan, ABI3).wheel
    contents = read(dist / name)
    remove(".cdx.json")(contents)
    record_again(contents)
    write(tmp_path / name, contents)
    failed = noticed(Archive(tmp_path / name, project, plan), *SUBJECTS)
    assert failed == {"sboms": [NO_SBOM]}


FILE_SET = ["* is missing", "* is not in the plan"]


def test_a_missing_and_a_foreign_file_fail_the_file_set(
    plan: Plan, project: Project, tmp_path: Path
) -> None:
    for name in plan.files[1:]:
        (tmp_path / name).touch()
    yesterday = plan.files[0].replace(project.version, "0.0.1")
    (tmp_path / yesterday).touch()
    (tmp_path / ledger.NAME).touch()

    findings = list(archives.file_set(Folder(tmp_path, project, plan)))

    assert [finding.found for finding in findings] == [
        f"{plan.files[0]} is missing",
        f"{yesterday} is not in the plan",
    ]
    assert all(finding.mend for finding in findings)


# That nothing above is forgotten.


def test_every_gate_is_broken_for_every_kind_of_file() -> None:
    both = ("wheel", "sdist")
    broken = {(gate, "wheel") for gate, *_ in WHEEL_MUTATIONS}
    broken |= {(gate, "sdist") for gate, *_ in SDIST_MUTATIONS}
    broken |= {(gate, kind) for gate, *_ in INDEX_MUTATIONS for kind in both}
    broken |= {(gate, kind) for gate, kind, *_ in WRITING}
    # Those whose tests have their names.
    broken |= {(gate, kind) for gate in ("archive", "metadata") for kind in both}
    broken |= {("file_set", "set"), ("contents", "wheel")}
    assert broken == gates_of(*SUBJECTS)


def test_every_rule_of_every_gate_is_broken() -> None:
    said = [found for _, found, _ in (*WHEEL_MUTATIONS, *SDIST_MUTATIONS)]
    said += [found for _, _, found, _ in WRITING]
    said += [found for found, *_ in METADATA_MUTATIONS]
    said += [found for _, found, *_ in INDEX_MUTATIONS]
    said += [*FILE_SET, NO_SBOM, IMPOSSIBLE, NOTHING]
    assert untested(rules_of(*SUBJECTS), said) == set()


def test_every_gate_says_which_accident_it_prevents() -> None:
    assert [name for name, gate in GATES.items() if not gate.accident] == []
