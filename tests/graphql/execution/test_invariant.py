"""The invariant: every way of answering gives the same JSON as plain Strawberry over the same snapshot."""

import asyncio
import os
from collections import Counter
from types import SimpleNamespace
from typing import Any

import made_lake
import operations
import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lakecast_graphql.errors import ApiError, ErrorCode
from lakecast_graphql.execution import plan, render, row_groups
from lakecast_graphql.execution.dispatch import Dispatcher
from lakecast_graphql.execution.graphql_core import ColumnarExecutor
from lakecast_graphql.execution.strawberry import StrawberryExecution
from lakecast_graphql.operation.documents import Documents
from lakecast_graphql.operation.limits import Limits
from lakecast_graphql.operation.operation import Caller, Operation
from lakecast_graphql.read.view import View
from lakecast_graphql.rows import column, rows
from lakecast_graphql.rows.interleaving import PlainCells, interleaved, joined_in_python
from lakecast_graphql.types.context import Surroundings
from lakecast_graphql.types.schema import schema
from lakecast_lake import columns, snapshots

OPERATIONS = int(os.environ.get("LAKECAST_TEST_OPERATIONS", "2400"))
"""How many operations are compared in a run, and lists of pages, four times fewer: 3,000 together."""
LIMIT = pytest.mark.timeout(900)
LONG = pytest.mark.slow if OPERATIONS > 200 else LIMIT
SCHEMA = schema()._schema


