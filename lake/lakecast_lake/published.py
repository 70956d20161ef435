"""Published forecasts as a writer of today would have left them: lakes of earlier versions kept all runs as live."""

from collections.abc import Iterator, Sequence

import pyarrow as pa

from lakecast_lake import kinds, snapshots
from lakecast_lake.pinned import PinnedTable
from lakecast_lake.predicates import Where
from lakecast_lake.snapshots import SnapshotRecord
from lakecast_lake.storage import Lake
from lakecast_schema.tables import FACT_FORECAST

KEPT_CUTOFFS = 8
"""Cutoffs that `fact_forecast` keeps as past per item and source."""


def sources_of(lake: Lake, record: SnapshotRecord, dataset_id: str) -> tuple[str, ...]:
    """Sources of which a data set has forecasts, in alphabetical order."""
    entry = record.entry(dataset_id, FACT_FORECAST.name)
    if entry is None:
        return ()
    pinned = PinnedTable(lake, entry.table, entry.version)
    return tuple(sorted({partition["source"] for partition in pinned.partitions(dataset_id)}))


def with_actuals(lake: Lake, record: SnapshotRecord, dataset_id: str, demand: pa.Table) -> pa.Table | None:
    """All published forecasts of a data set with the actuals that rows of `demand` know.

    None where they know none that is not published.
    """
    parts = [rows for _, rows in forecasts_by_source(lake, record, dataset_id, sources_of(lake, record, dataset_id))]
    rows = pa.concat_tables(parts) if parts else FACT_FORECAST.schema.empty_table()
    filled = kinds.with_actuals(rows, kinds.known_actuals(rows, demand))
    return None if filled["actual"].equals(rows["actual"]) else filled


def forecasts_by_source(
    lake: Lake,
    record: SnapshotRecord,
    dataset_id: str,
    sources: Sequence[str],
    *,
    keep_cutoffs: int = KEPT_CUTOFFS,
    only: Sequence[str] = (kinds.LIVE, kinds.PAST, kinds.BACKTEST),
) -> Iterator[tuple[str, pa.Table]]:
    """Each of the sources with its rows of `fact_forecast` of the kinds in `only`, in no certain order."""
    entry = record.entry(dataset_id, FACT_FORECAST.name)
    run_id, items = record.run_of(dataset_id), snapshots.items_of(lake, record, dataset_id)
    for source in sources:
        rows = FACT_FORECAST.schema.empty_table()
        if entry is not None:
            scope: Where = {"dataset_id": dataset_id, "source": source, "kind": list(only)}
            rows = kinds.as_of_now(snapshots.scan(lake, entry, scope), run_id, items, keep_cutoffs)
        yield source, rows
