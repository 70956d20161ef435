"""What must hold of a run's tables before they are published, and what is worth a warning."""

import datetime as dt
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakecast_schema import rules
from lakecast_schema.contract import Table
from lakecast_schema.grammar import count_of
from lakecast_schema.periods import Frequency, shift

CONTRACT = "contract"
NO_ITEM_LOST = "no_item_lost"
NOT_WILDLY_OFF = "not_wildly_off"
COVERAGE = "coverage"
BEATS_BASELINE = "beats_seasonal_naive"
FRESHNESS = "freshness"
NOT_SHRUNK = "not_shrunk"
SAME_ITEMS = "same_items"

TOLERANCE = {"coverage_80": 0.1, "coverage_95": 0.05}
"""How far the coverage of an interval, a mean over items, may lie from what it promises."""
_PROMISED = {"coverage_80": 0.8, "coverage_95": 0.95}
WILD = 10.0
"""Factor by which a source's forecast may leave the range that demand has had, and differ from the last forecast."""
_NOTHING = 1e-3
"""Demand per item and period below which nothing is far from nothing."""
LATE_PERIODS = 2
LEAST_SHARE = 0.4
"""Share of the rows of demand published last that must be there again: less looks like a file that was cut off."""
_FEW_ROWS = 200
"""Rows of demand below which losing most of them proves nothing."""
LEAST_ITEMS = 0.8
"""Share of the items with a published forecast that must have demand again."""
_FEW_ITEMS = 2
"""Items that any run may lose: somebody has tidied up."""


@dataclass(frozen=True)
class Verdict:
    """Whether a check has passed, and what to show of it."""

    name: str
    passed: bool
    shown: Mapping[str, float | int | str] = field(default_factory=dict)
    violations: tuple[rules.Violation, ...] = ()


def contract(table: Table, rows: pa.Table) -> Verdict:
    """The committed rows, read back, are those that the contract promises."""
    try:
        rules.check(table, rows)
    except rules.ContractError as error:
        return Verdict(CONTRACT, False, {"broken": str(error)}, error.violations)
    return Verdict(CONTRACT, True, {"rows": rows.num_rows})


def not_shrunk(rows: int, published: int, items: Collection[str] = (), forecast: Collection[str] = ()) -> Verdict:
    """Most of the demand and nearly all items that were published last are there again.

    rows, published: rows of `demand`, now and then. items: ids with demand now. forecast: ids with a published live
    forecast, whoever made it. Where all of these are others, it is for `same_items` to say so.
    """
    lost = sorted(set(forecast) - set(items))
    is_cut_off = published >= _FEW_ROWS and rows < LEAST_SHARE * published
    present = len(set(forecast)) - len(lost)
    loses_items = len(lost) > _FEW_ITEMS and 0 < present < LEAST_ITEMS * len(set(forecast))
    shown: dict[str, float | int | str] = {"rows": rows, "rows published last": published, "items lost": len(lost)}
    if loses_items:
        shown["such as"] = ", ".join(lost[:3])
    if is_cut_off or loses_items:
        shown["remedy"] = "see whether the file is whole; if it is meant to be smaller, run with allow_loss"
    return Verdict(NOT_SHRUNK, not is_cut_off and not loses_items, shown)


def same_items(items: Collection[str], published: Collection[str]) -> Verdict:
    """Some item that was published last under this name is there again: else it is another data set's name.

    items, published: ids, now and then.
    """
    shown: dict[str, float | int | str] = {"items": len(items), "items published last": len(published)}
    passed = not published or not set(items).isdisjoint(published)
    if not passed:
        shown["such as"] = f"{min(items, default='none')}, and {min(published)} last"
        shown["remedy"] = "publish under another name (--dataset), or let all of it go that is published (--replace)"
    return Verdict(SAME_ITEMS, passed, shown)


def no_item_lost(live: pa.Table, items: Sequence[str], sources: Sequence[str]) -> Verdict:
    """Every item with demand has a live forecast of every source. live: the run's live rows of `fact_forecast`."""
    found = live.group_by(["source", "item_id"]).aggregate([])
    wanted = set(items)
    lost = {}
    for source in sources:
        have = set(found.filter(pc.equal(found["source"], source))["item_id"].to_pylist())
        if missing := sorted(wanted - have):
            lost[source] = f"{count_of(len(missing), '[item|items]')}, for example {', '.join(missing[:5])}"
    return Verdict(NO_ITEM_LOST, not lost and bool(sources), {"items": len(wanted), "sources": len(sources), **lost})


