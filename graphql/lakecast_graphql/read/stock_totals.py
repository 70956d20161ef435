"""Reorder decisions, counted and summed by group."""

from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from lakecast_graphql.read import arguments, search
from lakecast_graphql.read.replenishment import FIELDS, URGENCY
from lakecast_graphql.read.table_rows import table_rows
from lakecast_graphql.read.view import View
from lakecast_graphql.rows.rows import Rows
from lakecast_lake.columns.where import condition

_DIMENSIONS = {
    "dataset_id": "r.dataset_id",
    "category": "i.category",
    "supplier": "i.supplier",
    "alert": "r.alert",
    "abc_class": "i.abc_class",
}


def replenishment_totals(view: View, where: Any = None, group_by: Sequence[Any] = (), first: int = 100) -> Rows:
    """The first groups by their keys, alerts by urgency, nulls last.

    recommended_order_value, on_hand_value: sums over the items whose value is known, None where none is.
    mean_lead_time_days: plain mean over items.
    """
    arguments.page_size(first)
    view.check_deadline()
    filtered = arguments.canonical(where)
    arguments.names_in(view.snapshot, filtered)
    by = tuple(dict.fromkeys(arguments.word(dimension) for dimension in group_by))
    text, parameters = condition(filtered, FIELDS)
    keys = "".join(f"{_DIMENSIONS[dimension]} as {dimension}, " for dimension in by)
    groups = ", ".join(_DIMENSIONS[dimension] for dimension in by) or "true"
    order = ", ".join(f"{'min(' + URGENCY + ')' if d == 'alert' else d} nulls last" for d in by) or "1"
    table = search.ask(
        view,
        f"select {keys}count(*) as item_count, sum(r.recommended_order_value) as recommended_order_value, "
        "sum(r.on_hand * r.unit_cost) as on_hand_value, avg(r.lead_time_days) as mean_lead_time_days "
        f"from replenishment r join item i on i.code = r.item where {text} group by {groups} order by {order} limit ?",
        [*parameters, first],
        uses=("replenishment", "item"),
    )
    for name in _DIMENSIONS:
        if name not in by:
            table = table.append_column(name, pa.nulls(len(table), pa.string()))
    return table_rows(table, enums=("alert", "abc_class"))
