"""LakeReader: everything that can be read of one snapshot, the current one or an older."""

import datetime as dt
from typing import Annotated

import strawberry
from strawberry import UNSET

from lakecast_graphql import read
from lakecast_graphql.read.view import View
from lakecast_graphql.types.context import Info, reading, reading_page
from lakecast_graphql.types.filters import (
    ForecastFilter,
    ItemFilter,
    MetricFilter,
    ReplenishmentFilter,
    TotalsFilter,
)
from lakecast_graphql.types.forecasts import Forecast, ForecastSeries, ForecastTotals
from lakecast_graphql.types.inputs import given, plain
from lakecast_graphql.types.items import DemandTotals, Item
from lakecast_graphql.types.metrics import LeaderboardRow, Metric
from lakecast_graphql.types.nodes import resolved
from lakecast_graphql.types.orders import (
    ForecastOrder,
    ItemOrder,
    MetricOrder,
    ReplenishmentOrder,
    ScenarioInput,
    TotalsOrder,
)
from lakecast_graphql.types.overview import DecisionCalibration, Overview, ServicePoint
from lakecast_graphql.types.paging import Connection
from lakecast_graphql.types.reading_reports import ReadingReport
from lakecast_graphql.types.replenishment import (
    AlertChange,
    Facets,
    Replenishment,
    ReplenishmentTotals,
    WhatIfConnection,
)
from lakecast_graphql.types.snapshots import ModelRun, SnapshotInfo, Source
from lakecast_schema.vocabulary import (
    DemandDimension,
    ErrorMeasure,
    ForecastDimension,
    ForecastKind,
    LeaderboardGroup,
    ReplenishmentDimension,
    TimeGrain,
)

Root = strawberry.Parent[View | None]


