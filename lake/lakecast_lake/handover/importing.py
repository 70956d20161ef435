"""Checking a folder of results made elsewhere, and publishing it as one snapshot."""

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from lakecast_lake import commit, snapshots
from lakecast_lake.clock import utc_now
from lakecast_lake.commit import Commit
from lakecast_lake.errors import BadResults, LakeError, Superseded
from lakecast_lake.handover.completion import check_forecasts, complete_forecasts, gate
from lakecast_lake.handover.folder import FORECAST_FILE, METRICS_FILE, Folder
from lakecast_lake.handover.frequencies import ItemFrequencies, item_frequencies
from lakecast_lake.handover.items import unknown_items
from lakecast_lake.handover.scoring import check_metrics, complete_metrics, scored
from lakecast_lake.publish import Part, publish_parts
from lakecast_lake.snapshots import Entry, SnapshotRecord
from lakecast_lake.storage import Lake
from lakecast_lake.summary import FORECAST_COLUMNS, summarise
from lakecast_schema.contract import Table
from lakecast_schema.frequency import period_starts
from lakecast_schema.tables import DEMAND, DIM_ITEM, FACT_FORECAST, FACT_METRICS

_ATTEMPTS = 20
_PAUSE_SECONDS = 0.5
"""At most, between two attempts, so that imports in step fall out of it."""


@dataclass(frozen=True)
class ImportReport:
    """What an import has published. `unchanged`: this very folder was current already and nothing was written."""

    snapshot_id: int
    run_id: str
    dataset_ids: tuple[str, ...]
    sources: tuple[str, ...]
    forecasts: int
    metrics: int
    new_items: int
    unchanged: bool = False

    def __str__(self) -> str:
        text = (
            f"{self.forecasts} forecasts and {self.metrics} rows of metrics of {', '.join(self.dataset_ids)} "
            f"(sources {', '.join(self.sources)}; new items: {self.new_items})"
        )
        if self.unchanged:
            return f"Nothing to do: {text} are already published, snapshot {self.snapshot_id}."
        return f"Imported {text} as snapshot {self.snapshot_id}."


@dataclass(frozen=True)
class _Results:
    """Checked rows that are ready to be committed. `items` are those that the lake does not know yet."""

    forecasts: pa.Table
    metrics: pa.Table
    items: pa.Table


def import_(lake: Lake, folder: str | Path, dataset_id: str | None = None) -> ImportReport:
    """Check a folder of results against the contract and publish it as one snapshot.

    The folder's sources take the place of all that is published of them; the data set's other sources stay, and the
    folder's items are added to those known.

    dataset_id: import the rows of this data set only. A folder that is still current is not published
    again. Rows that are not there in the folder are completed as the table contracts say under "Results made
    elsewhere".

    Where another run of the data set is published meanwhile, the folder is completed and committed again upon it.

    Raises BadResults where the folder cannot be read, breaks the contract, or contradicts itself or the lake;
    then nothing was written. Else raises as `publish` does.
    """
    from lakecast_lake.columns import allocation  # loads DuckDB: see `_require_loadable`

    allocation.settle()  # a third less at the peak
    for attempt in range(_ATTEMPTS):
        try:
            return _import(lake, Path(folder), dataset_id)
        except Superseded:
            if attempt == _ATTEMPTS - 1:
                raise
            time.sleep(random.random() * _PAUSE_SECONDS)
    raise AssertionError("the last attempt returns or raises")


def _import(lake: Lake, folder: Path, dataset_id: str | None) -> ImportReport:
    record = snapshots.newest_or_none(lake)
    run_id, results = _read(lake, record, folder, dataset_id)
    names = _distinct(results.forecasts, "dataset_id")
    report = ImportReport(
        0 if record is None else record.snapshot_id,
        run_id,
        names,
        _distinct(results.forecasts, "source"),
        results.forecasts.num_rows,
        results.metrics.num_rows,
        results.items.num_rows,
        unchanged=True,
    )
    if record is not None and _runs(record, names) == {run_id}:
        return report
    parts = [_commit(lake, record, _only(results, name), name, run_id) for name in names]
    for part in parts:
        _require_loadable(lake, record, part, folder)
    return replace(report, snapshot_id=publish_parts(lake, run_id, parts, base=record), unchanged=False)


