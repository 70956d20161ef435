"""Results made elsewhere, as Dagster shows them: materialisations of the assets that they take the place of."""

import datetime as dt
from pathlib import Path

import dagster as dg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakecast_assets.pipeline.automation import import_job
from lakecast_assets.pipeline.io import LakeIO
from lakecast_lake import snapshots
from lakecast_lake.storage import Lake

DAYS = [dt.date(2026, 1, day) for day in range(1, 5)]


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """A folder of two data sets, a period of each with an actual and three without."""
    rows = [
        {
            "date": day,
            "item_id": "A",
            "forecast": 2.0,
            "actual": 1.0 if day == DAYS[0] else None,
            "source": "mine",
            "model_version": "v1.0.0",
            "generated_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
            "dataset_id": name,
        }
        for name in ("one", "two")
        for day in DAYS
    ]
    folder = tmp_path / "results"
    folder.mkdir()
    pq.write_table(pa.Table.from_pylist(rows), folder / "fact_forecast.parquet")
    return folder


def shown(instance: dg.DagsterInstance, run: str) -> list[dg.AssetMaterialization]:
    records = instance.get_records_for_run(run, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION).records
    return [event for record in records if (event := record.asset_materialization) is not None]


def test_an_import_is_a_materialisation_of_what_it_has_published(results: Path, lake: str) -> None:
    config = {"ops": {"import_folder": {"config": {"folder": str(results)}}}}
    with dg.DagsterInstance.ephemeral() as instance:
        first, again = (
            import_job.execute_in_process(config, instance, resources={"lake_io": LakeIO(uri=lake)}) for _ in range(2)
        )
        events = {(event.asset_key.path[-1], event.partition): event for event in shown(instance, first.run_id)}
        assert instance.get_dynamic_partitions("dataset") == ["one", "two"]
        assert shown(instance, again.run_id) == [], "nothing was published the second time"
    record = snapshots.newest(Lake.open(lake))
    tables = ("fact_forecast", "fact_metrics")
    assert set(events) == {(name, part) for part in ("one", "two") for name in (*tables, "snapshot")}
    for entry in record.entries:
        if entry.table in tables:
            noted = events[entry.table, entry.dataset_id].metadata
            assert noted["delta/version"].value == entry.version
            assert noted["dagster/row_count"].value == entry.rows
            assert noted["imported from"].value == str(results)
    assert events["snapshot", "one"].metadata["snapshot_id"].value == record.snapshot_id
