"""A run: its cells, one after the other, and what has to be known to read them."""

from __future__ import annotations

import json
import platform
import warnings
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import uncork
from uncork.bench import check, peers
from uncork.bench.cases import Case, data
from uncork.bench.timing import Seconds, first_call, in_turn

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from types import ModuleType

    from uncork.bench.cases import Array, Plan


@dataclass(frozen=True)
class Result:
    """Of one case, by peer."""

    case: Case
    seconds: dict[str, Seconds]
    #: Seconds of the very first call.
    first: dict[str, float] = field(default_factory=dict)
    #: How far off a result was, where that was not rounding.
    wrong: dict[str, float] = field(default_factory=dict)
    #: The error of a call that failed.
    failed: dict[str, str] = field(default_factory=dict)

    def ratio(self, peer: str) -> float:
        """How many times as long as ours the peer's call took."""
        return self.seconds[peer].minimum / self.seconds["uncork"].minimum

    @property
    def others(self) -> list[str]:
        """The peers there is a ratio of."""
        if "uncork" not in self.seconds:
            return []
        return [peer for peer in self.seconds if peer != "uncork"]


@dataclass(frozen=True)
class Run:
    command: str
    date: str
    machine: dict[str, Any]
    versions: dict[str, str]
    #: Bytes a second, by the number of threads.
    bandwidth: dict[str, dict[str, float]]
    footprint: dict[str, Any]
    #: Of so many cells, these.
    planned: int
    results: list[Result]

    def save(self, path: Path) -> None:
        found = json.dumps(asdict(self), separators=(",", ":"))
        path.write_text(found + "\n", "utf-8")

    @classmethod
    def load(cls, path: Path) -> Run:
        found = json.loads(path.read_text("utf-8"))
        found["results"] = [_result(one) for one in found["results"]]
        return cls(**found)


def _result(found: dict[str, Any]) -> Result:
    case = {**found["case"], "shape": tuple(found["case"]["shape"])}
    seconds = {peer: Seconds(**one) for peer, one in found["seconds"].items()}
    return Result(**{**found, "case": Case(**case), "seconds": seconds})


def measure(
    plan: Plan, cells: Iterable[Case], modules: Mapping[str, ModuleType]
) -> Iterator[Result]:
    """Each in turn with its peers, once the results have been compared."""
    for _, alike in groupby(cells, key=lambda case: (case.dtype, case.shape, case.nan)):
        a = None
        for one, by_threads in groupby(
            alike, key=lambda case: replace(case, threads=0)
        ):
            a = data(one) if a is None else a
            desired = check.truth(one, a)
            for case in by_threads:
                yield measure_one(plan, case, a, desired, modules)


def for_minutes(results: Iterator[Result], minutes: float) -> Iterator[Result]:
    """As many as are begun in so many minutes, at least one."""
    end = monotonic() + 60 * minutes
    for result in results:
        yield result
        if monotonic() >= end:
            return


def measure_one(
    plan: Plan,
    case: Case,
    a: Array,
    desired: Array,
    modules: Mapping[str, ModuleType],
) -> Result:
    result = Result(case, {})
    others = peers.with_other_threads(case.threads)
    works = {
        name: work
        for name, module in modules.items()
        if name not in others and (work := peers.PEERS[name](case, a, module))
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, work in list(works.items()):
            try:
                found, result.first[name] = first_call(work.run)
            except Exception as error:
                result.failed[name] = f"{type(error).__name__}: {error}".splitlines()[0]
                del works[name]
                continue
            if distance := check.off(case, a, work.ours(found), desired):
                result.wrong[name] = distance
            del found
        timed = {name: (work.statement, work.names) for name, work in works.items()}
        result.seconds.update(in_turn(timed, plan))
    return result


def installed(names: Iterable[str]) -> dict[str, ModuleType]:
    """The peers that can be imported; of the others, a line each."""
    uncork.disable()  # else we would be Bottleneck
    found = {}
    for name in names:
        try:
            found[name] = peers.load(name)
        except ImportError as error:
            print(f"without {name}: {error}")
    return found


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def machine() -> dict[str, Any]:
    return {
        "processor": _processor(),
        "cores": uncork.get_num_threads(),
        "system": platform.system(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    named = [line for line in lines if line.startswith("model name")]
    return named[0].partition(":")[2].strip() if named else platform.processor()


def versions(modules: Mapping[str, ModuleType]) -> dict[str, str]:
    return {name: str(module.__version__) for name, module in modules.items()}
