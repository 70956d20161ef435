"""The headline figures of a snapshot, and the sources that it has."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakecast_graphql.read import arguments
from lakecast_graphql.read.items import matching
from lakecast_graphql.read.reading_reports import warnings
from lakecast_graphql.read.view import View
from lakecast_graphql.rows.column import instants
from lakecast_lake.columns import Snapshot
from lakecast_lake.columns.items import FREQUENCIES
from lakecast_lake.columns.segment import Ints, Segment
from lakecast_schema.vocabulary import AlertLevel


@dataclass(frozen=True)
class AlertCount:
    """Items on an alert level."""

    level: str
    item_count: int


@dataclass(frozen=True)
class ChampionCount:
    """Items whose champion a source is."""

    source: str
    item_count: int


@dataclass(frozen=True)
class Overview:
    """Headline figures; accuracies are means over each item's champion, nulls left out."""

    item_count: int
    items_with_forecast: int
    forecast_rows: int
    last_actual_date: date | None
    generated_at: datetime | None
    alerts: list[AlertCount]
    champions: list[ChampionCount]
    wape: float | None
    rmsse: float | None
    quantile_loss: float | None
    skill: float | None
    coverage_80: float | None
    coverage_95: float | None
    demand_as_of: date | None
    stock_as_of: date | None
    out_of_stock: int
    on_hand_value: float | None
    excess_value: float | None
    order_lines: int
    recommended_order_value: float | None
    warnings: int


@dataclass(frozen=True)
class Source:
    """A source of a data set, as its newest forecasts say."""

    name: str
    dataset_id: str
    model_version: str
    generated_at: datetime
    item_count: int


def overview(view: View, where: Any = None) -> Overview:
    """Headline figures of the items that match; rows and instants are of the newest live forecasts."""
    snapshot = view.snapshot
    filtered = arguments.canonical(where)
    arguments.names_in(snapshot, filtered)
    codes = matching(view, filtered)
    live = snapshot.live
    counts = np.diff(live.at[live.first])[codes]
    last = snapshot.items.table["last_date"].take(codes)
    champions = Counter(name for code in codes.tolist() if (name := snapshot.champion[code]) is not None)
    metric = snapshot.champion_metric[codes]
    metric = metric[metric >= 0]
    return Overview(
        item_count=len(codes),
        items_with_forecast=int((counts > 0).sum()),
        forecast_rows=int(counts.sum()),
        last_actual_date=pc.max(last).as_py(),
        generated_at=_newest(view, codes),
        alerts=_alerts(view, codes),
        champions=[
            ChampionCount(name, count) for name, count in sorted(champions.items(), key=lambda c: (-c[1], c[0]))
        ],
        wape=mean(snapshot.metrics.numbers("wape")[metric]),
        rmsse=mean(snapshot.metrics.numbers("rmsse")[metric]),
        quantile_loss=mean(snapshot.metrics.numbers("scaled_quantile_loss")[metric]),
        skill=mean(snapshot.metrics.numbers("skill")[metric]),
        coverage_80=mean(snapshot.metrics.numbers("coverage_80")[metric]),
        coverage_95=mean(snapshot.metrics.numbers("coverage_95")[metric]),
        **_stock(view, codes),
        warnings=warnings(snapshot, {snapshot.items.dataset_id[code] for code in codes.tolist()}),
    )


def sources(view: View, dataset_id: str | None = None) -> list[Source]:
    """The sources of each data set, by data set and name; of those without live forecasts, their backtest."""
    arguments.dataset(view.snapshot, dataset_id)
    segments = view.snapshot.forecasts
    infos = []
    for dataset, names in sorted(view.snapshot.sources.items()):
        for name in names if dataset_id in (None, dataset) else ():
            segment = segments.get((dataset, name, "live")) or segments.get((dataset, name, "backtest"))
            if segment is not None and segment.rows:
                generated, version = _newest_model(segment)
                infos.append(Source(name, dataset, version, generated, len(segment.items)))
    return infos


