"""Observed demand, summed by any combination of dimensions."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from lakecast_graphql.errors import bad_input
from lakecast_graphql.read import arguments, items, paging, search
from lakecast_graphql.read.paging import Connection
from lakecast_graphql.read.series import refuse_finer
from lakecast_graphql.read.table_rows import table_rows
from lakecast_graphql.read.view import View
from lakecast_graphql.rows.rows import Rows
from lakecast_lake.columns.where import condition

_DIMENSIONS = {
    "dataset_id": "i.dataset_id",
    "item_id": "i.item_id",
    "category": "i.category",
    "supplier": "i.supplier",
    "demand_class": "i.demand_class",
    "abc_class": "i.abc_class",
}


def demand_totals(
    view: View,
    group_by: Sequence[Any],
    where: Any = None,
    grain: Any = "month",
    first: int = 1000,
    after: str | None = None,
    **days: dt.date | None,
) -> Connection[Rows]:
    """A page of groups by their keys in the order of `group_by`, nulls last.

    Periods without demand count as nothing, unknown ones not at all. value: over the items whose cost is known, None
    where none is.

    Args:
        days: `from` and `to`: first and last day of the periods' beginnings that count, both included.
    """
    arguments.page_size(first)
    filtered, step = arguments.canonical(where), arguments.word(grain)
    arguments.names_in(view.snapshot, filtered)
    since, until = days.get("from"), days.get("to")
    if since is not None and until is not None and since > until:
        raise bad_input(f"`from` ({since}) is after `to` ({until}).", argument="from")
    by = tuple(dict.fromkeys(arguments.word(dimension) for dimension in group_by))
    question = paging.Question(view.snapshot.record, "demandTotals", filtered, by, step, since, until)
    begin = paging.start(after, question)
    table = view.snapshot.memo.value(("demand", question.name), lambda: _groups(view, filtered, by, step, since, until))
    return Connection(_rows(table.slice(begin, first)), begin, len(table), question)


def _groups(
    view: View, where: arguments.Filter, by: tuple[str, ...], grain: str, since: dt.date | None, until: dt.date | None
) -> pa.Table:
    if "period" in by:
        refuse_finer(view.snapshot.items.frequency[items.matching(view, where)], grain)
    text, parameters = condition(where, search.ITEM)
    for comparison, day in (("d.date >= ?", since), ("d.date <= ?", until)):
        if day is not None:
            text, parameters = f"({text}) and {comparison}", [*parameters, day]
    keys = "".join(f"{_key(dimension, grain)} as {dimension}, " for dimension in by)
    order = ", ".join(f"{place} nulls last" for place in range(1, len(by) + 1))
    return search.ask(
        view,
        f"select {keys}sum(d.quantity) as quantity, sum(d.quantity * i.unit_cost) as value, "
        f"count(distinct d.item) as item_count from demand d join item i on i.code = d.item where {text} "
        + (f"group by {', '.join(map(str, range(1, len(by) + 1)))} order by {order}" if by else "having count(*) > 0"),
        parameters,
        uses=("demand", "item"),
    )


def _key(dimension: str, grain: str) -> str:
    if dimension != "period":
        return _DIMENSIONS[dimension]
    return "d.date" if grain == "native" else f"date_trunc('{grain}', d.date)::date"


def _rows(table: pa.Table) -> Rows:
    for name in (*_DIMENSIONS, "period"):
        if name not in table.column_names:
            table = table.append_column(name, pa.nulls(len(table), pa.string()))
    return table_rows(table, enums=("demand_class", "abc_class"))
