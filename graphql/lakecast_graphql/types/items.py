"""Items, their demand and their stock."""

import datetime as dt
from typing import Any

import strawberry
from strawberry import UNSET

from lakecast_graphql.types.forecasts import ForecastSeries
from lakecast_graphql.types.inputs import given
from lakecast_graphql.types.metrics import Metric
from lakecast_graphql.types.nodes import Node, any_row, resolved
from lakecast_graphql.types.replenishment import Replenishment
from lakecast_schema.vocabulary import ABCClass, DemandClass, ForecastKind, Frequency, ServiceMeasure, TimeGrain


@strawberry.type(description="Demand of an item on its gap-free grid of periods, as parallel arrays.")
class DemandSeries:
    """Observed demand."""

    dates: list[dt.date] = strawberry.field(description="First days of the periods.")
    quantities: list[float | None] = strawberry.field(description="In the item's unit per period; null where unknown.")

    @strawberry.field(description="Mean of the last `window` periods up to each date; null until that many are known.")
    def moving_average(row: strawberry.Parent[Any], window: int = 7) -> list[float | None]:
        """Mean of the last `window` periods up to each date."""
        return resolved(row.moving_average(window))


@strawberry.type(description="Dimension fields are null unless grouped by.")
class DemandTotals:
    """One group of observed demand."""

    dataset_id: str | None
    item_id: str | None
    category: str | None
    supplier: str | None
    demand_class: DemandClass | None
    abc_class: ABCClass | None
    period: dt.date | None = strawberry.field(description="First day of the period at the grain asked for.")
    quantity: float = strawberry.field(description="Sum over the group, in the items' units.")
    value: float | None = strawberry.field(
        description="Quantity times today's unit cost, over the items whose cost is known; null where none is."
    )
    item_count: int = strawberry.field(description="Items in the group.")


@strawberry.type(description="Stock of an item, as parallel arrays; empty when none was handed over.")
class InventorySeries:
    """Counted stock."""

    dates: list[dt.date]
    on_hand: list[float | None] = strawberry.field(description="In the item's unit.")
    on_order: list[float | None] = strawberry.field(description="In the item's unit.")


@strawberry.type(description="Another column of the items file.")
class Attribute:
    """What another column of the items file says."""

    name: str
    value: str


@strawberry.type(
    description="Facts that only `items` files give are null where none was handed over; `name` is then the item id."
)
class Item(Node):
    """An item whose demand is forecast."""

    is_type_of = any_row

    item_id: str = strawberry.field(description="Unique within its data set.")
    dataset_id: str
    sku: str | None = strawberry.field(description="Stock keeping unit.")
    name: str
    category: str | None
    unit: str | None = strawberry.field(description="What quantities are counted in.")
    supplier: str | None
    lead_time_days: float | None = strawberry.field(description="Mean days from order to arrival.")
    lead_time_std_days: float | None = strawberry.field(description="Standard deviation of the lead time.")
    service_level: float | None = strawberry.field(description="What is to be promised, a fraction.")
    service_measure: ServiceMeasure | None = strawberry.field(description="What the service level promises.")
    review_period_days: float | None = strawberry.field(description="Days between two looks at the stock.")
    min_order_quantity: float | None
    order_multiple: float | None = strawberry.field(description="What orders are multiples of.")
    location: str | None = strawberry.field(description="Where it is kept.")
    unit_cost: float | None
    currency: str | None = strawberry.field(description="Of the unit cost: ISO 4217.")
    criticality: int | None = strawberry.field(description="1 to 5, 5 the gravest.")
    attributes: list[Attribute] = strawberry.field(description="Other columns of `items`, as they came.")
    yearly_demand: float | None = strawberry.field(
        description="Of the 365 days up to the data set's last observed period; null without demand."
    )
    is_active: bool = strawberry.field(
        description="False for an item whose demand has ended: it has a history, no orders."
    )
    abc_class: ABCClass | None = strawberry.field(
        description=(
            "By yearly demand x unit cost within the data set: A the first 80 % of value, B to 95 %, C the rest; "
            "null without unit cost."
        )
    )
    demand_class: DemandClass | None
    frequency: Frequency | None
    first_date: dt.date | None = strawberry.field(description="First observed period.")
    last_date: dt.date | None = strawberry.field(description="Last observed period.")
    last_demand_date: dt.date | None = strawberry.field(
        description="Last observed period with any demand: what stands since then does not move. Null without one."
    )
    observations: int | None = strawberry.field(description="Observed periods.")

    @strawberry.field(
        description="Observed demand, newest `last` periods of the grain. At a grain coarser than the item's own, a "
        "period adds up its known quantities; the first and the last may be incomplete."
    )
    def history(row: strawberry.Parent[Any], last: int = 90, grain: TimeGrain = TimeGrain.NATIVE) -> DemandSeries:
        """Observed demand."""
        return resolved(row.history(last, grain))

    @strawberry.field(description="Stock, newest `last` counts.")
    def inventory(row: strawberry.Parent[Any], last: int = 90) -> InventorySeries:
        """Stock."""
        return resolved(row.inventory(last))

    @strawberry.field(
        description=(
            "The newest live forecast; `source` null means this item's champion. `horizon` keeps the first periods."
        )
    )
    def forecast(
        row: strawberry.Parent[Any], source: str | None = UNSET, horizon: int | None = UNSET
    ) -> ForecastSeries | None:
        """The newest live forecast."""
        return resolved(row.forecast(given(source), given(horizon)))

    @strawberry.field(description="Forecasts by source and cutoff; `sources` null means all.")
    def forecast_series(
        row: strawberry.Parent[Any],
        sources: list[str] | None = UNSET,
        kind: ForecastKind = ForecastKind.LIVE,
        grain: TimeGrain = TimeGrain.NATIVE,
    ) -> list[ForecastSeries]:
        """Forecasts by source and cutoff."""
        return resolved(row.forecast_series(given(sources), kind, grain))

    champion: str | None = strawberry.field(
        description="The source that decides for this item: the ensemble wherever it has a forecast, else the one with "
        "the lowest quantile loss over the data set, never the baseline while another has a forecast."
    )

    @strawberry.field(description="Backtest errors by source; `sources` null means all.")
    def metrics(row: strawberry.Parent[Any], sources: list[str] | None = UNSET) -> list[Metric]:
        """Backtest errors by source."""
        return resolved(row.metrics(given(sources)))

    replenishment: Replenishment | None = strawberry.field(description="Null where no decision was computed.")

    @strawberry.field(
        description="Decisions to order or expedite other items of the same supplier, those that a stockout would hurt "
        "most first; empty without a supplier."
    )
    def supplier_orders(row: strawberry.Parent[Any], first: int = 8) -> list[Replenishment]:
        """What else is due at the item's supplier."""
        return resolved(row.supplier_orders(first))

    forecast_issue: str | None = strawberry.field(
        description="Why there is no model or only a baseline; null when all is well."
    )
