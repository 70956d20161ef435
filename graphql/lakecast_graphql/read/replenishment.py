"""Pages of reorder decisions, and their totals by group."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from lakecast_graphql.read import arguments, paging, search
from lakecast_graphql.read.item_rows import item_rows
from lakecast_graphql.read.paging import Connection
from lakecast_graphql.read.replenishment_rows import replenishment_rows
from lakecast_graphql.read.view import View
from lakecast_graphql.rows.rows import Rows
from lakecast_lake.columns import Snapshot
from lakecast_lake.columns.segment import Ints
from lakecast_lake.columns.where import Fields
from lakecast_schema.vocabulary import AlertLevel

URGENCY = "case r.alert {} end".format(
    " ".join(f"when '{level.value}' then {place}" for place, level in enumerate(AlertLevel))
)
FIELDS: Fields = {
    "item": search.ITEM,
    "dataset_id": "r.dataset_id",
    "item_id": "r.item_id",
    "category": "i.category",
    "supplier": "i.supplier",
    "alert": "r.alert",
    "action": search.ACTION,
    "days_to_stockout": "r.days_to_stockout",
    "on_hand": "r.on_hand",
    "recommended_order": "r.recommended_order",
    "recommended_order_value": "r.recommended_order_value",
    "excess_value": "r.excess * r.unit_cost",
    "order_by_date": "r.order_by_date",
    "stockout_date": "r.stockout_date",
    "search": search.SEARCH,
}
"""`ReplenishmentFilter` over `replenishment` as `r` and `item` as `i`."""
DEFAULT_ORDER: arguments.Order = (("priority", False),)
_FEW = 64
"""Decisions that are sorted sooner than looked for."""
_ORDER = {
    "priority": "-r.stockout_cost",
    "excess_value": "r.excess * r.unit_cost",
    "on_hand": "r.on_hand",
    "order_by_date": "r.order_by_date",
    "stockout_date": "r.stockout_date",
    "last_demand_date": "i.last_demand_date",
    "lead_time_days": "r.lead_time_days",
    "abc_class": "i.abc_class",
    "name": search.collated("coalesce(i.name, i.item_id)"),
    "category": search.collated("i.category"),
    "supplier": search.collated("i.supplier"),
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
    """A page of reorder decisions, those that a stockout would hurt most first unless ordered otherwise."""
    arguments.page_size(first)
    filtered, order = arguments.canonical(where), arguments.order(order_by) or DEFAULT_ORDER
    question = paging.Question(view.snapshot.record, "replenishment", filtered, order)
    begin = paging.start(after, question)
    hits = matching(view, filtered, order)
    rows = replenishment_rows(view, hits[begin : begin + first], item_rows)
    return Connection(rows, begin, len(hits), question)


def by_priority(snapshot: Snapshot, low: int, high: int) -> Ints:
    """The rows low:high of `replenishment` as the default order has them: no query is needed, and it is kept."""

    def order() -> Ints:
        return np.argsort(-snapshot.replenishment.numbers("stockout_cost")[low:high], kind="stable") + low

    return order() if high - low <= _FEW else snapshot.memo.value(("by_priority", low, high), order)


def matching(view: View, where: arguments.Filter, order: arguments.Order = ()) -> Ints:
    """Row numbers of the decisions that match, in order; by data set and item id without one."""
    arguments.names_in(view.snapshot, where)
    facts = view.snapshot.replenishment
    between = facts.between(view.snapshot.items, where.equalities) if order in ((), DEFAULT_ORDER) else None
    if between is not None:
        return by_priority(view.snapshot, *between) if order else np.arange(*between)
    return search.rows(
        view,
        select="r.row",
        relations="replenishment r join item i on i.code = r.item",
        uses=("replenishment", "item"),
        where=where,
        fields=FIELDS,
        order=search.ordering(order, _ORDER, "r.row"),
    )