def not_wildly_off(live: pa.Table, demand: pa.Table, previous: pa.Table) -> Verdict:
    """No source's mean forecast per period is far from all that demand has been, and from what was published last.

    live, previous: live rows of `fact_forecast` of this run and as published before; demand: rows of `demand`.
    """
    lowest, highest = _range(demand, live)
    shown: dict[str, float | int | str] = {
        "lowest mean demand per item and period": round(lowest, 4),
        "highest mean demand per item and period": round(highest, 4),
    }
    passed = True
    before = _means(previous)
    for source, mean in _means(live).items():
        shown[source] = round(mean, 4)
        within = lowest / WILD <= mean <= highest * WILD
        passed &= within or max(mean, highest) < _NOTHING or _near(mean, before.get(source, math.nan))
    return Verdict(NOT_WILDLY_OFF, passed, shown)


def _range(demand: pa.Table, live: pa.Table) -> tuple[float, float]:
    """Lowest and highest mean demand over as many successive periods as a forecast has.

    The whole past counts: parts that are bought rarely may not have been bought for as long as a horizon lasts. A past
    that is no longer than a horizon tells of no lowest mean: it is 0.
    """
    known = demand.filter(pc.is_valid(demand["quantity"]))
    days = known.group_by("date").aggregate([("quantity", "sum"), ("quantity", "count")]).sort_by("date")
    if not days.num_rows:
        return 0.0, 0.0
    horizon = min(max(pc.count_distinct(live["date"]).as_py(), 1), days.num_rows)
    total, count = (np.cumsum([0.0, *days[f"quantity_{name}"].to_pylist()]) for name in ("sum", "count"))
    means = (total[horizon:] - total[:-horizon]) / (count[horizon:] - count[:-horizon])
    return float(means.min()) if means.size > 1 else 0.0, float(means.max())


def _means(live: pa.Table) -> dict[str, float]:
    found = live.group_by("source").aggregate([("forecast", "mean")])
    return dict(zip(found["source"].to_pylist(), found["forecast_mean"].to_pylist(), strict=True))


def _near(one: float, other: float) -> bool:
    return one == other or (one > 0 and other > 0 and 1 / WILD <= one / other <= WILD)


def coverage(metrics: pa.Table, steady: Collection[str]) -> Verdict:
    """The intervals cover about what they promise, on windows that calibration has not seen.

    steady: items whose intervals may not cover much more than that, either. An interval of a rarely bought item covers
    more by its nature: demand is zero in most periods, and zero is in it.
    """
    shown: dict[str, float | int | str] = {}
    passed = True
    is_steady = pc.is_in(metrics["item_id"], pa.array(sorted(steady), pa.string()))
    for rows, kind, most in ((metrics, "", math.inf), (metrics.filter(is_steady), " of steady demand", 1.0)):
        for source, mine in _by_source(rows).items():
            for name, promised in _PROMISED.items():
                seen = pc.mean(mine[name]).as_py()
                if seen is not None:
                    shown[f"{source} {name}{kind}"] = round(seen, 3)
                    passed &= -TOLERANCE[name] <= seen - promised <= TOLERANCE[name] * most
    return Verdict(COVERAGE, passed, shown)


def beats_baseline(metrics: pa.Table, baseline: str) -> Verdict:
    """The mean scaled quantile loss of the best source is below the baseline's, by `skill` where it is not there."""
    shown: dict[str, float | int | str] = {}
    for source, rows in _by_source(metrics).items():
        loss = pc.mean(rows["scaled_quantile_loss"]).as_py()
        if loss is not None:
            shown[source] = round(loss, 4)
    others = [value for source, value in shown.items() if source != baseline and isinstance(value, float)]
    limit = shown.get(baseline)
    if not others or not isinstance(limit, float):
        return Verdict(BEATS_BASELINE, True, {**shown, "note": "nothing to compare"})
    return Verdict(BEATS_BASELINE, min(others) < limit, shown)


def freshness(demand: pa.Table, frequency: Frequency, today: dt.date) -> Verdict:
    """The newest period of demand has not ended long ago: two periods, for days a week."""
    newest = pc.max(demand["date"]).as_py()
    periods = max(LATE_PERIODS, 7 if frequency is Frequency.DAILY else 0)
    due = shift(np.array([newest], dtype="datetime64[D]"), 1 + periods, frequency)[0].astype(dt.date)
    return Verdict(FRESHNESS, today < due, {"newest period": newest.isoformat(), "new data due": due.isoformat()})


def _by_source(metrics: pa.Table) -> dict[str, pa.Table]:
    sources = sorted(pc.unique(metrics["source"]).to_pylist())
    return {source: metrics.filter(pc.equal(metrics["source"], source)) for source in sources}
