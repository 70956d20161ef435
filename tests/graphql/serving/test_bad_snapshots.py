"""Snapshots that a writer with another gate, or none, has published: never served, and told why."""

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from deltalake import DeltaTable, write_deltalake

from lakecast_graphql.serving.service import Service
from lakecast_graphql.serving.worker_signals import NoSignals
from lakecast_lake import publish, snapshots
from lakecast_lake.commit import Commit
from lakecast_lake.storage import Lake
from lakecast_schema.vocabulary import RefreshOutcome

Change = Callable[[pa.Table], pa.Table]


def replaced(column: str, value: object) -> Change:
    """The first row's value replaced."""

    def change(rows: pa.Table) -> pa.Table:
        values = rows[column].to_pylist()
        values[0] = value
        at = rows.schema.get_field_index(column)
        return rows.set_column(at, rows.schema.field(column), pa.array(values, rows.schema.field(column).type))

    return change


def nullable(change: Change) -> Change:
    """The change on a table whose columns may be null."""

    def loosened(rows: pa.Table) -> pa.Table:
        return change(rows.cast(pa.schema([field.with_nullable(True) for field in rows.schema])))

    return loosened


CHANGES: dict[str, tuple[str, Change]] = {
    "a mean that is no number": ("fact_forecast", replaced("forecast", float("nan"))),
    "an infinite mean": ("fact_forecast", replaced("forecast", float("inf"))),
    "a negative mean": ("fact_forecast", replaced("forecast", -1.0)),
    "bounds out of order": ("fact_forecast", replaced("lower_80", 1e9)),
    "a row twice": ("fact_forecast", lambda rows: pa.concat_tables([rows, rows.slice(0, 1)])),
    "a column missing": ("fact_forecast", lambda rows: rows.drop_columns(["model_version"])),
    "another type": (
        "fact_forecast",
        lambda rows: rows.set_column(
            rows.schema.get_field_index("forecast"), "forecast", pc.cast(rows["forecast"], pa.string())
        ),
    ),
    "no item": ("fact_forecast", nullable(replaced("item_id", None))),
    "an unknown kind of alert": ("fact_replenishment", replaced("alert", "panic")),
    "an unknown frequency": ("dim_item", replaced("frequency", "hourly")),
    "an item twice": ("dim_item", lambda rows: pa.concat_tables([rows, rows.slice(0, 1)])),
    "a coverage above one": ("fact_metrics", replaced("coverage_80", 1.5)),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_snapshot_that_breaks_the_contract_is_rejected(own_lake: Lake, name: str) -> None:
    lake = own_lake
    service = Service(lake, signals=NoSignals())
    service.start()
    try:
        table, change = CHANGES[name]
        rows = snapshots.read(lake, snapshots.newest(lake), table, dataset_id="alpha")
        handle = DeltaTable(lake.table_uri(table))
        partition_by = handle.metadata().partition_columns
        write_deltalake(
            lake.table_uri(table), change(rows), mode="overwrite", schema_mode="overwrite", partition_by=partition_by
        )
        version = DeltaTable(lake.table_uri(table)).version()
        newest = snapshots.newest(lake).entry("alpha", table)
        assert newest is not None
        commit = Commit(table, version, rows.num_rows, newest.committed_at)
        number = publish.publish(lake, "run-bad", "alpha", [commit], {})
        done = service.refresh("ml_results", False)
        assert (done.outcome, done.served.snapshot_id) == (RefreshOutcome.REJECTED, 2), done.message
        assert service.newest_id == number
        assert service.problem is not None
        assert lake.uri not in service.problem.message
    finally:
        service.close()
