"""Real demand from files to answers: every active item has a forecast of every source, or a stated reason."""

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from lakecast_assets.pipeline.run import run
from lakecast_forecast.registry import DEFAULT_SOURCES
from lakecast_lake import snapshots
from lakecast_lake.storage import Lake
from lakecast_schema import rules
from lakecast_schema.tables import TABLES

DATA = Path(os.environ.get("LAKECAST_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
ITEMS = {"carparts": 60, "pasta_daily": 6}
"""How many items of each set: enough to see what is wrong, few enough to train a network on in a minute."""


@pytest.mark.slow
@pytest.mark.parametrize("name", ITEMS)
def test_every_item_has_an_answer_of_every_source(name: str, tmp_path: Path) -> None:
    if not (DATA / f"{name}.parquet").exists():
        pytest.skip("LAKECAST_DATA names no folder with the public data sets")
    demand = pq.read_table(DATA / f"{name}.parquet")
    chosen = pc.unique(demand["item_id"])[: ITEMS[name]]
    folder = tmp_path / name
    folder.mkdir()
    pq.write_table(demand.filter(pc.is_in(demand["item_id"], chosen)), folder / "demand.parquet")

    (made,) = run(folder, str(tmp_path / "lake")).datasets

    assert made.dataset_id == name
    assert made.failed_sources == {}
    lake = Lake.open(str(tmp_path / "lake"))
    tables = {table: snapshots.read(lake, snapshots.newest(lake), table) for table in TABLES if table != "snapshot"}
    items = tables["dim_item"].to_pylist()
    active = {row["item_id"] for row in items if row["is_active"] is not False}
    assert {row["item_id"] for row in items} == set(chosen.to_pylist())
    assert made.items == len(active) > ITEMS[name] / 2
    for table, rows in tables.items():
        if rows.num_rows:
            rules.check(TABLES[table], rows)
    live = tables["fact_forecast"].filter(pc.field("kind") == "live")
    answered = {(row["source"], row["item_id"]) for row in live.select(["source", "item_id"]).to_pylist()}
    reasons = {(row["source"], issue["item_id"]) for row in tables["model_run"].to_pylist() for issue in row["issues"]}
    for source in DEFAULT_SOURCES:
        for item in active:
            assert (source, item) in answered | reasons
    assert set(tables["fact_replenishment"]["item_id"].to_pylist()) == active
    assert mean(tables["fact_metrics"], "ensemble") < mean(tables["fact_metrics"], "seasonal_naive")


def mean(metrics: pa.Table, source: str) -> float:
    return float(pc.mean(metrics.filter(pc.field("source") == source)["rmsse"]).as_py())
