"""How the tests are run."""

from __future__ import annotations

import os

import hypothesis

from emulated import EMULATED

# Examples are found anew each time, and slow machines are no failure.
EXAMPLES = 4 if EMULATED else int(os.environ.get("TEST_EXAMPLES", "40"))
hypothesis.settings.register_profile("ours", deadline=None, max_examples=EXAMPLES)
hypothesis.settings.load_profile("ours")
