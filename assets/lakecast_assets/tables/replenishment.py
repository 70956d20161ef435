"""Rows of `fact_replenishment`: what to reorder, from each item's champion, its stock and its supplier's terms."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_assets.tables.stock import Stock
from lakecast_assets.tables.terms import Terms, figures, protection_days
from lakecast_forecast.decisions.learned import PER_ITEM, Learned
from lakecast_forecast.input.values import identifiers, numpy
from lakecast_schema import replenishment
from lakecast_schema.champion import Errors, Live, champions
from lakecast_schema.decision_dates import dates_of
from lakecast_schema.decision_inputs import Inputs
from lakecast_schema.demand_path import DemandPath
from lakecast_schema.periods import Dates, Frequency, days_in
from lakecast_schema.replenishment import Decision
from lakecast_schema.review_day import ReviewDay
from lakecast_schema.tables import FACT_REPLENISHMENT

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

YEAR = np.timedelta64(365, "D")
_EIGHTY = 2 * 1.2815515655446004
"""Width of the 80 % interval of a normal distribution in standard deviations."""


@dataclass(frozen=True)
class Champions:
    """Per item (n,), in ascending order of names: its champion, and the champion's row of the metrics, -1 if none."""

    items: tuple[str, ...]
    sources: NDArray[np.str_]
    rows: Integers


def choose(metrics: pa.Table, live: pa.Table, champion: str = "") -> Champions:
    """The champions by `lakecast_schema.champion`, from rows of `fact_metrics` and live forecasts of one data set.

    champion: as a person has named it; empty for none.
    """
    both = identifiers(pa.chunked_array([*metrics["item_id"].chunks, *live["item_id"].chunks], pa.string()))
    loss, root = (figures(metrics, name) for name in ("scaled_quantile_loss", "rmsse"))
    errors = Errors(both.codes[: len(metrics)], metrics["source"].to_pylist(), loss, root)
    stated = {0: champion} if champion else None
    deciders = champions(errors, Live(both.codes[len(metrics) :], live["source"].to_pylist()), stated=stated)
    return Champions(tuple(both.names[code] for code in deciders.items), deciders.sources, deciders.rows)


@dataclass(frozen=True)
class Tables:
    """What decisions of one data set are made from: live rows of `fact_forecast`, and rows of other tables."""

    live: pa.Table
    metrics: pa.Table
    dim_item: pa.Table
    inventory: pa.Table
    demand: pa.Table
    open_orders: pa.Table | None = None


def replenishment_table(
    tables: Tables,
    learned: Learned | None,
    frequency: Frequency,
    run_id: str,
    now: dt.datetime,
    review_day: ReviewDay | None = None,
    champion: str = "",
) -> pa.Table:
    """The reorder decision of every item that has a forecast.

    learned: what past forecasts teach; an item that it does not hold has the errors of its backtest. review_day: the
    only day on which orders are placed; None for any day. champion: as a person has named it; empty for none.
    """
    deciders = choose(tables.metrics, tables.live, champion)
    path = _Paths.of(tables.live, deciders, frequency)
    deciders, path = path.select(deciders, set(tables.dim_item["item_id"].to_pylist()))
    terms = Terms.of(tables.dim_item, deciders.items, review_day)
    stock = Stock.of(tables.inventory, tables.open_orders, deciders.items)
    as_of = np.where(np.isnat(stock.day), path.cutoffs, stock.day)
    inbound_days, inbound = stock.inbound(as_of)
    days_to_review = np.full(len(deciders.items), np.nan) if review_day is None else review_day.days_from(as_of)
    lessons = _lessons(learned, deciders.items, _error_std(tables.metrics, deciders, path, frequency))
    after = (as_of - path.starts[:, 0]).astype(np.float64) + 1.0
    demand = DemandPath.of(path.mean, path.days, frequency.season_length)
    inputs = Inputs(
        path=demand.mixed(lessons["long_run_rate"], lessons["long_run_weight"]).after(after),
        noise_variance=lessons["noise_variance"],
        level_variance=lessons["level_variance"],
        demand_size=np.where(terms.rare, lessons["demand_size"], np.nan),
        period_days=np.full(len(deciders.items), frequency.mean_days),
        largest_window=lessons["largest_window"],
        window_days=protection_days(tables.dim_item, deciders.items, review_day),
        used=_used(tables.demand, deciders.items),
        on_hand=np.where(stock.is_stale(terms.figures["review_period_days"]), np.nan, stock.on_hand),
        on_order=stock.on_order,
        days_to_review=days_to_review,
        inbound_days=inbound_days,
        inbound=inbound,
        ordered=np.full(len(deciders.items), np.nan),
        is_fill=terms.is_fill,
        step=terms.step,
        weight=terms.weight,
        **terms.figures,
    )
    decision = replenishment.decide(inputs)
    columns: dict[str, object] = {
        "dataset_id": [tables.live["dataset_id"][0].as_py()] * len(deciders.items),
        "item_id": list(deciders.items),
        "as_of": as_of.astype("datetime64[D]"),
        "source": deciders.sources.tolist(),
        **{name: getattr(decision, name) for name in replenishment.FIGURES},
        **terms.figures,
        "service_measure": terms.measures,
        "days_to_review": days_to_review,
        "on_hand": stock.on_hand,
        "on_order": stock.on_order,
        **lessons,
        **_dates_and_alerts(decision, as_of),
        "generated_at": [now] * len(deciders.items),
        "run_id": [run_id] * len(deciders.items),
    }
    size = len(deciders.items)
    return pa.table(
        [
            pa.array(columns[field.name], field.type, from_pandas=True)
            if field.name in columns
            else pa.nulls(size, field.type)
            for field in FACT_REPLENISHMENT.schema
        ],
        schema=FACT_REPLENISHMENT.schema,
    )


