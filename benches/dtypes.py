"""How much longer a converted copy takes, and the call of its float64.

    python -P benches/dtypes.py            every dtype that has no kernel
    python -P benches/dtypes.py u1 '>f8'   these

For each dtype the geometric mean over functions and shapes, and the least: below one,
to copy is faster. One thread; a result that float64 does not give is converted back.
"""

import sys
from collections.abc import Callable, Iterator
from time import perf_counter

import numpy as np

import uncork

DTYPES = ["?", "u1", "i2", "u4", "u8", "f2", ">f8", ">f4", ">i4"]
REDUCE = ["nansum", "nanmean", "nanvar", "nanmin", "nanargmin", "nanmedian", "ss"]
MOVE = ["move_sum", "move_mean", "move_var", "move_min", "move_median", "move_rank"]
RANK = ["rankdata", "nanrankdata"]
SHAPES = [((1000, 1000), 0), ((1000, 1000), 1), ((1_000_000,), 0), ((100_000, 32), 0)]
REPEAT = 7


def seconds(work: Callable[[], object]) -> float:
    best = float("inf")
    for _ in range(REPEAT):
        begin = perf_counter()
        work()
        best = min(best, perf_counter() - begin)
    return best


def ratios(dtype: str) -> Iterator[tuple[float, str]]:
    rng = np.random.default_rng(1)
    for shape, axis in SHAPES:
        a = (100 * rng.random(shape)).astype(dtype)
        for name in [*REDUCE, *MOVE, *RANK]:
            function = getattr(uncork, name)
            window = [20] if name in MOVE else []

            def ours() -> object:
                return function(a, *window, axis=axis)  # noqa: B023 (called at once)

            result = np.asarray(ours()).dtype

            def copied() -> object:
                of_copy = function(a.astype("f8"), *window, axis=axis)  # noqa: B023
                with np.errstate(over="ignore"):
                    return np.asarray(of_copy).astype(result, copy=False)  # noqa: B023

            yield seconds(copied) / seconds(ours), f"{name} of {shape} along {axis}"


def main(dtypes: list[str]) -> None:
    uncork.set_num_threads(1)
    for dtype in dtypes or DTYPES:
        found = sorted(ratios(dtype))
        mean = np.exp(np.mean([np.log(ratio) for ratio, _ in found]))
        least, where = found[0]
        print(f"{dtype:4} {mean:.2f}, at least {least:.2f}: {where}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
