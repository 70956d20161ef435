"""Items: one by its id or SKU, or a page of those that match a filter."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from lakecast_graphql.errors import bad_input
from lakecast_graphql.read import arguments, paging, search
from lakecast_graphql.read.item_rows import item_rows, items_between
from lakecast_graphql.read.paging import Connection
from lakecast_graphql.read.view import View
from lakecast_graphql.rows.rows import Row, Rows
from lakecast_lake.columns.segment import Ints

_ORDER = {
    "item_id": "i.item_id",
    "name": search.collated("coalesce(i.name, i.item_id)"),
    "category": search.collated("i.category"),
    "supplier": search.collated("i.supplier"),
    "lead_time_days": "i.lead_time_days",
    "unit_cost": "i.unit_cost",
    "observations": "i.observations",
    "abc_class": "i.abc_class",
    "yearly_demand": "i.yearly_demand",
}


def item(view: View, item_id: str | None = None, sku: str | None = None, dataset_id: str | None = None) -> Row | None:
    """The item with this id or SKU (both must hold where both are given); None where there is none.

    Raises BAD_USER_INPUT without either, for an unknown data set, and where several items match.
    """
    arguments.dataset(view.snapshot, dataset_id)
    if item_id is None and sku is None:
        raise bad_input("Give `itemId` or `sku`.", argument="itemId")
    code = one(view, item_id, sku, dataset_id)
    return None if code is None else item_rows(view, np.array([code], np.int64))[0]


def one(view: View, item_id: str | None, sku: str | None, dataset_id: str | None) -> int | None:
    """Code of the item; see `item`."""
    items = view.snapshot.items
    codes = items.coded(item_id, dataset_id) if item_id is not None else items.by_sku.get(sku or "", [])
    if item_id is not None and sku is not None:
        codes = [code for code in codes if code in items.by_sku.get(sku, [])]
    if item_id is None and dataset_id is not None:
        codes = [code for code in codes if items.dataset_id[code] == dataset_id]
    if len(codes) < 2:
        return codes[0] if codes else None
    datasets = sorted({items.dataset_id[code] for code in codes})
    if len(datasets) > 1:
        raise bad_input(
            f"Several data sets have this item: name one of {', '.join(datasets)}.",
            argument="datasetId",
            known=datasets,
        )
    ids = [items.item_id[code] for code in codes]
    raise bad_input(f"Several items have the SKU {sku!r}: give `itemId`.", argument="itemId", known=ids)


def items(
    view: View,
    where: Any = None,
    order_by: Iterable[Any] | None = None,
    first: int = 50,
    after: str | None = None,
) -> Connection[Rows]:
    """A page of items, by data set and item id unless ordered otherwise."""
    arguments.page_size(first)
    filtered, order = arguments.canonical(where), arguments.order(order_by)
    arguments.names_in(view.snapshot, filtered)
    question = paging.Question(view.snapshot.record, "items", filtered, order)
    begin = paging.start(after, question)
    between = None if order else view.snapshot.items.between(filtered.equalities)
    if between is None:
        codes = matching(view, filtered, order)
        rows, count = item_rows(view, codes[begin : begin + first]), len(codes)
    else:
        low, high = between
        rows, count = items_between(view, low + begin, min(low + begin + first, high)), high - low
    return Connection(rows, begin, count, question)


def matching(view: View, where: arguments.Filter, order: arguments.Order = ()) -> Ints:
    """Codes of the items that match, in order."""
    between = None if order else view.snapshot.items.between(where.equalities)
    if between is not None:
        return np.arange(*between)
    return search.rows(
        view,
        select="i.code",
        relations="item i",
        uses=("item",),
        where=where,
        fields=search.ITEM,
        order=search.ordering(order, _ORDER, "i.code"),
    )
