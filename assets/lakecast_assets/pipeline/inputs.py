"""What a run's forecasts depend on, and which sources were published from another input."""

import hashlib
from collections.abc import Collection

import numpy as np

from lakecast_forecast.panel import Panel
from lakecast_forecast.registry import DEFAULT_SOURCES
from lakecast_lake import snapshots
from lakecast_lake.published import sources_of
from lakecast_lake.snapshots import SnapshotRecord
from lakecast_lake.storage import Lake
from lakecast_schema.tables import FACT_FORECAST, FACT_METRICS, MODEL_RUN, Table

REPLACES = "lakecast/replaces"
"""Metadata of an output: published sources whose rows go though the run has none of them."""


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


def replaced_sources(lake: Lake, panel: Panel, sources: Collection[str], ran: Collection[str]) -> tuple[str, ...]:
    """Published sources of a data set that the run does not make and that are not so any more.

    A run of all the default sources says what is so now: every other source goes. One that was asked for some sources
    leaves those that were published from the same input (`digest`); it lets others go, and those of unknown input.

    sources: those that the run was asked for. ran: those of which it has forecasts.
    """
    record = snapshots.newest_or_none(lake)
    if record is None:
        return ()
    dataset_id = panel.dataset_id
    others = {*sources_of(lake, record, dataset_id), *_sources_of_errors(lake, record, dataset_id)} - set(ran)
    if others and not set(DEFAULT_SOURCES) <= set(sources):
        others -= _of_same_input(lake, record, dataset_id, digest(panel))
    return tuple(sorted(others))


def _sources_of_errors(lake: Lake, record: SnapshotRecord, dataset_id: str) -> set[str]:
    return {source for source, _ in _writers(lake, record, FACT_METRICS, dataset_id)}


def _of_same_input(lake: Lake, record: SnapshotRecord, dataset_id: str, input_digest: str) -> set[str]:
    """Sources all of whose forecasts and errors come from runs that saw that input."""
    entry = record.entry(dataset_id, MODEL_RUN.name)
    if entry is None:
        return set()
    runs = snapshots.scan(lake, entry, {"dataset_id": dataset_id}, ["run_id", "source", "input_digest"])
    same = {(run["source"], run["run_id"]) for run in runs.to_pylist() if run["input_digest"] == input_digest}
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
