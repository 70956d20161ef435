"""Provenance: snapshots, what they hold, and the runs that made them."""

import datetime as dt

import strawberry
from strawberry.scalars import JSON

from lakecast_graphql.types.nodes import Node, any_row
from lakecast_graphql.types.paging import PageInfo
from lakecast_schema.vocabulary import DemandClass, RefreshOutcome


@strawberry.type(description="The version of a table that a snapshot holds, for one data set.")
class TableVersion:
    """A table's version."""

    dataset_id: str
    name: str
    version: float = strawberry.field(description="Delta version, a whole number.")
    row_count: float = strawberry.field(description="Rows of this data set, a whole number.")
    committed_at: dt.datetime


@strawberry.type(description="The version of a model whose results a snapshot holds.")
class ModelVersion:
    """A model's version."""

    dataset_id: str
    source: str
    model_version: str
    generated_at: dt.datetime


@strawberry.type(description="Plain means over each item's champion, nulls left out.")
class AccuracySummary:
    """Accuracy of a data set."""

    dataset_id: str
    wape: float | None = strawberry.field(description="A fraction.")
    rmsse: float | None
    quantile_loss: float | None = strawberry.field(description="Scaled quantile loss.")
    coverage_80: float | None = strawberry.field(description="Share of actuals within the 80 % interval.")
    coverage_95: float | None = strawberry.field(description="Share of actuals within the 95 % interval.")
    skill: float | None = strawberry.field(description="1 - quantile loss / that of seasonal naive.")


@strawberry.type(description="A published set of table versions: what an answer was read from.")
class SnapshotInfo(Node):
    """Provenance of answers."""

    is_type_of = any_row

    snapshot_id: int
    committed_at: dt.datetime = strawberry.field(description="When it was published.")
    run_id: str = strawberry.field(description="The run that published it.")
    dataset_ids: list[str]
    tables: list[TableVersion]
    model_versions: list[ModelVersion]
    accuracy: list[AccuracySummary] = strawberry.field(description="One for each data set.")
    previous: "SnapshotInfo | None" = strawberry.field(description="The snapshot before it; null when not retained.")


@strawberry.type
class SnapshotInfoEdge:
    """A snapshot and its cursor."""

    cursor: str
    node: SnapshotInfo


@strawberry.type
class SnapshotInfoConnection:
    """A page of the retained snapshots, newest first."""

    edges: list[SnapshotInfoEdge]
    nodes: list[SnapshotInfo]
    page_info: PageInfo
    total_count: int


@strawberry.type(description="A source of forecasts, as present in the snapshot.")
class Source:
    """A source of forecasts."""

    name: str
    dataset_id: str
    model_version: str
    generated_at: dt.datetime
    item_count: int = strawberry.field(description="Items that have a forecast of this source.")


@strawberry.type(description="Weight of a member in the ensemble.")
class EnsembleMember:
    """Weight of a member."""

    source: str
    demand_class: DemandClass | None = strawberry.field(description="Null: for all demand classes.")
    weight: float


@strawberry.type(description="A training run of a source.")
class ModelRun:
    """A training run of a source."""

    run_id: str
    dataset_id: str
    source: str
    model_version: str
    generated_at: dt.datetime
    fit_seconds: float | None
    parameters: JSON | None = strawberry.field(description="Hyperparameters and what was estimated.")
    members: list[EnsembleMember] = strawberry.field(description="Empty but for ensembles.")
    loss_curve: list[float] = strawberry.field(description="Validation loss per epoch; empty where there are none.")
    items_failed: int = strawberry.field(description="Items without a model of their own.")


@strawberry.type(description="What a refresh did.")
class RefreshResult:
    """What a refresh did."""

    outcome: RefreshOutcome
    source: str
    snapshot: SnapshotInfo = strawberry.field(description="The snapshot that is served now.")
    previous_snapshot_id: int | None = strawberry.field(description="Served before; null when none was.")
    changed_tables: list[TableVersion] = strawberry.field(description="Tables whose version differs from before.")
    took_ms: float
    message: str = strawberry.field(description="What happened, in words.")
