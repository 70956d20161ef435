"""What a list of snapshots shows of a data set without loading it."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from lakecast_assets.ingest.values import numpy
from lakecast_assets.results.replenishment import choose

_MEASURES = {
    "wape": "wape",
    "rmsse": "rmsse",
    "quantile_loss": "scaled_quantile_loss",
    "coverage_80": "coverage_80",
    "coverage_95": "coverage_95",
    "skill": "skill",
}


def dataset_summary(metrics: pa.Table) -> Mapping[str, Any]:
    """The fields of `lakecast_schema.tables.SUMMARY` that `publish` wants, from rows of `fact_metrics`.

    Accuracy is the mean over each item's champion, items without a figure left out.
    """
    rows = choose(metrics).rows
    summary: dict[str, Any] = {}
    for name, column in _MEASURES.items():
        values = numpy(metrics[column]).astype(np.float64)[rows]
        known = values[np.isfinite(values)]
        summary[name] = float(known.mean()) if known.size else None
    newest: dict[str, tuple[Any, str]] = {}
    for source, version, at in zip(
        *(metrics[name].to_pylist() for name in ("source", "model_version", "generated_at")), strict=True
    ):
        if source not in newest or at > newest[source][0]:
            newest[source] = (at, version)
    summary["model_versions"] = [
        {"source": source, "model_version": version, "generated_at": at}
        for source, (at, version) in sorted(newest.items())
    ]
    return summary
