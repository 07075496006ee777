"""What PyPI refuses of names, metadata and sizes, and what it takes."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from breaking import rules_of, untested

from pipeline.gates import index_rules
from pipeline.gates.index_rules import (
    broken_commands,
    broken_metadata,
    broken_name,
    broken_size,
)
from pipeline.gates.model import Archive

TAGS: dict[str, bool] = json.loads(
    (Path(__file__).parent / "data" / "index_tags.json").read_text("utf-8")
)["tags"]


def test_platform_tags_are_judged_as_the_index_judges_them() -> None:
    ours = {
        tag: not list(broken_name(f"uncork-0.1.0-cp311-abi3-{tag}.whl")) for tag in TAGS
    }
    assert len(ours) == 220
    assert ours == TAGS


NAMES = [
    ("platform linux_x86_64", "a-1.0-cp311-abi3-linux_x86_64.whl"),
    ("platform any_", "a-1.0-py3-none-any.any_.whl"),
    ("name A_b", "A_b-1.0-py3-none-any.whl"),
    ("name a.b", "a.b-1.0.tar.gz"),
    ("Invalid wheel filename (wrong number of parts): 'a-1.0'", "a-1.0.whl"),
]


@pytest.mark.parametrize(("found", "name"), NAMES)
def test_names_that_the_index_refuses(found: str, name: str) -> None:
    assert [one for one, _ in broken_name(name)] == [found]


@pytest.mark.parametrize("name", ["a_b-1.0.tar.gz", "a_b-1.0rc1-1-py3-none-any.whl"])
def test_names_that_the_index_takes(name: str) -> None:
    assert list(broken_name(name)) == []


# What is added to metadata that are in order; "Version: 1.0" may be replaced.
LONG = "x" * 513
METADATA = [
    ("'3.0' is not a valid metadata version", "Metadata-Version: 3.0"),
    # Known to `packaging` before the index takes it.
    ("Metadata-Version: 2.6", "Metadata-Version: 2.6"),
    ("Version: 1.0+local", "Version: 1.0+local"),
    ("'one' is invalid for 'version'", "Version: one"),
    ("Summary of 513", f"Summary: {LONG}"),
    ("License beside License-Expression", "License: MIT\nLicense-Expression: MIT"),
    ("'Nothing' is invalid for 'license-expression'", "License-Expression: Nothing"),
    ("Classifier: Topic :: Nothing", "Classifier: Topic :: Nothing"),
    (
        "deprecated Classifier: Natural Language :: Ukranian",
        "Classifier: Natural Language :: Ukranian",
    ),
    (
        "address a@b: The part after the @-sign is not valid. It should have a period.",
        "Author-Email: A <a@b>",
    ),
    (
        "address a@b: The part after the @-sign is not valid. It should have a period.",
        "Maintainer-Email: a@b",
    ),
    (f"Project-URL with label {LONG[:33]!r}", f"Project-URL: {LONG[:33]}, https://a.b"),
    ("Project-URL with label ''", "Project-URL: , https://a.b"),
    ("address 'a.b'", "Project-URL: Home, a.b"),
    ("address ''", "Project-URL: Home"),
    ("address 'ftp://a.b'", "Home-Page: ftp://a.b"),
    ("address 'a.b'", "Download-URL: a.b"),
    ("address 'https://a.b:99999'", "Download-URL: https://a.b:99999"),
    ("requirement b @ https://a.b", "Requires-Dist: b @ https://a.b"),
    ("requirement b@ https://a.b", "Provides-Dist: b@ https://a.b"),
    (
        "requirement ~: Expected package name at the start of dependency specifier\n"
        "    ~\n    ^",
        "Obsoletes-Dist: ~",
    ),
    ("'~' is invalid for 'requires-dist'", "Requires-Dist: ~"),
    ("'>> 3' is invalid for 'requires-python'", "Requires-Python: >> 3"),
    (
        "'description-content-type' must be one of",
        "Description-Content-Type: text/html",
    ),
]


def headers(lines: str) -> bytes:
    """With what metadata must have, unless it is among the lines."""
    needed = ("Metadata-Version: 2.4", "Name: a", "Version: 1.0")
    keys = {line.split(":")[0] for line in lines.splitlines()}
    missing = [line for line in needed if line.split(":")[0] not in keys]
    return "\n".join([*missing, lines, "", "Text."]).encode()


@pytest.mark.parametrize(("found", "lines"), METADATA)
def test_metadata_that_the_index_refuses(found: str, lines: str) -> None:
    said = [one for one, _ in broken_metadata(headers(lines))]
    assert [one[: len(found)] for one in said] == [found]


@pytest.mark.parametrize(
    "lines",
    [
        "License-Expression: MIT\nClassifier: License :: OSI Approved :: MIT License",
        "Classifier: License :: OSI Approved :: MIT License",
        "License: MIT",
        "Author-Email: A <a@example.org>, b@example.org",
        "Author-Email: A <>",
        "Project-URL: Home, https://example.org/a?b#c",
        "Description-Content-Type: text/markdown; charset=UTF-8; variant=GFM",
        "Requires-Dist: b>=1; extra == 'all'\nProvides-Extra: all",
        f"Summary: {LONG[:512]}",
        f"Project-URL: x, http://a.b\nProject-URL: {LONG[:32]}, https://a.b",
        *(f"Metadata-Version: 1.{minor}" for minor in range(3)),
        *(f"Metadata-Version: 2.{minor}" for minor in range(1, 6)),
    ],
)
def test_metadata_that_the_index_takes(lines: str) -> None:
    assert list(broken_metadata(headers(lines))) == []


COMMANDS = [
    ("command '../a'", b"[console_scripts]\n../a = a:b\n"),
    ("command 'a b'", b"[gui_scripts]\na b = a:b\n"),
    ("command 'a:b'", b"[gui_scripts]\na:b = a:b\n"),
    ("entry_points.txt: File contains no section headers", b"a = b\n"),
    ("entry_points.txt: 'utf-8' codec can't decode byte", b"\xff"),
]


@pytest.mark.parametrize(("found", "text"), COMMANDS)
def test_commands_that_the_index_refuses(found: str, text: bytes) -> None:
    [one] = [one for one, _ in broken_commands(text)]
    assert one.startswith(found)


@pytest.mark.parametrize(
    "text", [b"", b"[console_scripts]\na-B.c = a:b\n[other]\n%(x) y = a:b\n"]
)
def test_commands_that_the_index_takes(text: bytes) -> None:
    assert list(broken_commands(text)) == []


MIB = 2**20
SIZES = [
    ("104,857,601 bytes", 100 * MIB + 1, 0),
    ("67,108,865 bytes in 1,342,177", 64 * MIB // 50, 64 * MIB + 1),
    ("104,857,601 bytes in 2,097,152", 2 * MIB, 100 * MIB + 1),
]


@pytest.mark.parametrize(("found", "packed", "unpacked"), SIZES)
def test_sizes_that_the_index_refuses(found: str, packed: int, unpacked: int) -> None:
    assert [one for one, _ in broken_size(packed, unpacked)] == [found]


@pytest.mark.parametrize(
    ("packed", "unpacked"), [(100 * MIB, 0), (1, 64 * MIB), (2 * MIB, 100 * MIB)]
)
def test_sizes_that_the_index_takes(packed: int, unpacked: int) -> None:
    assert list(broken_size(packed, unpacked)) == []


@pytest.mark.parametrize(("kind", "refused"), [("wheel", True), ("sdist", False)])
def test_only_a_wheel_may_not_unpack_to_many_times_its_size(
    kind: str, refused: bool
) -> None:
    file = SimpleNamespace(
        path=Path("a-1.0.tar.gz"),
        data=b"",
        kind=kind,
        members=[SimpleNamespace(data=bytes(33 * MIB))] * 2,
        metadata_name="PKG-INFO",
        contents={"PKG-INFO": headers("")},
        dist_info="a-1.0.dist-info",
    )
    assert bool(list(index_rules.broken(cast("Archive", file)))) == refused


def test_every_rule_of_the_index_is_broken() -> None:
    lists = (NAMES, METADATA, COMMANDS, SIZES)
    said = [found for one in lists for found, *_ in one]
    assert untested(rules_of(index_rules), said) == set()
