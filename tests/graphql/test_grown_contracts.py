"""Contracts that gained nullable columns: what was published before is served, pinned, compared and written on."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import made_lake
import pyarrow as pa
import pytest
from running import Running, running

from lakecast_lake import columns, commit, snapshots
from lakecast_lake.storage import Lake
from lakecast_schema.contract import COUNT, REAL, TEXT, Column, Table
from lakecast_schema.tables import TABLES

GAINED = (
    Column("gained_text", TEXT, "Gained", nullable=True),
    Column("gained_number", REAL, "Gained", nullable=True),
    Column("gained_count", COUNT, "Gained", nullable=True),
    Column("gained_list", pa.list_(pa.struct([("name", TEXT)])), "Gained", nullable=True),
)
READ = """
  items(first: 3) { nodes { itemId name champion demandClass } totalCount }
  forecasts(first: 30) { nodes { date itemId forecast lower80 } totalCount }
  forecastTotals(groupBy: [DATASET, SOURCE]) { nodes { forecast } }
  metrics(first: 3) { nodes { itemId source quantileLoss } }
  replenishment(first: 9) { nodes { itemId alert recommendedOrder } }
  modelRuns { runId source }
"""


@pytest.fixture
def yesterday(own_lake: Lake) -> Lake:
    """A lake of two snapshots, written before the contracts grew."""
    return own_lake


@pytest.fixture
def grown(yesterday: Lake) -> Iterator[None]:
    """Every contract with more nullable columns, first and last, than the lake was written with."""
    before = {name: table.columns for name, table in TABLES.items()}
    for table in TABLES.values():
        _give(table, (GAINED[0], *table.columns, *GAINED[1:]))
    yield
    for name, table in TABLES.items():
        _give(table, before[name])


def _give(table: Table, columns: tuple[Column, ...]) -> None:
    object.__setattr__(table, "columns", columns)
    table.__dict__.pop("schema", None)


@pytest.mark.usefixtures("grown")
def test_yesterdays_lake_is_served_pinned_and_compared(yesterday: Lake, admin: tuple[str, str]) -> None:
    with running(yesterday.uri, dev=True, keys_file=admin[0]) as server:
        now = server.data(f"{{ {READ} }}")
        assert now["forecasts"]["totalCount"]
        assert _pinned(server, 1, admin[1]) == server.data(f"{{ snapshot(id: 1) {{ {READ} }} }}")["snapshot"]
        made_lake.add_run(yesterday, "alpha", seed=5, run_id="run-3", later=1)
        server.data('mutation { refreshData(source: "ml_results") { outcome } }', admin[1])
        assert _pinned(server, 2, admin[1]) == now
        changes = server.data("{ forecastDiff(from: 2, to: 3) { totalCount } }")
        assert changes["forecastDiff"]["totalCount"]


def _pinned(server: Running, number: int, key: str) -> Any:
    server.data("mutation Q($n: Int!) { pinSnapshot(snapshotId: $n) { snapshotId } }", key, n=number)
    try:
        return server.data(f"{{ {READ} }}")
    finally:
        server.data("mutation { unpinSnapshot { snapshotId } }", key)


@pytest.mark.usefixtures("grown")
def test_runs_go_on_in_yesterdays_tables(yesterday: Lake) -> None:
    untouched = _all(yesterday, "béta 2")
    made_lake.add_run(yesterday, "alpha", seed=5, run_id="run-3", later=1, sources=("ensemble",))
    assert _all(yesterday, "béta 2") == untouched
    assert len(_all(yesterday, "alpha")) == len(untouched)
    columns.load(yesterday, snapshots.newest(yesterday))


@pytest.mark.usefixtures("grown")
def test_a_writer_of_yesterday_leaves_the_columns_of_today(yesterday: Lake) -> None:
    """Two versions of the writer in turn: neither takes the other's columns away, nor stumbles over them."""
    made_lake.add_run(yesterday, "alpha", seed=5, run_id="run-3", later=1)
    today = {name: table.columns for name, table in TABLES.items()}
    for table in TABLES.values():
        _give(table, tuple(column for column in table.columns if column not in GAINED))
    made_lake.add_run(yesterday, "alpha", seed=6, run_id="run-4", later=2)
    columns.load(yesterday, snapshots.newest(yesterday))
    for name, table in TABLES.items():
        _give(table, today[name])
    made_lake.add_run(yesterday, "alpha", seed=7, run_id="run-5", later=3)
    for table in TABLES:
        if yesterday.exists(table):
            there = {field.name for field in yesterday.handle(table).schema().fields}
            assert there == set(TABLES[table].column_names), table
    columns.load(yesterday, snapshots.newest(yesterday))


def test_a_column_that_may_be_null_by_now_is_written_as_null_in_yesterdays_table(yesterday: Lake) -> None:
    contract = TABLES["fact_replenishment"]
    before = contract.columns
    _give(contract, tuple(replace(c, nullable=c.nullable or c.name == "distribution") for c in before))
    try:
        rows = snapshots.read(yesterday, snapshots.newest(yesterday), contract.name, "alpha")
        at = rows.schema.get_field_index("distribution")
        nulls = rows.set_column(at, contract.schema.field("distribution"), pa.nulls(rows.num_rows, TEXT))
        done = commit.replace(yesterday, contract, nulls, {"dataset_id": "alpha"}, "run-3")
        entry = snapshots.Entry("alpha", contract.name, done.version, done.rows, done.committed_at)
        read = snapshots.scan(yesterday, entry, {"dataset_id": "alpha"})
        assert read["distribution"].null_count == rows.num_rows
    finally:
        _give(contract, before)


def _all(lake: Lake, dataset_id: str) -> list[Any]:
    record = snapshots.newest(lake)
    return [
        snapshots.read(lake, record, name, dataset_id).to_pylist() for name in TABLES if record.entry(dataset_id, name)
    ]
