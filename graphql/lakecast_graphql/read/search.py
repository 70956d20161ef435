"""From a filter and an order to ordered row numbers: SQL over the snapshot, remembered while the snapshot lives."""

import time
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from lakecast_graphql.read.arguments import Filter, Order
from lakecast_graphql.read.view import View
from lakecast_lake.columns.relations import FOLDED
from lakecast_lake.columns.segment import Ints
from lakecast_lake.columns.sql import QueryTimeout
from lakecast_lake.columns.where import Fields, Words, condition

SEARCH = Words("i.searched", FOLDED.format("?"))
"""Search for every word of a text in item id, SKU, name or supplier, whatever the case and accents."""
ACTION = """coalesce(r.action, case when r.alert = 'unknown' then 'check_data' when r.recommended_order > 0 then 'order'
    when r.alert = 'critical' then 'expedite' when r.alert = 'medium' then 'watch' else 'none' end)"""
"""The stored action of a decision; from alert and order in versions that do not have it."""


def collated(column: str) -> str:
    """A text column as people sort it: accents and case aside."""
    return FOLDED.format(column)


ITEM: Mapping[str, str | Words] = {
    "dataset_id": "i.dataset_id",
    "item_id": "i.item_id",
    "sku": "i.sku",
    "name": "coalesce(i.name, i.item_id)",
    "category": "i.category",
    "supplier": "i.supplier",
    "demand_class": "i.demand_class",
    "abc_class": "i.abc_class",
    "frequency": "i.frequency",
    "champion": "i.champion",
    "criticality": "i.criticality",
    "unit_cost": "i.unit_cost",
    "lead_time_days": "i.lead_time_days",
    "forecast_issue": "i.forecast_issue",
    "is_active": "coalesce(i.is_active, true) = ?",
    "has_forecast": "i.has_forecast = ?",
    "search": SEARCH,
}
"""`ItemFilter` over the relation `item` as `i`."""


@dataclass(frozen=True, eq=False)
class _RowNumbers:
    """Row numbers in order."""

    rows: Ints

    @property
    def nbytes(self) -> int:
        return self.rows.nbytes


def key(*parts: Any) -> Hashable:
    """A key of the snapshot's memo for a question of plain values."""
    return orjson.dumps(parts, default=str)


def ordering(order: Order, columns: Mapping[str, str], last: str) -> str:
    """`order by` with nulls last both ways and ties broken by `last`."""
    parts = [f"{columns[name]} {'desc' if descending else 'asc'} nulls last" for name, descending in order]
    return f" order by {', '.join([*parts, last])}"


def ask(
    view: View,
    query: str,
    parameters: Sequence[Any] = (),
    *,
    uses: Sequence[str],
    tables: Mapping[str, pa.Table] = MappingProxyType({}),
) -> pa.Table:
    """SQL over the snapshot's relations, interrupted at the operation's deadline. Raises TIMEOUT.

    tables: what the query reads besides, by the names that it uses.
    """
    view.check_deadline()
    seconds = None if view.deadline is None else view.deadline - time.monotonic()
    try:
        if tables:
            return view.snapshot.sql.over(tables, query, parameters, uses=uses, seconds=seconds)
        return view.snapshot.sql.arrow(query, parameters, uses=uses, seconds=seconds)
    except QueryTimeout:
        view.check_deadline()
        raise


def rows(
    view: View,
    *,
    select: str,
    relations: str,
    uses: Sequence[str],
    where: Filter,
    fields: Fields,
    order: str,
) -> Ints:
    """The rows that match, in order.

    Args:
        select: expression of the row number.
        relations: what stands after `from`; uses: the relations' names.
        fields: field of the filter -> SQL, for `columns.where.condition`.
        order: as `ordering` makes it, or empty.
    """
    text, parameters = condition(where, fields)
    return row_numbers(view, f"select {select} as n from {relations} where {text}{order}", parameters, uses=uses)


def row_numbers(view: View, query: str, parameters: Sequence[Any], *, uses: Sequence[str]) -> Ints:
    """The column `n` of a query's answer: row numbers, remembered."""

    def find() -> _RowNumbers:
        answer = ask(view, query, parameters, uses=uses)
        return _RowNumbers(answer["n"].to_numpy().astype(np.int64, copy=False))

    return view.snapshot.memo.value(key(query, parameters), find).rows
