"""The bill of materials: what is in it, and that nothing of a machine is."""

import json
from typing import Any

import pytest

from pipeline.commands import Failure
from pipeline.generators import sbom
from pipeline.project import PROJECT


def package(name: str, kind: str = "lib", **more: Any) -> dict[str, Any]:
    return {
        "id": f"registry#{name}@1.0.0",
        "name": name,
        "version": "1.0.0",
        "license": "MIT/Apache-2.0",
        "source": "registry+https://index",
        "targets": [{"kind": [kind]}],
        **more,
    }


def node(name: str, **dependencies: str | None) -> dict[str, Any]:
    ids = {f"registry#{one}@1.0.0": kind for one, kind in dependencies.items()}
    return {
        "id": f"registry#{name}@1.0.0",
        "dependencies": list(ids),
        "deps": [
            {"pkg": key, "dep_kinds": [{"kind": kind}]} for key, kind in ids.items()
        ],
    }


METADATA = {
    "packages": [
        package("ours", source=None),
        package("linked"),
        package("deeper"),
        package("macro", kind="proc-macro"),
        package("of_macro"),
        package("builder"),
    ],
    "resolve": {
        "root": "registry#ours@1.0.0",
        "nodes": [
            node("ours", linked=None, macro=None, builder="build"),
            node("linked", deeper=None),
            node("deeper"),
            node("macro", of_macro=None),
            node("of_macro"),
            node("builder"),
        ],
    },
}
LOCK = {
    "package": [
        {"name": name, "version": "1.0.0", "checksum": "ab" * 32}
        for name in ("linked", "deeper", "macro")
    ]
}


def test_what_is_compiled_in_is_listed_and_nothing_else() -> None:
    names = [one["name"] for one in sbom.linked(METADATA)]
    assert names == ["deeper", "linked"]


def test_a_component_has_its_canonical_name_licence_and_hash() -> None:
    made = sbom.document(METADATA, LOCK)
    assert made["components"][0] == {
        "type": "library",
        "bom-ref": "pkg:cargo/deeper@1.0.0",
        "name": "deeper",
        "version": "1.0.0",
        "licenses": [{"expression": "MIT OR Apache-2.0"}],
        "purl": "pkg:cargo/deeper@1.0.0",
        "hashes": [{"alg": "SHA-256", "content": "ab" * 32}],
    }
    assert made["metadata"]["component"]["purl"] == "pkg:pypi/ours@1.0.0"
    assert {
        "ref": "pkg:cargo/linked@1.0.0",
        "dependsOn": ["pkg:cargo/deeper@1.0.0"],
    } in (made["dependencies"])


def test_nothing_in_it_differs_from_one_time_or_machine_to_another() -> None:
    text = sbom.PATH.read_text("utf-8")
    made = json.loads(text)
    assert "serialNumber" not in made
    assert "timestamp" not in made["metadata"]
    assert str(PROJECT.root) not in text
    assert "file://" not in text
    addresses = {line for line in text.splitlines() if "://" in line}
    assert [line.split('"')[1] for line in addresses] == ["$schema"]


def test_the_schema_notices_what_is_wrong() -> None:
    text = sbom.PATH.read_text("utf-8")
    assert sbom.errors(text) == []
    broken = text.replace('"type": "library"', '"type": "banana"')
    assert "banana" in sbom.errors(broken)[0]


def test_a_stale_file_fails_the_check(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "up to date" in sbom.check()
    monkeypatch.setattr(sbom, "generate", lambda: "{}")
    with pytest.raises(Failure, match=r"stale: python scripts/generate\.py sbom"):
        sbom.check()
