"""The functions of arrays by their kinds, as their entries in the extension say."""

from __future__ import annotations

from uncork._core import _FUNCTIONS

#: How each goes through an array. "reduce" and, in a copy, "select" leave one value of
#: each lane, "quantiles" several; "move" and "fill" one for each value, of the window
#: that ends there or of the whole lane; "replace" works in place.
KIND = {name: kind for name, (kind, _) in _FUNCTIONS.items()}
#: What each returns: "total", "mean", "spread", "shape", "value", "index", "rank" or
#: "truth", as `src/python/functions.rs` tells them apart.
RESULT = {name: result for name, (_, result) in _FUNCTIONS.items()}
