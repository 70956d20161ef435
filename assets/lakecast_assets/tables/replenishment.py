"""Rows of `fact_replenishment`: what to reorder, from each item's champion, its stock and its supplier's terms."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_forecast.input.values import identifiers, numpy
from lakecast_schema import replenishment
from lakecast_schema.champion import Errors, Live, champions
from lakecast_schema.demand_path import DemandPath
from lakecast_schema.periods import Dates, Frequency, days_in
from lakecast_schema.remaining import after_day
from lakecast_schema.replenishment import Inputs
from lakecast_schema.tables import FACT_REPLENISHMENT
from lakecast_schema.units import steps

Array = NDArray[np.float64]
Integers = NDArray[np.int64]

RARE = ("intermittent", "lumpy")
"""Demand classes whose demand over a lead time is a count: negative binomial instead of normal."""
YEAR = np.timedelta64(365, "D")
_EIGHTY = 2 * 1.2815515655446004
"""Width of the 80 % interval of a normal distribution in standard deviations."""


@dataclass(frozen=True)
class Champions:
    """Per item (n,), in ascending order of names: its champion, and the champion's row of the metrics, -1 if none."""

    items: tuple[str, ...]
    sources: NDArray[np.str_]
    rows: Integers


def choose(metrics: pa.Table, live: pa.Table) -> Champions:
    """The champions by `lakecast_schema.champion`, from rows of `fact_metrics` and live forecasts of one data set."""
    both = identifiers(pa.chunked_array([*metrics["item_id"].chunks, *live["item_id"].chunks], pa.string()))
    loss, root = (_figures(metrics, name) for name in ("scaled_quantile_loss", "rmsse"))
    errors = Errors(both.codes[: len(metrics)], metrics["source"].to_pylist(), loss, root)
    chosen = champions(errors, Live(both.codes[len(metrics) :], live["source"].to_pylist()))
    return Champions(tuple(both.names[code] for code in chosen.items), chosen.sources, chosen.rows)


def replenishment_table(
    live: pa.Table,
    metrics: pa.Table,
    dim_item: pa.Table,
    inventory: pa.Table,
    demand: pa.Table,
    frequency: Frequency,
    run_id: str,
    now: dt.datetime,
) -> pa.Table:
    """The reorder decision of every item that has a forecast.

    live: live rows of `fact_forecast`; metrics, dim_item, inventory, demand: rows of their tables; all of one data set.
    """
    chosen = choose(metrics, live)
    path = _Paths.of(live, chosen, frequency)
    chosen, path = path.kept(chosen, set(dim_item["item_id"].to_pylist()))
    terms = _Terms.of(dim_item, chosen.items)
    stock = _Stock.of(inventory, chosen.items)
    as_of = np.where(np.isnat(stock.day), path.cutoffs, stock.day)
    forecast, days = path.from_day_after(as_of)
    error = _error_std(metrics, chosen, path, frequency)
    inputs = Inputs(
        path=DemandPath.of(forecast, days, frequency.season_length),
        demand_std=error,
        counts=terms.rare,
        step=terms.step,
        used=_used(demand, chosen.items),
        on_hand=stock.on_hand,
        on_order=stock.on_order,
        **terms.figures,
    )
    decision = replenishment.decide(inputs)
    spread = replenishment.dispersion(decision.daily_demand, error)
    columns: dict[str, object] = {
        "dataset_id": [live["dataset_id"][0].as_py()] * len(chosen.items),
        "item_id": list(chosen.items),
        "as_of": as_of.astype("datetime64[D]"),
        "source": chosen.sources.tolist(),
        **vars(decision),
        **terms.figures,
        "on_hand": stock.on_hand,
        "on_order": stock.on_order,
        "demand_std": error,
        "distribution": np.where(terms.rare, replenishment.NEGATIVE_BINOMIAL, replenishment.NORMAL).tolist(),
        "dispersion": np.where(terms.rare, spread, np.nan),
        "generated_at": [now] * len(chosen.items),
        "run_id": [run_id] * len(chosen.items),
    }
    columns["alert"] = decision.alert.tolist()
    return pa.table(
        [pa.array(columns[field.name], field.type, from_pandas=True) for field in FACT_REPLENISHMENT.schema],
        schema=FACT_REPLENISHMENT.schema,
    )


