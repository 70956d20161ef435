"""Following what is published: a look at the lake that costs little while nothing is new."""

from dataclasses import dataclass
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable

from lakecast_lake import snapshots
from lakecast_lake.errors import TableMissing
from lakecast_lake.snapshots import SnapshotRecord
from lakecast_lake.storage import Lake, require_commit
from lakecast_schema.tables import SNAPSHOT


class Follower:
    """The retained snapshots of one lake. To be used by one thread at a time.

    It keeps the records that it has read, and reads newer ones only, where reading 150 snapshots anew takes 400 ms.

    Attributes:
        generation: counts up when the lake is another one than before: made anew, or restored from a copy. Snapshots
            of the same number are others then.
        lake_id: the id of the lake as it was last seen, however its address is spelled; None before that.
    """

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._seen: _Seen | None = None
        self._history: tuple[SnapshotRecord, ...] = ()
        self.generation = 0
        self.lake_id: str | None = None

    def history(self, *, anew: bool = False) -> tuple[SnapshotRecord, ...]:
        """All retained snapshots, newest first; empty where nothing was published. anew: forget what was read.

        Raises LakeUnreadable, and what was read before is forgotten at the next look.
        """
        before, self._seen = self._seen, None  # whatever fails below, the next look begins anew
        try:
            handle = self._lake.handle(SNAPSHOT.name)
        except TableMissing:
            return ()
        state = _Seen.of(handle)
        if before is None or anew or not state.goes_on(before):
            known, self._history = self._history, ()
            self._history = self._read(handle)
            is_same = {record.identity for record in known} & {record.identity for record in self._history}
            self.generation += bool(known) and not is_same
        elif state != before:
            self._history = self._read(handle)
        self._seen, self.lake_id = state, state.table_id
        return self._history

    def _read(self, handle: DeltaTable) -> tuple[SnapshotRecord, ...]:
        """What is known and still retained, and what is new: vacuum forgets from the oldest on."""
        require_commit(handle, self._lake.options)
        files = pa.table(handle.get_add_actions(flatten=True))
        known = files["min.snapshot_id"] if "min.snapshot_id" in files.column_names else pa.chunked_array([[None]])
        if not self._history or known.null_count or not len(known):
            return snapshots.records(handle)
        oldest, newest = pc.min(known).as_py(), self._history[0].snapshot_id
        retained = tuple(record for record in self._history if record.snapshot_id >= oldest)
        return (*snapshots.records(handle, f"snapshot_id > {newest}"), *retained)


@dataclass(frozen=True)
class _Seen:
    """What a look at the table has seen of it: its identity, version and files."""

    table_id: str
    version: int
    files: frozenset[str]

    @classmethod
    def of(cls, handle: DeltaTable) -> Self:
        files = pa.table(handle.get_add_actions(flatten=True))["path"].to_pylist()
        return cls(str(handle.metadata().id), handle.version(), frozenset(files))

    def goes_on(self, before: Self) -> bool:
        """Whether it is the same table with nothing but additions."""
        return self.table_id == before.table_id and self.version >= before.version and before.files <= self.files
