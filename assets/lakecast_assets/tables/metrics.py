"""Rows of `fact_metrics`: backtest errors of a source on each item, over all scored windows."""

import datetime as dt

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_assets.tables.forecasts import text
from lakecast_assets.tables.outcome import Outcome
from lakecast_forecast.evaluation.scores import scales, score
from lakecast_forecast.panel import Panel
from lakecast_schema import accuracy
from lakecast_schema.tables import FACT_METRICS, METRICS


def metrics_table(outcome: Outcome, panel: Panel, baseline: Outcome | None, run_id: str, now: dt.datetime) -> pa.Table:
    """One row per item. baseline: the seasonal naive source that `skill` compares with; None leaves skill unknown."""
    found = outcome.forecasts
    if found is None:
        return FACT_METRICS.schema.empty_table()
    size = len(panel)
    scale = scales(panel, found.origins)
    columns = score(found, panel, scale)
    loss = columns.get("scaled_quantile_loss", np.full(size, np.nan))
    if baseline is not None and baseline.forecasts is not None:
        base = score(baseline.forecasts, panel, scale).get("scaled_quantile_loss", np.full(size, np.nan))
        columns["skill"] = accuracy.skill(loss, base)
    columns["fit_seconds"] = found.seconds
    zero = np.zeros(size)
    for name in ("windows", "observations"):
        columns[name] = columns.get(name, zero).astype(np.int64)
    measures = {
        name: pa.array(_finite(columns.get(name, np.full(size, np.nan))), FACT_METRICS.schema.field(name).type)
        for name in METRICS
    }
    stamps = {
        "dataset_id": text(panel.dataset_id, size),
        "item_id": pa.array(panel.item_ids, pa.string()),
        "source": text(outcome.source, size),
        "model_version": text(outcome.version, size),
        "generated_at": pa.repeat(pa.scalar(now, FACT_METRICS.schema.field("generated_at").type), size),
        "run_id": text(run_id, size),
    }
    columns_in_order = [({**measures, **stamps})[name] for name in FACT_METRICS.column_names]
    return pa.table(columns_in_order, schema=FACT_METRICS.schema)


def _finite(values: NDArray[np.generic]) -> pa.Array:
    """Values with null where they are not finite."""
    if values.dtype.kind == "i":
        return pa.array(values)
    return pa.array(values, mask=~np.isfinite(values.astype(np.float64)))
