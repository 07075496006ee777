"""A version in its two spellings: Cargo's `0.2.0-rc.1`, and PEP 440's `0.2.0rc1`.

Cargo.toml has Cargo's, which Cargo demands. maturin gives the other to file names and
metadata, and the index has that one alone; so have the tag, the changelog and the bill
of materials. Mapped here rather than by `packaging`, which a bare Python has not; the
tests compare with it and with maturin.
"""

import re
from dataclasses import dataclass

from pipeline.failure import Failure

# What comes before a release, in PEP 440's order: Cargo's word, and PEP 440's.
PHASES = {"dev": ".dev", "alpha": "a", "beta": "b", "rc": "rc"}
RELEASE = len(PHASES)
PATTERN = re.compile(
    r"([0-9]+)\.([0-9]+)\.([0-9]+)(?:[-.]?(dev|alpha|beta|rc|a|b)\.?([0-9]*))?"
)


@dataclass(frozen=True, order=True)
class Version:
    """Compares as pip does: a pre-release is before its release."""

    major: int
    minor: int
    patch: int
    phase: int  # its place in PHASES
    number: int

    @classmethod
    def parse(cls, text: str) -> "Version":
        """Of either spelling."""
        found = PATTERN.fullmatch(text)
        if not found:
            raise Failure(not_a_version(text))
        major, minor, patch, word, number = found.groups()
        phase = RELEASE
        if word:
            phase = next(i for i, name in enumerate(PHASES) if name.startswith(word))
        return cls(int(major), int(minor), int(patch), phase, int(number or 0))

    @property
    def is_pre_release(self) -> bool:
        return self.phase != RELEASE

    def __str__(self) -> str:
        """PEP 440's spelling, normalised."""
        return self.spelled(list(PHASES.values()), "")

    @property
    def cargo(self) -> str:
        return self.spelled([f"-{word}" for word in PHASES], ".")

    def spelled(self, words: list[str], dot: str) -> str:
        release = f"{self.major}.{self.minor}.{self.patch}"
        if not self.is_pre_release:
            return release
        return f"{release}{words[self.phase]}{dot}{self.number}"


def not_a_version(text: str) -> str:
    if re.search(r"[-.]?post", text):
        return f"{text!r}: Cargo has no post-releases, raise the last number instead"
    return (
        f"{text!r} is no version such as 1.2.3, or 1.2.3rc1 (Cargo's 1.2.3-rc.1), a1,"
        " b1 or .dev1"
    )
