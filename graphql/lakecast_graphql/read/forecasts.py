"""Pages of forecast rows and of forecast series."""

from collections.abc import Iterable
from typing import Any

from lakecast_graphql.read import arguments, paging
from lakecast_graphql.read.forecast_rows import find, forecast_rows, rows_between, series_range
from lakecast_graphql.read.paging import Connection
from lakecast_graphql.read.series import count_of, series_between, series_of, series_rows
from lakecast_graphql.read.view import View
from lakecast_graphql.rows.rows import Rows


def forecasts(
    view: View,
    where: Any = None,
    kind: Any = "live",
    order_by: Iterable[Any] | None = None,
    first: int = 100,
    after: str | None = None,
) -> Connection[Rows]:
    """A page of rows of the results contract."""
    arguments.page_size(first)
    filtered, order, which = arguments.canonical(where), arguments.order(order_by), arguments.word(kind)
    arguments.names_in(view.snapshot, filtered)
    question = paging.Question(view.snapshot.record, "forecasts", filtered, which, order)
    begin = paging.start(after, question)
    between = None if order else series_range(view, filtered, which)
    if between is None:
        hits = find(view, filtered, which, order)
        rows, count = forecast_rows(view, hits.page(begin, begin + first)), hits.count
    else:
        blocks, low, high = between
        origin = blocks.at.item(low)
        count = blocks.at.item(high) - origin
        rows = rows_between(view, blocks, low, high, origin + begin, origin + min(begin + first, count))
    return Connection(rows, begin, count, question)


def forecast_series(
    view: View,
    where: Any = None,
    kind: Any = "live",
    grain: Any = "native",
    first: int = 20,
    after: str | None = None,
) -> Connection[Rows]:
    """A page of series: one per item, source and cutoff with the rows that match."""
    arguments.page_size(first)
    filtered, which, step = arguments.canonical(where), arguments.word(kind), arguments.word(grain)
    arguments.names_in(view.snapshot, filtered)
    question = paging.Question(view.snapshot.record, "forecastSeries", filtered, which, step)
    offset = paging.start(after, question)
    between = series_range(view, filtered, which)
    if between is None:
        hits = find(view, filtered, which)
        rows, count = series_rows(view, series_of(hits, offset, first), step), count_of(hits)
    else:
        blocks, low, high = between
        count = high - low
        rows = series_between(view, blocks, low + offset, low + min(offset + first, count), step)
    return Connection(rows, offset, count, question)
