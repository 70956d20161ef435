"""What a list of snapshots shows of a data set without loading it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakecast_lake.codes import ranks
from lakecast_schema.champion import Errors, Live, champions

FORECAST_COLUMNS = ("source", "model_version", "generated_at", "item_id", "kind")
"""What `summarise` reads of `fact_forecast`."""
_VERSION = FORECAST_COLUMNS[:3]

_MEASURES = {
    "wape": "wape",
    "rmsse": "rmsse",
    "quantile_loss": "scaled_quantile_loss",
    "coverage_80": "coverage_80",
    "coverage_95": "coverage_95",
    "skill": "skill",
}


def summarise(forecasts: pa.Table, metrics: pa.Table, champion: str = "") -> Mapping[str, Any]:
    """The fields of `lakecast_schema.tables.SUMMARY` that `publish` asks for.

    forecasts, metrics: rows of `fact_forecast` and `fact_metrics` of one data set. Errors are means over each
    item's champion, items without the figure left out; None where no item has it. A source's model version is
    that of its newest forecast. champion: as a person has named it; empty for none.
    """
    figures = {name: metrics[column].to_numpy() for name, column in _MEASURES.items()}
    live = forecasts.filter(pc.equal(forecasts["kind"], "live")).group_by(["item_id", "source"]).aggregate([])
    names = pa.chunked_array([*metrics["item_id"].chunks, *live["item_id"].chunks], pa.string())
    items = ranks(names)  # in the names' order: sums of floats depend on it, and rows come in any order
    of_metrics, of_live = items[: len(metrics)], items[len(metrics) :]
    errors = Errors(of_metrics, metrics["source"].to_pylist(), figures["quantile_loss"], figures["rmsse"])
    stated = {0: champion} if champion else None
    rows = champions(errors, Live(of_live, live["source"].to_pylist()), stated=stated).rows
    rows = rows[rows >= 0]
    return {
        **{name: _mean(values[rows]) for name, values in figures.items()},
        "model_versions": model_versions(forecasts),
    }


def model_versions(forecasts: pa.Table) -> list[Mapping[str, Any]]:
    """Per source, in alphabetical order: source, model_version and generated_at of its newest forecast."""
    rows = forecasts.select(_VERSION).group_by(_VERSION).aggregate([]).to_pylist()
    newest = {row["source"]: row for row in sorted(rows, key=lambda row: row["generated_at"])}
    return [newest[source] for source in sorted(newest)]


def _mean(values: np.ndarray) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else None
