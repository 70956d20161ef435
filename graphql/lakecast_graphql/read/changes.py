"""What differs between the forecasts of two snapshots, and what successive cutoffs said about one day."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
import pyarrow as pa

from lakecast_graphql.read import arguments, items, paging
from lakecast_graphql.read.forecast_rows import find
from lakecast_graphql.read.horizon import ahead
from lakecast_graphql.read.paging import Connection
from lakecast_graphql.read.table_rows import table_rows
from lakecast_graphql.read.view import View
from lakecast_graphql.rows.column import Numbers, instants
from lakecast_graphql.rows.rows import Rows

_EPOCH = date(1970, 1, 1)


def forecast_diff(
    before: View, after_view: View, where: Any = None, first: int = 100, after: str | None = None
) -> Connection[Rows]:
    """A page of newest live forecasts that differ, by data set, item, source and date.

    A forecast that only one of the snapshots has is a change, too, without a delta. A filter on what changes
    (forecast, cutoff, horizon, model version) finds a forecast that matches in either snapshot.
    """
    arguments.page_size(first)
    filtered = arguments.canonical(where)
    for view in (before, after_view):
        _known_names(before, after_view, view, filtered)
    snapshot = after_view.snapshot
    question = paging.Question(snapshot.record, "forecastDiff", before.snapshot.snapshot_id, filtered)
    begin = paging.start(after, question)
    table = snapshot.memo.value(("diff", question.name), lambda: _difference(before, after_view, filtered))
    return Connection(table_rows(table.slice(begin, first)), begin, len(table), question)


def _known_names(before: View, after_view: View, view: View, where: arguments.Filter) -> None:
    """A data set or source of either snapshot may be named."""
    other = after_view if view is before else before
    try:
        arguments.names_in(view.snapshot, where)
    except Exception:
        arguments.names_in(other.snapshot, where)


def _difference(before: View, after_view: View, where: arguments.Filter) -> pa.Table:
    after_view.check_deadline()
    tables = {
        "old_all": _live(before, arguments.NO_FILTER), "new_all": _live(after_view, arguments.NO_FILTER),
        "old_found": _live(before, where), "new_found": _live(after_view, where),
    }  # fmt: skip
    key = "dataset_id, item_id, source, date"
    return after_view.snapshot.sql.over(
        tables,
        f"""
        with found as (select {key} from old_found union select {key} from new_found)
        select {key}, o.forecast as before, n.forecast as after, n.forecast - o.forecast as delta
        from found left join old_all o using ({key}) left join new_all n using ({key})
        where o.forecast is distinct from n.forecast order by {key}""",
    )


def _live(view: View, where: arguments.Filter) -> pa.Table:
    hits = find(view, where, "live")
    page = hits.page(0, hits.count)
    items, blocks = view.snapshot.items, page.blocks
    item = pa.array(page.spread(page.item))
    source = pa.DictionaryArray.from_arrays(pa.array(page.spread(page.source)), pa.array(blocks.sources, pa.string()))
    return pa.table(
        {
            "dataset_id": items.table["dataset_id"].take(item),
            "item_id": items.table["item_id"].take(item),
            "source": source.cast(pa.string()),
            "date": pa.array(page.dates()).cast(pa.date32()),
            "forecast": pa.array(page.numbers("forecast")),
        }
    )


@dataclass(frozen=True)
class ForecastRevision:
    """What the forecast from one cutoff said about a day."""

    generated_at: datetime
    model_version: str
    cutoff: date
    horizon: int
    forecast: float
    lower_80: float | None
    upper_80: float | None
    actual: float | None


def forecast_history(
    view: View, item_id: str, dataset_id: str | None = None, date: date | None = None, source: str | None = None
) -> list[ForecastRevision] | None:
    """The kept live forecasts of the period that begins on `date`, the oldest cutoff first.

    None for an unknown item. source: the item's champion where None.
    """
    snapshot = view.snapshot
    arguments.dataset(snapshot, dataset_id)
    arguments.source(snapshot, source)
    code = items.one(view, item_id, None, dataset_id)
    if code is None or date is None:
        return None
    decides = snapshot.champion[code] if source is None else source
    segment = None if decides is None else snapshot.history_of(code, decides)
    if segment is None:
        return []
    begin, end = segment.span(item_id)
    day = (date - _EPOCH).days
    rows = begin + np.flatnonzero(segment.date[begin:end] == day)
    block = np.searchsorted(segment.start, rows, "right") - 1
    cutoff = segment.cutoff[block]
    frequency = np.repeat(snapshot.items.frequency[code : code + 1], len(rows))
    horizon = ahead(cutoff, segment.date[rows], frequency)
    figures = {n: Numbers(segment.numbers[n][rows]) for n in ("forecast", "lower_80", "upper_80", "actual")}
    generated = instants([segment.codes["generated_at"].at(row) for row in rows.tolist()])
    entries = []
    for place, row in enumerate(rows.tolist()):
        instant, mean = generated[place], figures["forecast"][place]
        assert instant is not None
        assert mean is not None
        entries.append(
            ForecastRevision(
                generated_at=instant,
                model_version=str(segment.codes["model_version"].at(row)),
                cutoff=np.datetime64(int(cutoff[place]), "D").item(),
                horizon=int(horizon[place]),
                forecast=mean,
                lower_80=figures["lower_80"][place],
                upper_80=figures["upper_80"][place],
                actual=figures["actual"][place],
            )
        )
    return entries
