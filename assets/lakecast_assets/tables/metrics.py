"""Rows of `fact_metrics`: backtest errors of a source on each item, over all scored windows."""

import datetime as dt

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_assets.tables.forecasts import BOUND_COLUMNS, text, windows
from lakecast_assets.tables.outcome import Outcome
from lakecast_forecast.evaluation.backtest import SourceForecasts
from lakecast_forecast.evaluation.origins import Origins
from lakecast_forecast.panel import Panel
from lakecast_schema import accuracy
from lakecast_schema.tables import FACT_METRICS, METRICS

Array = NDArray[np.float64]


def scales(panel: Panel, origins: Origins) -> tuple[Array, Array]:
    """(n,) what MASE and RMSSE divide by, from what was known before the oldest scored window of each item.

    An item that had not begun by then takes a later window's origin; NaN where there is none.
    """
    absolute, squared = np.full(len(panel), np.nan), np.full(len(panel), np.nan)
    for offset in sorted(origins.offsets[: origins.scored], reverse=True):
        seen = panel.until(offset)
        first, second = accuracy.scales(seen.values, panel.frequency.season_length)
        absolute = np.where(np.isnan(absolute), first, absolute)
        squared = np.where(np.isnan(squared), second, squared)
    return absolute, squared


def score(found: SourceForecasts, panel: Panel, scale: tuple[Array, Array]) -> dict[str, Array]:
    """The error columns of a source, each (n,), NaN where there is nothing to score."""
    items, numbers, actual, mean, bounds = [], [], [], [], []
    for number, (rows, forecasts, seen) in enumerate(windows(found, panel)):
        horizon = seen.shape[1]
        items.append(np.repeat(rows, horizon))
        numbers.append(np.full(rows.size * horizon, number))
        actual.append(seen[rows].reshape(-1))
        mean.append(forecasts.mean[rows].reshape(-1))
        bounds.append(forecasts.quantiles[rows][:, :, BOUND_COLUMNS].reshape(rows.size * horizon, -1))
    if not items:
        return {}
    return dict(
        accuracy.metrics(
            np.concatenate(items),
            np.concatenate(numbers),
            np.concatenate(actual),
            np.concatenate(mean),
            np.concatenate(bounds),
            *scale,
        )
    )


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
