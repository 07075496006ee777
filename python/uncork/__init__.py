"""NaN-aware reductions, order statistics and moving windows over NumPy arrays.

The functions are those of Bottleneck, with the same arguments, defaults and results,
but correct where it drifts, compiled for the instructions of this machine, and spread
over threads. `uncork.slow` has all of them in NumPy.
"""

from uncork import slow as slow
from uncork._core import (
    __version__,
    allnan,
    anynan,
    argpartition,
    get_num_threads,
    median,
    move_argmax,
    move_argmin,
    move_max,
    move_mean,
    move_median,
    move_min,
    move_rank,
    move_std,
    move_sum,
    move_var,
    nanargmax,
    nanargmin,
    nanmax,
    nanmean,
    nanmedian,
    nanmin,
    nanrankdata,
    nanstd,
    nansum,
    nanvar,
    partition,
    push,
    rankdata,
    replace,
    set_num_threads,
    ss,
)
from uncork._dropin import disable, enable, enable_by_environment

__all__ = [
    "__version__",
    "allnan",
    "anynan",
    "argpartition",
    "disable",
    "enable",
    "get_num_threads",
    "median",
    "move_argmax",
    "move_argmin",
    "move_max",
    "move_mean",
    "move_median",
    "move_min",
    "move_rank",
    "move_std",
    "move_sum",
    "move_var",
    "nanargmax",
    "nanargmin",
    "nanmax",
    "nanmean",
    "nanmedian",
    "nanmin",
    "nanrankdata",
    "nanstd",
    "nansum",
    "nanvar",
    "partition",
    "push",
    "rankdata",
    "replace",
    "set_num_threads",
    "ss",
]

enable_by_environment()
del enable_by_environment
