"""Publishing: one row appended to `snapshot` makes all commits of a run visible at once."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, write_deltalake

from lakecast_lake import snapshots
from lakecast_lake.clock import utc_now
from lakecast_lake.commit import Commit
from lakecast_lake.errors import BadWrite, Superseded, VersionMissing
from lakecast_lake.optimistic import committed
from lakecast_lake.snapshots import Entry, SnapshotRecord
from lakecast_lake.storage import Lake, rows_of
from lakecast_schema.rules import check
from lakecast_schema.tables import SNAPSHOT, SUMMARY, TABLES


@dataclass(frozen=True)
class Part:
    """What a run publishes of one data set.

    commits: of several to one table the newest counts. summary: the fields of `lakecast_schema.tables.SUMMARY`
    but dataset_id and run_id; what is left out is null. without: tables that the data set no longer has.
    """

    dataset_id: str
    commits: Sequence[Commit]
    summary: Mapping[str, Any]
    without: Collection[str] = ()


def publish(
    lake: Lake,
    run_id: str,
    dataset_id: str,
    commits: Sequence[Commit],
    summary: Mapping[str, Any],
    *,
    without: Collection[str] = (),
    clock: Callable[[], datetime] = utc_now,
) -> int:
    """Publish a run's commits of one data set as the next snapshot, and return its id; see `publish_parts`."""
    return publish_parts(lake, run_id, [Part(dataset_id, commits, summary, without)], clock=clock)


def publish_parts(lake: Lake, run_id: str, parts: Sequence[Part], *, clock: Callable[[], datetime] = utc_now) -> int:
    """Publish a run's commits of one or several data sets as the next snapshot, and return its id.

    The newest snapshot's entries of other data sets are carried forward, and so are a part's own entries of
    tables that are neither in its `commits` nor in `without`.

    A retry that brings the same run and the same versions again publishes nothing and returns the first id; a
    retry that has committed anew publishes a new snapshot.

    Raises VersionMissing when a commit's version does not exist or holds no row of the data set, Superseded when
    a newer version was published meanwhile, Contended, StoreUnsafe or LakeUnreadable.
    """
    own = {part.dataset_id: _verified(lake, part) for part in parts}
    if not own:
        raise BadWrite(lake.uri, "there is nothing to publish", "Commit at least one table first.")
    lake.refuse_unsafe_store()

    def attempt() -> int:
        handle = lake.create(SNAPSHOT, run_id)
        newest = snapshots.newest_of(handle)
        entries: Sequence[Entry] = () if newest is None else newest.entries
        for part in parts:
            entries = _replaced(lake, entries, own[part.dataset_id], part)
        if newest is not None and (done := _already(lake, newest, run_id, own.keys(), entries)) is not None:
            return done
        snapshot_id = 1 if newest is None else newest.snapshot_id + 1
        record = {
            "snapshot_id": snapshot_id,
            "committed_at": _after(newest, clock()),
            "run_id": run_id,
            "entries": [vars(entry) for entry in entries],
            "datasets": _summaries(newest, run_id, parts),
        }
        row = pa.Table.from_pylist([record], schema=SNAPSHOT.schema)
        check(SNAPSHOT, row)
        write_deltalake(
            handle,
            row,
            mode="append",
            schema_mode="merge",  # the contract may have gained columns since the table was created
            # No retries by delta-rs: two appends from one version would both succeed, with the same id.
            commit_properties=CommitProperties(custom_metadata={"run_id": run_id}, max_commit_retries=0),
        )
        return snapshot_id

    return committed(lake.table_uri(SNAPSHOT.name), attempt)


def _verified(lake: Lake, part: Part) -> list[Entry]:
    """The part's newest commit of each table as an entry, its rows counted in the lake."""
    newest = {commit.table: commit for commit in sorted(part.commits, key=lambda commit: commit.version)}
    if not newest:
        raise BadWrite(lake.uri, "there is nothing to publish", "Commit at least one table first.")
    return [_entry(lake, part.dataset_id, commit) for commit in newest.values()]


def _entry(lake: Lake, dataset_id: str, commit: Commit) -> Entry:
    if commit.table not in TABLES or commit.table == SNAPSHOT.name:
        raise BadWrite(lake.uri, f"{commit.table} cannot be published", f"Tables are {', '.join(TABLES)}.")
    rows = rows_of(lake.handle(commit.table, commit.version), dataset_id)
    if rows == 0:
        raise VersionMissing(
            lake.table_uri(commit.table),
            f"version {commit.version} holds no row of data set {dataset_id}",
            "Publish the versions that this data set's commits returned.",
        )
    return Entry(dataset_id, commit.table, commit.version, rows, commit.committed_at)


def _replaced(lake: Lake, published: Sequence[Entry], own: Sequence[Entry], part: Part) -> list[Entry]:
    """The published entries with the part's own in place of theirs."""
    versions = {entry.table: entry.version for entry in own}
    for entry in published:
        if entry.dataset_id == part.dataset_id and entry.version > versions.get(entry.table, entry.version):
            raise Superseded(
                lake.table_uri(entry.table),
                f"version {entry.version} of data set {part.dataset_id} was published after version "
                f"{versions[entry.table]} was committed",
                "Run again; publish one run of a data set at a time.",
            )
    gone = {*versions, *part.without}
    kept = [entry for entry in published if entry.dataset_id != part.dataset_id or entry.table not in gone]
    return sorted((*kept, *own), key=lambda entry: (entry.dataset_id, entry.table))


def _already(
    lake: Lake, newest: SnapshotRecord, run_id: str, datasets: Collection[str], entries: Sequence[Entry]
) -> int | None:
    """The id under which this run has published just these entries of its data sets, None where it has not."""
    runs = {summary["dataset_id"]: summary["run_id"] for summary in newest.datasets}
    if _places(newest.entries) != _places(entries) or {runs.get(name) for name in datasets} != {run_id}:
        return None
    own = [record.snapshot_id for record in snapshots.history(lake) if record.run_id == run_id]
    return own[0] if own else newest.snapshot_id


def _places(entries: Sequence[Entry]) -> set[tuple[str, str, int]]:
    return {(entry.dataset_id, entry.table, entry.version) for entry in entries}


def _after(newest: SnapshotRecord | None, now: datetime) -> datetime:
    """Now, but later than the snapshot before, so that "as of" has one answer even where clocks differ."""
    return now if newest is None else max(now, newest.committed_at + timedelta(microseconds=1))


def _summaries(newest: SnapshotRecord | None, run_id: str, parts: Sequence[Part]) -> list[Mapping[str, Any]]:
    summaries = {} if newest is None else {each["dataset_id"]: each for each in newest.datasets}
    for part in parts:
        own = {field.name: part.summary.get(field.name) for field in SUMMARY}
        own |= {"dataset_id": part.dataset_id, "run_id": run_id}
        own["model_versions"] = list(part.summary.get("model_versions") or ())
        summaries[part.dataset_id] = own
    return [summaries[name] for name in sorted(summaries)]
