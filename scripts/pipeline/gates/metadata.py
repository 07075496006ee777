"""Gates of names, tags and metadata, and the checkers of other projects."""

from collections.abc import Iterable, Iterator
from email import message_from_bytes

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from pipeline.commands import attempt, command, silent
from pipeline.gates import index_rules
from pipeline.gates.contents import from_tree
from pipeline.gates.model import REBUILD, Archive, Finding, gate


@gate("wheel")
def tags(wheel: Archive) -> Iterator[Finding]:
    """A wheel that pip takes for another Python or machine than it was built for
    (maturin#3059, rpds#110), and a name that strict installers refuse.
    """
    try:
        named = parse_wheel_filename(wheel.path.name, validate_order=True)[3]
    except InvalidWheelFilename as error:
        yield Finding(str(error), "a name by the wheel specification", REBUILD)
        return
    text = wheel.contents.get(f"{wheel.dist_info}/WHEEL", b"")
    header = message_from_bytes(text)
    inside = {Tag(*tag.split("-")) for tag in header.get_all("Tag", [])}
    if inside != named:
        yield Finding(
            f"WHEEL says {spelled(inside)}", f"{spelled(named)}, as the name", REBUILD
        )
    if header.get("Root-Is-Purelib") != "false":
        yield Finding(
            f"Root-Is-Purelib: {header.get('Root-Is-Purelib')}", "false", REBUILD
        )


def spelled(tags: Iterable[Tag]) -> str:
    return ", ".join(sorted(map(str, tags))) or "nothing"


@gate("wheel", "sdist")
def identity(file: Archive) -> Iterator[Finding]:
    """Files of one version that carry another inside (pymatgen-core#104), which the
    index accepts and pip refuses.
    """
    project = file.project
    for key, allowed in (("Name", project.name), ("Version", project.version)):
        found = file.metadata.get(key)
        if found != allowed:
            yield Finding(f"{key}: {found}", allowed, REBUILD)


@gate("wheel", "sdist")
def metadata(file: Archive) -> Iterator[Finding]:
    """Requirements in the file that are not pyproject.toml's: an installer resolves
    with what the index shows, long after the source was mended.
    """
    declared = file.project.pyproject["project"]
    header = file.metadata
    pairs: list[tuple[str, object, object]] = [
        (
            "Requires-Python",
            SpecifierSet(header.get("Requires-Python", "")),
            SpecifierSet(declared.get("requires-python", "")),
        ),
        (
            "License-Expression",
            header.get("License-Expression"),
            declared.get("license") or file.project.crate["license"],
        ),
        (
            "Requires-Dist",
            requirements(header.get_all("Requires-Dist", [])),
            requirements(declared.get("dependencies", [])),
        ),
    ]
    for key, found, allowed in pairs:
        if found != allowed:
            yield Finding(
                f"{key}: {found}", f"{allowed}, as in pyproject.toml", REBUILD
            )


def requirements(lines: Iterable[str]) -> list[str]:
    """Comparable; extras are left out, as nothing of the package depends on them.

    maturin 1.16 writes python_full_version where pyproject.toml says python_version.
    They differ for pre-releases alone: 3.15.0rc1 is of 3.15, and before it.
    """
    parsed = [
        Requirement(line.replace("python_full_version", "python_version"))
        for line in lines
    ]
    return sorted(str(one) for one in parsed if "extra" not in str(one.marker))


@gate("wheel", "sdist")
def license_files(file: Archive) -> Iterator[Finding]:
    """An sdist that the index refuses after all wheels went up, as its metadata names
    a licence that is not inside (horus#181, wingfoil#918), or code without one.
    """
    named = file.metadata.get_all("License-File", [])
    declared = file.project.license_files
    if sorted(named) != sorted(declared):
        yield Finding(f"License-File: {named}", f"{declared}, as in pyproject", REBUILD)
    inside = f"{file.dist_info}/licenses" if file.kind == "wheel" else file.project.stem
    yield from from_tree(file, {f"{inside}/{name}": name for name in declared})


@gate("wheel", "sdist")
def twine(file: Archive) -> Iterator[Finding]:
    """A description that the index cannot show, or metadata that it refuses, noticed
    at the first upload.
    """
    yield from tool_verdict("twine", "check", "--strict", str(file.path))


@gate("wheel", "sdist")
def index(file: Archive) -> Iterator[Finding]:
    """A file that the index refuses in the middle of an upload, by rules that twine
    does not know: names, tags, sizes, classifiers, versions.
    """
    for found, allowed in index_rules.broken(file.path, file.metadata):
        yield Finding(found, allowed, "see the index's documentation, and the metadata")


@gate("wheel")
def contents(wheel: Archive) -> Iterator[Finding]:
    """Common packaging mistakes: byte code, duplicates, tests at top level, modules
    that cannot be imported.
    """
    yield from tool_verdict("check-wheel-contents", str(wheel.path))


def tool_verdict(*argv: str) -> Iterator[Finding]:
    """What another project's checker says; silence for its status 0."""
    finished = attempt(command(*argv), show=silent)
    if finished.status:
        said = " ".join(finished.output.split())
        yield Finding(said, f"`{argv[0]}` content", f"see the manual of {argv[0]}")
