"""Following what is published: a look at the lake that costs little while nothing is new."""

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable

from lakecast_lake import snapshots
from lakecast_lake.errors import TableMissing
from lakecast_lake.snapshots import SnapshotRecord
from lakecast_lake.storage import UNREADABLE, Lake, unreadable
from lakecast_schema.tables import SNAPSHOT


class Follower:
    """The retained snapshots of one lake. To be used by one thread at a time.

    It keeps the log of `snapshot` that it has read and looks for newer entries only: about 3 ms in a folder, where
    reading 150 snapshots anew takes 400.
    """

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._handle: DeltaTable | None = None
        self._version = -1
        self._history: tuple[SnapshotRecord, ...] = ()

    def history(self, *, anew: bool = False) -> tuple[SnapshotRecord, ...]:
        """All retained snapshots, newest first; empty where nothing was published. anew: forget what was read.

        Raises LakeUnreadable, and what was read before is forgotten.
        """
        handle = self._handle
        self._handle = None  # whatever fails below, the next look begins anew
        if handle is None or anew:
            try:
                handle = self._lake.handle(SNAPSHOT.name)
            except TableMissing:
                return ()
            self._history, self._version = (), -1
        try:
            handle.update_incremental()
        except UNREADABLE as error:
            raise unreadable(self._lake.table_uri(SNAPSHOT.name), error) from error
        if handle.version() != self._version:
            self._history = self._read(handle)
            self._version = handle.version()
        self._handle = handle
        return self._history

    def _read(self, handle: DeltaTable) -> tuple[SnapshotRecord, ...]:
        """What is known and still retained, and what is new: vacuum forgets from the oldest on."""
        files = pa.table(handle.get_add_actions(flatten=True))
        known = files["min.snapshot_id"] if "min.snapshot_id" in files.column_names else pa.chunked_array([[None]])
        if not self._history or known.null_count or not len(known):
            return snapshots.records(handle)
        oldest, newest = pc.min(known).as_py(), self._history[0].snapshot_id
        kept = tuple(record for record in self._history if record.snapshot_id >= oldest)
        return (*snapshots.records(handle, f"snapshot_id > {newest}"), *kept)
