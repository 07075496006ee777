"""The bill of materials: what is in it, and that nothing of a machine is."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from pipeline.commands import Command, Failure
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


METADATA: dict[str, Any] = {
    "packages": [
        package("ours", source=None, version="1.0.0-rc.1"),
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
LOCK: dict[str, Any] = {
    "package": [
        {"name": name, "version": "1.0.0", "checksum": "ab" * 32}
        for name in ("linked", "deeper", "macro")
    ]
}


def test_what_is_compiled_in_is_listed_and_nothing_else() -> None:
    names = [one["name"] for one in sbom.linked(METADATA)]
    assert names == ["deeper", "linked"]


def component(name: str, **more: Any) -> dict[str, Any]:
    purl = f"pkg:cargo/{name}@1.0.0"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": "1.0.0",
        "licenses": [{"expression": "MIT OR Apache-2.0"}],
        "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": "ab" * 32}],
        **more,
    }


OURS = "pkg:pypi/ours@1.0.0rc1"
DOCUMENT: dict[str, Any] = {
    "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
    "bomFormat": "CycloneDX",
    "specVersion": "1.6",
    "version": 1,
    "metadata": {
        # As PyPI has it, and spelled as Python does.
        "component": {
            **component("ours", purl=OURS, version="1.0.0rc1"),
            "bom-ref": OURS,
        }
    },
    "components": [component("deeper"), component("linked")],
    "dependencies": [
        {"ref": "pkg:cargo/deeper@1.0.0", "dependsOn": []},
        {"ref": "pkg:cargo/linked@1.0.0", "dependsOn": ["pkg:cargo/deeper@1.0.0"]},
        {"ref": OURS, "dependsOn": ["pkg:cargo/linked@1.0.0"]},
    ],
}
del DOCUMENT["metadata"]["component"]["hashes"]


def test_the_document_is_of_what_is_linked_with_licences_and_hashes() -> None:
    assert sbom.document(METADATA, LOCK) == DOCUMENT


def test_the_order_is_of_names_and_not_of_cargo() -> None:
    """Whose own may be another on another machine."""
    nodes = METADATA["resolve"]["nodes"]
    turned = {
        "packages": METADATA["packages"][::-1],
        "resolve": {**METADATA["resolve"], "nodes": nodes[::-1]},
    }
    assert sbom.document(turned, LOCK) == DOCUMENT


def test_one_that_is_needed_twice_is_listed_once() -> None:
    """Also of two that need one another, as the tests of one may need the other."""
    nodes = [
        node("ours", linked=None, deeper=None),
        node("linked", deeper=None),
        node("deeper", linked=None),
    ]
    circle = {**METADATA, "resolve": {"root": "registry#ours@1.0.0", "nodes": nodes}}
    assert [one["name"] for one in sbom.linked(circle)] == ["deeper", "linked"]
    needs = {
        one["ref"]: one["dependsOn"]
        for one in sbom.document(circle, LOCK)["dependencies"]
    }
    both = ["pkg:cargo/deeper@1.0.0", "pkg:cargo/linked@1.0.0"]
    assert needs[OURS] == both


def test_what_is_needed_both_ways_is_linked() -> None:
    """At build time, and by what is built: one of several kinds will do."""
    nodes = [node("ours"), node("linked")]
    nodes[0]["deps"] = [
        {
            "pkg": "registry#linked@1.0.0",
            "dep_kinds": [{"kind": "build"}, {"kind": None}],
        }
    ]
    both = {**METADATA, "resolve": {"root": "registry#ours@1.0.0", "nodes": nodes}}
    assert [one["name"] for one in sbom.linked(both)] == ["linked"]


@pytest.mark.parametrize(
    ("declared", "expression"),
    [("MIT", "MIT"), ("MIT / Zlib/ISC", "MIT OR Zlib OR ISC"), (None, None)],
)
def test_a_licence_is_an_expression_of_spdx(
    declared: str | None, expression: str | None
) -> None:
    """A licence that is a file has no name, and no component a hash of nothing."""
    made = sbom.component(package("a", license=declared), "library", None)
    expected = {"licenses": [{"expression": expression}]} if expression else {}
    assert {key: made[key] for key in made if key == "licenses"} == expected
    assert "hashes" not in made


def test_only_what_comes_from_a_registry_has_a_checksum() -> None:
    packages = [{"name": "ours", "version": "1"}, *LOCK["package"][:1]]
    assert sbom.checksums({"package": packages}) == {("linked", "1.0.0"): "ab" * 32}


def test_cargo_is_asked_for_what_is_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Cargo.lock").write_text(
        f'# ä\n[[package]]\nname = "linked"\nversion = "1.0.0"\n'
        f'checksum = "{"ab" * 32}"\n',
        "utf-8",
    )
    asked: list[object] = []

    def ask(command: Command) -> str:
        asked.append(command)
        return json.dumps(METADATA)

    monkeypatch.setattr(sbom, "require", asked.append)
    monkeypatch.setattr(sbom, "ask", ask)
    monkeypatch.setattr(sbom, "PROJECT", SimpleNamespace(lock=tmp_path / "Cargo.lock"))
    text = sbom.generate()
    assert text.startswith('{\n  "$schema"')
    assert text.endswith("\n}\n")
    made = json.loads(text)
    assert [len(one.get("hashes", [])) for one in made["components"]] == [0, 1]
    assert asked == ["cargo", sbom.METADATA]
    assert sbom.METADATA.argv == (
        *("cargo", "metadata", "--locked", "--format-version", "1"),
        *("--manifest-path", str(PROJECT.manifest)),
    )


def test_nothing_in_it_differs_from_one_time_or_machine_to_another() -> None:
    text = sbom.PATH.read_text("utf-8")
    made = json.loads(text)
    assert "serialNumber" not in made
    assert "timestamp" not in made["metadata"]
    assert str(PROJECT.root) not in text
    assert "file://" not in text
    addresses = {line for line in text.splitlines() if "://" in line}
    assert [line.split('"')[1] for line in addresses] == ["$schema"]


def test_a_stale_or_broken_file_fails_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "ä.cdx.json"
    monkeypatch.setattr(sbom, "PATH", path)
    monkeypatch.setattr(sbom, "generate", lambda: "{ä}\n")
    found: dict[str, list[str]] = {}
    monkeypatch.setattr(sbom, "errors", lambda text: found.get(text, []))
    stale = r"^ä\.cdx\.json is stale: python scripts/generate\.py sbom$"
    with pytest.raises(Failure, match=stale):
        sbom.check()
    path.write_text("{}\n", "utf-8")
    with pytest.raises(Failure, match=stale):
        sbom.check()
    assert sbom.write() == "wrote ä.cdx.json"
    assert path.read_bytes() == "{ä}\n".encode()
    valid = "ä.cdx.json is up to date and valid CycloneDX 1.6"
    assert sbom.check() == valid
    found["{ä}\n"] = ["no banana"]
    with pytest.raises(Failure, match=r"no valid CycloneDX 1\.6: \['no banana'\]"):
        sbom.check()


def test_the_file_of_the_repository_is_what_it_should_be() -> None:
    assert "up to date" in sbom.check()


def test_the_schema_notices_what_is_wrong() -> None:
    text = sbom.PATH.read_text("utf-8")
    assert sbom.errors(text) == []
    broken = text.replace('"type": "library"', '"type": "banana"')
    assert "banana" in sbom.errors(broken)[0]
