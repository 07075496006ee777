"""Gates of what is inside: the repository's files, all of them and nothing else."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.commands import ask, command
from pipeline.gates import backend
from pipeline.gates.model import REBUILD, Archive, Finding, gate, is_binary
from pipeline.generators import sbom
from pipeline.project import Project

AS_COMMITTED = "every file of the last commit, with its bytes"
COMMIT = "commit, then python scripts/build.py"
WRITE_SBOM = "python scripts/generate.py sbom, then python scripts/build.py"


@gate("wheel")
def python(wheel: Archive) -> Iterator[Finding]:
    """A module that was left out, or a wheel built before the last change."""
    yield from from_tree(wheel, python_files(wheel.project))


@gate("wheel")
def typing(wheel: Archive) -> Iterator[Finding]:
    """py.typed shipped and the stubs gone, or stale (mlx#3916, kreuzberg#754): users'
    type checkers then see `Any` everywhere, and nobody an error.
    """
    yield from from_tree(wheel, typing_files(wheel.project))


@gate("wheel")
def sboms(wheel: Archive) -> Iterator[Finding]:
    """A bill of materials that is missing, not the repository's (which build.py holds
    against the lock file), or that no scanner can read.
    """
    inside = {f"{wheel.dist_info}/sboms/{Path(n).name}": n for n in wheel.project.sboms}
    if not inside:
        yield Finding("no SBOM declared", "one", "add it to [tool.maturin.sbom]")
    yield from from_tree(wheel, inside)
    for name in inside:
        for error in sbom.errors(wheel.contents.get(name, b"{}").decode()):
            yield Finding(f"{name}: {error}", "valid CycloneDX", WRITE_SBOM)


@gate("wheel")
def unexpected(wheel: Archive) -> Iterator[Finding]:
    """A file that nobody meant to publish: a secret, a test, a build's leftovers."""
    project = wheel.project
    info = wheel.dist_info
    known = {
        *python_files(project),
        *typing_files(project),
        *written_by_maturin(project),
        *backend.members(project),
        f"{info}/RECORD",
        # Judged by the gate of its name.
        f"{info}/entry_points.txt",
        *(f"{info}/sboms/{Path(name).name}" for name in project.sboms),
    }
    for name in wheel.contents:
        if name not in known and not is_binary(name):
            yield Finding(f"{name} is in the wheel", "files of the repository", REBUILD)


@gate("sdist")
def sdist_files(sdist: Archive) -> Iterator[Finding]:
    """An sdist that cannot be built or tested (delta-rs#3364), that holds what was
    never committed or other bytes than the commit's, or a file that nobody can read.

    maturin takes the commit's files but for those that pyproject.toml excludes, writes
    PKG-INFO, and rewrites the manifests of a workspace.
    """
    made, found = backend.members(sdist.project), {m.name: m for m in sdist.members}
    top = f"{sdist.project.stem}/"
    allowed = {name for name in made if name.startswith(top)}
    # `license_files` and `metadata` judge these.
    licences = {top + name for name in sdist.metadata.get_all("License-File", [])}
    elsewhere = {*licences, sdist.metadata_name}
    for name in sorted(allowed - licences - found.keys()):
        yield Finding(f"{name} is missing", AS_COMMITTED, COMMIT)
    for name in sorted(found.keys() - allowed):
        yield Finding(f"{name} is in the sdist", "committed files only", COMMIT)
    for name in sorted(allowed & found.keys()):
        if found[name].data != made[name].data and name not in elsewhere:
            yield Finding(f"{name} differs", AS_COMMITTED, COMMIT)
        if found[name].mode != made[name].mode:
            modes = f"{found[name].mode:04o}", f"{made[name].mode:04o}"
            yield Finding(f"mode {modes[0]} of {name}", modes[1], REBUILD)


def from_tree(file: Archive, paths: Mapping[str, str]) -> Iterator[Finding]:
    """That each file of the archive is there and is the repository's."""
    for inside, source in paths.items():
        path = file.project.root / source
        if inside not in file.contents:
            yield Finding(f"{inside} is missing", f"a copy of {source}", REBUILD)
        elif not path.exists() or file.contents[inside] != path.read_bytes():
            yield Finding(f"{inside} differs", f"the bytes of {source}", REBUILD)


def tracked(project: Project, *options: str) -> list[str]:
    """Git's files: what everyone has, without what happens to lie about."""
    output = ask(command("git", "ls-files", "-z", *options, cwd=project.root))
    return [name for name in output.split("\0") if name]


def left_out(project: Project, kind: str) -> set[str]:
    """The tracked files that fit a pattern of `exclude`, which is read as git does."""
    rules = [f"--exclude={pattern}" for pattern in project.excluded(kind)]
    return set(tracked(project, "--cached", "--ignored", *rules)) if rules else set()


def package_files(project: Project) -> dict[str, str]:
    """Place in the wheel and in the repository of all that maturin copies."""
    source = project.python_source
    packages = [source / name for name in project.python_packages]
    if not project.is_pure_rust:
        packages.append(source / project.package)
    found = {}
    for name in tracked(project):
        path = project.root / name
        if any(path.is_relative_to(package) for package in packages):
            found[path.relative_to(source).as_posix()] = name
        elif path.is_relative_to(project.stubs):
            found[path.relative_to(project.stubs).as_posix()] = name
    found |= included_files(project)
    excluded = left_out(project, "wheel")
    return {place: name for place, name in found.items() if name not in excluded}


def included_files(project: Project) -> dict[str, str]:
    """What is packed by a pattern, and the stub of a module that is all in Rust."""
    found = {}
    for pattern in project.included("wheel"):
        for root in (project.root, project.python_source):
            for path in sorted(root.glob(pattern)):
                inside = path.is_relative_to(project.python_source)
                base = project.python_source if inside else root
                name = path.relative_to(project.root).as_posix()
                found[path.relative_to(base).as_posix()] = name
    stub = f"{project.package}.pyi"
    if project.is_pure_rust and (project.root / stub).exists():
        found[f"{project.package}/__init__.pyi"] = stub
    return found


def written_by_maturin(project: Project) -> list[str]:
    """The package around a module that is all in Rust."""
    if not project.is_pure_rust:
        return []
    return [f"{project.package}/{name}" for name in ("__init__.py", "py.typed")]


def is_typing(name: str) -> bool:
    return name.endswith((".pyi", "py.typed"))


def typing_files(project: Project) -> dict[str, str]:
    return {key: name for key, name in package_files(project).items() if is_typing(key)}


def python_files(project: Project) -> dict[str, str]:
    files = package_files(project)
    return {key: name for key, name in files.items() if not is_typing(key)}
