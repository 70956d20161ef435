"""Copies of the lake's tables for servers that cannot read it as it is: one Parquet file each, sorted."""

from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.serving.lake import FIRST_DAY, TOTAL_DAYS_OF_PAGE
from lakecast_lake import snapshots
from lakecast_lake.storage import Lake

ROW_GROUP_ROWS = 122_880


def write(lake: Lake, folder: Path) -> Path:
    """fact_forecast, fact_metrics, dim_item and `page` (items joined with metrics and total) as Parquet files."""
    if (folder / "page.parquet").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    record = snapshots.newest(lake)
    forecast_columns = ["date", "item_id", "forecast", "lower_80", "upper_80", "source"]
    forecasts = snapshots.read(lake, record, "fact_forecast", columns=forecast_columns)
    forecasts = forecasts.sort_by([("item_id", "ascending"), ("source", "ascending"), ("date", "ascending")])
    metrics = snapshots.read(lake, record, "fact_metrics", columns=["item_id", "source", "mae", "rmse", "mape"])
    metrics = metrics.sort_by([("item_id", "ascending"), ("source", "ascending")])
    items = snapshots.read(lake, record, "dim_item", columns=["item_id", "name", "category"]).sort_by("item_id")
    for name, table in (("fact_forecast", forecasts), ("fact_metrics", metrics), ("dim_item", items)):
        pq.write_table(table, folder / f"{name}.parquet", row_group_size=ROW_GROUP_ROWS)
    pq.write_table(_page(forecasts, metrics, items), folder / "page.parquet")
    return folder


def _page(forecasts: pa.Table, metrics: pa.Table, items: pa.Table) -> pa.Table:
    end = (FIRST_DAY + TOTAL_DAYS_OF_PAGE).astype("datetime64[D]").item()
    early = forecasts.filter(
        pc.and_(pc.less(forecasts["date"], pa.scalar(end)), pc.equal(forecasts["source"], "ensemble"))
    )
    totals = early.group_by("item_id").aggregate([("forecast", "sum")]).rename_columns(["item_id", "total"])
    return (
        metrics.filter(pc.equal(metrics["source"], "ensemble"))
        .join(items, "item_id")
        .join(totals, "item_id")
        .sort_by([("item_id", "ascending"), ("source", "ascending")])
    )
