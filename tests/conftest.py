"""How the tests are run."""

from __future__ import annotations

import os

import hypothesis

# Examples are found anew each time, and slow machines are no failure.
hypothesis.settings.register_profile("default", deadline=None, max_examples=40)
# Where each instruction is emulated, every test is run on fewer.
hypothesis.settings.register_profile("emulated", deadline=None, max_examples=4)
emulated = "TESTED_EMULATED" in os.environ
hypothesis.settings.load_profile("emulated" if emulated else "default")
