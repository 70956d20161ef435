"""Bringing a data set's partitions back to what is published, after a run that committed and did not publish.

A run that writes some sources only leaves the other partitions of its data set as they are in the table. Where a
failed run, or one that is still under way, has left something there, publishing the new version would make that
visible, too; and where another run has published meanwhile, it would hide that.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import CommitProperties, DeltaTable

from lakecast_lake import kinds, snapshots
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
_WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class Withdrawal:
    """Published sources whose rows go with a run that has none of them.

    version: the published version of the table in which the run saw them; -1 where none was published.
    """

    sources: Sequence[str]
    version: int


def withdrawal_note(withdrawal: Withdrawal | None) -> Mapping[str, str]:
    """What a commit says of it."""
    return {} if withdrawal is None else {_WITHDRAWN: json.dumps(vars(withdrawal))}


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
        strays = foreign(lake, table, handle, dataset_id, {run_id, *own}, version_of(published))
        for where in strays:
            _bring_back(lake, table, where, published, run_id)
        return strays

    return committed(lake.table_uri(table.name), attempt)


@dataclass(frozen=True)
class Note:
    """What a commit says of itself: the run that wrote it, and what it withdraws."""

    writer: str
    withdrawal: Withdrawal | None


def notes(lake: Lake, table: Table, versions: Collection[int]) -> Mapping[int, Note]:
    """What the commits of these versions of the table say of themselves."""
    commits = _commits(lake, table, min(versions) - 1, max(versions))
    return {
        entry["version"]: Note(_writer(entry), _withdrawal(entry)) for entry in commits if entry["version"] in versions
    }


def published_anew(
    lake: Lake, table: Table, dataset_id: str, withdrawal: Withdrawal, published: Entry | None
) -> set[str]:
    """The sources of a withdrawal of which something is published that was not when the run looked.

    What another run has let go meanwhile is not, nor what it kept of it as past.
    """
    if published is None:
        return set()
    handle = lake.handle(table.name, published.version)
    newer = foreign(lake, table, handle, dataset_id, (), withdrawal.version)
    there = [_place(table, key) for key in _files(table, handle, dataset_id)]
    sources = {where["source"] for where in newer if where in there and where.get("kind") != kinds.PAST}
    return sources & set(withdrawal.sources)


def own_files(lake: Lake, table: Table, handle: DeltaTable, dataset_id: str, own: Collection[str]) -> Files:
    """The data set's files at the handle's version, of partitions that the `own` runs wrote last.

    By the whole history: another run may have published a later version than that of the own commits, with their
    partitions brought back to what they were before.
    """
    version, files = handle.version(), _files(table, handle, dataset_id)
    commits = _commits(lake, table, -1, version)
    return {key: paths for key, paths in files.items() if _last_writer(commits, _place(table, key)) in own}


def foreign(
    lake: Lake, table: Table, handle: DeltaTable, dataset_id: str, own: Collection[str], published: int
) -> tuple[dict[str, str], ...]:
    """The data set's partitions that at the handle's version are neither as published nor written by the own runs.

    published: a version of the table; -1 where none is published.
    """
    now = _files(table, handle, dataset_id)
    then = {} if published < 0 else _files(table, lake.handle(table.name, published), dataset_id)
    changed = [key for key in now.keys() | then.keys() if now.get(key) != then.get(key)]
    if not changed:
        return ()
    unpublished = _commits(lake, table, published, handle.version())
    places = [_place(table, key) for key in sorted(changed)]
    fine = {*own, _brought_back(published), None}
    return tuple(where for where in places if _last_writer(unpublished, where) not in fine)


def version_of(published: Entry | None) -> int:
    """The version that an entry names; -1 where nothing is published."""
    return -1 if published is None else published.version


def _brought_back(published: int) -> str:
    """Stands for the writer of a partition that was made what it is at this version."""
    return f"version {published}"


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


def _withdrawal(entry: Mapping[str, Any]) -> Withdrawal | None:
    noted = entry.get(_WITHDRAWN)
    return Withdrawal(**json.loads(noted)) if noted else None


def _bring_back(lake: Lake, table: Table, where: Where, published: Entry | None, run_id: str) -> None:
    """Make one partition what the published entry says, or empty where it says nothing."""
    rows = None if published is None else snapshots.scan(lake, published, where)
    note = {
        "run_id": run_id,
        "where": json.dumps({c: listed(v) for c, v in where.items()}),
        "recovered": _brought_back(version_of(published)),
    }
    properties = CommitProperties(custom_metadata=note)
    handle = lake.handle(table.name)
    if rows is None or rows.num_rows == 0:
        handle.delete(sql(where), commit_properties=properties)
    else:
        overwrite(handle, table, [rows], where, properties)
