"""What must hold of the advice, from the judged rows of all sets."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.decisions.judge import ALL, BEFORE, JUDGED, OURS, OURS_FILL, Row
from bench.decisions.measures import stock_at
from bench.decisions.peers import BEST, PEERS

CYCLES, FILLS = (0.85, 0.90, 0.95), (0.80, 0.90, 0.95)
"""Service at which stock is compared."""
_CLASS_ITEMS = 20

Counts = Mapping[str, tuple[int, int]]
"""Method -> how many are wrong, of how many."""


@dataclass(frozen=True)
class Judged:
    """What was found on one set: rows of review-day and any-day rules, levels of zero, orders that are not whole."""

    rows: Sequence[Row]
    any_day: Sequence[Row]
    zeros: Counts
    unwhole: Counts
    seconds: float


@dataclass(frozen=True)
class Verdict:
    """One requirement: its figures and bounds as text, and whether it holds."""

    measure: str
    before: str
    best: str
    ours: str
    must: str
    aim: str
    holds: bool
    reaches: bool


def verdicts(sets: Mapping[str, Judged]) -> Iterator[Verdict]:
    """All of them, in the order of the design's table."""
    rows = [row for one in sets.values() for row in one.rows]
    yield _at_most("level held from promised, mean distance over sets, points", _distances(rows), 2.5, 1.5)
    yield _between("worst set, signed mean, points", lambda method: _signed(rows, method), (-3, 3.5), (-2, 2))
    yield _between(
        f"worst demand class of {_CLASS_ITEMS} items or more at one level, points",
        lambda method: _of_classes(rows, method),
        (-6, 8),
        (-3, 5),
    )
    fill = _distance(rows, OURS_FILL, "fill")
    yield Verdict(
        "promised fill rate from achieved, mean distance, points",
        "–", "–", f"{fill:.1f}", "≤ 3", "≤ 2", fill <= 3, fill <= 2,
    )  # fmt: skip
    yield _ratio(
        "stock at equal cycle service / TSB + negative binomial", _stock(rows, "cycle", CYCLES, (BEST,)), 1, 0.93
    )
    best = _stock(rows, "cycle", CYCLES, tuple(PEERS))
    yield _ratio("stock at equal cycle service / best peer of each cell", best, 1.08, 1)
    yield _ratio("stock at equal fill rate / before", _stock(rows, "fill", FILLS, (BEFORE,)), 0.95, 0.88)
    yield from _any_day([row for one in sets.values() for row in one.any_day])
    yield _none("reorder point 0 for an item used within the year", [one.zeros for one in sets.values()])
    yield _none("orders not whole multiples or below the minimum", [one.unwhole for one in sets.values()])


def gap(row: Row) -> float:
    """Points by which the level held lies above the promised one; the fill rate where that is promised."""
    return 100 * ((row.fill if row.method == OURS_FILL else row.held) - row.promised)


def _of(rows: Iterable[Row], method: str, group: str = ALL) -> Sequence[Row]:
    return [row for row in rows if row.method == method and row.group == group and row.promised in JUDGED]


def _by_set(rows: Sequence[Row]) -> Mapping[str, Sequence[Row]]:
    return {name: [row for row in rows if row.set == name] for name in dict.fromkeys(row.set for row in rows)}


def _distance(rows: Sequence[Row], method: str, measure: str = "held") -> float:
    parts = _by_set(_of(rows, method)).values()
    return float(
        np.mean([np.mean([abs(100 * (getattr(row, measure) - row.promised)) for row in part]) for part in parts])
    )


def _distances(rows: Sequence[Row]) -> Callable[[str], float]:
    return lambda method: _distance(rows, method)


def _signed(rows: Sequence[Row], method: str) -> tuple[float, float]:
    means = [float(np.mean([gap(row) for row in part])) for part in _by_set(_of(rows, method)).values()]
    return min(means), max(means)


def _of_classes(rows: Sequence[Row], method: str) -> tuple[float, float]:
    cells: dict[tuple[str, str, float], list[float]] = {}
    for row in rows:
        if row.method == method and row.group != ALL and row.items >= _CLASS_ITEMS and row.promised in JUDGED:
            cells.setdefault((row.set, row.group, row.promised), []).append(gap(row))
    means = [float(np.mean(each)) for each in cells.values()]
    return (min(means), max(means)) if means else (0.0, 0.0)


