"""Pins: which snapshot is served instead of the newest, a fact of the lake that outlives servers and Redis."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc
from deltalake import DeltaTable

from lakecast_lake.clock import utc_now
from lakecast_lake.contract_rows import conform
from lakecast_lake.control import append_row
from lakecast_lake.errors import TableMissing
from lakecast_lake.optimistic import committed
from lakecast_lake.snapshots import SnapshotRecord
from lakecast_lake.storage import UNREADABLE, Lake, require_commit, unreadable
from lakecast_schema.tables import PIN


@dataclass(frozen=True)
class Pin:
    """One row of `pin`; without a snapshot it says that nothing is pinned any more."""

    sequence: int
    committed_at: datetime
    author: str
    snapshot_id: int | None
    snapshot_run_id: str | None
    snapshot_committed_at: datetime | None

    def snapshot(self, history: Sequence[SnapshotRecord]) -> SnapshotRecord | None:
        """The pinned snapshot; None where nothing is pinned, or what was pinned is no longer retained."""
        pinned = (self.snapshot_id, self.snapshot_run_id, self.snapshot_committed_at)
        found = (each for each in history if (each.snapshot_id, each.run_id, each.committed_at) == pinned)
        return next(found, None)


def append(lake: Lake, record: SnapshotRecord | None, author: str, *, clock: Callable[[], datetime] = utc_now) -> Pin:
    """Pin a retained snapshot for every server of the lake, or unpin (None); holds until the next pin.

    author: who does it, for whoever looks later. Raises Contended, StoreUnsafe, or LakeUnreadable where the lake cannot
    be written.
    """
    lake.refuse_unsafe_store(PIN.name)

    def attempt() -> Pin:
        handle = lake.create(PIN, author)
        before = _newest_of(lake, handle)
        pin = Pin(
            1 if before is None else before.sequence + 1,
            clock(),
            author,
            None if record is None else record.snapshot_id,
            None if record is None else record.run_id,
            None if record is None else record.committed_at,
        )
        append_row(handle, PIN, vars(pin), author=author)
        return pin

    return committed(lake.table_uri(PIN.name), attempt)


class PinFollower:
    """The pin that holds in a lake. To be used by one thread at a time; a look costs little while nothing is new."""

    def __init__(self, lake: Lake) -> None:
        self._lake = lake
        self._seen: tuple[str, int] | None = None
        self._pin: Pin | None = None

    def newest(self) -> Pin | None:
        """The row of `pin` that holds; None where nobody has ever pinned. Raises LakeUnreadable."""
        try:
            handle = self._lake.handle(PIN.name)
        except TableMissing:
            self._seen, self._pin = None, None
            return None
        seen = (str(handle.metadata().id), handle.version())
        if seen != self._seen:
            self._pin = _newest_of(self._lake, handle)
            self._seen = seen
        return self._pin


def _newest_of(lake: Lake, handle: DeltaTable) -> Pin | None:
    try:
        require_commit(handle, lake.options)
        files = pa.table(handle.get_add_actions(flatten=True))
        known = files["max.sequence"] if "max.sequence" in files.column_names else pa.chunked_array([[None]])
        highest = None if known.null_count else pc.max(known).as_py()
        rows = pa.table(handle.scan(predicate=None if highest is None else f"sequence = {highest}"))
    except UNREADABLE as error:
        raise unreadable(handle.table_uri, error) from error
    pins = conform(PIN, rows, PIN.column_names, handle.table_uri).sort_by([("sequence", "descending")])
    return Pin(**pins.slice(0, 1).to_pylist()[0]) if pins.num_rows else None
