"""Fail unless the tested package is the wheel that tox was given.

tox runs this in every environment that tests a wheel: the sources of the repository,
or a wheel of the same name from yesterday, must not be what is tested.
"""

import importlib
import os
import sys
from importlib.metadata import distribution
from pathlib import Path
from zipfile import ZipFile

sys.path.append(str(Path(__file__).parent))  # after what is installed

from pipeline.project import PROJECT


def main() -> None:
    module = importlib.import_module(PROJECT.module)
    installed = Path(str(module.__file__)).resolve()
    # The environment's; without one, where the wheel was unpacked.
    place = os.environ.get("TESTED_FOLDER", sys.prefix)
    if not installed.is_relative_to(Path(place).resolve()):
        sys.exit(f"tested would be {installed}, which is not in {place}")
    if wheel := os.environ.get("TESTED_WHEEL"):
        compare(Path(wheel))
    print(f"testing {PROJECT.name} {distribution(PROJECT.name).version}: {installed}")


def compare(wheel: Path) -> None:
    files = distribution(PROJECT.name)
    with ZipFile(wheel) as archive:
        for name in archive.namelist():
            inside = name.startswith(f"{PROJECT.package}/")
            path = Path(str(files.locate_file(name)))
            if inside and path.read_bytes() != archive.read(name):
                sys.exit(f"{path} is not the one in {wheel}")


if __name__ == "__main__":
    main()
