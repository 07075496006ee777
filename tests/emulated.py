"""Whether a program stands for the processor, so that all takes many times longer.

Tests then try less of the same kind; what sets the variable is where the program does.
"""

from __future__ import annotations

import os

EMULATED = "TESTED_EMULATED" in os.environ
