"""What a run's forecasts depend on, and which sources were published from another input."""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from importlib.metadata import version
from typing import Any

import numpy as np

from lakecast_assets.pipeline.settings import RunSettings
from lakecast_forecast import registry
from lakecast_forecast.panel import Panel
from lakecast_forecast.registry import DEFAULT_SOURCES
from lakecast_lake import snapshots
from lakecast_lake.published import sources_of
from lakecast_lake.recovery import Withdrawal
from lakecast_lake.snapshots import SnapshotRecord
from lakecast_lake.storage import Lake
from lakecast_schema.contract import Table
from lakecast_schema.tables import FACT_FORECAST, FACT_METRICS, MODEL_RUN

_OF_FORECASTS = ("horizon", "seed", "batch_size", "country")
"""Settings that forecasts depend on beside the input, which has those of reading."""

WITHDRAWAL = "lakecast/withdrawal"
"""Metadata of an output: the fields of a `Withdrawal`."""


def digest(panel: Panel) -> str:
    """SHA-256, in hexadecimal, of what models see of a data set: demand, drivers, frequency and calendar."""
    whole = hashlib.sha256()
    for text in (panel.dataset_id, str(panel.frequency), panel.country or "", *panel.item_ids, *sorted(panel.drivers)):
        whole.update(text.encode() + b"\0")
    arrays = (panel.values, panel.lengths, panel.ends, *(panel.drivers[name] for name in sorted(panel.drivers)))
    for array in arrays:
        whole.update(f"{array.dtype}{array.shape}".encode())
        whole.update(np.ascontiguousarray(array).tobytes())
    return whole.hexdigest()


def withdrawal(
    lake: Lake, table: Table, panel: Panel, sources: Collection[str], ran: Collection[str]
) -> Withdrawal | None:
    """Published sources of a data set that the run does not make and that are not so any more; None without any.

    A run of all the default sources says what is so now: every other source goes. One that was asked for some sources
    leaves those that were published from the same input (`digest`); it lets others go, and those of unknown input.

    sources: those that the run was asked for. ran: those of which it has forecasts.
    """
    record = snapshots.newest_or_none(lake)
    if record is None:
        return None
    dataset_id = panel.dataset_id
    others = {*sources_of(lake, record, dataset_id), *_sources_of_errors(lake, record, dataset_id)} - set(ran)
    if others and not set(DEFAULT_SOURCES) <= set(sources):
        own = digest(panel)
        others -= _of_runs(lake, record, dataset_id, others, lambda run: run["input_digest"] == own)
    entry = record.entry(dataset_id, table.name)
    return Withdrawal(sorted(others), -1 if entry is None else entry.version) if others else None


def are_published(lake: Lake, panel: Panel, settings: RunSettings) -> bool:
    """Whether the forecasts that a run would publish are: of the same input, settings, code and models.

    A source that has failed is not published, and is tried again.
    """
    record = snapshots.newest_or_none(lake)
    if record is None:
        return False
    dataset_id, own = panel.dataset_id, digest(panel)

    def is_own(run: Mapping[str, Any]) -> bool:
        return (
            run["input_digest"] == own
            and run["code_version"] == version("lakecast")
            and _is_of_settings(json.loads(run["settings"] or "{}"), run["source"], settings)
            and run["model_version"] == _model_version(run["source"], settings)
        )

    wanted = set(settings.sources)
    others = set(sources_of(lake, record, dataset_id)) - wanted
    if others and set(DEFAULT_SOURCES) <= wanted:
        return False  # they go with this run
    return wanted <= _of_runs(lake, record, dataset_id, wanted, is_own)


def _is_of_settings(stated: Mapping[str, Any], source: str, settings: RunSettings) -> bool:
    now = settings.parameters
    is_library = source in settings.library
    return all(stated.get(name) == now[name] for name in _OF_FORECASTS) and is_library == (
        source in stated.get("library", ())
    )


def _model_version(source: str, settings: RunSettings) -> str | None:
    """The version of a source's model as it is installed; None where it is not."""
    try:
        return registry.get(source, "library" if source in settings.library else "batched").version
    except Exception:  # whatever keeps a model from being loaded: its training says so
        return None


def _sources_of_errors(lake: Lake, record: SnapshotRecord, dataset_id: str) -> set[str]:
    return {source for source, _ in _writers(lake, record, FACT_METRICS, dataset_id)}


def _of_runs(
    lake: Lake,
    record: SnapshotRecord,
    dataset_id: str,
    sources: Collection[str],
    counts: Callable[[Mapping[str, Any]], bool],
) -> set[str]:
    """Those of the sources all of whose forecasts and errors come from trainings (rows of `model_run`) that count."""
    entry = record.entry(dataset_id, MODEL_RUN.name)
    if entry is None:
        return set()
    columns = ["run_id", "source", "input_digest", "settings", "code_version", "model_version"]
    runs = snapshots.scan(lake, entry, {"dataset_id": dataset_id}, columns).to_pylist()
    same = {(run["source"], run["run_id"]) for run in runs if run["source"] in sources and counts(run)}
    writers = {
        writer
        for table in (FACT_FORECAST, FACT_METRICS)
        for writer in _writers(lake, record, table, dataset_id, without_past=table is FACT_FORECAST)
    }
    return {source for source, _ in writers} - {source for source, _ in writers - same}


def _writers(
    lake: Lake, record: SnapshotRecord, table: Table, dataset_id: str, *, without_past: bool = False
) -> set[tuple[str, str]]:
    """Source and run of the published rows of a table."""
    entry = record.entry(dataset_id, table.name)
    if entry is None:
        return set()
    where = {"dataset_id": dataset_id} | ({"kind": ["live", "backtest"]} if without_past else {})
    rows = snapshots.scan(lake, entry, where, ["source", "run_id"])
    return {(row["source"], row["run_id"]) for row in rows.group_by(["source", "run_id"]).aggregate([]).to_pylist()}
