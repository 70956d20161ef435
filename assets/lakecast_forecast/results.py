"""What models say as Arrow tables: forecasts, backtests, errors and reasons."""

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_forecast.evaluation.backtest import SourceForecasts
from lakecast_forecast.evaluation.origins import actuals, takes_part
from lakecast_forecast.interface import Forecasts
from lakecast_forecast.intervals import bounds, column_names
from lakecast_forecast.issue import in_portuguese
from lakecast_forecast.panel import Array, Dates, Panel
from lakecast_schema.periods import shift

Rows = NDArray[np.int64]


def forecast_rows(
    source: str | NDArray[np.object_], panel: Panel, forecasts: Forecasts, levels: Sequence[float]
) -> pa.Table:
    """item_id, date, source, mean, median and the bounds of each interval: one row per item and period.

    source: the name, or (n,) each item's own.
    """
    return _rows(source, panel, np.arange(len(panel)), forecasts, panel.ends, levels, {})


def backtest_rows(backtest: SourceForecasts, panel: Panel, levels: Sequence[float]) -> pa.Table:
    """As `forecast_rows`, for every scored window, with the cutoff (the last period that was seen) and the actual."""
    horizon = backtest.live.mean.shape[1]
    parts = []
    for window, offset in zip(backtest.backtest, backtest.origins.offsets, strict=False):
        rows = np.flatnonzero(takes_part(panel, offset))
        cutoffs = shift(panel.ends, -offset, panel.frequency)
        more = {
            "cutoff": pa.array(np.repeat(cutoffs[rows], horizon), pa.date32()),
            "actual": pa.array(actuals(panel, offset, horizon)[rows].reshape(-1), from_pandas=True),
        }
        parts.append(_rows(backtest.source, panel, rows, window, cutoffs, levels, more))
    if parts:
        return pa.concat_tables(parts)
    more = {"cutoff": pa.array([], pa.date32()), "actual": pa.array([], pa.float64())}
    return _rows(backtest.source, panel, np.arange(0), backtest.live, panel.ends, levels, more)


def issue_rows(source: str, panel: Panel, issues: Sequence[str | None]) -> pa.Table:
    """item_id, source, reason and reason_pt (in Portuguese) of items that a source has no model of their own for."""
    pairs = [(item, reason) for item, reason in zip(panel.item_ids, issues, strict=True) if reason]
    return pa.table(
        {
            "item_id": pa.array([item for item, _ in pairs], pa.string()),
            "source": pa.array([source] * len(pairs), pa.string()),
            "reason": pa.array([reason for _, reason in pairs], pa.string()),
            "reason_pt": pa.array([in_portuguese(reason) for _, reason in pairs], pa.string()),
        }
    )


def _rows(
    source: str | NDArray[np.object_],
    panel: Panel,
    items: Rows,
    forecasts: Forecasts,
    cutoffs: Dates,
    levels: Sequence[float],
    more: Mapping[str, pa.Array],
) -> pa.Table:
    horizon = forecasts.mean.shape[1]
    dates = shift(cutoffs[items, None], np.arange(1, horizon + 1)[None, :], panel.frequency)
    owners = pa.DictionaryArray.from_arrays(
        pa.array(np.repeat(items, horizon).astype(np.int32)), pa.array(panel.item_ids, pa.string())
    )
    sources = np.full(len(panel), source, dtype=object) if isinstance(source, str) else source
    wanted = forecasts.at((0.5, *(bound for level in levels for bound in bounds(level)))).quantiles[items]

    def column(values: Array) -> pa.Array:
        return pa.array(values.reshape(-1), pa.float64())

    columns = {
        "item_id": owners.cast(pa.string()),
        "date": pa.array(dates.reshape(-1), pa.date32()),
        **more,
        "source": pa.array(np.repeat(sources[items], horizon), pa.string()),
        "mean": column(np.maximum(forecasts.mean[items], 0.0)),
        "median": column(wanted[:, :, 0]),
    }
    for place, level in enumerate(levels):
        lower, upper = column_names(level)
        columns[lower] = column(wanted[:, :, 1 + 2 * place])
        columns[upper] = column(wanted[:, :, 2 + 2 * place])
    return pa.table(columns)
