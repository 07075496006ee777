"""How the tests are run."""

from __future__ import annotations

import hypothesis

from emulated import EMULATED

# Examples are found anew each time, and slow machines are no failure.
hypothesis.settings.register_profile("default", deadline=None, max_examples=40)
hypothesis.settings.register_profile("emulated", deadline=None, max_examples=4)
hypothesis.settings.load_profile("emulated" if EMULATED else "default")
