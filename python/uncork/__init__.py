"""NaN-aware reductions, order statistics and moving windows over NumPy arrays.

The functions of Bottleneck are among them, with the same arguments, defaults and
results, but correct where it drifts, compiled for the instructions of this machine, and
spread over threads. `uncork.slow` has all of them in NumPy.
"""

from uncork import slow as slow
from uncork._core import *  # noqa: F403, its stub has the names
from uncork._dropin import disable as disable
from uncork._dropin import enable as enable
from uncork._dropin import enable_by_environment

enable_by_environment()
del enable_by_environment
