"""Where answers come from: published snapshots and training runs."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import orjson

from lakecast_graphql.read import arguments, node_ids, paging
from lakecast_graphql.read.paging import Connection
from lakecast_graphql.read.view import View
from lakecast_graphql.rows.column import Values
from lakecast_graphql.rows.rows import Rows
from lakecast_lake.snapshots import SnapshotRecord


@dataclass(frozen=True)
class TableVersion:
    """A table's version that a snapshot names for a data set."""

    dataset_id: str
    name: str
    version: int
    row_count: int
    committed_at: datetime


@dataclass(frozen=True)
class ModelVersion:
    """Which version of a source made a data set's forecasts."""

    dataset_id: str
    source: str
    model_version: str
    generated_at: datetime


@dataclass(frozen=True)
class AccuracySummary:
    """Means over each item's champion, as they were published."""

    dataset_id: str
    wape: float | None
    rmsse: float | None
    quantile_loss: float | None
    coverage_80: float | None
    coverage_95: float | None
    skill: float | None


@dataclass(frozen=True)
class SnapshotInfo:
    """A published snapshot, without what it holds being loaded."""

    record: SnapshotRecord
    history: Sequence[SnapshotRecord]

    @property
    def id(self) -> str:
        return node_ids.snapshot_info(self.snapshot_id)

    @property
    def snapshot_id(self) -> int:
        return self.record.snapshot_id

    @property
    def committed_at(self) -> datetime:
        return self.record.committed_at

    @property
    def run_id(self) -> str:
        return self.record.run_id

    @property
    def dataset_ids(self) -> list[str]:
        return list(self.record.dataset_ids)

    @cached_property
    def tables(self) -> list[TableVersion]:
        return table_versions(self.record)

    @cached_property
    def model_versions(self) -> list[ModelVersion]:
        return [
            ModelVersion(dataset["dataset_id"], model["source"], model["model_version"], model["generated_at"])
            for dataset in self._datasets
            for model in sorted(dataset["model_versions"] or (), key=lambda model: model["source"])
        ]

    @cached_property
    def accuracy(self) -> list[AccuracySummary]:
        names = ("wape", "rmsse", "quantile_loss", "coverage_80", "coverage_95", "skill")
        return [
            AccuracySummary(dataset["dataset_id"], **{name: dataset[name] for name in names})
            for dataset in self._datasets
        ]

    @property
    def previous(self) -> "SnapshotInfo | None":
        """The newest retained one before it."""
        older = [record for record in self.history if record.snapshot_id < self.snapshot_id]
        newest = max(older, key=lambda record: record.snapshot_id, default=None)
        return None if newest is None else SnapshotInfo(newest, self.history)

    @property
    def _datasets(self) -> list[Any]:
        return sorted(self.record.datasets, key=lambda dataset: dataset["dataset_id"])


def table_versions(record: SnapshotRecord) -> list[TableVersion]:
    """The versions that a snapshot names, by data set and table."""
    return sorted(
        (
            TableVersion(entry.dataset_id, entry.table, entry.version, entry.rows, entry.committed_at)
            for entry in record.entries
        ),
        key=lambda version: (version.dataset_id, version.name),
    )


def snapshot_info(record: SnapshotRecord, history: Iterable[SnapshotRecord]) -> SnapshotInfo:
    """A snapshot's provenance; `history` are all retained snapshots in any order."""
    return SnapshotInfo(record, tuple(history))


def snapshots(history: Iterable[SnapshotRecord], first: int = 20, after: str | None = None) -> Connection[Rows]:
    """A page of the retained snapshots, newest first. Its cursors name a snapshot, not a place among them, so that
    paging goes on rightly while new ones are published."""
    arguments.page_size(first)
    records = sorted(history, key=lambda record: -record.snapshot_id)
    question = paging.Question(None, "snapshots")
    begin = 0
    if after is not None:
        last = paging.start(after, question) - 1
        begin = sum(record.snapshot_id >= last for record in records)
    page = records[begin : begin + first]
    rows = info_rows([SnapshotInfo(record, tuple(records)) for record in page])
    return _SnapshotPage(rows, begin, len(records), question, [record.snapshot_id for record in page])


class _SnapshotPage(Connection[Rows]):
    def __init__(self, nodes: Rows, begin: int, total_count: int, question: paging.Question, ids: list[int]) -> None:
        super().__init__(nodes, begin, total_count, question)
        self._ids = ids

    def cursor(self, row: int) -> str:
        return self._question.cursor(self._ids[row])


def info_rows(infos: Sequence[SnapshotInfo]) -> Rows:
    """Rows of the contract's `SnapshotInfo`."""
    names = (
        "id", "snapshot_id", "committed_at", "run_id", "dataset_ids", "tables", "model_versions", "accuracy",
        "previous",
    )  # fmt: skip
    return Rows(len(infos), {n: (lambda _, n=n: Values([getattr(info, n) for info in infos])) for n in names})  # type: ignore[misc]


@dataclass(frozen=True)
class EnsembleMember:
    """A member's weight; `demand_class` None means all classes."""

    source: str
    demand_class: str | None
    weight: float


@dataclass(frozen=True)
class ModelRun:
    """A training run of a source."""

    run_id: str
    dataset_id: str
    source: str
    model_version: str
    generated_at: datetime
    fit_seconds: float | None
    parameters: Any
    members: list[EnsembleMember]
    loss_curve: list[float]
    items_failed: int


def model_runs(view: View, dataset_id: str | None = None, source: str | None = None) -> list[ModelRun]:
    """Training runs, newest first."""
    arguments.dataset(view.snapshot, dataset_id)
    names = {run["source"] for run in view.snapshot.runs.select(["source"]).to_pylist()}
    if source not in names:
        arguments.source(view.snapshot, source)
    return [
        ModelRun(
            run_id=run["run_id"],
            dataset_id=run["dataset_id"],
            source=run["source"],
            model_version=run["model_version"],
            generated_at=run["generated_at"],
            fit_seconds=run["fit_seconds"],
            parameters=orjson.loads(run["parameters"]),
            members=[EnsembleMember(**member) for member in run["members"] or ()],
            loss_curve=list(run["loss_curve"] or ()),
            items_failed=len(run["issues"] or ()),
        )
        for run in view.snapshot.runs.to_pylist()
        if dataset_id in (None, run["dataset_id"]) and source in (None, run["source"])
    ]
