"""Gates of names, tags and metadata, and the checkers of other projects."""

from collections.abc import Iterable, Iterator
from email import message_from_bytes

from packaging.tags import Tag
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from pipeline.gates import backend, index_rules
from pipeline.gates.checkers import check
from pipeline.gates.model import REBUILD, Archive, Finding, gate

AS_MADE = "as maturin makes it of the commit"


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
    lines = message_from_bytes(text).get_all("Tag", [])
    inside = {Tag(*line.split("-")) for line in lines}
    if inside != named or len(lines) != len(named):
        yield Finding(
            f"WHEEL says {spelled(inside)}", f"{spelled(named)}, as the name", REBUILD
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
    """Requirements, extras, classifiers or a README that are not pyproject.toml's: an
    installer resolves with what the index shows, long after the source was mended.
    """
    # `identity` judges these two.
    yield from differing(file, file.metadata_name, {"Name", "Version"})


@gate("wheel")
def header(wheel: Archive) -> Iterator[Finding]:
    """A Wheel-Version that pip refuses to install, a wheel said to be pure, which would
    be taken for any machine's, or one that another tool has made.
    """
    yield from differing(wheel, f"{wheel.dist_info}/WHEEL", {"Tag"})


def differing(file: Archive, name: str, ignored: set[str]) -> Iterator[Finding]:
    """In which fields a file with headers is not as the backend makes it."""
    made = backend.members(file.project)
    found = message_from_bytes(file.contents.get(name, b""))
    right = message_from_bytes(made[name].data)
    for key in sorted({*found.keys(), *right.keys()} - ignored):
        if (one := found.get_all(key, [])) != (other := right.get_all(key, [])):
            yield Finding(f"{key}: {one}", f"{other}, {AS_MADE}", REBUILD)
    if found.get_payload() != right.get_payload():
        yield Finding(f"another text in {name}", AS_MADE, REBUILD)


@gate("wheel")
def entry_points(wheel: Archive) -> Iterator[Finding]:
    """A command that does not start, or that pyproject.toml no longer has."""
    made = backend.members(wheel.project)
    name = f"{wheel.dist_info}/entry_points.txt"
    right = made[name].data if name in made else None
    if wheel.contents.get(name) != right:
        yield Finding(f"{name} differs", f"{right!r}, {AS_MADE}", REBUILD)


@gate("wheel", "sdist")
def license_files(file: Archive) -> Iterator[Finding]:
    """A file that the index refuses after others went up, as its metadata names a
    licence that is not inside (horus#181, wingfoil#918), or code with another licence.
    """
    made = backend.members(file.project)
    folder = f"{file.dist_info}/licenses" if file.kind == "wheel" else file.project.stem
    for named in file.metadata.get_all("License-File", []):
        name = f"{folder}/{named}"
        if name not in file.contents:
            yield Finding(f"{name} is missing", "every License-File", REBUILD)
        elif name in made and file.contents[name] != made[name].data:
            yield Finding(f"{name} differs", AS_MADE, REBUILD)


@gate("wheel", "sdist")
def twine(file: Archive) -> Iterator[Finding]:
    """A description that the index cannot show, or metadata that it refuses, noticed
    at the first upload.
    """
    # Only a warning, that there is no description, would be about nothing.
    described = "readme" in file.project.pyproject["project"]
    strict = ("--strict",) if described else ()
    yield from tool_verdict("twine", "check", *strict, str(file.path))


@gate("wheel", "sdist")
def index(file: Archive) -> Iterator[Finding]:
    """A file that the index refuses in the middle of an upload, by rules that twine
    does not know: names, tags, sizes, classifiers, versions.
    """
    for found, allowed in index_rules.broken(file):
        yield Finding(found, allowed, "see the index's documentation, and the metadata")


@gate("wheel")
def contents(wheel: Archive) -> Iterator[Finding]:
    """Common packaging mistakes: byte code, duplicates, tests at top level, modules
    that cannot be imported.
    """
    yield from tool_verdict("check-wheel-contents", str(wheel.path))


def tool_verdict(*argv: str) -> Iterator[Finding]:
    """What another project's checker says; silence for its status 0."""
    finished = check(*argv)
    if finished.returncode:
        said = " ".join(f"{finished.stdout} {finished.stderr}".split())
        yield Finding(said, f"`{argv[0]}` content", f"see the manual of {argv[0]}")
