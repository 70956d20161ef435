"""Taking a data set out of the lake: of the next snapshot, then of the tables."""

from collections.abc import Callable
from datetime import datetime

from deltalake import CommitProperties

from lakecast_lake import snapshots
from lakecast_lake.clock import utc_now
from lakecast_lake.errors import BadWrite
from lakecast_lake.optimistic import committed
from lakecast_lake.predicates import sql
from lakecast_lake.publish import append_snapshot, newest_to_follow
from lakecast_lake.storage import Lake
from lakecast_schema.tables import SNAPSHOT, TABLES


def retire(lake: Lake, dataset_id: str, run_id: str, *, clock: Callable[[], datetime] = utc_now) -> int:
    """Publish a snapshot without a data set, then delete its rows; returns the snapshot's id.

    Older snapshots still show it until they are forgotten (`retention.vacuum`), and its files stay until then. A
    repetition deletes what an interrupted one has left. Raises BadWrite where it is the only data set, or none of that
    name was ever published, Contended, StoreUnsafe or LakeUnreadable.
    """
    lake.refuse_unsafe_store()

    def attempt() -> int:
        handle, newest = newest_to_follow(lake, run_id)
        if newest is None or dataset_id not in newest.dataset_ids:
            return _without(lake, newest, dataset_id)
        entries = [entry for entry in newest.entries if entry.dataset_id != dataset_id]
        if not entries:
            raise BadWrite(
                lake.uri, f"{dataset_id} is its only data set", "Publish another one first, or remove the lake."
            )
        datasets = [summary for summary in newest.datasets if summary["dataset_id"] != dataset_id]
        return append_snapshot(handle, newest, run_id, entries, datasets, clock())

    snapshot_id = committed(lake.table_uri(SNAPSHOT.name), attempt)
    properties = CommitProperties(custom_metadata={"run_id": run_id, "dataset_id": dataset_id})
    for name in TABLES:
        if "dataset_id" in TABLES[name].partition_by and lake.exists(name):
            committed(
                lake.table_uri(name),
                lambda name=name: lake.handle(name).delete(  # type: ignore[misc]
                    sql({"dataset_id": dataset_id}), commit_properties=properties
                ),
            )
    return snapshot_id


def _without(lake: Lake, newest: snapshots.SnapshotRecord | None, dataset_id: str) -> int:
    """The newest snapshot's id where an older one has shown the data set."""
    if newest is not None and any(dataset_id in record.dataset_ids for record in snapshots.history(lake)):
        return newest.snapshot_id
    known = ", ".join(newest.dataset_ids) if newest is not None else "none"
    raise BadWrite(lake.uri, f"it has no data set {dataset_id!r}", f"Name one of: {known}.")
