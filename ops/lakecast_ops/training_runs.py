"""Training runs of a lake in MLflow's words: parameters, metrics, loss curve, and what tells one run from another."""

import datetime as dt
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lakecast_lake import snapshots
from lakecast_lake.storage import Lake
from lakecast_schema.tables import FACT_METRICS, MODEL_RUN

MEASURES = (
    *("mase", "rmsse", "wape", "smape", "bias", "scaled_quantile_loss", "interval_score_80"),
    *("coverage_80", "coverage_95", "skill"),
)
"""Columns of `fact_metrics` that are comparable between items, so that their mean says something."""


@dataclass(frozen=True)
class TrainingRun:
    """A row of `model_run`, with the errors of its backtest where these are still published.

    parameters: settings of the run as `settings.*`, and what the model has estimated. metrics: means over the items
    that have the figure, and `items`, how many have errors; beside them `fit_seconds`. loss_curve: per epoch.
    row: all of the row, as JSON.
    """

    dataset_id: str
    source: str
    run_id: str
    model_version: str
    ended: dt.datetime
    seconds: float
    parameters: Mapping[str, str]
    metrics: Mapping[str, float]
    loss_curve: tuple[float, ...]
    row: str


def training_runs(lake: Lake, dataset: str | None = None) -> Iterator[TrainingRun]:
    """Those that the newest snapshot holds, of all data sets or one, the oldest first. Raises LakeNotFound."""
    record = snapshots.newest(lake)
    for dataset_id in record.dataset_ids:
        if dataset in (None, dataset_id):
            metrics = snapshots.read(lake, record, FACT_METRICS.name, dataset_id)
            rows = snapshots.read(lake, record, MODEL_RUN.name, dataset_id).to_pylist()
            for row in sorted(rows, key=lambda row: (row["generated_at"], row["source"])):
                yield _training_run(row, metrics)


def _training_run(row: Mapping[str, Any], metrics: pa.Table) -> TrainingRun:
    settings = {f"settings.{name}": value for name, value in json.loads(row["settings"] or "{}").items()}
    digest = {name: row[name] for name in ("input_digest", "code_version") if row[name] is not None}
    parameters = {**json.loads(row["parameters"]), **settings, **digest, "model_version": row["model_version"]}
    of_run = pc.and_(pc.equal(metrics["run_id"], row["run_id"]), pc.equal(metrics["source"], row["source"]))
    return TrainingRun(
        row["dataset_id"],
        row["source"],
        row["run_id"],
        row["model_version"],
        row["generated_at"],
        row["fit_seconds"] or 0.0,
        {name: _text(value) for name, value in parameters.items()},
        {"fit_seconds": row["fit_seconds"] or 0.0, **_errors(metrics.filter(of_run))},
        tuple(row["loss_curve"] or ()),
        json.dumps(row, default=str, ensure_ascii=False, indent=1),
    )


def _errors(rows: pa.Table) -> dict[str, float]:
    """Means over items; nothing where the errors of this run are no longer published."""
    means = {name: pc.mean(rows[name]).as_py() for name in MEASURES}
    known = {name: float(mean) for name, mean in means.items() if mean is not None}
    return {"items": float(len(rows)), **known} if len(rows) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
