"""Tools to break a good wheel or sdist with, in one thing and no other."""

import ast
import csv
import hashlib
import inspect
import io
import re
import shutil
import struct
import subprocess
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType

from pipeline.gates import backend, binary
from pipeline.gates.archives import record_hash
from pipeline.gates.audit import audit_file, judge
from pipeline.gates.contents import tracked
from pipeline.gates.macho import MachO
from pipeline.gates.model import GATES, Archive, tar_members
from pipeline.plan import Plan, Target
from pipeline.project import Project

Contents = dict[str, bytes]
Change = Callable[[Contents], None]

# How the list of hashes begins that a signature of macOS is.
DIRECTORY = b"\xfa\xde\x0c\x02"
ABI3, ABI3T = "cp311-abi3", "cp315-abi3.abi3t"


def gates_of(*modules: ModuleType) -> set[tuple[str, str]]:
    """Each gate of these modules, with each kind of file that it judges."""
    names = {module.__name__ for module in modules}
    return {
        (gate.name, kind)
        for gate in GATES.values()
        for kind in gate.kinds
        if gate.check.__module__ in names
    }


def rules_of(*modules: ModuleType) -> set[str]:
    """What each rule of these modules says, as patterns: `.+` where something is named.

    Found in the source: the first text of every finding that is yielded.
    """
    nodes = [
        node
        for module in modules
        for node in ast.walk(ast.parse(inspect.getsource(module)))
    ]
    said = [node.value for node in nodes if isinstance(node, ast.Yield)]
    firsts = [one.args[0] for one in said if isinstance(one, ast.Call)]
    firsts += [one.elts[0] for one in said if isinstance(one, ast.Tuple)]
    return {pattern(first) for first in firsts}


def pattern(text: ast.expr) -> str:
    if isinstance(text, ast.Constant):
        return re.escape(str(text.value))
    if isinstance(text, ast.JoinedStr):
        return "".join(pattern(part) for part in text.values)
    return ".+"


def untested(rules: set[str], said: Iterable[str]) -> set[str]:
    """Rules of which no mutation has shown that they are noticed."""
    together = list(said)
    return {
        rule
        for rule in rules
        if not any(re.fullmatch(rule, one, re.DOTALL) for one in together)
    }


def row_of(plan: Plan, abi: str) -> Target:
    return next(row for row in plan.targets if row.abi == abi)


def read(wheel: Path) -> Contents:
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write(
    wheel: Path,
    contents: Contents,
    mode: Callable[[str], int] = lambda _: 0o100644,
    year: Callable[[str], int] = lambda _: 1980,
) -> None:
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, data in contents.items():
            info = zipfile.ZipInfo(name, (year(name), 1, 1, 0, 0, 0))
            info.external_attr = mode(name) << 16
            # As small as maturin's: zipfile's own level goes beyond a budget of size.
            archive.writestr(info, data, zipfile.ZIP_DEFLATED, 9)


def read_sdist(sdist: Path) -> Contents:
    return {member.name: member.data for member in tar_members(sdist.read_bytes())}


def write_sdist(
    sdist: Path,
    contents: Contents,
    mode: Callable[[str], int] = lambda _: 0o644,
    time: Callable[[str], int] = lambda _: 0,
) -> None:
    with tarfile.open(sdist, "w:gz", compresslevel=1) as archive:
        for name, data in contents.items():
            info = tarfile.TarInfo(name)
            info.size, info.mode, info.mtime = len(data), mode(name), time(name)
            archive.addfile(info, io.BytesIO(data))


def renew(built: Path, project: Project) -> None:
    """Give a file that was built what the last commit has, which may be a later one."""
    made = backend.members(project)
    if built.suffix == ".whl":
        contents = read(built)
        right = {name: made[name].data for name in contents if name in made}
        del right[one(right, "/WHEEL")]  # with another tag for each wheel
        if not right.items() <= contents.items():
            contents |= right
            record_again(contents)
            write(built, contents)
        return
    sources = {
        name: made[name].data for name in made if name.startswith(project.stem + "/")
    }
    if read_sdist(built) != sources:
        write_sdist(built, sources, lambda name: made[name].mode)


