"""Gates of names, tags and metadata, on files of a few lines."""

from email import message_from_bytes
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pipeline.gates import backend, checkers, index_rules, metadata
from pipeline.gates.model import Archive, Finding, Member

REBUILD = "python scripts/build.py"
AS_MADE = "as maturin makes it of the commit"
INFO = "sand-1.0.dist-info"
NAME = "sand-1.0-cp311-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl"
TAGS = "cp311-abi3-manylinux2014_x86_64", "cp311-abi3-manylinux_2_17_x86_64"


def archive(name: str = NAME, **files: str) -> Archive:
    """A file with these below its .dist-info or its folder."""
    kind = "wheel" if name.endswith(".whl") else "sdist"
    folder = INFO if kind == "wheel" else "sand-1.0"
    contents = {
        f"{folder}/{path.replace('_', '-')}": text.encode()
        for path, text in files.items()
    }
    metadata_name = f"{folder}/{'METADATA' if kind == 'wheel' else 'PKG-INFO'}"
    made = SimpleNamespace(
        path=Path(name),
        kind=kind,
        contents=contents,
        dist_info=INFO,
        metadata_name=metadata_name,
        metadata=message_from_bytes(contents.get(metadata_name, b"")),
        project=SimpleNamespace(name="sand", version="1.0", stem="sand-1.0"),
    )
    return cast("Archive", made)


def of_commit(monkeypatch: pytest.MonkeyPatch, **files: str) -> None:
    """What the backend makes of the commit."""
    made = {
        f"{folder}/{path.replace('_', '-')}": Member(path, text.encode())
        for path, text in files.items()
        for folder in (INFO, "sand-1.0")
    }
    monkeypatch.setattr(backend, "members", lambda _: made)


def header(*tags: str) -> str:
    return "".join(f"Tag: {tag}\n" for tag in tags)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (header(*TAGS), None),
        (header(*reversed(TAGS)), None),
        ("", "WHEEL says nothing"),
        (header(TAGS[0]), f"WHEEL says {TAGS[0]}"),
        (header(*TAGS, TAGS[0]), f"WHEEL says {', '.join(TAGS)}"),
        (
            header(TAGS[0], "py3-none-any"),
            f"WHEEL says {TAGS[0]}, py3-none-any",
        ),
    ],
)
def test_a_wheel_says_the_tags_of_its_name(lines: str, said: str | None) -> None:
    expected = Finding(said or "", f"{', '.join(TAGS)}, as the name", REBUILD)
    found = list(metadata.tags(archive(WHEEL=lines)))
    assert found == ([expected] if said else [])


@pytest.mark.parametrize(
    "name",
    [
        "sand-1.0-abi3-linux_x86_64.whl",
        # In another order than strict installers want.
        "sand-1.0-cp311-abi3-manylinux_2_17_x86_64.manylinux2014_x86_64.whl",
    ],
)
def test_a_name_is_by_the_specification(name: str) -> None:
    [found] = metadata.tags(archive(name, WHEEL=header(*TAGS)))
    assert name.removesuffix(".whl") in found.found
    assert found.allowed == "a name by the wheel specification"


@pytest.mark.parametrize("name", [NAME, "sand-1.0.tar.gz"])
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Name: sand\nVersion: 1.0\n", []),
        ("Name: Sand\nVersion: 1.0\n", [("Name: Sand", "sand")]),
        ("Name: sand\nVersion: 1.0.1\n", [("Version: 1.0.1", "1.0")]),
        ("", [("Name: None", "sand"), ("Version: None", "1.0")]),
    ],
)
def test_a_file_has_its_name_and_version_inside(
    name: str, text: str, said: list[tuple[str, str]]
) -> None:
    file = archive(name, METADATA=text, PKG_INFO=text)
    expected = [Finding(*one, REBUILD) for one in said]
    assert list(metadata.identity(file)) == expected


RIGHT = "Name: a\nVersion: 1\nTag: b\nKeywords: x\nKeywords: y\n\ntext\n"


