"""Which commits to the lake this run has made: read from Dagster's event log, where the IO manager noted them, or known
to the one process that makes them all."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import dagster as dg
from dagster._core.storage.tags import ASSET_RESUME_RETRY_TAG, RESUME_RETRY_TAG

from lakecast_assets.pipeline import as_published
from lakecast_lake.commit import Commit
from lakecast_lake.snapshots import Entry

PANEL = "panel"
"""The step that forecasts are made from."""
VERSION, ROWS, COMMITTED_AT = "delta/version", "dagster/row_count", "lakecast/committed_at"


@dataclass(frozen=True)
class NoRows:
    """What a run has made of a table where it had nothing to commit."""


_KNOWN: ContextVar[dict[str, Commit | NoRows] | None] = ContextVar("commits_of_run", default=None)


@contextmanager
def known_here() -> Iterator[None]:
    """Know a run's commits by table while this thread executes all of it: asking the event log costs more."""
    token = _KNOWN.set({})
    try:
        yield
    finally:
        _KNOWN.reset(token)


def note(table: str, commit: Commit | NoRows) -> None:
    """Tell what the run has committed, for as long as its commits are `known_here`."""
    if (known := _KNOWN.get()) is not None:
        known[table] = commit


def metadata(commit: Commit) -> Mapping[str, int | str]:
    """What the IO manager notes of a commit."""
    return {VERSION: commit.version, ROWS: commit.rows, COMMITTED_AT: commit.committed_at.isoformat()}


def run_id(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str:
    """The id that a run's rows carry: that of the run whose steps it goes on with, where it is a retry from failure.

    So forecasts made before a worker was killed and metrics made by the retry are one run's, here and in the lake.
    """
    while run.parent_run_id and _resumes(run) and (parent := instance.get_run_by_id(run.parent_run_id)) is not None:
        run = parent
    return run.run_id


def _resumes(run: dg.DagsterRun) -> bool:
    """Whether a re-execution leaves out steps that are done, as a retry does, or makes no panel of its own."""
    steps = run.step_keys_to_execute
    is_retry = RESUME_RETRY_TAG in run.tags or ASSET_RESUME_RETRY_TAG in run.tags
    return is_retry or (steps is not None and PANEL not in steps)


def run_ids(instance: dg.DagsterInstance, run: dg.DagsterRun) -> Collection[str]:
    """The run and those that it re-executes: their commits belong together."""
    if run.root_run_id is None:
        return {run.run_id}
    group = instance.get_run_group(run.run_id)
    return {run.run_id, *(each.run_id for each in group[1])} if group else {run.run_id}


def of_run(instance: dg.DagsterInstance, runs: Collection[str], dataset_id: str, table: str) -> Commit | NoRows | None:
    """The newest commit of these runs to a table for a data set.

    None where the runs have not materialised it, or left it as published.
    """
    if (known := _KNOWN.get()) is not None:
        return known.get(table)
    records = instance.fetch_materializations(
        dg.AssetRecordsFilter(dg.AssetKey(table), asset_partitions=[dataset_id]), limit=20
    ).records
    for record in records:
        if record.run_id in runs and (event := record.asset_materialization) is not None:
            noted = event.metadata
            if as_published.NOTE in noted:
                return None
            if VERSION not in noted:
                return NoRows()
            return Commit(
                table,
                _number(noted[VERSION].value),
                _number(noted[ROWS].value),
                dt.datetime.fromisoformat(str(noted[COMMITTED_AT].value)),
            )
    return None


def entry(dataset_id: str, commit: Commit) -> Entry:
    """The commit as the entry that a snapshot would name."""
    return Entry(dataset_id, commit.table, commit.version, commit.rows, commit.committed_at)


def _number(value: object) -> int:
    return int(str(value))
