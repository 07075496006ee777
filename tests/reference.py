"""The slow truth: what NumPy makes of the call in float64, and the exact result."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import cache
from itertools import accumulate, count
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from uncork import slow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


def reference(name: str, a: np.ndarray, *args: Any, **kwargs: Any) -> Any:
    """The result of `uncork.slow`, which has float32 worked out in float64."""
    single = a.dtype == np.float32
    result = getattr(slow, name)(a.astype(np.float64) if single else a, *args, **kwargs)
    if single and np.asarray(result).dtype == np.float64:
        with np.errstate(over="ignore"):
            return np.asarray(result, dtype=np.float32)[()]
    return result


class Sums(NamedTuple):
    """Of some values and of their squares, as whole numbers.

    Every float is a whole number of units: sums of integers are exact, and far quicker
    than those of fractions.
    """

    count: int
    total: int
    squares: int
    #: How many of them are one.
    units: int

    def __sub__(self, others: Sums) -> Sums:
        """Without the others, which are among them."""
        return Sums(
            self.count - others.count,
            self.total - others.total,
            self.squares - others.squares,
            self.units,
        )


def in_units(values: Iterable[float]) -> tuple[list[int], int]:
    """The values, and how many units are one."""
    ratios = [value.as_integer_ratio() for value in values]
    units = max((denominator for _, denominator in ratios), default=1)
    # All denominators are powers of two.
    whole = [numerator * (units // denominator) for numerator, denominator in ratios]
    return whole, units


def sums(values: Iterable[float]) -> Sums:
    whole, units = in_units(values)
    return Sums(len(whole), sum(whole), sum(value * value for value in whole), units)


def sums_up_to_each(values: Iterable[float]) -> list[Sums]:
    """Of the first none, of the first, of the first two, and so on."""
    whole, units = in_units(values)
    totals = accumulate(whole, initial=0)
    squares = accumulate((value * value for value in whole), initial=0)
    return [Sums(*each, units) for each in zip(count(), totals, squares, strict=False)]


def exact_sum(of: Sums) -> Fraction:
    return Fraction(of.total, of.units)


def exact_sum_of_squares(of: Sums) -> Fraction:
    return Fraction(of.squares, of.units**2)


def exact_mean(of: Sums) -> Fraction:
    return Fraction(of.total, of.units * of.count)


def exact_variance(of: Sums, ddof: int = 0) -> Fraction:
    """By the textbook's formula, which is exact where no digit is lost."""
    squares = of.count * of.squares - of.total**2
    return Fraction(squares, of.units**2 * of.count * (of.count - ddof))


def exact_root(square: Fraction) -> Fraction:
    """The square root, to beyond twice the precision of a float."""
    numerator, denominator = square.as_integer_ratio()
    digits = numerator.bit_length() - denominator.bit_length()
    bits = max(0, 128 - digits // 2)
    root = math.isqrt((numerator << 2 * bits) // denominator)
    return Fraction(root, 1 << bits)


#: Of each function that adds values up: the exact result by the sums of the values, and
#: how many units in the last place ours may be away from it.
EXACT: dict[str, tuple[Callable[[Sums], Fraction], float]] = {
    "nansum": (exact_sum, 1),
    "nanmean": (exact_mean, 1),
    "nanvar": (exact_variance, 4),
    "nanstd": (lambda of: exact_root(exact_variance(of)), 3),
    "ss": (exact_sum_of_squares, 1),
}


@cache
def limits(dtype: Any) -> tuple[int, int, int]:
    """The largest float, its digits behind the point, the least exponent of a unit."""
    found = np.finfo(dtype)
    digits = int(found.nmant)
    return int(found.max), digits, int(found.minexp) - digits


def ulps(actual: float, exact: Fraction, dtype: Any = np.float64) -> float:
    """How many units in the last place of the exact result lie between the two."""
    largest, digits, least = limits(dtype)
    # In integers, which is quicker: fractions are reduced at every step.
    numerator, denominator = exact.as_integer_ratio()
    if abs(numerator) > largest * denominator:
        # Beyond the last float there is only infinity, once it is nearer.
        return 0.0 if actual == (math.inf if exact > 0 else -math.inf) else math.inf
    if not math.isfinite(actual):
        return math.inf
    unit = max(_exponent(abs(numerator), denominator) - digits, least)
    actual_numerator, actual_denominator = float(actual).as_integer_ratio()
    apart = abs(actual_numerator * denominator - numerator * actual_denominator)
    scale = actual_denominator * denominator
    return (apart << max(-unit, 0)) / (scale << max(unit, 0))


def _exponent(numerator: int, denominator: int) -> int:
    """Of the power of two that is not above."""
    if numerator == 0:
        return -(10**4)
    exponent = numerator.bit_length() - denominator.bit_length()
    below = numerator << max(-exponent, 0) < denominator << max(exponent, 0)
    return exponent - below
