"""Any call from Python, made of bytes; `run.py` starts it.

The bytes become a function, an array or something like it, and arguments, as in
`tests/calls.py`, which says what may come of it. It is guided by the code that they
reach in the extension and in the package.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["uncork"]):
    # Which a call imports when it needs it.
    import uncork._dtypes  # noqa: F401
    from calls import check_call

atheris.Setup(sys.argv, check_call)
atheris.Fuzz()
