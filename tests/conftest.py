"""How the tests are run."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

from emulated import EMULATED
from processes import end_template

if TYPE_CHECKING:
    from collections.abc import Generator

# Examples are found anew each time, and slow machines are no failure.
EXAMPLES = 4 if EMULATED else int(os.environ.get("TEST_EXAMPLES", "40"))
hypothesis.settings.register_profile("ours", deadline=None, max_examples=EXAMPLES)
hypothesis.settings.load_profile("ours")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, Any, Any]:
    """Fail the test in which the extension panics, even where nobody sees an exception.

    Rust writes a line about each panic, in whatever thread.
    """
    report = yield
    panics = report.capstderr.count("panicked at ")
    if panics:
        report.outcome = "failed"
        report.longrepr = f"{panics} panics:\n{report.capstderr}"
    return report


def pytest_unconfigure() -> None:
    end_template()