def mean(values: Any) -> float | None:
    """The mean of what is not null."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def total(values: Any) -> float | None:
    """The sum of what is not null; None where nothing is."""
    known = values[np.isfinite(values)]
    return float(known.sum()) if len(known) else None


def _alerts(view: View, codes: Ints) -> list[AlertCount]:
    facts = view.snapshot.replenishment
    rows = _rows(facts, codes)
    counts = Counter(facts.table["alert"].take(rows).to_pylist())
    return [AlertCount(level.value, counts[level.value]) for level in AlertLevel]


def observed_until(view: View) -> tuple[date | None, date | None]:
    """The last observed day of demand and of stock of each data set, and of these the oldest.

    Demand of a month is observed until the month's last day.
    """
    snapshot, codes = view.snapshot, np.arange(view.snapshot.items.count)
    more = np.array([round(frequency.mean_days) - 1 for frequency in FREQUENCIES])
    return _demand_as_of(snapshot, codes, more[snapshot.items.frequency]), _stock_as_of(snapshot, codes)


def _stock(view: View, codes: Ints) -> dict[str, Any]:
    """What is in stock and to be ordered of some items, and how old demand and stock are where they are oldest."""
    facts = view.snapshot.replenishment
    rows = _rows(facts, codes)
    on_hand, cost, order, value, excess = (
        facts.numbers(name)[rows]
        for name in ("on_hand", "unit_cost", "recommended_order", "recommended_order_value", "excess")
    )
    return {
        "demand_as_of": _demand_as_of(view.snapshot, codes),
        "stock_as_of": _stock_as_of(view.snapshot, codes),
        "out_of_stock": int((on_hand <= 0).sum()),
        "on_hand_value": total(on_hand * cost),
        "excess_value": total(excess * cost),
        "order_lines": int((order > 0).sum()),
        "recommended_order_value": total(value),
    }


def _rows(facts: Any, codes: Ints) -> Ints:
    """The replenishment rows of some items."""
    first, last = facts.first[codes], facts.first[codes + 1]
    rows: Ints = first[last > first]
    return rows


def _demand_as_of(snapshot: Snapshot, codes: Ints, more: Ints | int = 0) -> date | None:
    days = snapshot.items.table["last_date"].cast(pa.int32()).to_numpy()[codes] + more
    known = np.isfinite(days)
    return _oldest(snapshot, codes[known], days[known])


def _stock_as_of(snapshot: Snapshot, codes: Ints) -> date | None:
    facts = snapshot.replenishment
    rows = _rows(facts, codes)
    counted = rows[np.isfinite(facts.numbers("on_hand")[rows])]
    days = facts.table["as_of"].cast(pa.int32()).to_numpy()[counted]
    return _oldest(snapshot, facts.item[counted].astype(np.int64), days)


def _oldest(snapshot: Snapshot, codes: Ints, days: Any) -> date | None:
    """The newest day of each data set that some items are of, and of these the oldest."""
    if not len(codes):
        return None
    dataset = np.searchsorted(snapshot.items.bounds, codes, "right")
    newest = np.full(int(dataset.max()) + 1, -np.inf)
    np.maximum.at(newest, dataset, days.astype(np.float64))
    return date(1970, 1, 1) + timedelta(int(newest[np.isfinite(newest)].min()))


def _newest(view: View, codes: Ints) -> datetime | None:
    """When the newest of these items' live forecasts was made."""
    live = view.snapshot.live
    mask = np.zeros(view.snapshot.items.count, np.bool_)
    mask[codes] = True
    newest = None
    for number, segment in enumerate(live.segments):
        column = segment.codes["generated_at"]
        mine = mask[live.item] & (live.segment == number)
        if not mine.any():
            continue
        values = np.array(column.values, np.int64)
        instant = values[0] if column.codes is None else values[column.codes[live.begin[mine]]].max()
        newest = instant if newest is None else max(newest, instant)
    return None if newest is None else instants([int(newest)])[0]


def _newest_model(segment: Segment) -> tuple[datetime, str]:
    """When the newest row was made, and by which version."""
    generated, version = segment.codes["generated_at"], segment.codes["model_version"]
    row = 0
    if generated.codes is not None:
        row = int(np.argmax(np.array(generated.values, np.int64)[generated.codes]))
    instant = instants([generated.at(row)])[0]
    assert instant is not None
    return instant, str(version.at(row))
