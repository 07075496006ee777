"""A run as one HTML page that needs nothing else: plots and tables."""

from __future__ import annotations

import base64
import io
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, Any

from uncork.bench.report import (
    best_ratio,
    cells,
    geometric_mean,
    grouped,
    is_plain_lane,
    machine,
    peers_of,
    tables,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from uncork.bench.report import Table
    from uncork.bench.run import Result, Run

#: Okabe and Ito's: told apart by everybody.
COLOURS = {
    "uncork": "#000000",
    "bottleneck": "#D55E00",
    "numpy": "#0072B2",
    "numbagg": "#009E73",
    "pandas": "#CC79A7",
    "polars": "#56B4E9",
    "scipy": "#E69F00",
    "reducers": "#999999",
}
#: What memory can do.
LIMITS: dict[str, dict[str, Any]] = {
    "read": {"color": "black", "linewidth": 0.9, "linestyle": "--"},
    "copy": {"color": "black", "linewidth": 0.9, "linestyle": ":"},
}
#: GB/s that are drawn: above are only results that need not read the array.
SPAN = (1e-3, 3e2)
#: The window that is drawn.
WINDOW = 20
#: Panels in a row, and names in one of the legend.
ROW, LEGEND = 4, 5

STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 72rem; margin: 2rem auto;
       padding: 0 1rem; color: #222; background: #fff; }
img { max-width: 100%; height: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td, th { padding: .15rem .7rem; text-align: right; border-bottom: 1px solid #ddd; }
td:first-child, th:first-child { text-align: left; }
details { margin: 1rem 0; overflow-x: auto; }
summary { font-weight: 600; cursor: pointer; }
"""


def html(run: Run) -> str:
    parts = [
        "<h1>Uncork beside its peers</h1>",
        f"<p>{escape(machine(run))}; {cells(run)}</p>",
        "<h2>How many times as long others take</h2>",
        "<p>Geometric mean over the cells of a function, and the range that holds"
        " them all. Right of 1, uncork is faster.</p>",
        image(ratios(run), "Range and mean of the ratios of each function"),
        "<h2>Throughput</h2>",
        "<p>Bytes of the array by seconds of the call: float64, no NaN, one lane,"
        f" {most_threads(run.results)} threads. Lines across: what memory can do,"
        " measured on the same machine.</p>",
        image(throughput(run), "Throughput of each function against size"),
        *(_table(one) for one in tables(run) if one.rows),
    ]
    head = (
        f'<meta charset="utf-8"><title>Uncork: benchmark</title><style>{STYLE}</style>'
    )
    return (
        f'<!doctype html>\n<html lang="en">{head}\n' + "\n".join(parts) + "\n</html>\n"
    )


def ratios(run: Run) -> Any:
    """Per function: against Bottleneck, and against the best of all."""
    groups = grouped(run.results, lambda one: one.case.function)
    figure, axes = subplots(1, 2, (11, 0.36 * len(groups) + 1), sharey=True)
    for place, (peer, title) in enumerate(
        [("bottleneck", "Bottleneck / uncork"), ("", "best peer of each cell / uncork")]
    ):
        panel = axes[0, place]
        panel.axvline(1, color="black", linewidth=1)
        for row, group in enumerate(groups.values()):
            found = _ratios(group, peer)
            if found:
                _range(panel, row, found, COLOURS.get(peer, COLOURS["numpy"]))
        panel.set_title(title)
        panel.set_xscale("log")
        panel.xaxis.set_major_formatter("{x:g}")
        panel.set_yticks(range(len(groups)), list(groups))
        panel.grid(axis="x", alpha=0.3)
    axes[0, 0].invert_yaxis()
    return figure


def _ratios(group: Iterable[Result], peer: str) -> list[float]:
    if not peer:
        return [best_ratio(one) for one in group if one.others]
    return [one.ratio(peer) for one in group if peer in one.others]


def _range(panel: Any, row: int, found: Sequence[float], colour: str) -> None:
    mean = geometric_mean(found)
    panel.plot([min(found), max(found)], [row, row], color=colour, alpha=0.35, lw=5)
    panel.plot([mean], [row], "o", color=colour)
    panel.annotate(
        f"{mean:.3g}",
        (mean, row),
        (0, 6),
        textcoords="offset points",
        ha="center",
        fontsize=7,
        bbox={"facecolor": "white", "edgecolor": "none", "alpha": 0.8, "pad": 0.5},
    )


def throughput(run: Run) -> Any:
    """Per function: every peer against the size of the array."""
    chosen = [one for one in run.results if _in_throughput(run, one)]
    groups = grouped(chosen, lambda one: one.case.function)
    rows = max(1, -(-len(groups) // ROW))
    figure, axes = subplots(rows, ROW, (11, 2.4 * rows + 0.6), sharex=True, sharey=True)
    for panel, (name, group) in zip(axes.flat, groups.items(), strict=False):
        panel.set_title(name, fontsize=9)
        _limits(panel, run)
        for peer in ["uncork", *peers_of(group)]:
            _line(panel, group, peer)
    for panel in axes.flat[len(groups) :]:
        panel.set_axis_off()
    for panel in axes[:, 0]:
        panel.set_ylabel("GB/s")
    for panel in axes[-1, :]:
        panel.set_xlabel("values")
    _legend(figure, ["uncork", *peers_of(chosen)])
    return figure


def _in_throughput(run: Run, one: Result) -> bool:
    """One lane, and of its windows one."""
    case = one.case
    return (
        is_plain_lane(one)
        and case.threads == most_threads(run.results)
        and case.window in (None, min(WINDOW, case.size))
    )


def _line(panel: Any, group: Iterable[Result], peer: str) -> None:
    points = sorted(
        (one.case.size, one.case.bytes / one.seconds[peer].minimum / 1e9)
        for one in group
        if peer in one.seconds
    )
    ours = peer == "uncork"
    style = {"linewidth": 2 if ours else 1, "zorder": 3 if ours else 2}
    panel.loglog(*zip(*points, strict=True), ".-", color=COLOURS[peer], **style)


def _limits(panel: Any, run: Run) -> None:
    found = run.bandwidth.get(f"{most_threads(run.results)}", {})
    for what, rate in found.items():
        panel.axhline(rate / 1e9, **LIMITS[what])
    panel.set_ylim(*SPAN)
    panel.minorticks_off()
    panel.grid(alpha=0.2)


def _legend(figure: Any, peers: Iterable[str]) -> None:
    line = import_module("matplotlib.lines").Line2D
    handles = [
        *(line([], [], color=COLOURS[peer], marker=".", label=peer) for peer in peers),
        *(line([], [], label=what, **style) for what, style in LIMITS.items()),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=LEGEND)


def most_threads(results: Iterable[Result]) -> int:
    return max((one.case.threads for one in results), default=1)


def subplots(rows: int, columns: int, size: tuple[float, float], **shared: bool) -> Any:
    """A figure that no window shows, and its panels in a grid."""
    try:
        figure = import_module("matplotlib.figure").Figure(size, layout="constrained")
    except ImportError as error:
        raise SystemExit(
            f"--page draws with matplotlib: pip install matplotlib ({error})"
        ) from None
    return figure, figure.subplots(rows, columns, squeeze=False, **shared)


def image(figure: Any, text: str) -> str:
    """The drawing inside the page, and what is said of it where it is not seen."""
    drawn = io.BytesIO()
    with import_module("matplotlib").rc_context({"svg.fonttype": "none"}):
        figure.savefig(drawn, format="svg", metadata={"Date": None})
    data = base64.b64encode(drawn.getvalue()).decode()
    return f'<img alt="{escape(text)}" src="data:image/svg+xml;base64,{data}">'


def _table(table: Table) -> str:
    head = "".join(f"<th>{escape(column)}</th>" for column in table.columns)
    rows = ("".join(f"<td>{escape(cell)}</td>" for cell in row) for row in table.rows)
    body = "".join(f"<tr>{row}</tr>\n" for row in rows)
    return (
        f"<details open><summary>{escape(table.title)}</summary>\n"
        f"<table><tr>{head}</tr>\n{body}</table></details>"
    )