def _stock(rows: Sequence[Row], measure: str, levels: Sequence[float], others: Sequence[str]) -> tuple[float, int, int]:
    """Geometric mean of our stock / the least of the others', how many cells it is of, and how many there are."""
    curves: dict[tuple[str, int, int], dict[str, list[Row]]] = {}
    for row in rows:
        if row.group == ALL:
            curves.setdefault((row.set, row.lead, row.review), {}).setdefault(row.method, []).append(row)
    ratios = []
    for methods in curves.values():
        for level in levels:
            mine = _at(methods[OURS], measure, level)
            theirs = [_at(methods[other], measure, level) for other in others if other in methods]
            known = [each for each in theirs if np.isfinite(each)]
            if np.isfinite(mine) and known:
                ratios.append(np.log(mine / min(known)))
    return float(np.exp(np.mean(ratios))) if ratios else np.nan, len(ratios), len(curves) * len(levels)


def _at(curve: Sequence[Row], measure: str, level: float) -> float:
    return stock_at(level, [getattr(row, measure) for row in curve], [row.stock for row in curve])


def _at_most(measure: str, of: Callable[[str], float], must: float, aim: float) -> Verdict:
    ours, best = of(OURS), min(PEERS, key=of)
    return Verdict(
        measure, f"{of(BEFORE):.1f}", f"{of(best):.1f} ({best})", f"{ours:.1f}", f"≤ {must:g}", f"≤ {aim:g}",
        ours <= must, ours <= aim,
    )  # fmt: skip


def _between(
    measure: str, of: Callable[[str], tuple[float, float]], must: tuple[float, float], aim: tuple[float, float]
) -> Verdict:
    ours = of(OURS)
    best = min(PEERS, key=lambda peer: max(abs(each) for each in of(peer)))
    inside = [low <= ours[0] and ours[1] <= high for low, high in (must, aim)]
    return Verdict(
        measure, _range(of(BEFORE)), f"{_range(of(best))} ({best})", _range(ours), _range(must, "g"), _range(aim, "g"),
        inside[0], inside[1],
    )  # fmt: skip


def _ratio(measure: str, found: tuple[float, int, int], must: float, aim: float) -> Verdict:
    ratio, cells, all_cells = found
    return Verdict(
        f"{measure} ({cells} of {all_cells} cells, where both reach it)", "–", "1", f"{ratio:.2f}", f"≤ {must:g}",
        f"≤ {aim:g}", ratio <= must, ratio <= aim,
    )  # fmt: skip


def _any_day(rows: Sequence[Row]) -> Iterator[Verdict]:
    def orders(method: str) -> tuple[float, float]:
        return _ends([row.orders / (364 / row.review) for row in rows if row.method == method])

    def kept(method: str) -> tuple[float, float]:
        return _ends([100 * (row.per_order - row.promised) for row in rows if row.method == method])

    most = orders(OURS)[1]
    yield Verdict(
        "any-day rule: orders a year against 364 / R, busy items", _range(orders(BEFORE), ".2f"), "–",
        _range(orders(OURS), ".2f"), "≤ 1.05", "≤ 1", most <= 1.05, most <= 1,
    )  # fmt: skip
    low, high = kept(OURS)
    yield Verdict(
        "any-day rule: level kept before arriving orders, points", _range(kept(BEFORE)), "–", _range((low, high)),
        "-5 … 5", "-2 … 3", low >= -5 and high <= 5, low >= -2 and high <= 3,
    )  # fmt: skip


def _none(measure: str, counts: Sequence[Counts]) -> Verdict:
    def share(method: str) -> float:
        wrong, total = (sum(each[method][part] for each in counts) for part in (0, 1))
        return wrong / max(total, 1)

    best = f"{share(BEST):.1%} ({BEST})" if BEST in counts[0] else "–"
    ours = share(OURS)
    return Verdict(measure, f"{share(BEFORE):.1%}", best, f"{ours:.1%}", "0", "0", ours == 0, ours == 0)


def _ends(values: Sequence[float]) -> tuple[float, float]:
    return (min(values), max(values)) if values else (float("nan"), float("nan"))


def _range(ends: tuple[float, float], form: str = ".1f") -> str:
    return f"{ends[0]:{form}} … {ends[1]:{form}}"
