"""Bringing a data set's partitions back to what is published, after a run that committed and did not publish.

A run that writes some sources only leaves the other partitions of its data set as they are in the table. Where a
failed run, or one that is still under way, has left something there, publishing the new version would make that
visible, too; and where another run has published meanwhile, it would hide that.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import CommitProperties, DeltaTable

from lakecast_lake import snapshots
from lakecast_lake.errors import Contended, TableMissing
from lakecast_lake.optimistic import ATTEMPTS, committed
from lakecast_lake.overwrite import overwrite
from lakecast_lake.predicates import Where, listed, sql
from lakecast_lake.snapshots import Entry
from lakecast_lake.storage import Lake
from lakecast_schema.contract import Table

Files = Mapping[tuple[str, ...], frozenset[str]]
"""Paths of files by partition."""
_SAME_ROWS = ("OPTIMIZE", "VACUUM START", "VACUUM END", "SET TBLPROPERTIES")
"""Operations that change no row."""


def recover(lake: Lake, table: Table, dataset_id: str, run_id: str, own: Collection[str] = ()) -> tuple[Where, ...]:
    """Undo, in the data set's partitions of the newest version, what other runs committed and did not publish.

    Returns the partitions that were brought back; none in the ordinary case. Partitions that `run_id` itself, or
    another of the `own` runs, committed stay as they are.
    """
    published = snapshots.published(lake, dataset_id, table.name)

    def attempt() -> tuple[Where, ...]:
        try:
            handle = lake.newest(table.name)
        except TableMissing:
            return ()
        strays = foreign(lake, table, handle, dataset_id, {run_id, *own}, published)
        for where in strays:
            _bring_back(lake, table, where, published, run_id)
        return strays

    return committed(lake.table_uri(table.name), attempt)


def writers(lake: Lake, table: Table, versions: Collection[int]) -> set[str]:
    """Who committed these versions of the table."""
    commits = _commits(lake, table, min(versions) - 1, max(versions))
    return {_writer(entry) for entry in commits if entry["version"] in versions}


def own_files(lake: Lake, table: Table, handle: DeltaTable, dataset_id: str, own: Collection[str]) -> Files:
    """The data set's files at the handle's version, of partitions that the `own` runs wrote last.

    By the whole history: another run may have published a later version than that of the own commits, with their
    partitions brought back to what they were before.
    """
    version, files = handle.version(), _files(table, handle, dataset_id)
    commits = _commits(lake, table, -1, version)
    return {key: paths for key, paths in files.items() if _last_writer(commits, _place(table, key)) in own}


def foreign(
    lake: Lake, table: Table, handle: DeltaTable, dataset_id: str, own: Collection[str], published: Entry | None
) -> tuple[Where, ...]:
    """The data set's partitions that at the handle's version are neither as published nor written by the own runs."""
    now = _files(table, handle, dataset_id)
    then = {} if published is None else _files(table, lake.handle(table.name, published.version), dataset_id)
    changed = [key for key in now.keys() | then.keys() if now.get(key) != then.get(key)]
    if not changed:
        return ()
    since = -1 if published is None else published.version
    unpublished = _commits(lake, table, since, handle.version())
    places = [_place(table, key) for key in sorted(changed)]
    fine = {*own, _brought_back(published), None}
    return tuple(where for where in places if _last_writer(unpublished, where) not in fine)


def _brought_back(published: Entry | None) -> str:
    """Stands for the writer of a partition that was made what this entry says."""
    return f"version {-1 if published is None else published.version}"


def _place(table: Table, key: tuple[str, ...]) -> dict[str, str]:
    return dict(zip(table.partition_by, key, strict=True))


def _commits(lake: Lake, table: Table, since: int, until: int) -> list[Mapping[str, Any]]:
    """The table's commits after version `since`, up to version `until`. Raises Contended."""
    for _ in range(ATTEMPTS):
        newest = lake.newest(table.name)
        version = newest.version()
        entries = newest.history(version - since)
        # delta-rs reads the log anew and counts back from the handle's version: where another commit came in between,
        # each entry stands under the version before its own, and the oldest ones are missing.
        if lake.newest(table.name).version() == version:
            return [entry for entry in entries if since < entry["version"] <= until]
    raise Contended(
        lake.table_uri(table.name),
        f"other writers committed {ATTEMPTS} times while its history was read",
        "Run fewer writers on this table at once, then retry: nothing was published.",
    )


def _files(table: Table, handle: DeltaTable, dataset_id: str) -> Files:
    """Paths of the data set's files by partition."""
    actions = pa.table(handle.get_add_actions(flatten=True))
    mine = actions.filter(pc.equal(actions["partition.dataset_id"], dataset_id))
    keys = zip(*(mine[f"partition.{name}"].to_pylist() for name in table.partition_by), strict=True)
    files: dict[tuple[str, ...], set[str]] = {}
    for key, path in zip(keys, mine["path"].to_pylist(), strict=True):
        files.setdefault(key, set()).add(path)
    return {key: frozenset(paths) for key, paths in files.items()}


def _last_writer(history: Collection[Mapping[str, Any]], where: Mapping[str, str]) -> str | None:
    """Who changed the partition's rows last, or what it was brought back to; None where nobody has."""
    for entry in sorted(history, key=lambda entry: -int(entry["version"])):
        if entry["operation"] in _SAME_ROWS:
            continue
        written = json.loads(entry.get("where") or "{}")
        if all(value in written.get(column, [value]) for column, value in where.items()):
            return _writer(entry)
    return None


def _writer(entry: Mapping[str, Any]) -> str:
    """The run of a commit; of a writer that is none of ours, the commit alone."""
    return str(entry.get("recovered") or entry.get("run_id") or f"commit {entry['version']}")


def _bring_back(lake: Lake, table: Table, where: Where, published: Entry | None, run_id: str) -> None:
    """Make one partition what the published entry says, or empty where it says nothing."""
    rows = None if published is None else snapshots.scan(lake, published, where)
    note = {
        "run_id": run_id,
        "where": json.dumps({c: listed(v) for c, v in where.items()}),
        "recovered": _brought_back(published),
    }
    properties = CommitProperties(custom_metadata=note)
    handle = lake.handle(table.name)
    if rows is None or rows.num_rows == 0:
        handle.delete(sql(where), commit_properties=properties)
    else:
        overwrite(handle, table, [rows], where, properties)
