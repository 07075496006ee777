"""Run a program with Uncork in Bottleneck's place, though it never imports it.

python -m uncork.enable SCRIPT [ARGUMENTS]
python -m uncork.enable -m MODULE [ARGUMENTS]
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path
from types import ModuleType

from uncork import _dropin


class _Function(ModuleType):
    """Who imports the module has it in the place of the function of its name."""

    def __call__(self) -> _dropin.Enabled:
        return _dropin.enable()


sys.modules[__name__].__class__ = _Function


def main(arguments: list[str]) -> None:
    """Run the program as Python would, with `arguments` as its own."""
    module, arguments = arguments[:1] == ["-m"], arguments[arguments[:1] == ["-m"] :]
    if not arguments or arguments[0] in {"-h", "--help"}:
        sys.exit(__doc__)
    _dropin.enable()
    sys.argv[:] = arguments
    if module:
        runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    else:
        if not sys.flags.safe_path:
            sys.path[0] = str(Path(arguments[0]).resolve().parent)
        runpy.run_path(arguments[0], run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])
