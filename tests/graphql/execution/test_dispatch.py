"""Which way an operation goes, and that it is counted."""

import asyncio
import importlib.metadata
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import made_lake
import orjson
import pytest

from lakecast_graphql.cache.cells import CellCache
from lakecast_graphql.execution.dispatch import Dispatcher
from lakecast_graphql.execution.graphql_core import SUPPORTED, ColumnarExecutor
from lakecast_graphql.execution.selection import SelectedField, Shape, SnapshotCells, Values
from lakecast_graphql.execution.strawberry import StrawberryExecution
from lakecast_graphql.operation.documents import Documents
from lakecast_graphql.operation.limits import Limits
from lakecast_graphql.operation.operation import Caller, Operation
from lakecast_graphql.read.view import View
from lakecast_graphql.types.context import Surroundings
from lakecast_graphql.types.schema import schema
from lakecast_lake import columns, snapshots

SCHEMA = schema()._schema


@pytest.fixture(scope="module")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Any:
    return made_lake.make(tmp_path_factory.mktemp("lake") / "lake", items=4, datasets=("alpha",))


@pytest.fixture
def fast(lake: Any) -> Any:
    history = snapshots.history(lake)
    surroundings = Surroundings(SimpleNamespace(history=history), gate=None)  # type: ignore[arg-type]
    documents = Documents(SCHEMA, Limits(20, 50, 5000, 400, 50), shows_schema=True, suggestions=False, max_errors=10)
    plain = StrawberryExecution(schema(), documents, surroundings, executor_class=ColumnarExecutor)
    execution = Dispatcher(SCHEMA, documents, plain, history=lambda: history)
    yield execution
    execution.close()


@pytest.fixture
def view(lake: Any) -> View:
    return View(columns.load(lake, snapshots.newest(lake)))


def ask(fast: Dispatcher, view: View, query: str, **variables: Any) -> Any:
    return orjson.loads(asyncio.run(fast.answer(Operation(query, variables), view, Caller())).body)


@pytest.mark.parametrize(
    ("query", "way"),
    [
        ('{forecasts(where: {itemId: {eq: "a-001"}}) {nodes {date}}}', "light"),
        ("{items {nodes {itemId metrics {rmsse} forecast {dates forecast}}}}", "light"),
        ('{item(itemId: "a-001") {name history {dates quantities}}}', "light"),
        ('{items(where: {itemId: {eq: "a-001"}, datasetId: {eq: "alpha"}}) {totalCount}}', "light"),
        ('{metrics(where: {itemId: {eq: "a-002"}}) {nodes {source}}}', "light"),
        ('{replenishment(where: {itemId: {eq: "nobody"}}) {totalCount}}', "light"),
        ('{metrics(where: {source: {eq: "ensemble"}}) {totalCount}}', "heavy"),
        ("{snapshotInfo {snapshotId}}", "light"),
        ("{sources {name itemCount}}", "light"),
        ("{forecastTotals(groupBy: [SOURCE]) {nodes {forecast}}}", "heavy"),
        ("{leaderboard {source error}}", "heavy"),
        ('{items(where: {search: "a"}) {nodes {itemId}}}', "heavy"),
        ("{whatIf(scenario: {leadTimeFactor: 2}) {nodes {orderDelta}}}", "heavy"),
        ("{__schema {queryType {name}}}", "ordinary: introspection"),
        ("{items(first: -1) {totalCount}}", "ordinary: BAD_USER_INPUT"),
        ("{nonsense}", "ordinary: refused"),
        ("mutation {unpinSnapshot {id}}", "ordinary: mutation"),
    ],
)
def test_way(fast: Dispatcher, view: View, query: str, way: str) -> None:
    ask(fast, view, query)
    assert dict(fast.ways) == {way: 1}


def test_what_is_soon_made_again_is_kept_once_it_is_asked_for_again(fast: Dispatcher, view: View) -> None:
    for asked, kept in enumerate((0, 0, 1, 2)):
        ask(fast, view, "{items {totalCount}}")
        assert fast.ways["cached"] == kept, asked
    assert len(fast.answers) == 1
    for kept in (0, 1):  # one query of DuckDB's is worth more than the memory
        ask(fast, view, "{leaderboard {source error}}")
        assert fast.ways["cached"] == 2 + kept