@dataclass(frozen=True)
class _Paths:
    """The champions' newest live forecasts: mean and starts (n, P), NaN and NaT at the end of shorter rows."""

    mean: Array
    starts: Dates
    width: Array
    cutoffs: Dates
    frequency: Frequency

    @classmethod
    def of(cls, live: pa.Table, chosen: Champions, frequency: Frequency) -> "_Paths":
        place = {name: row for row, name in enumerate(chosen.items)}
        items = identifiers(live["item_id"])
        row = np.array([*(place.get(name, -1) for name in items.names), -1])[items.codes]
        wins = row >= 0
        sources = identifiers(live["source"])
        wins &= np.array(sources.names, dtype=str)[sources.codes] == chosen.sources[row]
        row = row[wins]
        dates, cutoff = (numpy(live[name]).astype("datetime64[D]")[wins] for name in ("date", "cutoff"))
        newest = np.full(len(chosen.items), np.iinfo(np.int64).min)
        np.maximum.at(newest, row, cutoff.astype(np.int64))
        now = cutoff.astype(np.int64) == newest[row]
        order = np.flatnonzero(wins)[now][np.lexsort((dates[now], row[now]))]
        row = row[now][np.lexsort((dates[now], row[now]))]
        counts = np.bincount(row, minlength=len(chosen.items))
        column = np.arange(row.size) - np.repeat(np.r_[0, np.cumsum(counts)[:-1]], counts)
        shape = (len(chosen.items), int(counts.max(initial=0)))
        mean, width = np.full(shape, np.nan), np.full(shape, np.nan)
        starts = np.full(shape, np.datetime64("NaT"), dtype="datetime64[D]")
        mean[row, column] = _figures(live, "forecast")[order]
        width[row, column] = (_figures(live, "upper_80") - _figures(live, "lower_80"))[order]
        starts[row, column] = numpy(live["date"]).astype("datetime64[D]")[order]
        ends = np.where(counts > 0, newest, 0).astype("datetime64[D]")
        return cls(mean, starts, width, ends, frequency)

    def kept(self, chosen: Champions, known: Collection[str]) -> tuple[Champions, "_Paths"]:
        """Both without the items whose champion has no live forecast, and those that the data set has no more."""
        alive = np.isfinite(self.mean).any(axis=1) & np.array([item in known for item in chosen.items], dtype=bool)
        keep = np.flatnonzero(alive)
        items = tuple(chosen.items[row] for row in keep)
        paths = _Paths(self.mean[keep], self.starts[keep], self.width[keep], self.cutoffs[keep], self.frequency)
        return Champions(items, chosen.sources[keep], chosen.rows[keep]), paths

    def from_day_after(self, as_of: Dates) -> tuple[Array, Array]:
        """Demand and calendar days (n, P) of the periods after a day, the period that holds it in part.

        Where the forecast ends by then, or begins later, it is taken as it is.
        """
        starts = np.where(np.isnat(self.starts), np.datetime64("1970-01-01"), self.starts)
        days = days_in(starts, self.frequency).astype(np.float64)
        return after_day(self.mean, starts, days, as_of)


@dataclass(frozen=True)
class _Terms:
    """What master data say about items (n,), defaults filled in."""

    figures: dict[str, Array]
    rare: NDArray[np.bool_]
    step: Array

    @classmethod
    def of(cls, dim_item: pa.Table, items: tuple[str, ...]) -> "_Terms":
        place = {name: row for row, name in enumerate(dim_item["item_id"].to_pylist())}
        rows = np.array([place[name] for name in items], dtype=np.int64)
        given = {
            name: _figures(dim_item, name)[rows]
            for name in (
                "lead_time_days", "lead_time_std_days", "review_period_days", "service_level",
                "min_order_quantity", "unit_cost",
            )
        }  # fmt: skip
        lead = _or(given["lead_time_days"], replenishment.DEFAULT_LEAD_TIME_DAYS)
        given["lead_time_days"] = lead
        share = replenishment.DEFAULT_LEAD_TIME_STD_SHARE * lead
        given["lead_time_std_days"] = _or(given["lead_time_std_days"], share)
        for name, default in (
            ("review_period_days", replenishment.DEFAULT_REVIEW_PERIOD_DAYS),
            ("service_level", replenishment.DEFAULT_SERVICE_LEVEL),
            ("min_order_quantity", replenishment.DEFAULT_MIN_ORDER_QUANTITY),
        ):
            given[name] = _or(given[name], default)
        kinds = dim_item["demand_class"].to_pylist()
        units = dim_item["unit"].to_pylist()
        return cls(given, np.array([kinds[row] in RARE for row in rows], dtype=bool), steps(units[row] for row in rows))


@dataclass(frozen=True)
class _Stock:
    """The newest stock of items (n,), NaN and NaT where there is none."""

    day: Dates
    on_hand: Array
    on_order: Array

    @classmethod
    def of(cls, inventory: pa.Table, items: tuple[str, ...]) -> "_Stock":
        newest: dict[str, int] = {}
        days = numpy(inventory["date"]).astype("datetime64[D]")
        for row, name in enumerate(inventory["item_id"].to_pylist()):
            if name not in newest or days[row] > days[newest[name]]:
                newest[name] = row
        rows = np.array([newest.get(name, -1) for name in items], dtype=np.int64)
        day = np.r_[days, np.datetime64("NaT", "D")][rows]
        on_hand, on_order = (np.r_[_figures(inventory, name), np.nan][rows] for name in ("on_hand", "on_order"))
        return cls(day, on_hand, on_order)


def _error_std(metrics: pa.Table, chosen: Champions, path: _Paths, frequency: Frequency) -> Array:
    """(n,) deviation of the forecast error per day: from the backtest, else from the width of the interval."""
    rmse = np.r_[_figures(metrics, "rmse"), np.nan][chosen.rows]
    width = np.where(np.isfinite(path.width), path.width, 0.0).sum(axis=1)
    periods = np.maximum(np.isfinite(path.width).sum(axis=1), 1)
    per_period = np.where(np.isfinite(rmse), rmse, width / periods / _EIGHTY)
    days = np.full((per_period.size, 1), frequency.mean_days)
    return np.nan_to_num(replenishment.error_std_per_day(per_period[:, None], days))


def _used(demand: pa.Table, items: tuple[str, ...]) -> NDArray[np.bool_]:
    """(n,) whether an item had demand within `YEAR` days up to the data set's last observed period."""
    quantity, days = _figures(demand, "quantity"), numpy(demand["date"]).astype("datetime64[D]")
    observed = np.isfinite(quantity)
    if not observed.any():
        return np.zeros(len(items), dtype=bool)
    recent = pa.array((quantity > 0) & (days > days[observed].max() - YEAR))
    used = set(demand["item_id"].filter(recent).unique().to_pylist())
    return np.array([item in used for item in items], dtype=bool)


def _figures(table: pa.Table, name: str) -> Array:
    figures: Array = numpy(table[name]).astype(np.float64)
    return figures


def _or(values: Array, default: Array | float) -> Array:
    return np.where(np.isnan(values), default, values)
