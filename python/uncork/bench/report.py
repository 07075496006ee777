"""A run for people to read, on a terminal."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, NamedTuple

from uncork._functions import KIND
from uncork._table import print_table
from uncork.bench.cases import FACTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from uncork.bench.run import Result, Run

#: From here on, a cell is to be ahead of every peer.
LARGE = 100_000
#: What reads each value once and writes next to nothing.
REDUCTIONS = {name for name, kind in KIND.items() if kind == "reduce"}
#: A first call that takes so much longer has been compiled.
COMPILED = 0.05


def geometric_mean(values: Iterable[float]) -> float:
    """Of ratios: twice as fast and half as fast cancel out. NaN if there are none."""
    logarithms = [math.log(value) for value in values]
    if not logarithms:
        return math.nan
    return math.exp(math.fsum(logarithms) / len(logarithms))


def best_ratio(result: Result) -> float:
    """Against the fastest of the peers; infinite if there is none."""
    return min((result.ratio(peer) for peer in result.others), default=math.inf)


def peers_of(results: Iterable[Result]) -> list[str]:
    return list(dict.fromkeys(peer for one in results for peer in one.others))


def grouped(
    results: Iterable[Result], key: Callable[[Result], str]
) -> dict[str, list[Result]]:
    groups = defaultdict(list)
    for one in results:
        groups[key(one)].append(one)
    return dict(sorted(groups.items()))


def seconds(value: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if value >= scale:
            return f"{value / scale:.3g} {unit}"
    return f"{value * 1e9:.3g} ns"


def ratio(value: float) -> str:
    """Of three places, as far as they are behind the point."""
    if not math.isfinite(value):
        return ""
    return f"{value:.{2 if value < 10 else 1 if value < 100 else 0}f}"


class Table(NamedTuple):
    title: str
    columns: Sequence[str]
    rows: list[list[str]]


def tables(run: Run) -> Iterator[Table]:
    """What is to be said of a run, except for each of its cells."""
    yield of_means(run)
    yield of_slower(run)
    yield of_throughput(run)
    yield of_wrong(run)
    yield of_failed(run)
    yield of_first_calls(run)
    yield from of_footprint(run)
    yield of_bandwidth(run)


def of_cells(run: Run) -> Table:
    peers = peers_of(run.results)
    rows = [
        [
            *one.case.facts,
            seconds(one.seconds["uncork"].minimum),
            *(_cell(one, peer) for peer in peers),
        ]
        for one in sorted(run.results, key=lambda one: one.case.function)
        if "uncork" in one.seconds
    ]
    title = "Time of the peer / time of uncork; ! where its result was wrong"
    return Table(title, [*FACTS, "uncork", *peers], rows)


def _cell(result: Result, peer: str) -> str:
    if peer not in result.seconds:
        return ""
    return ratio(result.ratio(peer)) + "!" * (peer in result.wrong)


def of_means(run: Run) -> Table:
    by_function = grouped(run.results, lambda one: one.case.function)
    by_threads = grouped(run.results, lambda one: f"all, {one.case.threads} threads")
    groups = {**by_function, **by_threads}.items()
    peers = peers_of(run.results)
    return Table(
        "Time of the peer / time of uncork, geometric means",
        ["function", *peers, "the best", "least of bottleneck"],
        [[name, *means(group, peers), least(group)] for name, group in groups],
    )


def means(group: Sequence[Result], peers: Sequence[str]) -> list[str]:
    """Against each peer, and against the best of them in each cell."""
    of_peers = (
        geometric_mean(one.ratio(peer) for one in group if peer in one.others)
        for peer in peers
    )
    best = geometric_mean(best_ratio(one) for one in group if one.others)
    return [ratio(value) for value in (*of_peers, best)]


def least(group: Iterable[Result], peer: str = "bottleneck") -> str:
    ratios = [one.ratio(peer) for one in group if peer in one.others]
    return ratio(min(ratios, default=math.nan))


def of_slower(run: Run) -> Table:
    """The cells in which somebody else is faster."""
    slower = [
        [*one.case.facts, peer, ratio(one.ratio(peer))]
        for one in sorted(run.results, key=best_ratio)
        for peer in sorted(one.others, key=one.ratio)
        if one.ratio(peer) < 1 and (peer == "bottleneck" or one.case.size >= LARGE)
    ]
    title = f"Slower than bottleneck, or than any other from {LARGE} values on"
    return Table(f"{title}: {len(slower)}", [*FACTS, "peer", "ratio"], slower)


def of_throughput(run: Run) -> Table:
    """How much of what memory can do, of what reads each value once."""
    chosen = [
        one
        for one in sorted(run.results, key=lambda one: one.case.function)
        if one.case.function in REDUCTIONS and one.case.size >= LARGE
        if is_plain_lane(one) and "uncork" in one.seconds
    ]
    title = "Throughput of uncork beside the bandwidth of memory, float64"
    columns = ["call", "values", "threads", "GB/s", "of reading"]
    return Table(title, columns, [_throughput(run, one) for one in chosen])


def _throughput(run: Run, one: Result) -> list[str]:
    threads = f"{one.case.threads}"
    rate = one.case.bytes / one.seconds["uncork"].minimum
    limit = run.bandwidth.get(threads, {}).get("read", math.nan)
    size = f"{one.case.size:.0e}"
    return [one.case.call, size, threads, f"{rate / 1e9:.1f}", f"{rate / limit:.0%}"]


def is_plain_lane(one: Result) -> bool:
    """Whether it is of one lane of float64 without NaN."""
    case = one.case
    return (
        len(case.shape) == 1
        and case.axis in (None, -1)
        and (case.dtype, case.nan) == ("float64", 0)
    )


def of_wrong(run: Run) -> Table:
    found = defaultdict(list)
    for one in run.results:
        for peer, off in one.wrong.items():
            found[one.case.function, peer].append(off)
    rows = [
        [*key, f"{len(off)}", f"{max(off):.1e}"] for key, off in sorted(found.items())
    ]
    return Table("Wrong results", ["function", "of", "cells", "off by"], rows)


def of_failed(run: Run) -> Table:
    found = Counter(
        (one.case.function, peer, text)
        for one in run.results
        for peer, text in one.failed.items()
    )
    rows = [[*key, f"{count}"] for key, count in sorted(found.items())]
    return Table("Failed calls", ["function", "of", "error", "cells"], rows)


def of_first_calls(run: Run) -> Table:
    """Of what is compiled when it is called first."""
    longest: dict[tuple[str, str], float] = {}
    for one in run.results:
        for peer, first in one.first.items():
            key = (peer, one.case.function)
            extra = first - one.seconds[peer].median
            longest[key] = max(longest.get(key, 0.0), extra)
    rows = [
        [*key, seconds(extra)]
        for key, extra in sorted(longest.items())
        if extra > COMPILED
    ]
    return Table("First calls, beyond later ones", ["of", "function", "time"], rows)


def of_footprint(run: Run) -> Iterator[Table]:
    if not run.footprint:
        return
    start, memory, size = (run.footprint[key] for key in ("start", "memory", "size"))
    starts = [[name, *map(seconds, one.values())] for name, one in start.items()]
    yield Table("Start, NumPy being there", ["of", "import", "first result"], starts)
    peaks = [[name, megabytes(count)] for name, count in memory.items()]
    yield Table("Peak memory beside the result, 1e7 values", ["function", "MB"], peaks)
    sizes = [[name, megabytes(count)] for name, count in size.items()]
    yield Table("Size; of the wheel, about", ["of", "MB"], sizes)


def of_bandwidth(run: Run) -> Table:
    rows = [
        [threads, *(f"{rate / 1e9:.1f}" for rate in one.values())]
        for threads, one in run.bandwidth.items()
    ]
    return Table("Bandwidth of memory, GB/s", ["threads", "read", "copy"], rows)


def machine(run: Run) -> str:
    facts = [f"{key} {value}" for key, value in {**run.machine, **run.versions}.items()]
    return f"{run.date}, {run.command}: {', '.join(facts)}"


def megabytes(number: float) -> str:
    return f"{number / 1e6:.2f}"


def print_run(run: Run, with_cells: bool) -> None:
    for table in [*([of_cells(run)] if with_cells else []), *tables(run)]:
        if table.rows:
            print_table(*table)
    print(f"\n{machine(run)}")
    print(summary(run))


def summary(run: Run) -> str:
    """One line for a run: how much longer each peer takes."""
    peers = peers_of(run.results)
    found = zip([*peers, "the best of them"], means(run.results, peers), strict=True)
    words = ", ".join(f"{peer} {value}" for peer, value in found)
    return f"{cells(run)}; geometric means: {words}"


def cells(run: Run) -> str:
    count = len(run.results)
    if count == run.planned:
        return f"{count} cells"
    return f"{count} cells, a random sample of {run.planned}"


def of_comparison(old: Run, new: Run) -> Table:
    """How many times faster than in the old run, beside what did not change."""
    pairs = common(old, new).items()
    return Table(
        f"Time on {old.date} / time now, geometric means",
        ["function", "cells", "uncork", "least of uncork", "its peers"],
        [[name, f"{len(group)}", *map(ratio, faster(group))] for name, group in pairs],
    )


def common(old: Run, new: Run) -> dict[str, list[tuple[Result, Result]]]:
    """The cells that both runs have, by function."""
    before = {one.case: one for one in old.results if "uncork" in one.seconds}
    pairs = defaultdict(list)
    for one in sorted(new.results, key=lambda one: one.case.function):
        if one.case in before and "uncork" in one.seconds:
            pairs[one.case.function].append((before[one.case], one))
    return dict(pairs)


def faster(pairs: Sequence[tuple[Result, Result]]) -> tuple[float, float, float]:
    """Ours, the least of ours, and the peers': those tell how the machine differs."""
    ours = [_faster(pair, "uncork") for pair in pairs]
    others = [
        _faster((old, new), peer)
        for old, new in pairs
        for peer in new.others
        if peer in old.seconds
    ]
    return geometric_mean(ours), min(ours), geometric_mean(others)


def _faster(pair: tuple[Result, Result], peer: str) -> float:
    old, new = pair
    return old.seconds[peer].minimum / new.seconds[peer].minimum
