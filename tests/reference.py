"""The slow truth: what NumPy makes of the call in float64, and the exact result."""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from uncork import slow


def reference(name: str, a: np.ndarray, *args: Any, **kwargs: Any) -> Any:
    """The result of `uncork.slow`, which has float32 worked out in float64."""
    single = a.dtype == np.float32
    result = getattr(slow, name)(a.astype(np.float64) if single else a, *args, **kwargs)
    if single and np.asarray(result).dtype == np.float64:
        with np.errstate(over="ignore"):
            return np.asarray(result, dtype=np.float32)[()]
    return result


# Every float is a whole number of these: sums of integers are exact, and far quicker
# than those of fractions.
SMALLEST_BITS = 1074


@lru_cache(10_000)  # windows that overlap have the same values
def whole(value: float) -> int:
    """The value in units of the smallest float."""
    numerator, denominator = value.as_integer_ratio()
    return (numerator << SMALLEST_BITS) // denominator


def exact_sum(values: list[float]) -> Fraction:
    return Fraction(sum(map(whole, values)), 1 << SMALLEST_BITS)


def exact_sum_of_squares(values: list[float]) -> Fraction:
    total = sum(number * number for number in map(whole, values))
    return Fraction(total, 1 << 2 * SMALLEST_BITS)


def exact_mean(values: list[float]) -> Fraction:
    return exact_sum(values) / len(values)


def exact_variance(values: list[float], ddof: int = 0) -> Fraction:
    """By the textbook's formula, which is exact where no digit is lost."""
    count = len(values)
    squares = count * exact_sum_of_squares(values) - exact_sum(values) ** 2
    return squares / (count * (count - ddof))


def exact_root(square: Fraction) -> Fraction:
    """The square root, to well beyond twice the precision of a float."""
    scale = 1 << 2200
    return Fraction(math.isqrt(int(square * scale * scale)), scale)


def ulps(actual: float, exact: Fraction, dtype: Any = np.float64) -> float:
    """How many units in the last place of the exact result lie between the two."""
    limits = np.finfo(dtype)
    if abs(exact) > Fraction(float(limits.max)):
        # Beyond the last float there is only infinity, once it is nearer.
        return 0.0 if actual == (math.inf if exact > 0 else -math.inf) else math.inf
    if not math.isfinite(actual):
        return math.inf
    exponent = _exponent(exact) - limits.nmant
    unit = Fraction(2) ** max(exponent, int(limits.minexp) - int(limits.nmant))
    return float(abs(Fraction(float(actual)) - exact) / unit)


def _exponent(value: Fraction) -> int:
    """Of the power of two that is not above."""
    if value == 0:
        return -(10**4)
    numerator, denominator = abs(value.numerator), value.denominator
    exponent = numerator.bit_length() - denominator.bit_length()
    return exponent if Fraction(2) ** exponent <= abs(value) else exponent - 1
