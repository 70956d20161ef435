"""Rows of `fact_forecast` from a source's arrays."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_assets.tables.outcome import Outcome
from lakecast_forecast.evaluation.origins import actuals, takes_part
from lakecast_forecast.interface import LEVELS, Forecasts
from lakecast_forecast.panel import Panel
from lakecast_schema.periods import Dates, shift
from lakecast_schema.tables import BOUND_LEVELS, BOUNDS, FACT_FORECAST

Array = NDArray[np.float64]

BOUND_COLUMNS = tuple(LEVELS.index(level) for level in BOUND_LEVELS)
"""Where the stored quantiles stand among those that models return."""


def forecast_table(outcome: Outcome, panel: Panel, run_id: str) -> pa.Table:
    """Live rows of every item, and backtest rows of the items that took part in each scored window.

    Empty where the source failed.
    """
    found = outcome.forecasts
    if found is None:
        return FACT_FORECAST.schema.empty_table()
    horizon = found.live.mean.shape[1]
    everybody = np.arange(len(panel))
    parts = [_rows(outcome, panel, everybody, found.live, panel.ends, None, "live", run_id)]
    for window, offset in zip(found.backtest, found.origins.offsets, strict=False):
        scored = np.flatnonzero(takes_part(panel, offset))
        cutoffs = shift(panel.ends, -offset, panel.frequency)
        seen = actuals(panel, offset, horizon)
        parts.append(_rows(outcome, panel, scored, window, cutoffs, seen, "backtest", run_id))
    return pa.concat_tables(parts)


def _rows(
    outcome: Outcome,
    panel: Panel,
    items: NDArray[np.int64],
    forecasts: Forecasts,
    cutoffs: Dates,
    actual: Array | None,
    kind: str,
    run_id: str,
) -> pa.Table:
    horizon = forecasts.mean.shape[1]
    size = items.size * horizon
    dates = shift(cutoffs[items, None], np.arange(1, horizon + 1)[None, :], panel.frequency)
    mean = np.maximum(forecasts.mean[items].reshape(-1), 0.0)
    bounds = np.maximum(forecasts.quantiles[items][:, :, BOUND_COLUMNS].reshape(size, -1), 0.0)
    version = outcome.version
    columns: dict[str, pa.Array] = {
        "date": pa.array(dates.reshape(-1), pa.date32()),
        "item_id": names(panel.item_ids, np.repeat(items, horizon)),
        "forecast": pa.array(mean),
        "actual": pa.nulls(size, pa.float64())
        if actual is None
        else pa.array(actual[items].reshape(-1), from_pandas=True),
        "source": text(outcome.source, size),
        "model_version": text(version, size),
        "generated_at": pa.repeat(pa.scalar(outcome.finished, FACT_FORECAST.schema.field("generated_at").type), size),
        "dataset_id": text(panel.dataset_id, size),
        "kind": text(kind, size),
        "cutoff": pa.array(np.repeat(cutoffs[items], horizon), pa.date32()),
        "run_id": text(run_id, size),
        **{name: pa.array(bounds[:, place]) for place, name in enumerate(BOUNDS)},
    }
    return pa.table([columns[name] for name in FACT_FORECAST.column_names], schema=FACT_FORECAST.schema)


def text(value: str, rows: int) -> pa.Array:
    """A text column of one value."""
    return pa.repeat(pa.scalar(value, pa.string()), rows)


def names(item_ids: tuple[str, ...], items: NDArray[np.int64]) -> pa.Array:
    """The text column of the items' names."""
    codes = pa.array(items.astype(np.int32))
    return pa.DictionaryArray.from_arrays(codes, pa.array(item_ids, pa.string())).cast(pa.string())