def _read(lake: Lake, record: SnapshotRecord | None, folder: Path, dataset_id: str | None) -> tuple[str, _Results]:
    """The run that the folder stands for, and its rows ready to be committed; as they came, they are let go of."""
    read = Folder.read(folder)
    run_id = f"import-{read.digest[:16]}"
    return run_id, _checked(lake, record, read, run_id, dataset_id)


def _runs(record: SnapshotRecord, names: tuple[str, ...]) -> set[str | None]:
    """The runs that published these data sets."""
    published = {summary["dataset_id"]: summary["run_id"] for summary in record.datasets}
    return {published.get(name) for name in names}


def _distinct(rows: pa.Table, column: str) -> tuple[str, ...]:
    return tuple(sorted(pc.unique(rows[column]).to_pylist()))


def _checked(lake: Lake, record: SnapshotRecord | None, read: Folder, run_id: str, dataset_id: str | None) -> _Results:
    """The folder's rows, complete and checked. Everything that can be refused is refused here."""
    path = read.path / FORECAST_FILE
    check_forecasts(read.forecasts, path)
    forecasts, metrics = read.forecasts, read.metrics
    if metrics is not None:
        metrics = _with_dataset(metrics, forecasts)
        check_metrics(metrics, read.path / METRICS_FILE)
    read.metadata.agree_with(forecasts, metrics)
    if dataset_id is not None:
        forecasts = _of(forecasts, dataset_id)
        metrics = None if metrics is None else _of(metrics, dataset_id)
        if forecasts.num_rows == 0:
            there = ", ".join(_distinct(read.forecasts, "dataset_id"))
            raise BadResults(str(path), f"has no data set {dataset_id}", f"It holds {there}.")
    names = _distinct(forecasts, "dataset_id")
    known = _published(lake, record, DIM_ITEM, names)
    frequencies = item_frequencies(forecasts, read.metadata.frequencies, known, path)
    forecasts = complete_forecasts(_by_first_day(forecasts, frequencies), frequencies, run_id)
    if metrics is None:
        metrics = scored(forecasts, _published(lake, record, DEMAND, names), frequencies)
    metrics = complete_metrics(metrics, forecasts, run_id, read.path / METRICS_FILE)
    items = unknown_items(frequencies, known)
    if "kind" not in read.forecasts.column_names:  # else all that is not null was checked as it came
        gate(FACT_FORECAST, forecasts, path)
    for table, rows in ((FACT_METRICS, metrics), (DIM_ITEM, items)):
        if rows.num_rows:
            gate(table, rows, read.path)
    return _Results(forecasts, metrics, items)


def _with_dataset(metrics: pa.Table, forecasts: pa.Table) -> pa.Table:
    """A folder of one data set need not repeat it with every error."""
    names = _distinct(forecasts, "dataset_id")
    if "dataset_id" in metrics.column_names or len(names) > 1:
        return metrics
    return metrics.append_column("dataset_id", pa.repeat(names[0], metrics.num_rows))


def _of(rows: pa.Table, dataset_id: str) -> pa.Table:
    return rows.filter(pc.equal(rows["dataset_id"], dataset_id))


def _only(results: _Results, dataset_id: str) -> _Results:
    if _distinct(results.forecasts, "dataset_id") == (dataset_id,):
        return results  # a copy of all of it would be no other
    parts = (results.forecasts, results.metrics, results.items)
    return _Results(*(_of(rows, dataset_id) for rows in parts))


