"""Rows of `model_run`: how a source was trained, and the reasons for items without a model of their own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakecast_assets.tables.outcome import Outcome
from lakecast_forecast.issue import Issue
from lakecast_forecast.panel import Panel
from lakecast_schema.tables import MODEL_RUN

KEPT_RUNS = 20
"""Training runs that a data set keeps per source."""


@dataclass(frozen=True)
class Ran:
    """The run that trained: its id, the digest of its input, and its settings."""

    run_id: str
    input_digest: str
    settings: Mapping[str, object]


def model_run_table(
    outcome: Outcome, panel: Panel, idle: Mapping[str, str], ran: Ran, checkpoint: str | None = None
) -> pa.Table:
    """One row: the source's training in this run.

    idle: items of the data set that have no forecast -> the reason.
    checkpoint: where below the lake's root the trained model is kept, None where there is none.
    """
    found = outcome.forecasts
    issues = [{"item_id": item, "reason": reason} for item, reason in idle.items()]
    parameters: dict[str, object] = {}
    if found is None:
        reason = f"{outcome.source} failed: {outcome.failure}"
        issues += [{"item_id": item, "reason": reason} for item in panel.item_ids]
        parameters["failure"] = outcome.failure
    else:
        told = zip(panel.item_ids, found.live.issues, strict=True)
        issues += [{"item_id": item, "reason": reason} for item, reason in told if reason]
        parameters |= found.diagnostics.parameters
    if checkpoint is not None:
        parameters["checkpoint"] = checkpoint
    row = {
        "run_id": ran.run_id,
        "dataset_id": panel.dataset_id,
        "source": outcome.source,
        "model_version": outcome.version,
        "generated_at": outcome.finished,
        "fit_seconds": float(np.sum(found.seconds)) if found is not None else outcome.seconds,
        "parameters": json.dumps(parameters, default=_plain, ensure_ascii=False),
        "members": [
            {"source": w.source, "demand_class": w.demand_class, "weight": float(w.weight)}
            for w in (found.weights if found is not None else ())
        ],
        "loss_curve": [float(loss) for loss in (found.diagnostics.loss_curve if found is not None else ())],
        "issues": sorted(issues, key=lambda issue: issue["item_id"]),
        "input_digest": ran.input_digest,
        "settings": json.dumps(ran.settings, ensure_ascii=False, sort_keys=True),
        "code_version": version("lakecast"),
    }
    return pa.Table.from_pylist([row], MODEL_RUN.schema)


def without_forecast(is_active: bool) -> str:
    """Why an item that is not in the panel has no forecast."""
    return Issue.NO_ROWS.of() if is_active else Issue.ENDED.of()


def with_history(fresh: pa.Table, older: pa.Table, keep: int = KEPT_RUNS) -> pa.Table:
    """This run's rows and those of older runs, at most `keep` per source, the newest."""
    own = set(fresh["run_id"].to_pylist())
    older = older.filter(pc.invert(pc.is_in(older["run_id"], pa.array(sorted(own), pa.string()))))
    rows = pa.concat_tables([fresh, older.cast(MODEL_RUN.schema)]).sort_by(
        [("source", "ascending"), ("generated_at", "descending")]
    )
    seen: dict[str, int] = {}
    kept = []
    for place, source in enumerate(rows["source"].to_pylist()):
        seen[source] = seen.get(source, 0) + 1
        if seen[source] <= keep:
            kept.append(place)
    return rows.take(pa.array(kept, pa.int64()))


def with_champion(rows: pa.Table, champion: str) -> pa.Table:
    """Rows whose newest run states this champion, as servers read it: a run that trains nothing may state another."""
    if not rows.num_rows:
        return rows
    times = rows["generated_at"].to_pylist()
    newest = rows["run_id"][times.index(max(times))].as_py()
    settings = [
        json.dumps({**json.loads(text or "{}"), "champion": champion}, ensure_ascii=False, sort_keys=True)
        if run == newest and json.loads(text or "{}").get("champion", "") != champion
        else text
        for run, text in zip(rows["run_id"].to_pylist(), rows["settings"].to_pylist(), strict=True)
    ]
    place = MODEL_RUN.schema.get_field_index("settings")
    return rows.set_column(place, MODEL_RUN.schema.field(place), pa.array(settings, pa.string()))


def _plain(value: object) -> object:
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, np.ndarray):
        return value.tolist()
    return str(value)
