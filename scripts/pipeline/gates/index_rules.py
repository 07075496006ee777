"""What PyPI refuses, as far as it can be told from the file.

Read in the index's own code, pypi/warehouse at 6b62157 (2026-08-21); each rule names
its place there. The rules of archives are in `zips` and `tars`; whether a description
can be shown is twine's to say, which renders it as the index does.
"""

import configparser
import re
from collections.abc import Iterator
from email.utils import parseaddr

import email_validator
from packaging.metadata import Metadata
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    parse_sdist_filename,
    parse_wheel_filename,
)
from rfc3986 import exceptions, uri_reference, validators
from trove_classifiers import all_classifiers, deprecated_classifiers

from pipeline.gates.model import Archive

Broken = tuple[str, str]  # what was found, and what is allowed

# warehouse/constants.py
MOST_BYTES = 100 * 2**20
# warehouse/forklift/legacy.py, COMPRESSION_RATIO_...
BOMB_BYTES, BOMB_RATIO = 64 * 2**20, 50
# warehouse/forklift/metadata.py
METADATA_VERSIONS = {"1.0", "1.1", "1.2", "2.1", "2.2", "2.3", "2.4", "2.5"}
LONGEST_SUMMARY = 512
LONGEST_LABEL = 32

# warehouse/forklift/legacy.py, _valid_platform_tag and the sets before it.
LINUX = "x86_64|i686|aarch64|armv7l|ppc64le|s390x|riscv64"
PLATFORM = re.compile(
    r"any|win32|win_(arm64|amd64|ia64)|linux_armv[67]l"
    r"|manylinux(1|2010)_(x86_64|i686)"
    r"|manylinux2014_(x86_64|i686|aarch64|armv7l|ppc64|ppc64le|s390x)"
    rf"|manylinux_\d+_\d+_({LINUX}|ppc64)|musllinux_\d+_\d+_({LINUX})"
    r"|macosx_(10_\d+|(11|12|13|14|15|26)_0)"
    r"_(ppc|ppc64|i386|x86_64|arm64|intel|fat|fat3|fat64|universal|universal2)"
    r"|ios_\d+_\d+_(arm64|x86_64)_(iphoneos|iphonesimulator)"
    r"|android_\d+_(armeabi_v7a|arm64_v8a|x86|x86_64)"
    r"|pyemscripten_\d+_\d+_wasm32"
)
# warehouse/utils/wheel.py
COMMAND = re.compile(r"[\w.-]+")


def broken(file: Archive) -> Iterator[Broken]:
    yield from broken_name(file.path.name)
    unpacked = sum(len(member.data) for member in file.members)
    # The index asks it of wheels alone.
    yield from broken_size(len(file.data), unpacked if file.kind == "wheel" else 0)
    yield from broken_metadata(file.contents.get(file.metadata_name, b""))
    commands = file.contents.get(f"{file.dist_info}/entry_points.txt", b"")
    yield from broken_commands(commands)


def broken_name(name: str) -> Iterator[Broken]:
    """`file_upload` in legacy.py; PEP 625 and the wheel specification."""
    try:
        if name.endswith(".whl"):
            project, _, _, tags = parse_wheel_filename(name)
        else:
            (project, _), tags = parse_sdist_filename(name), frozenset()
    except (InvalidSdistFilename, InvalidWheelFilename) as error:
        yield str(error), "a name by the specification"
        return
    written, normal = name.split("-")[0], project.replace("-", "_")
    if written != normal:
        yield f"name {written}", f"{normal} (PEP 503, PEP 625)"
    for platform in sorted({tag.platform for tag in tags}):
        if not PLATFORM.fullmatch(platform):
            yield f"platform {platform}", "a platform that the index takes"


def broken_size(packed: int, unpacked: int) -> Iterator[Broken]:
    """A project can ask the index for more."""
    if packed > MOST_BYTES:
        yield f"{packed:,} bytes", f"{MOST_BYTES:,} bytes a file"
    if unpacked > max(BOMB_BYTES, BOMB_RATIO * packed):
        yield f"{unpacked:,} bytes in {packed:,}", f"{BOMB_RATIO} times the packed size"


