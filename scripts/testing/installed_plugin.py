"""A plugin of pytest: what is tested is what is installed, from first to last.

Loaded before any conftest.py, and in each worker of xdist. The package is imported from
the environment before any test is found, and after each test it must still be that one.
Processes that a test starts do not look into their working folder.
"""

import os
import sys
from functools import cache
from pathlib import Path

import pytest
from only_installed import (
    PLACE,
    ROOT,
    WrongPackageError,
    described,
    import_installed,
    strays,
)

NAMES: set[str] = set()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    try:
        NAMES.update(import_installed())
    except WrongPackageError as error:
        raise pytest.UsageError(str(error)) from None
    # `python -m` and `python -c` would find the checkout first.
    os.environ.setdefault("PYTHONSAFEPATH", "1")


def pytest_report_header() -> str:
    return described()


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup() -> None:
    put_checkout_last()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_call() -> None:
    put_checkout_last()


def put_checkout_last() -> None:
    """What pytest put in front of sys.path, at each package of tests again.

    A test that imports the package anew, and a process that multiprocessing spawns,
    look there.
    """
    sys.path.sort(key=is_of_checkout)


@cache
def is_of_checkout(entry: str) -> bool:
    path = Path(entry).resolve()
    return path.is_relative_to(ROOT) and not path.is_relative_to(PLACE)


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown() -> None:
    if found := list(strays(NAMES)):
        pytest.fail("\n".join(found), pytrace=False)
