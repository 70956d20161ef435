"""The benchmark's tables as Markdown."""

import os
import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import version

import numpy as np

from bench.decisions.judge import ALL, BEFORE, JUDGED, OURS, OURS_FILL, Row
from bench.decisions.peers import PEERS
from bench.decisions.sets import KINDS
from bench.decisions.verdicts import Judged, gap, verdicts
from bench.markdown import processor, table
from lakecast_forecast.panel import Panel


def report(sets: Mapping[str, Judged], panels: Mapping[str, Panel], share: float) -> str:
    """All tables. share: of the sets' items."""
    rows = [row for one in sets.values() for row in one.rows]
    parts = [_head(share), _verdicts(sets), _distances(rows), _classes(rows), _any_day(sets), _sets(sets, panels)]
    return "\n\n".join(parts) + "\n"


def missed(sets: Mapping[str, Judged]) -> Sequence[str]:
    """Requirements that do not hold."""
    return [verdict.measure for verdict in verdicts(sets) if not verdict.holds]


def _head(share: float) -> str:
    part = (
        ""
        if share == 1
        else f" This is the quick variant: {share:.0%} of the items; classes are smaller than they should be."
    )
    return (
        "# Decision benchmark\n\n"
        f"Made by `make bench-decisions` (`FULL=1` for all items of the laboratory's sets).{part} At each "
        "judged origin every method says what to order up to, from the past alone; then the demand that came happens. "
        "Forecasts are "
        "the product's own at every origin, ensemble and calibration included, without the nets, whose training at "
        'each origin would cost more than all else. "before" is the advice as it was, a frozen copy: the champion by '
        "lowest backtest loss, safety stock over the lead time alone. Cases are lead time and review period, in months "
        "or days. **held**: share of item-reviews whose demand over lead time and review period did not exceed the "
        "level. **fill**: share of pieces delivered from stock in a simulated course with backorders, items weighing "
        "alike.\n\n"
        f"Machine: {processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, Python "
        f"{platform.python_version()}, numpy {np.__version__}, lakecast {version('lakecast')}."
    )


def _verdicts(sets: Mapping[str, Judged]) -> str:
    head = ("figure", "before", "best peer", "ours", "must", "aim", "reached")
    lines = [
        (
            each.measure,
            each.before,
            each.best,
            f"**{each.ours}**",
            each.must,
            each.aim,
            _reached(each.holds, each.reaches),
        )
        for each in verdicts(sets)
    ]
    return "## What must hold\n\n" + table(head, lines)


def _reached(holds: bool, reaches: bool) -> str:
    return "aim" if reaches else "must" if holds else "no"


def _distances(rows: Sequence[Row]) -> str:
    names = list(dict.fromkeys(row.set for row in rows))
    lines = []
    for method in (OURS, OURS_FILL, BEFORE, *PEERS):
        mine = [row for row in rows if row.method == method and row.group == ALL and row.promised in JUDGED]
        cells = [np.mean([abs(gap(row)) for row in mine if row.set == name]) for name in names]
        signed = [np.mean([gap(row) for row in mine if row.set == name]) for name in names]
        lines.append(
            (method, *(f"{a:.1f} ({s:+.1f})" for a, s in zip(cells, signed, strict=True)), f"{np.mean(cells):.1f}")
        )
    return (
        "## Held from promised, by set\n\nMean distance over cases and .90, .95, .98, in points; the signed mean in "
        "brackets.\n\n" + table(("method", *names, "all"), lines)
    )


def _classes(rows: Sequence[Row]) -> str:
    cells: dict[tuple[str, str, int], dict[float, list[float]]] = {}
    for row in rows:
        if row.method == OURS and row.group != ALL and row.promised in JUDGED:
            cells.setdefault((row.set, row.group, row.items), {}).setdefault(row.promised, []).append(row.held)
    lines = [
        (name, group, str(items), *(f"{np.mean(held[level]):.3f}" for level in JUDGED))
        for (name, group, items), held in cells.items()
    ]
    return "## Ours by demand class\n\n" + table(("set", "class", "items", *(f"{x:g}" for x in JUDGED)), lines)


def _any_day(sets: Mapping[str, Judged]) -> str:
    lines = [
        (
            row.set, f"{row.lead}, {row.review}", row.method, str(row.items),
            f"{row.per_order:.3f}", f"{row.fill:.3f}", f"{row.stock:.1f}", f"{row.orders:.1f}",
            f"{364 / row.review:.0f}",
        )
        for one in sets.values()
        for row in one.any_day
    ]  # fmt: skip
    head = ("set", "L, R", "method", "items", "per order", "fill", "stock", "orders a year", "364 / R")
    return (
        "## Orders on any day\n\nPromised .95, busy items: a piece or more in a review period. Ours: at or below s, up "
        "to S, whole pieces. Before: only below the reorder point; its orders a year are those of following it every "
        "day. An item has three orders or four where the judged time is shorter than six review periods.\n\n"
        + table(head, lines)
    )


def _sets(sets: Mapping[str, Judged], panels: Mapping[str, Panel]) -> str:
    lines = [
        (name, str(len(panels[name])), str(len(KINDS[name].judged)), str(KINDS[name].horizon), f"{one.seconds:.0f}")
        for name, one in sets.items()
    ]
    total = sum(one.seconds for one in sets.values())
    return f"## Sets\n\nAll of it takes {total / 60:.1f} CPU minutes of one core, forecasts included.\n\n" + table(
        ("set", "items", "judged origins", "horizon", "CPU s"), lines
    )
