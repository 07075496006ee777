"""How far two results lie apart."""

from __future__ import annotations

from typing import Any

import numpy as np


def difference(actual: Any, desired: Any) -> float:
    """The largest, relative to the larger of `desired` and 1; NaN equals NaN."""
    actual, desired = np.asarray(actual), np.asarray(desired)
    if actual.shape != desired.shape:
        return np.inf
    unequal = (actual != desired) & ~(np.isnan(actual) & np.isnan(desired))
    ours, theirs = (x[unequal].astype(np.float64) for x in (actual, desired))
    with np.errstate(invalid="ignore"):
        distances = np.abs(ours - theirs) / np.fmax(np.abs(theirs), 1)
    # What is NaN on one side only has no distance.
    return float(np.where(np.isnan(distances), np.inf, distances).max(initial=0))
