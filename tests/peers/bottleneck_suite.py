"""Run Bottleneck's own tests, as shipped in its wheel, on our functions.

    python tests/peers/bottleneck_suite.py [PYTEST ARGUMENTS]

The tests say `import bottleneck as bn` and compare `bn.x` with `bn.slow.x`. They are
given a module of that name which holds our functions and finds everything else, such
as `slow`, in the real package; the real compiled functions cannot be imported, so
that nothing is answered by them. What we do not have yet is found by comparing the
two packages: tests of it are deselected, and it is listed.
"""

import ast
import importlib
import importlib.util
import os
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest

OURS = "uncork"
PEER = "bottleneck"
# Its compiled modules: what `bottleneck/__init__.py` takes its functions from.
COMPILED = ("reduce", "nonreduce", "nonreduce_axis", "move")

# Tests that we fail on purpose, by their end, each with the reason. One that passes
# after all fails the run, and so does one that does not exist.
DEVIATIONS = {
    "nonreduce_test.py::test_replace_bad_args": (
        "expects `wrong number of arguments 4` of a function of three, and"
        " `Cannot find a keyword input`; ours is the TypeError of every Python"
        " function, which names the argument that is missing or too many"
    ),
}


def public_names(source: str) -> list[str]:
    """The functions that Bottleneck's `__init__.py` imports."""
    imports = (
        node for node in ast.parse(source).body if isinstance(node, ast.ImportFrom)
    )
    taken = (node.names for node in imports if node.module in COMPILED)
    return [alias.name for names in taken for alias in names]


class Blocked:
    """Refuses Bottleneck's compiled modules."""

    def find_spec(
        self, name: str, _path: object = None, _target: object = None
    ) -> ModuleSpec | None:
        if name in {f"{PEER}.{module}" for module in COMPILED}:
            raise ImportError(f"{name} would answer instead of {OURS}")
        return None


def absent(name: str) -> Callable[..., None]:
    """Stands where the suite lists the function; a test that calls it fails."""

    def function(*_args: object, **_keywords: object) -> None:
        raise NotImplementedError(f"{OURS} has no {name}")

    function.__name__ = name
    return function


def stand_in(spec: ModuleSpec, missing: Sequence[str], names: Sequence[str]) -> None:
    """Put a `bottleneck` with our functions where the tests import it."""
    ours = importlib.import_module(OURS)
    module = importlib.util.module_from_spec(ModuleSpec(PEER, None, is_package=True))
    module.__path__ = list(spec.submodule_search_locations or [])
    for name in names:
        setattr(module, name, absent(name) if name in missing else getattr(ours, name))
    # Should ours have imported it, its tests would hold on to the real functions.
    for loaded in [one for one in sys.modules if one.split(".")[0] == PEER]:
        del sys.modules[loaded]
    sys.modules[PEER] = module
    sys.meta_path.insert(0, Blocked())
    complete(module)


def complete(module: ModuleType) -> None:
    """What `__init__.py` does besides importing the functions."""
    module.slow = importlib.import_module(f"{PEER}.slow")  # type: ignore[attr-defined]
    util = importlib.import_module(f"{PEER}.tests.util")
    module.get_functions = util.get_functions  # type: ignore[attr-defined]


class Selection:
    """A pytest plugin: leaves out what we do not have, expects the deviations."""

    def __init__(self, missing: Sequence[str]) -> None:
        self.missing = set(missing)

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        left_out = [item for item in items if self.missing & mentioned(item)]
        items[:] = [item for item in items if item not in left_out]
        config.hook.pytest_deselected(items=left_out)
        expect_deviations(items)


def mentioned(item: pytest.Item) -> set[str]:
    """The names that a test uses, by its parameters and by its code."""
    assert isinstance(item, pytest.Function)
    parameters = item.callspec.params.values() if hasattr(item, "callspec") else ()
    names = {getattr(value, "__name__", str(value)) for value in parameters}
    return names | set(item.function.__code__.co_names)


def expect_deviations(items: Sequence[pytest.Item]) -> None:
    for end, reason in DEVIATIONS.items():
        named = [item for item in items if item.nodeid.endswith(end)]
        if not named:
            raise pytest.UsageError(f"DEVIATIONS names {end}, which is no test")
        for item in named:
            item.add_marker(pytest.mark.xfail(reason=reason, strict=True))


def main(arguments: Sequence[str]) -> int:
    spec = importlib.util.find_spec(PEER)  # without importing it
    if spec is None or spec.origin is None:
        raise SystemExit(f"{PEER} is not installed")
    package = Path(spec.origin).parent
    names = public_names(Path(spec.origin).read_text("utf-8"))
    missing = [
        name for name in names if not hasattr(importlib.import_module(OURS), name)
    ]
    stand_in(spec, missing, names)
    print(f"of {len(names)} functions {OURS} lacks {len(missing)}:", *missing)
    return pytest.main(
        [
            # Neither our configuration nor our conftest.py is meant for them.
            *("-c", os.devnull, "--rootdir", str(package), "-p", "no:cacheprovider"),
            *("-o", "python_files=*_test.py", "-ra", str(package / "tests")),
            *arguments,
        ],
        plugins=[Selection(missing)],
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