def record_again(contents: Contents) -> None:
    """Make RECORD right after a change, so that it is not what is noticed."""
    name = one(contents, "RECORD")
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    for path, data in contents.items():
        if path != name:
            rows.writerow([path, record_hash(data), len(data)])
    rows.writerow([name, "", ""])
    contents[name] = text.getvalue().encode()


def one(contents: Contents, end: str) -> str:
    """The name of the one file that ends so, or of the one nearest to the top."""
    found = [name for name in contents if name.endswith(end)]
    top = min(name.count("/") for name in found)
    [name] = [name for name in found if name.count("/") == top]
    return name


def edit(end: str, old: str, new: str) -> Change:
    """Replace a text in the file that ends so; it must be there."""

    def change(contents: Contents) -> None:
        name = one(contents, end)
        assert old.encode() in contents[name], f"{old!r} is not in {name}"
        contents[name] = contents[name].replace(old.encode(), new.encode())

    return change


def remove(end: str) -> Change:
    def change(contents: Contents) -> None:
        del contents[one(contents, end)]

    return change


def drop_line(end: str, part: str) -> Change:
    """Take the first line with this part out of the file that ends so."""

    def change(contents: Contents) -> None:
        name = one(contents, end)
        lines = contents[name].splitlines(keepends=True)
        lines.remove(next(line for line in lines if part.encode() in line))
        contents[name] = b"".join(lines)

    return change


def add_to_package(name: str, data: bytes) -> Change:
    def change(contents: Contents) -> None:
        package = one(contents, "/py.typed").removesuffix("py.typed")
        contents[package + name] = data

    return change


def append(end: str, data: bytes) -> Change:
    def change(contents: Contents) -> None:
        contents[one(contents, end)] += data

    return change


def rename(end: str, new: str) -> Change:
    def change(contents: Contents) -> None:
        name = one(contents, end)
        contents[name.removesuffix(end) + new] = contents.pop(name)

    return change


def write_over(data: bytes, start: int, new: bytes) -> bytes:
    return data[:start] + new + data[start + len(new) :]


def noticed(
    file: Archive, *modules: ModuleType, without: Iterable[str] = ()
) -> dict[str, list[str]]:
    """By each gate of these modules that fails, what it has found.

    Whoever changes nothing that other gates read need not wait for those.
    """
    gates = {gate for gate, kind in gates_of(*modules) if kind == file.kind}
    gates -= {*without}
    verdicts = {gate: judge(GATES[gate], file) for gate in sorted(gates)}
    return {
        gate: [finding.found for finding in findings]
        for gate, findings in verdicts.items()
        if findings
    }


def is_said(text: str, findings: Iterable[str]) -> bool:
    """Whether one of them is this text, in which an asterisk stands for anything."""
    wanted = ".*".join(map(re.escape, text.split("*")))
    return any(re.fullmatch(wanted, one, re.DOTALL) for one in findings)


def failing(file: Archive) -> set[str]:
    verdicts = audit_file(file)
    return {gate for (gate, _), findings in verdicts.items() if findings}


def copy_of(project: Project, root: Path) -> Project:
    for name in tracked(project):
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(project.root / name, target)
    git(root, "init", "--quiet")
    commit(root)
    return Project(root)


def commit(root: Path) -> None:
    git(root, "add", ".")
    identity = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    git(root, *identity, "commit", "--quiet", "--message", "All")


def git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True)


def sign_again(data: bytearray) -> None:
    """As codesign would after a change, so that it is not what is noticed."""
    macho = binary.read(bytes(data))
    assert isinstance(macho, MachO)
    start = data.index(DIRECTORY)
    hashes = start + struct.unpack_from(">I", data, start + 16)[0]
    [one] = macho.signatures
    size = one.page_size
    for number in range(one.page_count):
        page = data[number * size : min((number + 1) * size, one.limit)]
        place = hashes + 32 * number
        data[place : place + 32] = hashlib.sha256(page).digest()
