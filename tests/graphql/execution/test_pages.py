"""Pages of runs: their rows, cursors and counts are those of the read functions, wherever they begin and end."""

from collections.abc import Iterator

import made_lake
import numpy as np
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakecast_graphql import read
from lakecast_graphql.cache.cells import CellCache
from lakecast_graphql.execution import row_groups
from lakecast_graphql.execution.plan import Plan, compile_plan
from lakecast_graphql.execution.readers import READERS
from lakecast_graphql.execution.selection import SnapshotCells
from lakecast_graphql.operation.documents import Documents
from lakecast_graphql.operation.limits import Limits
from lakecast_graphql.read.series import _totals, live_totals
from lakecast_graphql.read.view import View
from lakecast_graphql.rows import rows
from lakecast_graphql.types.schema import schema
from lakecast_lake import columns, snapshots

SCHEMA = schema()._schema
NODES = {
    "forecasts": "date itemId forecast lower80 source item { metrics { rmsse } }",
    "forecastSeries": "source dates forecast total",
    "items": "itemId name metrics(sources: [\"ensemble\"]) { mae } forecast(horizon: 3) { total }",
    "metrics": "itemId source wape",
    "replenishment": "itemId alert recommendedOrder",
}  # fmt: skip
READ = {
    "forecasts": read.forecasts,
    "forecastSeries": read.forecast_series,
    "items": read.items,
    "metrics": read.metrics,
    "replenishment": read.replenishment,
}


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    lake = made_lake.make(tmp_path_factory.mktemp("lake") / "lake")
    return View(columns.load(lake, snapshots.newest(lake)))


@pytest.fixture(scope="module")
def plans() -> dict[str, Plan]:
    documents = Documents(SCHEMA, Limits(20, 50, 5000, 400, 50), shows_schema=True, suggestions=False, max_errors=10)
    found = {}
    for field, nodes in NODES.items():
        prepared = documents.get(
            f"query ($n: Int!, $a: String) {{ page: {field}(first: $n, after: $a) "
            f"{{ nodes {{ {nodes} }} totalCount pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} }} }}"
        )
        found[field] = compile_plan(SCHEMA, prepared.document, prepared.operation(None), {}, {})
    return found


@pytest.fixture(autouse=True, scope="module")
def small_row_groups() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rows, "_ROWS_BITS", 4)
        patch.setattr(rows, "_MOST_BITS", 2)
        patch.setattr(row_groups, "_WORTH", 2)
        yield


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(NODES)), st.integers(0, 300), st.integers(0, 200), st.booleans())
def test_a_page_of_a_run_is_that_of_the_read_function(
    view: View, plans: dict[str, Plan], field: str, begin: int, first: int, cells: bool
) -> None:
    after = None
    if begin:
        after = READ[field](view, first=begin).page_info.end_cursor
    plan = plans[field]
    values = plan.values({"n": first, "a": after}, (), SnapshotCells(0, CellCache(1 << 20)) if cells else None)
    wanted = READ[field](view, first=first, after=after)
    arguments = plan.arguments(values, view.snapshot.snapshot_id)
    assert plan.needs_no_sql(arguments)
    for _ in range(3):  # from what those before kept
        page = orjson.loads(plan.answer(view, values, arguments, READERS))["data"]["page"]
        info = wanted.page_info
        assert page["totalCount"] == wanted.total_count
        assert page["pageInfo"] == {
            "hasNextPage": info.has_next_page, "hasPreviousPage": info.has_previous_page,
            "startCursor": info.start_cursor, "endCursor": info.end_cursor,
        }  # fmt: skip
        ordinary = plan.answer(view, plan.values({"n": first, "a": after}, ()), arguments, READERS)
        assert page == orjson.loads(ordinary)["data"]["page"]


def test_totals_of_whole_blocks_are_sums_of_what_is_shown(view: View) -> None:
    blocks = view.snapshot.live
    found = live_totals(view.snapshot)
    assert found is not None
    shown = [
        blocks.segments[segment].numbers["forecast"][begin : begin + size]
        for segment, begin, size in zip(blocks.segment, blocks.begin, np.diff(blocks.at), strict=True)
    ]
    start = np.concatenate([[0], np.cumsum([len(part) for part in shown])])
    np.testing.assert_array_equal(found, _totals(np.concatenate(shown), start))
