"""Published snapshots: which there are, and the rows that one of them names."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import pyarrow as pa
from deltalake import DeltaTable

from lakecast_lake import open_tables
from lakecast_lake.contract_rows import conform
from lakecast_lake.errors import LakeNotFound, SnapshotGone, TableMissing
from lakecast_lake.ordering import ordered
from lakecast_lake.pieces import listed
from lakecast_lake.pinned import PinnedTable
from lakecast_lake.predicates import Where
from lakecast_lake.storage import UNREADABLE, Lake, unreadable
from lakecast_schema.tables import DIM_ITEM, SNAPSHOT, TABLES


@dataclass(frozen=True)
class Entry:
    """The version of a table at which a data set's partition is to be read."""

    dataset_id: str
    table: str
    version: int
    rows: int
    committed_at: datetime


@dataclass(frozen=True)
class SnapshotRecord:
    """One row of `snapshot`. `datasets` holds, per data set, the fields of `lakecast_schema.tables.SUMMARY`.

    lake_id: the id of the table `snapshot` in which it stands.
    """

    snapshot_id: int
    committed_at: datetime
    run_id: str
    entries: tuple[Entry, ...]
    datasets: tuple[Mapping[str, Any], ...]
    lake_id: str

    @property
    def identity(self) -> tuple[str, int, str, datetime]:
        """What no other snapshot has: a lake that was made anew has others under the same numbers."""
        return self.lake_id, self.snapshot_id, self.run_id, self.committed_at

    @cached_property
    def mark(self) -> str:
        """Eight hexadecimal digits that tell snapshots of the same number apart."""
        text = f"{self.committed_at.isoformat()} {self.run_id} {self.lake_id}"
        return hashlib.blake2b(text.encode(), digest_size=4).hexdigest()

    @property
    def dataset_ids(self) -> tuple[str, ...]:
        """The data sets of the snapshot in alphabetical order."""
        return tuple(sorted({entry.dataset_id for entry in self.entries}))

    def entry(self, dataset_id: str, table: str) -> Entry | None:
        """The entry of a data set's table, None where the snapshot names none."""
        matches = (e for e in self.entries if e.dataset_id == dataset_id and e.table == table)
        return next(matches, None)

    def run_of(self, dataset_id: str) -> str | None:
        """The run that published the data set last."""
        return next((each["run_id"] for each in self.datasets if each["dataset_id"] == dataset_id), None)


def newest(lake: Lake) -> SnapshotRecord:
    """The snapshot that was published last. Raises LakeNotFound where nothing was."""
    handle, tables = _handle(lake), open_tables.current()
    record = newest_of(handle) if tables is None else tables.fact(handle, "newest snapshot", newest_of)
    if record is None:
        raise _nothing(lake)
    return record


def get(lake: Lake, snapshot_id: int) -> SnapshotRecord:
    """The snapshot with that id. Raises SnapshotGone, or LakeNotFound where nothing was published."""
    matches = records(_handle(lake), f"snapshot_id = {int(snapshot_id)}")
    if not matches:
        retained = [record.snapshot_id for record in history(lake)]
        raise SnapshotGone(
            lake.uri,
            f"there is no snapshot {snapshot_id}",
            f"Retained are {', '.join(map(str, retained[:5]))}{' and older ones' if len(retained) > 5 else ''}.",
        )
    return matches[0]


def history(lake: Lake) -> tuple[SnapshotRecord, ...]:
    """All retained snapshots, newest first; empty where nothing was published."""
    try:
        return records(_handle(lake))
    except LakeNotFound:
        return ()


def read(
    lake: Lake,
    record: SnapshotRecord,
    table_name: str,
    dataset_id: str | None = None,
    columns: Sequence[str] | None = None,
) -> pa.Table:
    """Rows of a table as the snapshot names them, ordered by partition and key.

    Each data set's rows are read at that data set's own entry, with deletion vectors and column mapping applied.
    No rows where the snapshot names no entry. Raises VersionMissing or LakeUnreadable.
    """
    table = TABLES[table_name]
    entries = [
        entry for entry in record.entries if entry.table == table_name and dataset_id in (None, entry.dataset_id)
    ]
    parts = [scan(lake, entry, {"dataset_id": entry.dataset_id}) for entry in entries]
    rows = ordered(table, pa.concat_tables([table.schema.empty_table(), *parts]))
    return rows if columns is None else rows.select(columns)


def scan(lake: Lake, entry: Entry, where: Where, columns: Sequence[str] | None = None) -> pa.Table:
    """Rows of a table at an entry's version that match `where`, in the contract's types, in no certain order."""
    names = TABLES[entry.table].column_names if columns is None else columns
    return PinnedTable(lake, entry.table, entry.version).read(where, list(names), threads=True)


def newest_or_none(lake: Lake) -> SnapshotRecord | None:
    """The snapshot that was published last; None where nothing was."""
    try:
        return newest(lake)
    except LakeNotFound:
        return None


def published(lake: Lake, dataset_id: str, table_name: str) -> Entry | None:
    """The newest published entry of a data set's table; None where there is none."""
    record = newest_or_none(lake)
    return None if record is None else record.entry(dataset_id, table_name)


def items_of(lake: Lake, record: SnapshotRecord, dataset_id: str) -> frozenset[str] | None:
    """Ids of a data set's items; None where the snapshot names none."""
    entry = record.entry(dataset_id, DIM_ITEM.name)
    if entry is None:
        return None
    return frozenset(listed(scan(lake, entry, {"dataset_id": dataset_id}, ["item_id"])["item_id"]))


def newest_of(handle: DeltaTable) -> SnapshotRecord | None:
    """The newest record in an opened `snapshot` table."""
    files = pa.table(handle.get_add_actions(flatten=True))
    if "max.snapshot_id" in files.column_names and files["max.snapshot_id"].null_count == 0:
        highest = max(files["max.snapshot_id"].to_pylist(), default=None)
        if highest is None:
            return None
        matches = records(handle, f"snapshot_id = {highest}")
    else:
        matches = records(handle)
    return matches[0] if matches else None


def _handle(lake: Lake) -> DeltaTable:
    try:
        return lake.newest(SNAPSHOT.name)
    except TableMissing as error:
        raise _nothing(lake) from error


def _nothing(lake: Lake) -> LakeNotFound:
    return LakeNotFound(lake.uri, "nothing has been published here", "Run or import first, or check the address.")


def records(handle: DeltaTable, predicate: str | None = None) -> tuple[SnapshotRecord, ...]:
    """Records of an opened `snapshot` table, newest first."""
    try:
        rows = pa.table(handle.scan(predicate=predicate))
    except UNREADABLE as error:
        raise unreadable(handle.table_uri, error) from error
    known = conform(SNAPSHOT, rows, SNAPSHOT.column_names, handle.table_uri)
    lake_id = str(handle.metadata().id)
    loaded = [_record(row, lake_id) for row in listed(known, 4)]
    return tuple(sorted(loaded, key=lambda record: -record.snapshot_id))


def _record(row: Mapping[str, Any], lake_id: str) -> SnapshotRecord:
    return SnapshotRecord(
        snapshot_id=row["snapshot_id"],
        committed_at=row["committed_at"],
        run_id=row["run_id"],
        entries=tuple(Entry(**entry) for entry in row["entries"]),
        datasets=tuple(row["datasets"]),
        lake_id=lake_id,
    )
