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
    """Of some values, of their squares and of their cubes, as whole numbers.

    Every float is a whole number of units: sums of integers are exact, and far quicker
    than those of fractions.
    """

    count: int
    total: int
    squares: int
    cubes: int
    #: How many of them are one.
    units: int

    def __sub__(self, others: Sums) -> Sums:
        """Without the others, which are among them."""
        return Sums(
            self.count - others.count,
            self.total - others.total,
            self.squares - others.squares,
            self.cubes - others.cubes,
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
    return sums_up_to_each(values)[-1]


def sums_up_to_each(values: Iterable[float]) -> list[Sums]:
    """Of the first none, of the first, of the first two, and so on."""
    whole, units = in_units(values)
    powers = ([value**degree for value in whole] for degree in (1, 2, 3))
    totals = (accumulate(values, initial=0) for values in powers)
    return [Sums(*each, units) for each in zip(count(), *totals, strict=False)]


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


def exact_skewness(of: Sums) -> Fraction | None:
    """By the moments about zero; the units cancel, and so do the counts."""
    squares = of.count * of.squares - of.total**2
    cubes = (
        of.count**2 * of.cubes
        + (2 * of.total**2 - 3 * of.count * of.squares) * of.total
    )
    if not squares:
        return None
    size = root_of_ratio(cubes**2, squares**3)
    return size if cubes > 0 else -size


def exact_root(square: Fraction) -> Fraction:
    """The square root, to beyond twice the precision of a float."""
    return root_of_ratio(*square.as_integer_ratio())


def root_of_ratio(numerator: int, denominator: int) -> Fraction:
    """The same of a fraction that need not be in lowest terms."""
    digits = numerator.bit_length() - denominator.bit_length()
    bits = max(0, 128 - digits // 2)
    root = math.isqrt((numerator << 2 * bits) // denominator)
    return Fraction(root, 1 << bits)


class Exact(NamedTuple):
    """The exact result, and how far ours may be away from it."""

    #: By the sums of the values; none where it is NaN.
    result: Callable[[Sums], Fraction | None]
    #: In units of the last place of the exact result.
    bound: float
    #: Or in units of the last place of this, where the result is less.
    unit_of: int = 0

    def error(self, actual: float, of: Sums, dtype: Any = np.float64) -> float:
        """How many units lie between."""
        return ulps(actual, self.result(of), dtype, self.unit_of)


#: Of each function that adds values up.
EXACT = {
    "nansum": Exact(exact_sum, 1),
    "nanmean": Exact(exact_mean, 1),
    "nanvar": Exact(exact_variance, 4),
    "nanstd": Exact(lambda of: exact_root(exact_variance(of)), 3),
    "nanskew": Exact(exact_skewness, 16, unit_of=1),
    "ss": Exact(exact_sum_of_squares, 1),
}


@cache
def limits(dtype: Any) -> tuple[int, int, int]:
    """The largest float, its digits behind the point, the least exponent of a unit."""
    found = np.finfo(dtype)
    digits = int(found.nmant)
    return int(found.max), digits, int(found.minexp) - digits


def ulps(
    actual: float, exact: Fraction | None, dtype: Any = np.float64, unit_of: int = 0
) -> float:
    """How many units in the last place of the exact result lie between the two.

    Or in that of `unit_of`, if that is more; None is the exact result that is NaN.
    """
    if exact is None:
        return 0.0 if math.isnan(actual) else math.inf
    largest, digits, least = limits(dtype)
    # In integers, which is quicker: fractions are reduced at every step.
    numerator, denominator = exact.as_integer_ratio()
    if abs(numerator) > largest * denominator:
        # Beyond the last float there is only infinity, once it is nearer.
        return 0.0 if actual == (math.inf if exact > 0 else -math.inf) else math.inf
    if not math.isfinite(actual):
        return math.inf
    exponent = max(_exponent(abs(numerator), denominator), _exponent(unit_of, 1))
    unit = max(exponent - digits, least)
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
