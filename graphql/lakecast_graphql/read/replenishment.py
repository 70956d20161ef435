"""Pages of reorder decisions, and their totals by group."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from lakecast_graphql.read import arguments, paging, search
from lakecast_graphql.read.item_rows import item_rows
from lakecast_graphql.read.paging import Connection
from lakecast_graphql.read.replenishment_rows import decisions_between, replenishment_rows
from lakecast_graphql.read.view import View
from lakecast_graphql.rows.rows import Rows
from lakecast_lake.columns.segment import Ints
from lakecast_schema.vocabulary import AlertLevel

URGENCY = "case r.alert {} end".format(
    " ".join(f"when '{level.value}' then {place}" for place, level in enumerate(AlertLevel))
)
FIELDS = {
    "dataset_id": "r.dataset_id",
    "item_id": "r.item_id",
    "category": "i.category",
    "supplier": "i.supplier",
    "alert": "r.alert",
    "days_to_stockout": "r.days_to_stockout",
    "recommended_order": "r.recommended_order",
    "search": search.SEARCH,
}
"""`ReplenishmentFilter` over `replenishment` as `r` and `item` as `i`."""
_ORDER = {
    "days_to_stockout": "r.days_to_stockout",
    "alert": URGENCY,
    "recommended_order": "r.recommended_order",
    "recommended_order_value": "r.recommended_order_value",
    "item_id": "r.item_id",
}


def replenishment(
    view: View,
    where: Any = None,
    order_by: Iterable[Any] | None = None,
    first: int = 50,
    after: str | None = None,
) -> Connection[Rows]:
    """A page of reorder decisions, by data set and item id unless ordered otherwise."""
    arguments.page_size(first)
    filtered, order = arguments.canonical(where), arguments.order(order_by)
    asked = paging.Question("replenishment", filtered, order)
    begin = paging.start(after, view.snapshot.snapshot_id, asked)
    arguments.names_in(view.snapshot, filtered)
    between = None if order else view.snapshot.replenishment.between(view.snapshot.items, filtered.equalities)
    if between is None:
        found = matching(view, filtered, order)
        rows, count = replenishment_rows(view, found[begin : begin + first], item_rows), len(found)
    else:
        low, high = between
        rows, count = decisions_between(view, item_rows, low + begin, min(low + begin + first, high)), high - low
    return Connection(rows, begin, count, view.snapshot.snapshot_id, asked)


def matching(view: View, where: arguments.Filter, order: arguments.Order = ()) -> Ints:
    """Row numbers of the decisions that match, in order."""
    arguments.names_in(view.snapshot, where)
    between = None if order else view.snapshot.replenishment.between(view.snapshot.items, where.equalities)
    if between is not None:
        return np.arange(*between)
    return search.rows(
        view,
        select="r.row",
        relations="replenishment r join item i on i.code = r.item",
        uses=("replenishment", "item"),
        where=where,
        fields=FIELDS,
        order=search.ordering(order, _ORDER, "r.row"),
    )
