"""Which commits to the lake this run has made: read from Dagster's event log, where the IO manager noted them."""

import datetime as dt
from collections.abc import Collection, Mapping

import dagster as dg

from lakecast_assets.pipeline import as_published
from lakecast_lake.commit import Commit
from lakecast_lake.snapshots import Entry

VERSION, ROWS, COMMITTED_AT = "delta/version", "dagster/row_count", "lakecast/committed_at"


def metadata(commit: Commit) -> Mapping[str, int | str]:
    """What the IO manager notes of a commit."""
    return {VERSION: commit.version, ROWS: commit.rows, COMMITTED_AT: commit.committed_at.isoformat()}


def run_ids(instance: dg.DagsterInstance, run: dg.DagsterRun) -> Collection[str]:
    """The run and those that it re-executes: their commits belong together."""
    if run.root_run_id is None:
        return {run.run_id}
    group = instance.get_run_group(run.run_id)
    return {run.run_id, *(each.run_id for each in group[1])} if group else {run.run_id}


def of_run(
    instance: dg.DagsterInstance, runs: Collection[str], dataset_id: str, table: str
) -> Commit | dg.AssetMaterialization | None:
    """The newest commit of these runs to a table for a data set.

    None where the runs have not materialised it, or left it as published; the materialisation itself where there was
    nothing to commit.
    """
    records = instance.fetch_materializations(
        dg.AssetRecordsFilter(dg.AssetKey(table), asset_partitions=[dataset_id]), limit=20
    ).records
    for record in records:
        if record.run_id in runs and (event := record.asset_materialization) is not None:
            noted = event.metadata
            if as_published.NOTE in noted:
                return None
            if VERSION not in noted:
                return event
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
