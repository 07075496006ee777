"""The linker for Windows, as rustc calls it: `maturin zig cc`, with the right exports.

Two things are wrong between rustc 1.95, maturin 1.16 and zig 0.17, and are mended here:
maturin adds a .def file that exports PyInit_ and the dotted name of the module, which
no module has (nor does it export what PEP 793 asks for), and the wrapper around zig
drops rustc's own list, because of its name.
"""

import os
import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

ZIG = {"x86_64": "x86_64", "aarch64": "aarch64", "i686": "x86"}


def arguments(given: Sequence[str]) -> list[str]:
    """What zig is to get of what rustc and maturin gave."""
    kept = [one for one in given if not re.search(r"[/\\]maturin[/\\].*\.def$", one)]
    return [re.sub(r"(?<=[/\\])list\.def$", "exports.def", one) for one in kept]


def main() -> None:
    triple, *given = sys.argv[1:]
    for one in given:
        if one.endswith("list.def"):
            path = Path(one.removeprefix("-Wl,"))
            shutil.copy2(path, path.with_name("exports.def"))
    target = f"{ZIG[triple.split('-')[0]]}-windows-gnu"
    # Without zig's own checks of undefined behaviour, which need its run-time library.
    options = ["-fno-sanitize=all", "-target", target]
    argv = ["maturin", "zig", "cc", "--", *options, *arguments(given)]
    os.execvp(argv[0], argv)  # noqa: S606  (in our place)


if __name__ == "__main__":
    main()
