"""What a list of snapshots shows of a data set without loading it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from lakecast_lake.codes import ranks
from lakecast_schema.champion import champions

FORECAST_COLUMNS = ("source", "model_version", "generated_at")
"""What `summarise` reads of `fact_forecast`."""

_MEASURES = {
    "wape": "wape",
    "rmsse": "rmsse",
    "quantile_loss": "scaled_quantile_loss",
    "coverage_80": "coverage_80",
    "coverage_95": "coverage_95",
    "skill": "skill",
}


def summarise(forecasts: pa.Table, metrics: pa.Table) -> Mapping[str, Any]:
    """The fields of `lakecast_schema.tables.SUMMARY` that `publish` asks for.

    forecasts, metrics: rows of `fact_forecast` and `fact_metrics` of one data set. Errors are means over each
    item's champion, items without the figure left out; None where no item has it. A source's model version is
    that of its newest forecast.
    """
    figures = {name: metrics[column].to_numpy() for name, column in _MEASURES.items()}
    items = ranks(metrics["item_id"])  # in order: sums of floats depend on it, and rows come in any order
    loss, rmsse = figures["quantile_loss"], figures["rmsse"]
    _, rows = champions(items, metrics["source"].to_pylist(), loss, rmsse)
    return {
        **{name: _mean(values[rows]) for name, values in figures.items()},
        "model_versions": model_versions(forecasts),
    }


def model_versions(forecasts: pa.Table) -> list[Mapping[str, Any]]:
    """Per source, in alphabetical order: source, model_version and generated_at of its newest forecast."""
    rows = forecasts.select(FORECAST_COLUMNS).group_by(FORECAST_COLUMNS).aggregate([]).to_pylist()
    newest = {row["source"]: row for row in sorted(rows, key=lambda row: row["generated_at"])}
    return [newest[source] for source in sorted(newest)]


def _mean(values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else None
