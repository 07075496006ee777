"""Run pytest on what is installed, and see that nothing else is tested.

    python scripts/testing/only_installed.py ARGUMENTS...    as pytest takes them
    python scripts/testing/only_installed.py                 only look, run nothing

pytest puts the folder of tests that are a package in front of sys.path: where the
tested package lies beside them, the checkout was tested and the wheel was not
(molsysmt#146, cuopt#1498). So the package is imported first; its files must lie in the
environment, and be those of the wheel in TESTED_WHEEL. What pytest has to do while it
runs is its plugin beside this file.
"""

import importlib
import os
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from types import ModuleType
from zipfile import ZipFile

ROOT = Path(__file__).resolve().parents[2]
# The environment; without one, where the wheel was unpacked.
PLACE = Path(os.environ.get("TESTED_FOLDER", sys.prefix)).resolve()


class WrongPackageError(Exception):
    """What would be tested is not what was to be."""


def installed() -> Distribution:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    name = pyproject["project"]["name"]
    try:
        return distribution(name)
    except PackageNotFoundError:
        raise WrongPackageError(f"{name} is not installed in {PLACE}") from None


def packages(release: Distribution) -> set[str]:
    """What it installs at top level, as it is imported."""
    tops = {path.parts[0] for path in release.files or ()}
    names = {top.split(".")[0] for top in tops if ".dist-info" not in top}
    return {name for name in names if name.isidentifier()}


def places(module: ModuleType) -> list[str]:
    """Its file; of a namespace its folders; of what is made in memory nothing."""
    file = getattr(module, "__file__", None)
    return [file] if file else list(getattr(module, "__path__", ()))


@cache  # As after each test it is asked of each module.
def is_installed(place: str) -> bool:
    return Path(place).resolve().is_relative_to(PLACE)


def strays(names: set[str]) -> Iterator[str]:
    """Modules of the packages that were imported from elsewhere."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in names:
            for place in places(module):
                if not is_installed(place):
                    yield f"{name} was imported from {place}, which is not in {PLACE}"


def compare(release: Distribution, wheel: Path) -> None:
    """That each file which the wheel installs is there, with the wheel's bytes."""
    with ZipFile(wheel) as archive:
        for name in archive.namelist():
            # Installers write into .dist-info, and move what is in .data.
            if name.partition("/")[0].endswith((".dist-info", ".data")):
                continue
            path = Path(str(release.locate_file(name)))
            if not path.exists() or path.read_bytes() != archive.read(name):
                raise WrongPackageError(f"{path} is not the one in {wheel}")


def import_installed() -> set[str]:
    """Import the packages from the environment; their names."""
    release = installed()
    names = packages(release)
    for name in sorted(names):
        importlib.import_module(name)
    if found := list(strays(names)):
        raise WrongPackageError("\n".join(found))
    if wheel := os.environ.get("TESTED_WHEEL"):
        compare(release, Path(wheel))
    return names


def described() -> str:
    release = installed()
    folder = release.locate_file("")
    return f"testing {release.name} {release.version}, installed in {folder}"


def main(arguments: list[str]) -> int:
    if arguments:
        import pytest  # which some environments do without

        # Python puts the folder of this file first, and xdist tells its workers.
        return pytest.main(["-p", "installed_plugin", *arguments])
    try:
        import_installed()
    except WrongPackageError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(described())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