def test_kept_answers_are_given_until_the_snapshot_is_read_again(fast: Dispatcher, view: View, lake: Any) -> None:
    query = "{items {totalCount}}"
    first = ask(fast, view, query)
    assert ask(fast, view, query) == ask(fast, view, query) == first
    assert fast.ways["cached"] == 1
    again = View(columns.load(lake, view.snapshot.record, view.snapshot, afresh=True))
    assert ask(fast, again, query) == first
    assert fast.ways["cached"] == 1
    fast.keep_only(again.snapshot.serial)
    ask(fast, view, query)
    assert fast.ways["cached"] == 1


def test_operations_that_differ_in_literals_share_a_plan(fast: Dispatcher, view: View) -> None:
    for number in range(5):
        found = ask(fast, view, f"{{items(first: {number}) {{nodes {{itemId}} totalCount}}}}")
        assert len(found["data"]["items"]["nodes"]) == min(number, 4)
    assert len(fast.plans) == 1
    assert fast.ways == {"light": 5}


def test_columns_are_laid_out_once(fast: Dispatcher, view: View) -> None:
    query = "query ($first: Int!) {forecasts(first: $first) {nodes {date forecast}}}"
    ask(fast, view, query, first=100)
    laid_out = fast.cells.misses
    assert laid_out > 0
    ask(fast, view, query, first=99)
    assert fast.cells.misses == laid_out
    assert fast.cells.hits > 0


def test_an_item_that_refuses_is_in_nobody_elses_way(fast: Dispatcher, tmp_path: Path) -> None:
    """Row groups meet items that nobody asked for: here one that has no weekly forecasts."""
    lake = made_lake.make(tmp_path / "lake", items=6, datasets=("alpha",))
    view = View(columns.load(lake, snapshots.newest(lake)))
    pages = "query ($n: Int!, $a: String) {items(first: $n, after: $a) {nodes {itemId %s} pageInfo {endCursor}}}"
    weekly = pages % "forecastSeries(grain: WEEK) {total}"
    (error,) = ask(fast, view, weekly, n=3)["errors"]
    assert "quarterly" in error["message"]
    after = ask(fast, view, pages % "name", n=3)["data"]["items"]["pageInfo"]["endCursor"]
    for number in range(1, 4):
        found = ask(fast, view, weekly, n=number, a=after)
        assert "errors" not in found
        assert len(found["data"]["items"]["nodes"]) == number
    for number in range(1, 4):
        assert "errors" not in ask(fast, view, pages % "unit", n=number)


def test_warming_answers_what_was_asked_last(fast: Dispatcher, view: View, lake: Any) -> None:
    queries = ["{items {totalCount}}", "{overview {itemCount}}", '{item(itemId: "a-001") {name}}']
    answers = [ask(fast, view, query) for query in 2 * queries][:3]
    made_lake.add_run(lake, "alpha", items=4, seed=8, run_id="run-9")
    following = View(columns.load(lake, snapshots.newest(lake), view.snapshot))
    assert fast.warm(following.snapshot) == 3
    for query, answer in zip(queries, answers, strict=True):
        assert ask(fast, following, query)["data"] == answer["data"]
    assert fast.ways["cached"] == 3


def test_versions_whose_private_executor_is_extended() -> None:
    assert {name: importlib.metadata.version(name) for name in SUPPORTED} == SUPPORTED


def test_docs_name_the_modules_that_there_are() -> None:
    house = Path(__file__).parents[3]
    package = house / "graphql" / "lakecast_graphql"
    named = set(re.findall(r"[`( ]([\w/]+\.py)", (house / "docs" / "explanation" / "request.md").read_text()))
    folders = (package, package / "execution", house)
    assert not [name for name in named if not any((folder / name).exists() for folder in folders)]
    own = {file.name for file in (package / "execution").glob("*.py")} - {"__init__.py"}
    unsaid = {"not_compilable.py", "readers.py", "subscriptions.py"}
    assert own - {Path(name).name for name in named} == unsaid


def test_what_arguments_mean_is_found_anew_for_each_snapshot() -> None:
    """A horizon beyond all forecasts of one snapshot means something in the next, which has longer ones."""
    literals, cells = (95,), CellCache(1 << 20)
    asked = SelectedField(b'"forecast":', "forecast", (("horizon", lambda values: values.literals[0]),))
    shape = Shape("Item", (asked,))
    everything = shape.key(Values({}, literals, SnapshotCells(1, cells)), lambda name, given: {})
    some = shape.key(Values({}, literals, SnapshotCells(2, cells)), lambda name, given: given)
    assert everything != some
    assert shape.key(Values({}, literals, SnapshotCells(2, cells)), lambda name, given: given) == some
