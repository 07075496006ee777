"""A mirror of Debian with a few packages of the tests' own, which apt itself reads."""

import hashlib
import subprocess
import tarfile
from collections.abc import Mapping
from pathlib import Path

VERSION = "1.2-3"


def package(
    mirror: Path,
    name: str,
    files: Mapping[str, str],
    needs: str = "",
    version: str = VERSION,
) -> None:
    """One with these programs or texts, by where they lie."""
    root = mirror / "made" / f"{name}-{version}"
    control = f"Package: {name}\nVersion: {version}\nArchitecture: all\n"
    control += f"Maintainer: A <a@example.org>\nDescription: {name}\n"
    if needs:
        control += f"Depends: {needs}\n"
    for place, text in {**files, "DEBIAN/control": control}.items():
        (root / place).parent.mkdir(parents=True, exist_ok=True)
        (root / place).write_text(text)
        (root / place).chmod(0o644 if place.startswith("DEBIAN") else 0o755)
    pool = mirror / "pool"
    pool.mkdir(exist_ok=True)
    deb = pool / f"{name}_{version}_all.deb"
    build = ["dpkg-deb", "--root-owner-group", "--build"]
    subprocess.run([*build, root, deb], check=True, capture_output=True)
    fields = f"Filename: pool/{deb.name}\n{sums(deb)}"
    with (mirror / "Packages").open("a") as index:
        index.write(f"{control}{fields}\n")


def sums(file: Path) -> str:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return f"Size: {file.stat().st_size}\nSHA256: {digest}\n"


def source(mirror: Path, name: str, files: Mapping[str, str]) -> None:
    """A source package: upstream's archive, and Debian's description of it."""
    pool = mirror / "pool"
    pool.mkdir(exist_ok=True)
    archive = pool / f"{name}_1.2.orig.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        for place, text in files.items():
            path = mirror / "made" / f"{name}-source" / place
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
            tar.add(path, f"{name}-1.2/{place}")
    description = pool / f"{name}_{VERSION}.dsc"
    head = f"Format: 3.0 (quilt)\nSource: {name}\nVersion: {VERSION}\nBinary: {name}\n"
    description.write_text(f"{head}{lines(archive)}")
    entry = f"Package: {name}\nVersion: {VERSION}\nFormat: 3.0 (quilt)\n"
    entry += f"Binary: {name}\nDirectory: pool\n{lines(archive, description)}"
    with (mirror / "Sources").open("a") as index:
        index.write(f"{entry}\n")


def lines(*files: Path) -> str:
    listed = "".join(
        f" {hashlib.sha256(file.read_bytes()).hexdigest()} {file.stat().st_size}"
        f" {file.name}\n"
        for file in files
    )
    return f"Checksums-Sha256:\n{listed}"


def publish(mirror: Path, *suites: str) -> None:
    """Give each suite the packages that were made."""
    for suite in suites:
        folder = mirror / "dists" / suite
        indices = {
            f"main/binary-{of}/Packages": mirror / "Packages"
            for of in ("amd64", "arm64")
        }
        indices["main/source/Sources"] = mirror / "Sources"
        listed = ""
        for place, index in indices.items():
            index.touch()
            (folder / place).parent.mkdir(parents=True, exist_ok=True)
            (folder / place).write_bytes(index.read_bytes())
            digest = hashlib.sha256(index.read_bytes()).hexdigest()
            listed += f" {digest} {index.stat().st_size} {place}\n"
        (folder / "Release").write_text(
            f"Suite: {suite}\nCodename: {suite}\nComponents: main\n"
            f"Architectures: amd64 arm64\nSHA256:\n{listed}"
        )
