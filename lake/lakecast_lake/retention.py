"""Forgetting old snapshots and the files that no retained one names."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from lakecast_lake import checkpoints, snapshots
from lakecast_lake.clock import utc_now
from lakecast_lake.errors import BadSetting, LakeNotFound
from lakecast_lake.optimistic import committed
from lakecast_lake.snapshots import SnapshotRecord
from lakecast_lake.storage import UNREADABLE, Lake, unreadable
from lakecast_schema.grammar import count_of
from lakecast_schema.tables import SNAPSHOT, TABLES

KEEP_COUNT = 30
KEEP_DAYS = 90.0
GRACE_HOURS = 24.0


@dataclass(frozen=True)
class VacuumReport:
    """Snapshots by id, newest first, and the numbers of files removed: per table, and of fitted models."""

    retained: tuple[int, ...]
    forgotten: tuple[int, ...]
    files: Mapping[str, int]
    models: int = 0

    def __str__(self) -> str:
        return (
            f"{count_of(len(self.retained), '[snapshot|snapshots]')} retained, {len(self.forgotten)} forgotten, "
            f"{count_of(sum(self.files.values()) + self.models, '[file|files]')} removed."
        )


def vacuum(
    lake: Lake,
    keep_count: int = KEEP_COUNT,
    keep_days: float = KEEP_DAYS,
    *,
    grace_hours: float = GRACE_HOURS,
    dry_run: bool = False,
    clock: Callable[[], datetime] = utc_now,
) -> VacuumReport:
    """Forget snapshots beyond the newest `keep_count` that are older than `keep_days`, then remove their files.

    A snapshot is retained where either holds: it is among the newest `keep_count`, or it is not older. Every file
    of every version that a retained snapshot names stays, as do the tables' newest versions. Files that are younger
    than `grace_hours`, or were replaced more recently than that, stay, too: a run may be writing them, or a server
    reading them. dry_run: report only.

    Raises BadSetting for a `keep_count` below 1, LakeNotFound where nothing was published, LakeUnreadable.
    """
    if keep_count < 1:
        raise BadSetting(lake.uri, f"keeping {keep_count} snapshots leaves nothing to serve", "Keep at least 1.")
    oldest = clock() - timedelta(days=keep_days)
    if dry_run:
        retained, forgotten = _split(snapshots.history(lake), keep_count, oldest)
    else:
        retained, forgotten = _forget(lake, keep_count, oldest)
    if not retained:
        raise LakeNotFound(lake.uri, "nothing has been published here", "Check the lake's address.")
    named: dict[str, set[int]] = {name: set() for name in TABLES}
    for record in retained:
        for entry in record.entries:
            named[entry.table].add(entry.version)
    files = {
        name: _remove(lake, name, versions, grace_hours, dry_run)
        for name, versions in named.items()
        if versions or lake.exists(name)
    }
    grace = clock() - timedelta(hours=grace_hours)
    models = checkpoints.forget(lake, _runs(retained), grace, dry_run=dry_run)
    return VacuumReport(_ids(retained), _ids(forgotten), files, models)


def compact(lake: Lake) -> int:
    """Join the files of the table `snapshot`, which gains one with each snapshot; returns how many were joined.

    Tables of data sets need none of it: each run replaces the files of its data set. Raises LakeUnreadable.
    """
    try:
        return int(lake.handle(SNAPSHOT.name).optimize.compact()["numFilesRemoved"])
    except UNREADABLE as error:
        raise unreadable(lake.table_uri(SNAPSHOT.name), error) from error


def _runs(records: Sequence[SnapshotRecord]) -> set[str]:
    """Runs whose results a retained snapshot still shows."""
    return {str(summary["run_id"]) for record in records for summary in record.datasets}


def _ids(records: Sequence[SnapshotRecord]) -> tuple[int, ...]:
    return tuple(record.snapshot_id for record in records)


def _split(
    history: Sequence[SnapshotRecord], keep_count: int, oldest: datetime
) -> tuple[list[SnapshotRecord], list[SnapshotRecord]]:
    """Retained and other snapshots of a history that begins with the newest."""
    stays = [number < keep_count or record.committed_at >= oldest for number, record in enumerate(history)]
    retained = [record for record, keep in zip(history, stays, strict=True) if keep]
    return retained, [record for record, keep in zip(history, stays, strict=True) if not keep]


def _forget(lake: Lake, keep_count: int, oldest: datetime) -> tuple[list[SnapshotRecord], list[SnapshotRecord]]:
    """Delete the rows of old snapshots first, so that nobody begins to read what is about to go."""

    def attempt() -> tuple[list[SnapshotRecord], list[SnapshotRecord]]:
        retained, forgotten = _split(snapshots.history(lake), keep_count, oldest)
        if forgotten:
            ids = ", ".join(str(record.snapshot_id) for record in forgotten)
            lake.handle(SNAPSHOT.name).delete(f"snapshot_id IN ({ids})")
        return retained, forgotten

    return committed(lake.table_uri(SNAPSHOT.name), attempt)


def _remove(lake: Lake, name: str, versions: set[int], grace_hours: float, dry_run: bool) -> int:
    handle = lake.handle(name)
    try:
        removed = handle.vacuum(
            retention_hours=round(grace_hours),
            enforce_retention_duration=False,  # the versions that matter are named
            keep_versions=sorted(versions),
            full=True,  # files that a killed writer left are in no log
            dry_run=dry_run,
        )
    except UNREADABLE as error:
        raise unreadable(lake.table_uri(name), error) from error
    return len(removed)
