"""Reorder decisions, counted and summed by group, and the values to choose from."""

from collections.abc import Sequence
from dataclasses import dataclass
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
    "action": search.ACTION,
    "abc_class": "i.abc_class",
    "demand_class": "i.demand_class",
    "order_week": "date_trunc('week', r.order_by_date)::date",
}


_FACETS = {
    "category": "categories",
    "supplier": "suppliers",
    "demand_class": "demand_classes",
    "abc_class": "abc_classes",
    "alert": "alerts",
    "action": "actions",
}
_ENUMS = frozenset({"demand_class", "abc_class", "alert", "action"})


@dataclass(frozen=True)
class FacetCount:
    """A value that a filter may name, and the items that have it; enums by their names in the contract."""

    value: str
    item_count: int


@dataclass(frozen=True)
class Facets:
    """The values of each facet, those of most items first; items without a value are in none."""

    categories: list[FacetCount]
    suppliers: list[FacetCount]
    demand_classes: list[FacetCount]
    abc_classes: list[FacetCount]
    alerts: list[FacetCount]
    actions: list[FacetCount]


def facets(view: View, where: Any = None) -> Facets:
    """Values to filter by, with their items, among the decisions that match."""
    view.check_deadline()
    filtered = arguments.canonical(where)
    arguments.names_in(view.snapshot, filtered)
    text, parameters = condition(filtered, FIELDS)
    columns = [f"{_DIMENSIONS[name]} as {name}" for name in _FACETS]
    sets = ", ".join(f"({name})" for name in _FACETS)
    table = search.ask(
        view,
        f"with matching as (select {', '.join(columns)} "
        f"from replenishment r join item i on i.code = r.item where {text}) "
        f"select {', '.join(_FACETS)}, count(*) as items from matching group by grouping sets ({sets})",
        parameters,
        uses=("replenishment", "item"),
    )
    counts: dict[str, list[FacetCount]] = {plural: [] for plural in _FACETS.values()}
    for row in table.to_pylist():
        for name, plural in _FACETS.items():
            if row[name] is not None:
                value = row[name].upper() if name in _ENUMS else row[name]
                counts[plural].append(FacetCount(value, row["items"]))
    return Facets(
        **{plural: sorted(some, key=lambda one: (-one.item_count, one.value)) for plural, some in counts.items()}
    )


def replenishment_totals(view: View, where: Any = None, group_by: Sequence[Any] = (), first: int = 100) -> Rows:
    """The first groups by their keys, alerts by urgency, nulls last.

    recommended_order_value, on_hand_value, excess_value, excess_on_order_value: sums over the items whose value is
    known, None where none is.
    order_lines: items with something to order. order_by_date: the earliest. order_week: its Monday.
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
        "sum(r.on_hand * r.unit_cost) as on_hand_value, avg(r.lead_time_days) as mean_lead_time_days, "
        "count(*) filter (r.recommended_order > 0) as order_lines, sum(r.excess * r.unit_cost) as excess_value, "
        # `least` passes over nulls.
        "sum(case when r.excess is not null then least(r.excess, coalesce(r.on_order, 0)) * r.unit_cost end) "
        "as excess_on_order_value, "
        "min(r.order_by_date) as order_by_date "
        f"from replenishment r join item i on i.code = r.item where {text} group by {groups} order by {order} limit ?",
        [*parameters, first],
        uses=("replenishment", "item"),
    )
    for name in _DIMENSIONS:
        if name not in by:
            kind = pa.date32() if name == "order_week" else pa.string()
            table = table.append_column(name, pa.nulls(len(table), kind))
    return table_rows(table, enums=("alert", "action", "abc_class", "demand_class"))
