"""Publishing: one row appended to `snapshot` makes all commits of a run visible at once."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from deltalake import DeltaTable

from lakecast_lake import recovery, snapshots
from lakecast_lake.clock import utc_now
from lakecast_lake.commit import Commit
from lakecast_lake.control import append_row
from lakecast_lake.errors import BadWrite, Contended, Superseded, VersionMissing
from lakecast_lake.optimistic import committed
from lakecast_lake.recovery import Note, Withdrawal
from lakecast_lake.snapshots import Entry, SnapshotRecord
from lakecast_lake.storage import Lake, require_commit, rows_of
from lakecast_schema.contract import Table
from lakecast_schema.tables import SNAPSHOT, SUMMARY, TABLES

_ROUNDS = 10
"""How often a run puts back what others commit beside it before it gives up."""


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


def publish_parts(
    lake: Lake,
    run_id: str,
    parts: Sequence[Part],
    *,
    base: SnapshotRecord | Literal["any"] | None = "any",
    clock: Callable[[], datetime] = utc_now,
) -> int:
    """Publish a run's commits of one or several data sets as the next snapshot, and return its id.

    The newest snapshot's entries of other data sets are carried forward, and so are a part's own entries of
    tables that are neither in its `commits` nor in `without`. What other runs of a part's data set have committed to
    its tables and not published does not become visible, and what they have published meanwhile stays: their partitions
    are first brought back to what is published.

    base: the snapshot that the commits were made from; the parts' data sets must still be what they were in it.

    A retry that brings the same run and the same versions again publishes nothing and returns the first id; a
    retry that has committed anew publishes a new snapshot.

    Raises VersionMissing when a commit's version does not exist or holds no row of the data set, Superseded when
    a newer version was published meanwhile, another run has overwritten what this one committed, a source that this one
    withdraws was published anew or `base` is no longer what it was, Contended, StoreUnsafe or LakeUnreadable.
    """
    own = {part.dataset_id: _verified(lake, part) for part in parts}
    if not own:
        raise BadWrite(lake.uri, "there is nothing to publish", "Commit at least one table first.")
    lake.refuse_unsafe_store()
    notes = _notes(lake, parts)
    runs = {run_id, *(note.writer for note in notes.values())}
    withdrawals = [
        (name, entry.table, note.withdrawal)
        for name, entries in own.items()
        for entry in entries
        if (note := notes.get((entry.table, entry.version))) is not None and note.withdrawal is not None
    ]

    def attempt() -> int:
        handle, newest = newest_to_follow(lake, run_id)
        entries: Sequence[Entry] = () if newest is None else newest.entries
        if base != "any":
            _refuse_another_base(lake, base, newest, own.keys())
        for part in parts:
            entries = _replaced(lake, entries, own[part.dataset_id], part)
        if newest is not None and (done := _already(lake, newest, run_id, own.keys(), entries)) is not None:
            return done
        for name, table, withdrawal in withdrawals:
            _refuse_withdrawal(lake, newest, name, TABLES[table], withdrawal)
        for name, mine in own.items():
            _refuse_foreign(lake, newest, name, mine, runs)
        snapshot_id = append_snapshot(handle, newest, run_id, entries, _summaries(newest, run_id, parts), clock())
        lake.keep(SNAPSHOT.name, handle)
        return snapshot_id

    for _ in range(_ROUNDS):
        try:
            return committed(lake.table_uri(SNAPSHOT.name), attempt)
        except _ForeignRows as foreign:
            own[foreign.dataset_id] = [
                _without_foreign(lake, entry, run_id, runs) if entry.table == foreign.table else entry
                for entry in own[foreign.dataset_id]
            ]
    raise Contended(
        lake.uri,
        f"other runs of the same data sets committed beside this one {_ROUNDS} times in a row",
        "Publish one run of a data set at a time, then run again.",
    )


def newest_to_follow(lake: Lake, run_id: str) -> tuple[DeltaTable, SnapshotRecord | None]:
    """The table of snapshots, created by that run where there is none, and its newest record.

    Raises LakeUnreadable where its last commit is empty: what it said would be lost.
    """
    handle = lake.create(SNAPSHOT, run_id)
    require_commit(handle, lake.options)
    return handle, snapshots.newest_of(handle)


def append_snapshot(
    handle: DeltaTable,
    newest: SnapshotRecord | None,
    run_id: str,
    entries: Sequence[Entry],
    datasets: Sequence[Mapping[str, Any]],
    now: datetime,
) -> int:
    """Append the record that follows `newest`, later than it whatever the clock says, and return its id."""
    snapshot_id = 1 if newest is None else newest.snapshot_id + 1
    record = {
        "snapshot_id": snapshot_id,
        "committed_at": _after(newest, now),
        "run_id": run_id,
        "entries": [vars(entry) for entry in entries],
        "datasets": datasets,
    }
    append_row(handle, SNAPSHOT, record, run_id=run_id)
    return snapshot_id


class _ForeignRows(Exception):
    """A version that is to be published holds other rows of other runs than are published."""

    def __init__(self, dataset_id: str, table: str) -> None:
        super().__init__(f"{dataset_id}, {table}")
        self.dataset_id, self.table = dataset_id, table


def _refuse_another_base(
    lake: Lake, base: SnapshotRecord | None, newest: SnapshotRecord | None, datasets: Collection[str]
) -> None:
    then, now = (
        set() if record is None else _places(entry for entry in record.entries if entry.dataset_id in datasets)
        for record in (base, newest)
    )
    if then != now:
        raise Superseded(
            lake.uri,
            f"another run of {', '.join(sorted(datasets))} was published meanwhile",
            "Run again; publish one run of a data set at a time.",
        )


def _refuse_withdrawal(
    lake: Lake, newest: SnapshotRecord | None, dataset_id: str, table: Table, withdrawal: Withdrawal
) -> None:
    """Refuse to let go of what the run has not seen."""
    published = None if newest is None else newest.entry(dataset_id, table.name)
    anew = recovery.published_anew(lake, table, dataset_id, withdrawal, published)
    if anew:
        raise Superseded(
            lake.table_uri(table.name),
            f"the run lets go of {', '.join(sorted(anew))} of data set {dataset_id}, published anew meanwhile",
            "Run again: the new run has seen what is published now.",
        )


def _refuse_foreign(
    lake: Lake, newest: SnapshotRecord | None, dataset_id: str, own: Sequence[Entry], runs: Collection[str]
) -> None:
    for entry in own:
        table = TABLES[entry.table]
        if not _is_shared(table):
            continue
        published = None if newest is None else newest.entry(dataset_id, entry.table)
        handle = lake.handle(entry.table, entry.version)
        if recovery.foreign(lake, table, handle, dataset_id, runs, recovery.version_of(published)):
            raise _ForeignRows(dataset_id, entry.table)


def _notes(lake: Lake, parts: Sequence[Part]) -> Mapping[tuple[str, int], Note]:
    """What the commits to shared tables say of themselves, by table and version. As a rule they are of one run."""
    versions: dict[str, set[int]] = {}
    for part in parts:
        for done in part.commits:
            versions.setdefault(done.table, set()).add(done.version)
    return {
        (name, version): note
        for name, some in versions.items()
        if _is_shared(TABLES[name])
        for version, note in recovery.notes(lake, TABLES[name], some).items()
    }


def _is_shared(table: Table) -> bool:
    """Whether a run replaces a part of a data set's rows only."""
    return len(table.partition_by) > 1


