"""Pages of backtest errors."""

from collections.abc import Iterable
from typing import Any

from lakecast_graphql.read import arguments, paging, search
from lakecast_graphql.read.metric_rows import metric_rows, metrics_between
from lakecast_graphql.read.paging import Connection
from lakecast_graphql.read.view import View
from lakecast_graphql.rows.rows import Rows

_FIELDS = {
    "dataset_id": "m.dataset_id",
    "item_id": "m.item_id",
    "category": "i.category",
    "source": "m.source",
    "rmsse": "m.rmsse",
    "wape": "m.wape",
    "quantile_loss": "m.scaled_quantile_loss",
}


def metrics(
    view: View,
    where: Any = None,
    order_by: Iterable[Any] | None = None,
    first: int = 100,
    after: str | None = None,
) -> Connection[Rows]:
    """A page of backtest errors, by data set, item and source unless ordered by measures."""
    arguments.page_size(first)
    filtered, order = arguments.canonical(where), arguments.order(order_by)
    arguments.names_in(view.snapshot, filtered)
    question = paging.Question(view.snapshot.record, "metrics", filtered, order)
    begin = paging.start(after, question)
    between = None if order else view.snapshot.metrics.between(view.snapshot.items, filtered.equalities)
    if between is None:
        hits = search.rows(
            view,
            select="m.row",
            relations="metric m join item i on i.code = m.item",
            uses=("metric", "item"),
            where=filtered,
            fields=_FIELDS,
            order=search.ordering(order, {column: f"m.{column}" for column, _ in order}, "m.row"),
        )
        rows, count = metric_rows(view, hits[begin : begin + first]), len(hits)
    else:
        low, high = between
        rows, count = metrics_between(view, low + begin, min(low + begin + first, high)), high - low
    return Connection(rows, begin, count, question)
