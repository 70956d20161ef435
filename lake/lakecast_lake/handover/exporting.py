"""Writing the newest snapshot's forecasts and errors to a folder."""

from pathlib import Path

import pyarrow as pa

from lakecast_lake import snapshots
from lakecast_lake.errors import LakeNotFound
from lakecast_lake.handover import folder as folders
from lakecast_lake.handover.items import stated_frequencies
from lakecast_lake.handover.metadata import describe
from lakecast_lake.ordering import ordered
from lakecast_lake.published import forecasts_by_source, sources_of
from lakecast_lake.storage import Lake
from lakecast_schema.tables import DIM_ITEM, FACT_FORECAST, FACT_METRICS


def export(lake: Lake, folder: str | Path, dataset_id: str | None = None) -> None:
    """Write the newest snapshot's forecasts and metrics to a folder that `import_` takes.

    All rows are written: live, past and backtest ones. Existing files of the same names are
    replaced, `metadata.json` last. Raises LakeNotFound where nothing was published, or nothing of that data set.
    """
    record = snapshots.newest(lake)
    if dataset_id not in (None, *record.dataset_ids):
        raise LakeNotFound(
            lake.uri, f"there is no data set {dataset_id}", f"There are {', '.join(record.dataset_ids)}."
        )
    parts = [FACT_FORECAST.schema.empty_table()]
    for name in record.dataset_ids if dataset_id is None else (dataset_id,):
        parts += [rows for _, rows in forecasts_by_source(lake, record, name, sources_of(lake, record, name))]
    forecasts = ordered(FACT_FORECAST, pa.concat_tables(parts))
    if forecasts.num_rows == 0:
        raise LakeNotFound(lake.uri, "there are no forecasts to export", "Run or import first.")
    metrics = snapshots.read(lake, record, FACT_METRICS.name, dataset_id)
    items = snapshots.read(lake, record, DIM_ITEM.name, dataset_id)
    described = {"snapshot_id": record.snapshot_id, **describe(forecasts, metrics, stated_frequencies(items))}
    folders.write(Path(folder), forecasts, metrics, described)
