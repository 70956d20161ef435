"""Folders of results for tests of the handover, as plain scripts and exports leave them."""

import json
from datetime import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lakecast_lake import commit, publish, snapshots
from lakecast_schema.tables import FACT_METRICS

PLAIN = {
    "date": pa.timestamp("ns"),
    "item_id": pa.large_string(),
    "forecast": pa.float64(),
    "actual": pa.float64(),
    "source": pa.large_string(),
    "model_version": pa.large_string(),
    "generated_at": pa.timestamp("ns"),
    "dataset_id": pa.large_string(),
}


def plain(dates, actuals, item="a", source="my_model", dataset_id="alpha"):
    """Rows as a plain pandas script writes them."""
    rows = [
        {
            "date": datetime.combine(day.item(), datetime.min.time()),
            "item_id": item,
            "forecast": 1.5 + number,
            "actual": actual,
            "source": source,
            "model_version": "v1.0.0",
            "generated_at": datetime(2026, 1, 1, 12),
            "dataset_id": dataset_id,
        }
        for number, (day, actual) in enumerate(zip(dates, actuals, strict=True))
    ]
    columns = {name: pa.array([row[name] for row in rows], kind) for name, kind in PLAIN.items()}
    return pa.table(columns)


def days(first="2026-01-01", count=6):
    return np.datetime64(first, "D") + np.arange(count)


def months(first, count):
    return (np.datetime64(first, "M") + np.arange(count)).astype("datetime64[D]")


def put(folder, forecasts, metrics=None, **metadata):
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(forecasts, folder / "fact_forecast.parquet")
    if metrics is not None:
        pq.write_table(metrics, folder / "fact_metrics.parquet")
    if metadata:
        (folder / "metadata.json").write_text(json.dumps(metadata))
    return folder


def publish_run(lake, forecasts, metrics, run_id="run-1"):
    """Publish rows of several data sets as runs do."""
    for name in sorted(set(forecasts["dataset_id"].to_pylist())):
        rows = forecasts.filter(pc.equal(forecasts["dataset_id"], name))
        sources = sorted(set(rows["source"].to_pylist()))
        errors = metrics.filter(pc.equal(metrics["dataset_id"], name))
        done = [
            commit.forecasts(lake, rows, name, sources, run_id),
            commit.replace(lake, FACT_METRICS, errors, {"dataset_id": name}, run_id),
        ]
        publish.publish(lake, f"{run_id}-{name}", name, done, {})


def current(lake, table, dataset_id=None):
    return snapshots.read(lake, snapshots.newest(lake), table, dataset_id)