@pytest.mark.parametrize(
    ("old", "new", "keys", "text_differs"),
    [
        ("", "", [], False),
        ("Keywords: y", "Keywords: z", ["Keywords: ['x', 'z']"], False),
        ("Keywords: x\n", "", ["Keywords: ['y']"], False),
        ("Keywords: x\nKeywords: y\n", "", ["Keywords: []"], False),
        ("\n\n", "\nSummary: s\n\n", ["Summary: ['s']"], False),
        ("text", "other", [], True),
        ("Version: 1", "Version: 2", ["Version: ['2']"], False),
        ("Name: a", "Name: b", ["Name: ['b']"], False),
        ("Tag: b", "Tag: c", ["Tag: ['c']"], False),
    ],
)
def test_headers_are_as_the_backend_makes_them(
    old: str,
    new: str,
    keys: list[str],
    text_differs: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    of_commit(monkeypatch, METADATA=RIGHT, WHEEL=RIGHT)
    changed = RIGHT.replace(old, new)
    file = archive(METADATA=changed, WHEEL=changed)
    of_gate = {
        "METADATA": (metadata.metadata, ("Name", "Version")),
        "WHEEL": (metadata.header, ("Tag",)),
    }
    for name, (gate, ignored) in of_gate.items():
        right = message_from_bytes(RIGHT.encode())
        expected = [
            Finding(one, f"{right.get_all(one.split(':')[0], [])}, {AS_MADE}", REBUILD)
            for one in keys
            if one.split(":")[0] not in ignored
        ]
        if text_differs:
            words = f"another text in {INFO}/{name}"
            expected.append(Finding(words, AS_MADE, REBUILD))
        assert list(gate(file)) == expected


@pytest.mark.parametrize(
    ("made", "there", "is_right"),
    [
        (None, None, True),
        ("[a]", "[a]", True),
        ("[a]", "[b]", False),
        ("[a]", None, False),
        (None, "[a]", False),
    ],
)
def test_commands_are_those_of_pyproject(
    made: str | None,
    there: str | None,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_right: bool,
) -> None:
    name = f"{INFO}/entry_points.txt"
    members = {} if made is None else {name: Member(name, made.encode())}
    monkeypatch.setattr(backend, "members", lambda _: members)
    file = archive()
    if there is not None:
        file.contents[name] = there.encode()
    right = None if made is None else made.encode()
    wrong = Finding(f"{name} differs", f"{right!r}, {AS_MADE}", REBUILD)
    assert list(metadata.entry_points(file)) == ([] if is_right else [wrong])


@pytest.mark.parametrize("name", [NAME, "sand-1.0.tar.gz"])
def test_each_licence_that_is_named_is_inside(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = f"{INFO}/licenses" if name == NAME else "sand-1.0"
    names = ("absent", "same", "other", "unknown")
    text = "".join(f"License-File: {one}\n" for one in names)
    file = archive(name, METADATA=text, PKG_INFO=text)
    file.contents.update(
        {f"{folder}/{one}": b"1" for one in ("same", "other", "unknown")}
    )
    made = {
        f"{folder}/{one}": Member(one, data)
        for one, data in {"same": b"1", "other": b"2", "absent": b"1"}.items()
    }
    monkeypatch.setattr(backend, "members", lambda _: made)
    assert list(metadata.license_files(file)) == [
        Finding(f"{folder}/absent is missing", "every License-File", REBUILD),
        Finding(f"{folder}/other differs", AS_MADE, REBUILD),
    ]
    assert list(metadata.license_files(archive(name))) == []


@pytest.mark.parametrize("described", [True, False])
def test_other_projects_checkers_are_asked(
    described: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, ...]] = []
    status = 0

    def check(*argv: str) -> Any:
        asked.append(argv)
        return SimpleNamespace(returncode=status, stdout="a\n  b", stderr="c\n")

    monkeypatch.setattr(metadata, "check", check)
    file = archive()
    declared = {"readme": "README.md"} if described else {}
    vars(file.project)["pyproject"] = {"project": declared}
    assert list(metadata.twine(file)) == list(metadata.contents(file)) == []
    strict = ["--strict"] if described else []
    assert [list(one) for one in asked] == [
        ["twine", "check", *strict, NAME],
        ["check-wheel-contents", NAME],
    ]
    status = 1
    assert list(metadata.twine(file)) == [
        Finding("a b c", "`twine` content", "see the manual of twine")
    ]
    assert callable(checkers.check)


def test_rules_of_the_index_are_findings(monkeypatch: pytest.MonkeyPatch) -> None:
    file = archive()
    broken = {id(file): [("a", "b"), ("c", "d")]}
    monkeypatch.setattr(index_rules, "broken", lambda one: broken[id(one)])
    mend = "see the index's documentation, and the metadata"
    assert list(metadata.index(file)) == [
        Finding("a", "b", mend),
        Finding("c", "d", mend),
    ]