@pytest.fixture(scope="module")
def ways(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Plain, columnar and fast execution over one snapshot, with the others at hand for time travel."""
    lake = made_lake.make(tmp_path_factory.mktemp("lake") / "lake")
    made_lake.add_run(lake, "alpha", seed=5, run_id="run-3", later=1)
    history = snapshots.history(lake)
    loaded = {record.snapshot_id: columns.load(lake, record) for record in history}

    def opened(number: int) -> columns.Snapshot:
        if number not in loaded:
            raise ApiError(ErrorCode.SNAPSHOT_GONE, f"There is no snapshot {number}.", known=sorted(loaded))
        return loaded[number]

    service: Any = SimpleNamespace(open=opened, history=history, newest_at=lambda at: history[0])
    surroundings = Surroundings(service, gate=None)  # type: ignore[arg-type]
    documents = Documents(SCHEMA, Limits(20, 50, 5000, 400, 50), shows_schema=True, suggestions=False, max_errors=10)
    plain = StrawberryExecution(schema(), documents, surroundings)
    columnar = StrawberryExecution(schema(), documents, surroundings, executor_class=ColumnarExecutor)
    known: dict[str, Any] = {"history": lambda: history, "opened": opened}
    fast = Dispatcher(SCHEMA, documents, columnar, **known)
    loop = asyncio.new_event_loop()
    bare = Dispatcher(SCHEMA, documents, columnar, **known, answer_bytes=0, cell_bytes=0)
    cells = Dispatcher(SCHEMA, documents, columnar, **known, answer_bytes=0)
    view = View(loaded[history[0].snapshot_id])
    with pytest.MonkeyPatch.context() as patch:  # many row groups in a small lake, laid out at once
        patch.setattr(rows, "_ROWS_BITS", 5)
        patch.setattr(rows, "_MOST_BITS", 2)
        patch.setattr(row_groups, "_WORTH", 1_000)
        yield SimpleNamespace(plain=plain, columnar=columnar, fast=fast, bare=bare, cells=cells, view=view, loop=loop)
    loop.close()
    for execution in (plain, columnar, fast, bare, cells):
        execution.close()


def meaning(body: bytes) -> Any:
    """What an answer says; numbers of logged faults differ from one to the next."""
    answer = orjson.loads(body)
    faults = [e for e in answer.get("errors", ()) if e["extensions"]["code"] == "INTERNAL_SERVER_ERROR"]
    assert not faults, faults
    return answer


def compare(ways: Any, text: str, variables: dict[str, Any]) -> Any:
    """One operation, every way: with answers kept, twice; with cells kept, or nothing."""
    asked = Operation(text, variables, "Q")
    wanted = meaning(ways.plain.answer_now(asked, ways.view, Caller()).body)
    assert meaning(ways.columnar.answer_now(asked, ways.view, Caller()).body) == wanted, "columnar"
    attempts = ((ways.fast, "compiled"), (ways.fast, "cached"), (ways.cells, "cells"), (ways.bare, "nothing kept"))
    for execution, attempt in attempts:
        answer = ways.loop.run_until_complete(execution.answer(asked, ways.view, Caller()))
        assert meaning(answer.body) == wanted, attempt
    return wanted


def compare_pages(ways: Any, seed: int) -> None:
    """A page of a list, and the two that follow it."""
    text, variables = operations.page(SCHEMA, seed)
    for _ in range(3):
        found = compare(ways, text, variables).get("data") or {}
        if not (found.get("r0") or {}).get("pageInfo", {}).get("hasNextPage"):
            return
        variables = {**variables, "a": found["r0"]["pageInfo"]["endCursor"]}


@LONG
@LIMIT
def test_every_way_gives_the_ordinary_answer(ways: Any) -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=OPERATIONS, deadline=None, database=None, derandomize=True)
    @given(st.integers(0, 1 << 62))
    def check(seed: int) -> None:
        text, variables = operations.operation(SCHEMA, seed)
        before = Counter(ways.fast.ways)
        compare(ways, text, variables)
        seen.update(Counter(ways.fast.ways) - before)
        seen["compared"] += 1

    check()
    assert seen["compared"] >= OPERATIONS * 0.9
    assert seen["light"] + seen["heavy"] > 0.3 * OPERATIONS, seen


@LONG
@LIMIT
def test_every_way_gives_the_ordinary_pages(ways: Any) -> None:
    before = Counter(ways.cells.ways)
    for seed in range(OPERATIONS // 4):
        compare_pages(ways, 32_452_843 * seed)
    seen = Counter(ways.cells.ways) - before
    assert seen["light"] > 0.8 * seen.total(), seen
    assert len(ways.cells.cells) > min(20, OPERATIONS // 20)


def test_fields_of_a_mixed_workload_go_the_fast_ways(ways: Any) -> None:
    """Whatever is not an error, a mutation, introspection, another snapshot or a custom directive."""
    gone: Counter[str] = Counter()
    for seed in range(300):
        text, variables = operations.operation(SCHEMA, 104_729 * seed)
        before = Counter(ways.bare.ways)
        answer = ways.loop.run_until_complete(ways.bare.answer(Operation(text, variables, "Q"), ways.view, Caller()))
        if answer.complete:
            gone += Counter(ways.bare.ways) - before
    assert gone["light"] > 30, gone
    assert gone["heavy"] > 30, gone
    # A scalar that no plan coerces is the instant of `snapshot(asOf:)`; whole numbers beyond 2**53 are no plain floats.
    other = {
        "ordinary: scalar",
        "ordinary: Float",
        "ordinary: Int",  # written as 3.0
        "ordinary: list",  # one value where a list is wanted
        *(f"ordinary: field {name}" for name in ("snapshot", "snapshots", "node")),
    }
    assert {way for way in gone if way.startswith("ordinary")} <= other, gone


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_python_answers_where_there_is_no_compiler(ways: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (column, render):
        monkeypatch.setattr(module, "interleave", interleaved)
    for module in (plan, render):
        monkeypatch.setattr(module, "joined", joined_in_python)
    monkeypatch.setattr(render, "Cells", PlainCells)
    ways.cells.cells.keep_only(-1)
    for seed in range(100):
        compare(ways, *operations.operation(SCHEMA, 15_485_863 * seed))
        compare_pages(ways, 15_485_863 * seed)
    assert len(ways.cells.cells) > 20