def published_learned(rows: pa.Table) -> Learned | None:
    """What past forecasts taught, from published rows of `fact_replenishment`; None where none has it."""
    rows = rows.filter(rows["noise_variance"].is_valid())
    if not len(rows):
        return None
    columns = {name: figures(rows, name) for name in PER_ITEM}
    return Learned(tuple(rows["item_id"].to_pylist()), **columns, calibration=())


def _dates_and_alerts(decision: Decision, as_of: Dates) -> dict[str, object]:
    return {"alert": decision.alert.tolist(), "action": decision.action.tolist(), **dates_of(decision, as_of)}


@dataclass(frozen=True)
class _Paths:
    """The champions' newest live forecasts: mean, starts and days (n, P), NaN and NaT at the end of shorter rows."""

    mean: Array
    starts: Dates
    days: Array
    width: Array
    cutoffs: Dates

    @classmethod
    def of(cls, live: pa.Table, deciders: Champions, frequency: Frequency) -> "_Paths":
        place = {name: row for row, name in enumerate(deciders.items)}
        items = identifiers(live["item_id"])
        row = np.array([*(place.get(name, -1) for name in items.names), -1])[items.codes]
        wins = row >= 0
        sources = identifiers(live["source"])
        wins &= np.array(sources.names, dtype=str)[sources.codes] == deciders.sources[row]
        row = row[wins]
        dates, cutoff = (numpy(live[name]).astype("datetime64[D]")[wins] for name in ("date", "cutoff"))
        newest = np.full(len(deciders.items), np.iinfo(np.int64).min)
        np.maximum.at(newest, row, cutoff.astype(np.int64))
        now = cutoff.astype(np.int64) == newest[row]
        by_date = np.lexsort((dates[now], row[now]))
        order, row = np.flatnonzero(wins)[now][by_date], row[now][by_date]
        counts = np.bincount(row, minlength=len(deciders.items))
        column = np.arange(row.size) - np.repeat(np.r_[0, np.cumsum(counts)[:-1]], counts)
        shape = (len(deciders.items), int(counts.max(initial=0)))
        mean, width = np.full(shape, np.nan), np.full(shape, np.nan)
        starts = np.full(shape, np.datetime64("1970-01-01"), dtype="datetime64[D]")
        mean[row, column] = figures(live, "forecast")[order]
        width[row, column] = (figures(live, "upper_80") - figures(live, "lower_80"))[order]
        starts[row, column] = numpy(live["date"]).astype("datetime64[D]")[order]
        ends = np.where(counts > 0, newest, 0).astype("datetime64[D]")
        return cls(mean, starts, days_in(starts, frequency).astype(np.float64), width, ends)

    def select(self, deciders: Champions, known: Collection[str]) -> tuple[Champions, "_Paths"]:
        """Both without the items whose champion has no live forecast, and those that the data set has no more."""
        alive = np.isfinite(self.mean).any(axis=1) & np.array([item in known for item in deciders.items], dtype=bool)
        keep = np.flatnonzero(alive)
        items = tuple(deciders.items[row] for row in keep)
        paths = _Paths(*(array[keep] for array in vars(self).values()))
        return Champions(items, deciders.sources[keep], deciders.rows[keep]), paths


def _lessons(learned: Learned | None, items: tuple[str, ...], error_std: Array) -> dict[str, Array]:
    """Columns (n,) of what past forecasts teach about items; those that they do not know have their own errors."""
    place = {} if learned is None else {name: row for row, name in enumerate(learned.item_ids)}
    rows = np.array([place.get(name, -1) for name in items], dtype=np.int64)
    columns = {name: np.r_[getattr(learned, name, np.zeros(0)), np.nan][rows] for name in PER_ITEM}
    nothing = dict.fromkeys(("level_variance", "long_run_rate", "long_run_weight"), 0.0)
    unknown: dict[str, Array | float] = {"noise_variance": error_std**2, **nothing}
    return columns | {name: np.where(rows < 0, value, columns[name]) for name, value in unknown.items()}


def _error_std(metrics: pa.Table, deciders: Champions, path: _Paths, frequency: Frequency) -> Array:
    """(n,) deviation of the forecast error per day: from the backtest, else from the width of the interval."""
    rmse = np.r_[figures(metrics, "rmse"), np.nan][deciders.rows]
    width = np.where(np.isfinite(path.width), path.width, 0.0).sum(axis=1)
    periods = np.maximum(np.isfinite(path.width).sum(axis=1), 1)
    per_period = np.where(np.isfinite(rmse), rmse, width / periods / _EIGHTY)
    per_day: Array = np.nan_to_num(per_period / np.sqrt(frequency.mean_days))
    return per_day


def _used(demand: pa.Table, items: tuple[str, ...]) -> NDArray[np.bool_]:
    """(n,) whether an item had demand within `YEAR` days up to the data set's last observed period."""
    quantity, days = figures(demand, "quantity"), numpy(demand["date"]).astype("datetime64[D]")
    observed = np.isfinite(quantity)
    if not observed.any():
        return np.zeros(len(items), dtype=bool)
    recent = pa.array((quantity > 0) & (days > days[observed].max() - YEAR))
    used = set(demand["item_id"].filter(recent).unique().to_pylist())
    return np.array([item in used for item in items], dtype=bool)
