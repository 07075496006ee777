"""How long calls take: in turn, so that whatever else runs hits all of them alike."""

from __future__ import annotations

import statistics
import timeit
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from uncork.bench.cases import Plan

#: Beyond any cache: eight bytes each.
BANDWIDTH_VALUES = 10_000_000
BANDWIDTH_ROUNDS = 9


@dataclass(frozen=True)
class Seconds:
    """Of one call."""

    minimum: float
    median: float


class Runner:
    """Runs one statement, compiled with its loop, as a call in code is."""

    def __init__(self, statement: str, names: dict[str, Any], plan: Plan) -> None:
        self.timer = timeit.Timer(statement, globals=names)
        once = self.timer.timeit(1)
        self.number = max(1, int(plan.run / max(once, 1e-7)))
        self.rounds = min(plan.rounds, int(plan.patience / (once * self.number)))
        self.found = [] if self.rounds else [once]

    def run(self) -> None:
        self.found.append(self.timer.timeit(self.number) / self.number)

    @property
    def seconds(self) -> Seconds:
        return Seconds(min(self.found), statistics.median(self.found))


def in_turn(
    statements: Mapping[str, tuple[str, dict[str, Any]]], plan: Plan
) -> dict[str, Seconds]:
    """Time statements, each with the names that it uses."""
    runners = {key: Runner(*one, plan) for key, one in statements.items()}
    for turn in range(plan.rounds):
        for runner in runners.values():
            if turn < runner.rounds:
                runner.run()
    return {key: runner.seconds for key, runner in runners.items()}


def first_call(run: Callable[[], Any]) -> tuple[Any, float]:
    """A result, and the seconds it took: with what is compiled or loaded for it."""
    start = perf_counter()
    result = run()
    return result, perf_counter() - start


def bandwidth(threads: int) -> dict[str, float]:
    """Bytes a second that are read, and that are copied (read as well as written)."""
    source = np.ones(BANDWIDTH_VALUES)
    target = np.empty_like(source)
    parts = list(
        zip(*(np.array_split(x, threads) for x in (source, target)), strict=True)
    )
    readers = [lambda one: np.max(one[0]), lambda one: np.dot(one[0], one[0])]
    with ThreadPoolExecutor(threads) as pool:
        read = min(_fastest(pool, reader, parts) for reader in readers)
        copy = _fastest(pool, lambda one: np.copyto(one[1], one[0]), parts)
    return {"read": source.nbytes / read, "copy": 2 * source.nbytes / copy}


def _fastest(
    pool: ThreadPoolExecutor, work: Callable[[Any], Any], parts: list[Any]
) -> float:
    return min(
        first_call(lambda: list(pool.map(work, parts)))[1]
        for _ in range(BANDWIDTH_ROUNDS)
    )
