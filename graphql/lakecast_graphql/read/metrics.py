"""Pages of backtest errors."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from lakecast_graphql.read import arguments, paging, search
from lakecast_graphql.read.metric_rows import metric_rows
from lakecast_graphql.read.paging import Connection
from lakecast_graphql.read.rows import Rows
from lakecast_graphql.view import View

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
    asked = paging.Question("metrics", filtered, order)
    begin = paging.start(after, view.snapshot.snapshot_id, asked)
    if filtered or order:
        rows = search.rows(
            view,
            select="m.row",
            relations="metric m join item i on i.code = m.item",
            uses=("metric", "item"),
            where=filtered,
            fields=_FIELDS,
            order=search.ordering(order, {column: f"m.{column}" for column, _ in order}, "m.row"),
        )
    else:
        rows = np.arange(len(view.snapshot.metrics.item))
    page = metric_rows(view, rows[begin : begin + first])
    return Connection(page, begin, len(rows), view.snapshot.snapshot_id, asked)
