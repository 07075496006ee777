"""What the peers' suites have in common: Uncork in Bottleneck's place, and pytest."""

import functools
import importlib
import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, ModuleType

import pytest

import uncork
from uncork.bottleneck import numpy_scalars as numpy_scalars

# Tests, by the end of their ids, each with the reason why ours fails it on purpose, or
# why it may.
Deviations = Mapping[str, str]


def enable() -> ModuleType:
    """`bottleneck`, as every other import will find it."""
    print(uncork.enable())
    return importlib.import_module("bottleneck")


class Calls:
    """Counts the calls of a module's functions."""

    def __init__(self, module: ModuleType) -> None:
        self.of: Counter[str] = Counter()
        for function in module.get_functions("all"):
            setattr(module, function.__name__, self.counted(function))

    def counted(self, function: Callable[..., object]) -> Callable[..., object]:
        @functools.wraps(function)
        def call(*args: object, **kwargs: object) -> object:
            self.of[function.__name__] += 1
            return function(*args, **kwargs)

        return call

    def require(self, names: Sequence[str]) -> None:
        """Print the counts; end with an error if one of these was not called."""
        counts = ", ".join(f"{name} {count}" for name, count in sorted(self.of.items()))
        print(f"{self.of.total()} calls: {counts}")
        if missing := [name for name in names if not self.of[name]]:
            sys.exit(f"nothing has called {', '.join(missing)}")


class Expected:
    """A pytest plugin: the deviations fail, or the run does; what is left open may."""

    def __init__(self, deviations: Deviations, left_open: Deviations) -> None:
        self.deviations = deviations
        self.left_open = left_open

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for end, reason in {**self.deviations, **self.left_open}.items():
            named = [item for item in items if item.nodeid.endswith(end)]
            if not named:
                raise pytest.UsageError(f"{end} is to fail, and is no test")
            strict = end in self.deviations
            for item in named:
                item.add_marker(pytest.mark.xfail(reason=reason, strict=strict))


def run(
    package: Path,
    tests: Sequence[str],
    deviations: Deviations,
    *options: str,
    left_open: Deviations = MappingProxyType({}),
) -> int:
    """Run tests that a package ships, without any configuration."""
    return pytest.main(
        [
            *("-c", os.devnull, "--rootdir", str(package), "-p", "no:cacheprovider"),
            *("-ra", *options, *(str(package / test) for test in tests)),
        ],
        plugins=[Expected(deviations, left_open)],
    )
