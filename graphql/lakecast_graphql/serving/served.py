"""What is served from one moment on, and what a refresh came to."""

from collections.abc import Sequence
from dataclasses import dataclass

from lakecast_lake.columns import Snapshot
from lakecast_lake.snapshots import Entry, SnapshotRecord
from lakecast_schema.vocabulary import RefreshOutcome


@dataclass(frozen=True, slots=True)
class Served:
    """What is served from one moment on.

    Attributes:
        snapshot: immutable.
        epoch: counts the snapshots that this process has loaded, so that a forced reload of the same snapshot
            invalidates what was made from its predecessor.
    """

    snapshot: Snapshot
    epoch: int

    @property
    def snapshot_id(self) -> int:
        """Number of the snapshot."""
        return self.snapshot.record.snapshot_id

    def age_seconds(self, now: float) -> float:
        """Seconds from publishing until `now`, a time of the epoch."""
        return max(0.0, now - self.snapshot.record.committed_at.timestamp())


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did; `changed` are the table entries that differ from before."""

    outcome: RefreshOutcome
    served: Served
    previous_id: int | None
    changed: tuple[Entry, ...]
    took_ms: float
    message: str


def is_served(target: SnapshotRecord | None, served: Served | None) -> bool:
    """Whether it is what is served. A number does not tell: a lake made anew counts from 1 again."""
    return target is not None and served is not None and target.identity == served.snapshot.record.identity


def changed_entries(after: Served, before: Served | None) -> tuple[Entry, ...]:
    """Entries of the tables that one snapshot has in another version than the one before."""
    had: Sequence[Entry] = () if before is None else before.snapshot.record.entries
    known = {(entry.dataset_id, entry.table): entry.version for entry in had}
    return tuple(
        entry for entry in after.snapshot.record.entries if known.get((entry.dataset_id, entry.table)) != entry.version
    )