@strawberry.interface(
    description="Anything that can be read of one published snapshot. Query reads the current one. "
    "`first` is 0 to 10,000 everywhere, anything else is BAD_USER_INPUT."
)
class LakeReader:
    """The reading fields, shared by `Query` and `Snapshot`; what they return are rows of the read functions."""

    @strawberry.field(
        description="The snapshot that answers these fields: typed provenance, to be selected beside any read."
    )
    def snapshot_info(root: Root, info: Info) -> SnapshotInfo:
        """Provenance."""
        return resolved(info.context.snapshot_info(reading(root).snapshot.record.snapshot_id))

    @strawberry.field(
        description="Null when unknown. Without `datasetId` an item id that several data sets use is BAD_USER_INPUT "
        "naming them."
    )
    def item(
        root: Root,
        item_id: str | None = UNSET,
        sku: str | None = UNSET,
        dataset_id: str | None = UNSET,
    ) -> Item | None:
        """One item."""
        return resolved(read.item(reading(root), given(item_id), given(sku), given(dataset_id)))

    @strawberry.field(description="Items, by data set and item id unless ordered otherwise.")
    def items(
        root: Root,
        info: Info,
        where: ItemFilter | None = UNSET,
        order_by: list[ItemOrder] | None = UNSET,
        first: int = 50,
        after: str | None = UNSET,
    ) -> Connection[Item]:
        """A page of items."""
        view, cursor = reading_page(root, info, first, after)
        return resolved(read.items(view, plain(where), given(order_by), first, cursor))

    @strawberry.field(
        description="Rows of the results contract. LIVE means each item's newest cutoff unless `cutoff` is filtered."
    )
    def forecasts(
        root: Root,
        info: Info,
        where: ForecastFilter | None = UNSET,
        kind: ForecastKind = ForecastKind.LIVE,
        order_by: list[ForecastOrder] | None = UNSET,
        first: int = 100,
        after: str | None = UNSET,
    ) -> Connection[Forecast]:
        """A page of forecast rows."""
        view, cursor = reading_page(root, info, first, after)
        return resolved(read.forecasts(view, plain(where), kind, given(order_by), first, cursor))

    @strawberry.field(
        description="One series per item, source and cutoff, values as parallel arrays: the shape that a chart wants."
    )
    def forecast_series(
        root: Root,
        info: Info,
        where: ForecastFilter | None = UNSET,
        kind: ForecastKind = ForecastKind.LIVE,
        grain: TimeGrain = TimeGrain.NATIVE,
        first: int = 20,
        after: str | None = UNSET,
    ) -> Connection[ForecastSeries]:
        """A page of forecast series."""
        view, cursor = reading_page(root, info, first, after)
        return resolved(read.forecast_series(view, plain(where), kind, grain, first, cursor))

    @strawberry.field(
        description="Group-by aggregation. Counts each item once: its champion, unless `source` is given or grouped "
        "by; `where.source`\nnaming one source counts as given, several without SOURCE in groupBy are BAD_USER_INPUT. "
        "With BACKTEST or ALL the\nnewest cutoff that forecast a date counts, unless `cutoff` is filtered or CUTOFF "
        "or HORIZON is grouped by.\n`grain` applies when PERIOD is grouped by; a grain finer than an item's own is "
        "BAD_USER_INPUT."
    )
    def forecast_totals(
        root: Root,
        info: Info,
        group_by: list[ForecastDimension],
        where: ForecastFilter | None = UNSET,
        source: str | None = UNSET,
        kind: ForecastKind = ForecastKind.LIVE,
        grain: TimeGrain = TimeGrain.MONTH,
        having: TotalsFilter | None = UNSET,
        order_by: list[TotalsOrder] | None = UNSET,
        first: int = 1000,
        after: str | None = UNSET,
    ) -> Connection[ForecastTotals] | None:
        """A page of groups."""
        view, cursor = reading_page(root, info, first, after)
        return resolved(
            read.forecast_totals(
                view, plain(where), given(source), kind, group_by, grain, plain(having), given(order_by), first, cursor
            )
        )

    @strawberry.field(description="Backtest errors by item and source.")
    def metrics(
        root: Root,
        info: Info,
        where: MetricFilter | None = UNSET,
        order_by: list[MetricOrder] | None = UNSET,
        first: int = 100,
        after: str | None = UNSET,
    ) -> Connection[Metric]:
        """A page of backtest errors."""
        view, cursor = reading_page(root, info, first, after)
        return resolved(read.metrics(view, plain(where), given(order_by), first, cursor))

    @strawberry.field(
        description="Sources ranked by backtest error, with skill against seasonal naive. BIAS ranks by absolute value."
    )
    def leaderboard(
        root: Root,
        measure: ErrorMeasure = ErrorMeasure.QUANTILE_LOSS,
        group_by: LeaderboardGroup = LeaderboardGroup.ALL,
        where: ItemFilter | None = UNSET,
    ) -> list[LeaderboardRow] | None:
        """Sources ranked by backtest error."""
        return resolved(read.leaderboard(reading(root), measure, group_by, plain(where)))

    @strawberry.field(
        description="Reorder decisions, those that a stockout would hurt most first unless ordered otherwise."
    )
    def replenishment(
        root: Root,
        info: Info,
        where: ReplenishmentFilter | None = UNSET,
        order_by: list[ReplenishmentOrder] | None = UNSET,
        first: int = 50,
        after: str | None = UNSET,
    ) -> Connection[Replenishment]:
        """A page of reorder decisions."""
        view, cursor = reading_page(root, info, first, after)
        return resolved(read.replenishment(view, plain(where), given(order_by), first, cursor))

    @strawberry.field(description="Reorder decisions, counted and summed by group.")
    def replenishment_totals(
        root: Root,
        group_by: list[ReplenishmentDimension],
        where: ReplenishmentFilter | None = UNSET,
        first: int = 100,
    ) -> list[ReplenishmentTotals] | None:
        """Groups of reorder decisions."""
        return resolved(read.replenishment_totals(reading(root), plain(where), group_by, first))

    @strawberry.field(description="What there is to filter reorder decisions by, with the number of items.")
    def facets(root: Root, where: ReplenishmentFilter | None = UNSET) -> Facets | None:
        """Values to filter by."""
        return resolved(read.facets(reading(root), plain(where)))

    @strawberry.field(
        description="Recompute replenishment under other assumptions, for all matching items at once; nothing is "
        "stored. `where` is judged before the scenario."
    )
    def what_if(
        root: Root,
        info: Info,
        scenario: ScenarioInput,
        where: ReplenishmentFilter | None = UNSET,
        order_by: list[ReplenishmentOrder] | None = UNSET,
        first: int = 50,
        after: str | None = UNSET,
    ) -> WhatIfConnection | None:
        """A page of recomputed decisions."""
        view, cursor = reading_page(root, info, first, after)
        return resolved(read.what_if(view, plain(scenario), plain(where), given(order_by), first, cursor))

    @strawberry.field(
        description="Items whose alert level differs from an earlier snapshot's (null: the previous one; an empty page "
        "where there is none).\n`where` is judged in this snapshot, GONE items by the earlier one."
    )
    def alert_changes(
        root: Root,
        info: Info,
        since: int | None = UNSET,
        where: ReplenishmentFilter | None = UNSET,
        first: int = 100,
        after: str | None = UNSET,
    ) -> Connection[AlertChange] | None:
        """A page of changed alerts."""
        view, cursor = reading_page(root, info, first, after)
        before = info.context.earlier(view, given(since))
        return resolved(read.alert_changes(view, before, plain(where), first, cursor))

    @strawberry.field(
        description="Observed demand over items. `value` is quantity times today's unit cost. `from` and `to` bound "
        "the first\ndays of the items' own periods, both included. `grain` applies when PERIOD is grouped by; a "
        "grain finer than\nan item's own is BAD_USER_INPUT."
    )
    def demand_totals(
        root: Root,
        info: Info,
        group_by: list[DemandDimension],
        where: ItemFilter | None = UNSET,
        grain: TimeGrain = TimeGrain.MONTH,
        from_: Annotated[dt.date | None, strawberry.argument(name="from")] = UNSET,
        to: dt.date | None = UNSET,
        first: int = 1000,
        after: str | None = UNSET,
    ) -> Connection[DemandTotals] | None:
        """A page of groups of observed demand."""
        view, cursor = reading_page(root, info, first, after)
        bounds = {"from": given(from_), "to": given(to)}
        return resolved(read.demand_totals(view, group_by, plain(where), grain, first, cursor, **bounds))

    @strawberry.field(
        description="What holding each service level would cost, over all matching items, by the formula of `whatIf`."
    )
    def service_curve(
        root: Root, levels: list[float], where: ReplenishmentFilter | None = UNSET
    ) -> list[ServicePoint] | None:
        """A point per level."""
        return resolved(read.service_curve(reading(root), levels, plain(where)))

    @strawberry.field(
        description="Service promised by reorder points against what the demand after past origins would have met, by "
        "data set, demand class or category; `where` knows `datasetId`, and either `demandClass` or `category`. Empty "
        "where histories are too short."
    )
    def decision_calibration(
        root: Root, group_by: LeaderboardGroup = LeaderboardGroup.ALL, where: ItemFilter | None = UNSET
    ) -> list[DecisionCalibration] | None:
        """Service promised and held."""
        return resolved(read.decision_calibration(reading(root), group_by, plain(where)))

    @strawberry.field(description="Of each data set's newest run that read files.")
    def reading_reports(root: Root, dataset_id: str | None = UNSET) -> list[ReadingReport] | None:
        """Reading reports by data set."""
        return resolved(read.reading_reports(reading(root), given(dataset_id)))

    @strawberry.field(description="The headline figures of the snapshot.")
    def overview(root: Root, where: ItemFilter | None = UNSET) -> Overview | None:
        """The headline figures."""
        return resolved(read.overview(reading(root), plain(where)))

    @strawberry.field(
        description="prophet, arima, lstm, ensemble, baselines and registered models, as present in this snapshot."
    )
    def sources(root: Root, dataset_id: str | None = UNSET) -> list[Source]:
        """Sources as present in the snapshot."""
        return resolved(read.sources(reading(root), given(dataset_id)))

    @strawberry.field(description="Training runs whose results the snapshot holds.")
    def model_runs(root: Root, dataset_id: str | None = UNSET, source: str | None = UNSET) -> list[ModelRun]:
        """Training runs."""
        return resolved(read.model_runs(reading(root), given(dataset_id), given(source)))


@strawberry.type(description="An older snapshot, with everything that can be read of it.")
class Snapshot(LakeReader):
    """An older snapshot."""

    @classmethod
    def is_type_of(cls, row: object, info: object) -> bool:
        """The only implementation of the interface that is not a root."""
        return isinstance(row, View)
