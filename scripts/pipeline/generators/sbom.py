"""The bill of materials: which crates are compiled into the extension.

maturin's own carries a timestamp, a random serial number and build paths
(cyclonedx-rust-cargo#514), so that no two builds agree. This one follows from
Cargo.lock alone; it lies in the repository and maturin packs it.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.commands import Failure, ask, command, require
from pipeline.project import PROJECT, parse_toml
from pipeline.version import Version

SPECIFICATION = "1.6"
PATH = PROJECT.root / f"{PROJECT.name}.cdx.json"
METADATA = command(
    *("cargo", "metadata", "--locked", "--format-version", "1"),
    *("--manifest-path", PROJECT.manifest),
)

Json = dict[str, Any]


def linked(metadata: Json) -> list[Json]:
    """The packages whose code ends in the product, of every platform.

    Followed from the root over normal dependencies; macros run at build time only,
    and what only they need goes with them.
    """
    packages = {package["id"]: package for package in metadata["packages"]}
    nodes = {node["id"]: node for node in metadata["resolve"]["nodes"]}
    root = metadata["resolve"]["root"]
    found, waiting = {root}, [root]
    while waiting:
        for dependency in nodes[waiting.pop()]["deps"]:
            package = dependency["pkg"]
            normal = any(kind["kind"] is None for kind in dependency["dep_kinds"])
            if normal and package not in found and not is_macro(packages[package]):
                found.add(package)
                waiting.append(package)
    found.remove(root)
    return sorted((packages[key] for key in found), key=purl)


def is_macro(package: Json) -> bool:
    return any("proc-macro" in target["kind"] for target in package["targets"])


def purl(package: Json) -> str:
    """The canonical name: crates.io's, whatever mirror a crate was fetched from."""
    registry = "pypi" if package.get("is_root") else "cargo"
    return f"pkg:{registry}/{package['name']}@{package['version']}"


def licenses(package: Json) -> Json:
    """As far as its manifest has it; a file of its own has no name to give."""
    if not package["license"]:
        return {}
    # `MIT/Apache-2.0` is how SPDX's OR was written before 2018.
    expression = re.sub(r"\s*/\s*", " OR ", package["license"])
    return {"licenses": [{"expression": expression}]}


def component(package: Json, kind: str, checksum: str | None) -> Json:
    made: Json = {
        "type": kind,
        "bom-ref": purl(package),
        "name": package["name"],
        "version": package["version"],
        **licenses(package),
        "purl": purl(package),
    }
    if checksum is not None:
        made["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    return made


def dependencies(metadata: Json, packages: Sequence[Json]) -> list[Json]:
    """Who needs whom, among those that are listed."""
    names = {package["id"]: purl(package) for package in packages}
    needs = {node["id"]: node["dependencies"] for node in metadata["resolve"]["nodes"]}
    return [
        {
            "ref": name,
            "dependsOn": sorted({names[one] for one in needs[key] if one in names}),
        }
        for name, key in sorted((name, key) for key, name in names.items())
    ]


def checksums(lock: Mapping[str, Any]) -> dict[tuple[str, str], str]:
    return {
        (package["name"], package["version"]): package["checksum"]
        for package in lock["package"]
        if "checksum" in package
    }


def document(metadata: Json, lock: Mapping[str, Any]) -> Json:
    """CycloneDX without what is optional and would differ: serial number and time."""
    by_id = {package["id"]: package for package in metadata["packages"]}
    root = by_id[metadata["resolve"]["root"]]
    # Ours is a package of Python, and its version is spelled as that; others of a
    # workspace have no source either, and are none.
    version = str(Version.parse(root["version"]))
    root = {**root, "is_root": True, "version": version}
    packages = linked(metadata)
    sums = checksums(lock)
    return {
        "$schema": f"http://cyclonedx.org/schema/bom-{SPECIFICATION}.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": SPECIFICATION,
        "version": 1,
        "metadata": {"component": component(root, "library", None)},
        "components": [
            # One of the workspace, or of a repository of git, has no checksum.
            component(one, "library", sums.get((one["name"], one["version"])))
            for one in packages
        ],
        "dependencies": dependencies(metadata, [root, *packages]),
    }


def generate() -> str:
    """What the file should hold."""
    require("cargo")
    metadata = json.loads(ask(METADATA))
    lock = parse_toml(PROJECT.lock.read_text("utf-8"))
    return json.dumps(document(metadata, lock), indent=2) + "\n"


def current() -> str:
    """What the file holds; `Failure` if that is not what it should hold."""
    present = PATH.read_text("utf-8") if PATH.exists() else ""
    if present != generate():
        raise Failure(f"{PATH.name} is stale: python scripts/generate.py sbom")
    return present


def errors(text: str) -> list[str]:
    """What CycloneDX's own schema finds wrong."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    found = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    return [] if found is None else [str(found.data)]


def write() -> str:
    PATH.write_text(generate(), "utf-8", newline="\n")
    return f"wrote {PATH.name}"


def check() -> str:
    if found := errors(current()):
        raise Failure(f"{PATH.name} is no valid CycloneDX {SPECIFICATION}: {found}")
    return f"{PATH.name} is up to date and valid CycloneDX {SPECIFICATION}"