def _published(lake: Lake, record: SnapshotRecord | None, table: Table, names: tuple[str, ...]) -> pa.Table:
    parts = [] if record is None else [snapshots.read(lake, record, table.name, name) for name in names]
    return pa.concat_tables([table.schema.empty_table(), *parts])


def _by_first_day(forecasts: pa.Table, frequencies: ItemFrequencies) -> pa.Table:
    """Periods that are named by their last day, as pandas' month ends are, renamed by their first."""
    for column in ("date", "cutoff"):
        if column not in forecasts.column_names:
            continue
        days = forecasts[column].to_numpy().astype("datetime64[D]").copy()
        for _, frequency, mine in frequencies.groups(forecasts):
            days[mine] = period_starts(days[mine], frequency)
        index = forecasts.schema.get_field_index(column)
        forecasts = forecasts.set_column(index, column, pa.array(days, pa.date32()))
    return forecasts


def _commit(lake: Lake, record: SnapshotRecord | None, results: _Results, dataset_id: str, run_id: str) -> Part:
    """Commit one data set's rows, and say what is to be published of it."""
    where = {"dataset_id": dataset_id}
    commits = []
    if results.items.num_rows:
        items = pa.concat_tables([_published(lake, record, DIM_ITEM, (dataset_id,)), results.items])
        commits.append(commit.replace(lake, DIM_ITEM, items, where, run_id))
    sources = list(_distinct(results.forecasts, "source"))
    demand = _published(lake, record, DEMAND, (dataset_id,))
    commits.append(commit.forecasts(lake, results.forecasts, dataset_id, sources, run_id, demand=demand))
    known = _published(lake, record, FACT_METRICS, (dataset_id,))
    others = known.filter(pc.invert(pc.is_in(known["source"], pa.array(sources))))
    metrics, scored_sources = results.metrics, sorted({*sources, *_distinct(results.metrics, "source")})
    if known.num_rows > others.num_rows and not metrics.num_rows:  # errors of the sources' older forecasts go
        metrics, scored_sources = others, sorted({*scored_sources, *_distinct(others, "source")})
    if metrics.num_rows:
        commits.append(commit.replace(lake, FACT_METRICS, metrics, {**where, "source": scored_sources}, run_id))
    without = [FACT_METRICS.name] if known.num_rows and not metrics.num_rows and not others.num_rows else []
    return Part(dataset_id, commits, _summary(lake, others, commits, dataset_id), without)


def _require_loadable(lake: Lake, record: SnapshotRecord | None, part: Part, path: Path) -> None:
    """Load the data set as a server would, before anybody can see it: one that no server loads would stop them all."""
    from lakecast_lake import columns  # it loads DuckDB, which who only loads the assets' definitions can do without

    entries = {} if record is None else {e.table: e for e in record.entries if e.dataset_id == part.dataset_id}
    for done in part.commits:
        entries[done.table] = Entry(part.dataset_id, done.table, done.version, done.rows, done.committed_at)
    others = tuple(entry for name, entry in entries.items() if name not in part.without)
    try:
        columns.load(lake, SnapshotRecord(0, utc_now(), "", others, (), lake_id=""))
    except LakeError as error:
        raise BadResults(
            str(path), f"no server could load what it makes of {part.dataset_id} ({error.detail})", error.remedy
        ) from error


def _summary(lake: Lake, metrics: pa.Table, commits: Sequence[Commit], dataset_id: str) -> Mapping[str, Any]:
    """Of all that will be published of the data set; metrics: the rows that stay where none are committed."""
    forecasts = FACT_FORECAST.schema.empty_table()
    for done in commits:
        entry = Entry(dataset_id, done.table, done.version, done.rows, done.committed_at)
        if done.table == FACT_METRICS.name:
            metrics = snapshots.scan(lake, entry, {"dataset_id": dataset_id})
        elif done.table == FACT_FORECAST.name:
            forecasts = snapshots.scan(lake, entry, {"dataset_id": dataset_id}, FORECAST_COLUMNS)
    return summarise(forecasts, metrics)
