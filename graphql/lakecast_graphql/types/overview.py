"""Headline figures, changes between snapshots, and the state of the service."""

import datetime as dt

import strawberry

from lakecast_graphql.types.replenishment import AlertCount


@strawberry.type(description="Items whose best source this is.")
class ChampionCount:
    """Items whose best source this is."""

    source: str
    item_count: int


@strawberry.type(description="The headline figures; accuracy is the plain mean over each item's champion.")
class Overview:
    """The headline figures."""

    item_count: int
    items_with_forecast: int = strawberry.field(description="Items with a live forecast of any source.")
    forecast_rows: float = strawberry.field(description="Live forecast rows of all sources, a whole number.")
    last_actual_date: dt.date | None = strawberry.field(description="Newest observed period of any item.")
    generated_at: dt.datetime | None = strawberry.field(description="When the newest forecast was produced.")
    alerts: list[AlertCount]
    champions: list[ChampionCount]
    wape: float | None = strawberry.field(description="A fraction.")
    rmsse: float | None
    quantile_loss: float | None = strawberry.field(description="Scaled quantile loss.")
    skill: float | None = strawberry.field(description="1 - quantile loss / that of seasonal naive.")
    coverage_80: float | None = strawberry.field(description="Share of actuals within the 80 % interval.")
    coverage_95: float | None = strawberry.field(description="Share of actuals within the 95 % interval.")
    demand_as_of: dt.date | None = strawberry.field(
        description="Last period of observed demand of each data set, and of these the oldest."
    )
    stock_as_of: dt.date | None = strawberry.field(
        description="Last day of stock of each data set, and of these the oldest."
    )
    out_of_stock: int = strawberry.field(description="Items with nothing on hand.")
    on_hand_value: float | None
    excess_value: float | None = strawberry.field(description="Value of stock above what could still be wanted.")
    order_lines: int = strawberry.field(description="Items with something to order.")
    recommended_order_value: float | None
    warnings: int = strawberry.field(description="Of the reading reports of these items' data sets.")


@strawberry.type(description="Service promised against what demand would have met at past origins.")
class DecisionCalibration:
    """Service promised and held of a group."""

    group: str | None = strawberry.field(
        description="Null for all; else the data set, the category, or the demand class in the words of `DemandClass`."
    )
    promised: float
    achieved: float = strawberry.field(
        description="Share of windows of lead time and review period without a stockout."
    )
    fill_rate: float | None = strawberry.field(description="Share of pieces that would have been delivered from stock.")
    item_count: int
    cycles: int = strawberry.field(description="Windows that were counted.")


@strawberry.type(description="What holding a service level would cost, over all matching items.")
class ServicePoint:
    """A service level and its cost; null where no item has a cost."""

    service_level: float
    safety_stock_value: float | None
    order_up_to_value: float | None
    recommended_order_value: float | None


@strawberry.type(description="A forecast that differs between two snapshots.")
class ForecastChange:
    """A forecast that differs between two snapshots."""

    date: dt.date
    item_id: str
    dataset_id: str
    source: str
    before: float | None = strawberry.field(description="Null when there was none.")
    after: float | None = strawberry.field(description="Null when there is none any more.")
    delta: float | None = strawberry.field(description="After - before; null when one of them is.")


@strawberry.type(description="What the forecast from one cutoff said about the day asked for.")
class ForecastRevision:
    """What the forecast from one cutoff said."""

    generated_at: dt.datetime
    model_version: str
    cutoff: dt.date
    horizon: int
    forecast: float
    lower_80: float | None
    upper_80: float | None
    actual: float | None


@strawberry.type(description="What the newest run of a data set went on without.")
class LeftOut:
    """A source that failed; source null for the whole data set."""

    dataset_id: str
    source: str | None
    reason: str


@strawberry.type(description="The state of the server that answers; never cached.")
class ServiceStatus:
    """The state of the server."""

    version: str = strawberry.field(description="Of Lakecast.")
    snapshot_id: int | None = strawberry.field(description="Served now; null while none can be.")
    newest_snapshot_id: int | None = strawberry.field(
        description="The newest snapshot seen in the lake, whether served or not."
    )
    pinned_snapshot_id: int | None = strawberry.field(description="Null when not pinned.")
    snapshot_age_seconds: float | None = strawberry.field(description="Since the served snapshot was published.")
    problem: str | None = strawberry.field(description="Why the newest snapshot is not served, if it is not.")
    problem_code: str | None = strawberry.field(
        description="LAKE_EMPTY, LAKE_GONE, LAKE_UNREADABLE, SNAPSHOT_REJECTED or SNAPSHOT_PINNED; null when all is "
        "well. The detail is in the log."
    )
    cache_backend: str = strawberry.field(description="memory or redis")
    cache_healthy: bool
    ml_packages: list[str] = strawberry.field(
        description=(
            "Machine-learning or orchestration packages importable in this process; empty in a correct deployment."
        )
    )
    stale_days: float | None = strawberry.field(
        description="Days since the last observed demand or stock, whichever is older, of the oldest data set."
    )
    left_out: list[LeftOut] = strawberry.field(
        description="Sources that failed in the newest run of a data set, with the reason."
    )
