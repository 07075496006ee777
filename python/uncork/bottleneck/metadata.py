"""What `importlib.metadata` is told while `uncork.enable` is in force."""

from importlib.metadata import Distribution
from os import PathLike
from pathlib import Path

from uncork.bottleneck import __version__

TEXT = f"""\
Metadata-Version: 2.1
Name: Bottleneck
Version: {__version__}
Summary: Uncork in the place of Bottleneck
"""


class Metadata(Distribution):
    """Of a distribution that nobody installed."""

    def read_text(self, filename: str) -> str | None:
        return TEXT if filename == "METADATA" else None

    def locate_file(self, path: str | PathLike[str]) -> Path:
        return Path(__file__).parent / path
