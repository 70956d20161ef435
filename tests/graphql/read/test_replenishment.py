"""Pages of decisions in the order that nobody has to ask for: by what a stockout would cost."""

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import made_lake
import numpy as np
import pytest

from lakecast_graphql.read import arguments, search
from lakecast_graphql.read.item_rows import item_rows
from lakecast_graphql.read.replenishment import DEFAULT_ORDER, matching, replenishment
from lakecast_graphql.read.view import View
from lakecast_lake import columns, snapshots


@cache
def loaded() -> columns.Snapshot:
    with TemporaryDirectory() as folder:
        lake = made_lake.make(Path(folder) / "lake", items=90, datasets=("alpha", "beta"))
        return columns.load(lake, snapshots.newest(lake))


@pytest.mark.parametrize(
    "where", [{}, {"dataset_id": {"eq": "beta"}}, {"dataset_id": {"eq": "beta"}, "item_id": {"eq": "shared"}}]
)
def test_the_default_order_needs_no_query_and_is_that_of_one(where: object, monkeypatch: pytest.MonkeyPatch) -> None:
    view, filtered = View(loaded()), arguments.canonical(where)
    # More than the default order: the row decides last anyway.
    asked = matching(view, filtered, (*DEFAULT_ORDER, ("lead_time_days", False), ("item_id", False)))
    view.snapshot.memo.clear()
    monkeypatch.setattr(search, "ask", lambda *_, **__: pytest.fail("a query was asked"))
    made = matching(view, filtered, DEFAULT_ORDER)
    cost = view.snapshot.replenishment.numbers("stockout_cost")
    assert cost[made].tolist() == pytest.approx(cost[asked].tolist(), nan_ok=True)
    assert sorted(made) == sorted(asked)
    page = replenishment(view, where, first=10)
    assert page.total_count == len(asked)
    equal = cost[made][1:] == cost[made][:-1]
    assert (made[1:] > made[:-1])[equal].all()


def test_an_item_knows_what_else_is_due_at_its_supplier() -> None:
    view = View(loaded())
    items = item_rows(view, np.arange(view.snapshot.items.count))
    names = set()
    for n in range(len(items)):
        item = items[n]
        where = {"supplier": {"eq": item.supplier}, "action": {"in_": ["order", "expedite"]}}
        due = [] if item.supplier is None else replenishment(view, where, first=100).nodes
        others = [one.item_id for one in due if (one.dataset_id, one.item_id) != (item.dataset_id, item.item_id)]
        assert [one.item_id for one in item.supplier_orders(3)] == others[:3]
        names |= {item.supplier} if others else set()
    assert len(names) >= 2