def _without_foreign(lake: Lake, entry: Entry, run_id: str, runs: Collection[str]) -> Entry:
    """A newer version of the run's table, with other runs' partitions as they are published."""
    table = TABLES[entry.table]
    recovery.recover(lake, table, entry.dataset_id, run_id, runs)
    after = lake.handle(entry.table)
    then, now = (
        recovery.own_files(lake, table, handle, entry.dataset_id, runs)
        for handle in (lake.handle(entry.table, entry.version), after)
    )
    if then != now:
        raise Superseded(
            lake.table_uri(entry.table),
            f"another run of data set {entry.dataset_id} has overwritten what this run committed",
            "Run again; publish one run of a data set at a time.",
        )
    return replace(entry, version=after.version(), rows=rows_of(after, entry.dataset_id))


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
    others = [entry for entry in published if entry.dataset_id != part.dataset_id or entry.table not in gone]
    return sorted((*others, *own), key=lambda entry: (entry.dataset_id, entry.table))


def _already(
    lake: Lake, newest: SnapshotRecord, run_id: str, datasets: Collection[str], entries: Sequence[Entry]
) -> int | None:
    """The id under which this run has published just these entries of its data sets, None where it has not."""
    runs = {summary["dataset_id"]: summary["run_id"] for summary in newest.datasets}
    if _places(newest.entries) != _places(entries) or {runs.get(name) for name in datasets} != {run_id}:
        return None
    own = [record.snapshot_id for record in snapshots.history(lake) if record.run_id == run_id]
    return own[0] if own else newest.snapshot_id


def _places(entries: Iterable[Entry]) -> set[tuple[str, str, int]]:
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
