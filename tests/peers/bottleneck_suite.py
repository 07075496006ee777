"""Run Bottleneck's own tests, as shipped in its wheel, on our functions.

    python tests/peers/bottleneck_suite.py [PYTEST ARGUMENTS]

The tests say `import bottleneck as bn` and compare `bn.x` with `bn.slow.x`. Here `bn.x`
is ours, by `uncork.enable()`, and `bn.slow` is theirs.
"""

import ast
import importlib
import importlib.util
import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import suite

import uncork

# The compiled modules from which `bottleneck/__init__.py` takes its functions.
COMPILED = ("reduce", "nonreduce", "nonreduce_axis", "move")

DEVIATIONS = {
    "nonreduce_test.py::test_replace_bad_args": (
        "expects `wrong number of arguments 4` of a function of three, and"
        " `Cannot find a keyword input`; ours is the TypeError of every Python"
        " function, which names the argument that is missing or too many"
    ),
    **{
        f"move_test.py::test_move[{name}]": (
            "expects the place of a NaN where it is the only company of an infinity;"
            " ours is that of the infinity"
        )
        for name in ("move_argmin", "move_argmax")
    },
}
LEFT_OPEN = {
    "nonreduce_axis_test.py::test_nonreduce_axis[rankdata]": (
        "expects the ranks of several NaN in the order in which NumPy's unstable sort"
        " leaves them on this machine; ours are in the order of their places"
    ),
}


def functions(source: str) -> list[str]:
    """The names that Bottleneck's `__init__.py` imports from the compiled modules."""
    imports = (
        node for node in ast.parse(source).body if isinstance(node, ast.ImportFrom)
    )
    taken = (node.names for node in imports if node.module in COMPILED)
    return [alias.name for names in taken for alias in names]


def complete(module: ModuleType, package: Path) -> None:
    """Let our module find Bottleneck's tests, and its `slow` instead of ours."""
    module.__path__ = [str(package)]
    del sys.modules["bottleneck.slow"]
    module.__dict__["slow"] = importlib.import_module("bottleneck.slow")


def main(options: Sequence[str]) -> int:
    spec = importlib.util.find_spec("bottleneck")  # without importing it
    if spec is None or spec.origin is None:
        sys.exit("bottleneck is not installed")
    package = Path(spec.origin).parent
    names = functions(Path(spec.origin).read_text("utf-8"))
    module = suite.enable()
    wrong = [
        name
        for name in names
        if getattr(module, name, None) is not getattr(uncork, name, module)
    ]
    if wrong or not names:
        sys.exit(f"of {len(names)} functions, these are not ours: {', '.join(wrong)}")
    complete(module, package)
    found = "python_files=*_test.py test_*.py"
    return suite.run(
        package, ["tests"], DEVIATIONS, "-o", found, *options, left_open=LEFT_OPEN
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