def broken_metadata(data: bytes) -> Iterator[Broken]:
    """`packaging` knows the specification; the index adds to it (metadata.py)."""
    try:
        metadata = Metadata.from_email(data)
    except ExceptionGroup as group:
        for error in group.exceptions:
            yield str(error), "metadata by the specification"
        return
    if metadata.metadata_version not in METADATA_VERSIONS:
        yield f"Metadata-Version: {metadata.metadata_version}", "2.5 at most"
    if metadata.version.local:
        yield f"Version: {metadata.version}", "nothing local"
    if metadata.summary and len(metadata.summary) > LONGEST_SUMMARY:
        yield f"Summary of {len(metadata.summary)}", f"{LONGEST_SUMMARY} letters"
    if metadata.license and metadata.license_expression:
        yield "License beside License-Expression", "License-Expression alone"
    yield from broken_classifiers(metadata.classifiers or [])
    yield from broken_people(metadata)
    yield from broken_addresses(metadata)
    yield from broken_requirements(metadata)


def broken_classifiers(found: list[str]) -> Iterator[Broken]:
    for classifier in sorted(set(found) - {*all_classifiers}):
        yield f"Classifier: {classifier}", "https://pypi.org/classifiers/"
    for classifier in sorted({*found} & deprecated_classifiers.keys()):
        yield (
            f"deprecated Classifier: {classifier}",
            " or ".join(deprecated_classifiers[classifier]) or "none",
        )


def broken_people(metadata: Metadata) -> Iterator[Broken]:
    for people in filter(None, (metadata.author_email, metadata.maintainer_email)):
        _, address = parseaddr(people)
        try:
            if address:
                email_validator.validate_email(address, check_deliverability=False)
        except email_validator.EmailNotValidError as error:
            yield f"address {address}: {error}", "an address of mail"


def broken_addresses(metadata: Metadata) -> Iterator[Broken]:
    urls = metadata.project_urls or {}
    for label in urls:
        if not 0 < len(label) <= LONGEST_LABEL:
            yield f"Project-URL with label {label!r}", f"1 to {LONGEST_LABEL} letters"
    for url in (*urls.values(), metadata.home_page, metadata.download_url):
        if url is not None and not is_address(url):
            yield f"address {url!r}", "http or https"


def is_address(url: str) -> bool:
    """`is_valid_uri` in warehouse/utils/http.py."""
    checks = validators.Validator().allow_schemes("http", "https")
    checks.require_presence_of("scheme")
    checks.check_validity_of("scheme", "host", "port", "path", "query")
    try:
        checks.validate(uri_reference(url).normalize())
    except exceptions.ValidationError:
        return False
    return bool(url)


def broken_requirements(metadata: Metadata) -> Iterator[Broken]:
    lines = [
        *(str(one) for one in metadata.requires_dist or []),
        *(metadata.provides_dist or []),
        *(metadata.obsoletes_dist or []),
    ]
    for line in lines:
        try:
            url = Requirement(line).url
        except InvalidRequirement as error:
            yield f"requirement {line}: {error}", "a requirement by the specification"
        else:
            if url is not None:
                yield f"requirement {line}", "a version, not an address"


def broken_commands(text: bytes) -> Iterator[Broken]:
    """`validate_entrypoints` in warehouse/utils/wheel.py."""
    parser = configparser.ConfigParser(delimiters=("=",))
    try:
        parser.read_string(text.decode())
    except (UnicodeDecodeError, configparser.Error) as error:
        yield f"entry_points.txt: {error}", "an INI file in UTF-8"
        return
    for section in {"console_scripts", "gui_scripts"} & {*parser.sections()}:
        for name in parser[section]:
            if not COMMAND.fullmatch(name):
                yield f"command {name!r}", "letters, digits, dot, hyphen, underscore"
