"""Reorder decisions, their totals, what-if results and changes of alerts."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from lakecast_graphql.types.nodes import resolved
from lakecast_graphql.types.paging import PageInfo
from lakecast_schema.vocabulary import (
    ABCClass,
    AlertLevel,
    ChangeCause,
    DemandClass,
    Language,
    ServiceMeasure,
    StockAction,
)

if TYPE_CHECKING:
    from lakecast_graphql.types.items import Item

_Item = Annotated["Item", strawberry.lazy("lakecast_graphql.types.items")]


@strawberry.type(description="A quantity on its way.")
class Inbound:
    """A quantity on its way."""

    date: dt.date | None = strawberry.field(
        description="When it is due; null for what `stock` says is on order without saying when."
    )
    quantity: float


@strawberry.type(description="A line of the bill; `code` is the same in every language.")
class ExplanationLine:
    """A line of the bill."""

    code: str
    label: str
    value: float
    unit: str


@strawberry.type(description="Expected stock at the end of each day after `asOf`; backlogs count as 0.")
class StockProjection:
    """Expected stock, as parallel arrays."""

    dates: list[dt.date]
    expected: list[float] = strawberry.field(description="On hand and dated arrivals, less expected demand.")
    lower_80: list[float]
    upper_80: list[float]
    with_order: list[float] = strawberry.field(description="The same with the recommended order placed on `asOf`.")


@strawberry.type(
    description=(
        "What to order now, and why. An order is due when the position (on hand + on order) is at or below the reorder "
        "point, and fills it up to `orderUpTo` = reorder point + demand of a review period. The reorder point is what "
        "demand over the lead time, and what the last day takes below it, do not exceed with the service level; it is "
        "never below the expected demand over the lead time, nor 0 for an item used within the year. Terms are those "
        "used, defaults filled in. What a snapshot of an older version does not hold is null."
    )
)
class Replenishment:
    """One row of `fact_replenishment`, or the same under another scenario."""

    item_id: str
    dataset_id: str
    as_of: dt.date = strawberry.field(description="The stock's date, else the item's last observed date.")
    source: str = strawberry.field(description="Source whose forecast decides.")
    stock_as_of: dt.date | None = strawberry.field(description="The day of the stock; null when it is unknown.")
    on_hand: float | None = strawberry.field(description="In the item's unit; null when stock is unknown.")
    on_order: float | None = strawberry.field(description="In the item's unit; null when stock is unknown.")
    inbound: list[Inbound] = strawberry.field(description="What is on its way, by due date.")
    position: float | None = strawberry.field(description="On hand + on order.")
    lead_time_days: float
    lead_time_std_days: float = strawberry.field(description="Standard deviation of the lead time.")
    review_period_days: float = strawberry.field(description="Days between two looks at the stock.")
    service_level: float = strawberry.field(description="What is promised, a fraction; `serviceMeasure` says of what.")
    service_measure: ServiceMeasure
    expected_fill_rate: float | None = strawberry.field(
        description="Share of pieces that `orderUpTo` is expected to deliver from stock; null without demand."
    )
    min_order_quantity: float
    order_multiple: float = strawberry.field(description="What orders are multiples of.")
    daily_demand: float = strawberry.field(description="Mean demand per calendar day.")
    lead_time_demand: float = strawberry.field(description="Expected demand over the lead time.")
    demand_std: float = strawberry.field(
        description="Standard deviation of the forecast error per day, never of the forecast path."
    )
    safety_stock: float = strawberry.field(description="Reorder point - expected demand over the lead time.")
    reorder_point: float
    order_up_to: float = strawberry.field(description="What an order fills the position up to.")
    days_to_stockout: float | None = strawberry.field(
        description=(
            "Days until the cumulative forecast, continued past its horizon, exceeds what is on hand, dated arrivals "
            "included; null without demand or where stock is unknown. Sorts last."
        )
    )
    stockout_date: dt.date | None = strawberry.field(description="Day at whose end nothing is expected to be left.")
    order_by_date: dt.date | None = strawberry.field(
        description="Last day to order so that the service level holds; `asOf` or earlier means now."
    )
    arrival_date: dt.date | None = strawberry.field(description="When an order placed on `asOf` is expected.")
    stockout_probability: float | None = strawberry.field(
        description="Chance of running out before an order placed on `asOf` arrives; null where stock is unknown."
    )
    stockout_cost: float | None = strawberry.field(
        description=(
            "What PRIORITY sorts by: chance of running out x criticality x value of the demand that would be missed "
            "(its quantity where no item of the data set has a cost)."
        )
    )
    recommended_order: float | None = strawberry.field(
        description="In whole multiples, at least the minimum; 0 when nothing is due; null when stock is unknown."
    )
    recommended_order_value: float | None = strawberry.field(
        description="Recommended order x unit cost; null without unit cost or stock."
    )
    on_hand_value: float | None
    excess: float | None = strawberry.field(
        description="Position above what could still be wanted: `orderUpTo` plus one review period of demand."
    )
    excess_value: float | None
    alert: AlertLevel
    action: StockAction
    item: _Item

    @strawberry.field(description="What to do and why in a sentence or two, as a buyer would say it.")
    def reason(row: strawberry.Parent[Any], language: Language = Language.EN) -> str:
        """Why the alert is what it is."""
        return resolved(row.reason(language))

    @strawberry.field(
        description="The sum as a bill; the lines before the last add up to it, the order. Empty when stock is unknown."
    )
    def explanation(row: strawberry.Parent[Any], language: Language = Language.EN) -> list[ExplanationLine]:
        """The recommended order, line by line."""
        return resolved(row.explanation(language))

    @strawberry.field(
        description="Expected stock at the end of each day, without and with the order; null when stock is unknown."
    )
    def projection(row: strawberry.Parent[Any], days: int = 90) -> StockProjection | None:
        """Expected stock of the coming days."""
        return resolved(row.projection(days))


@strawberry.type(description="Dimension fields are null unless grouped by.")
class ReplenishmentTotals:
    """One group of replenishment decisions."""

    dataset_id: str | None
    category: str | None
    supplier: str | None
    alert: AlertLevel | None
    action: StockAction | None
    abc_class: ABCClass | None
    demand_class: DemandClass | None
    order_week: dt.date | None = strawberry.field(description="The Monday of the week of the last day to order.")
    item_count: int
    order_lines: int = strawberry.field(description="Items with something to order.")
    excess_value: float | None = strawberry.field(description="Null where none is known.")
    excess_on_order_value: float | None = strawberry.field(
        description="Of `excessValue`, what is still on order and can be postponed or cancelled."
    )
    order_by_date: dt.date | None = strawberry.field(description="The earliest.")
    recommended_order_value: float | None = strawberry.field(description="Null where no item has a value.")
    on_hand_value: float | None = strawberry.field(description="Stock on hand x unit cost; null where none is known.")
    mean_lead_time_days: float | None


@strawberry.type(description="A value to filter by; of an enum, its name.")
class FacetCount:
    """A value and the items that have it."""

    value: str
    item_count: int


@strawberry.type(description="Values that the matching reorder decisions have, those of most items first.")
class Facets:
    """Values to filter by."""

    categories: list[FacetCount]
    suppliers: list[FacetCount]
    demand_classes: list[FacetCount]
    abc_classes: list[FacetCount]
    alerts: list[FacetCount]
    actions: list[FacetCount]


@strawberry.type(description="Items per alert level; all levels are listed.")
class AlertCount:
    """Items of one alert level."""

    level: AlertLevel
    item_count: int


@strawberry.type(description="An item's decision as stored and under the scenario.")
class WhatIfResult:
    """An item's decision as stored and under the scenario."""

    item: _Item
    baseline: Replenishment
    scenario: Replenishment
    order_delta: float | None = strawberry.field(description="Scenario's recommended order - the baseline's.")
    order_value_delta: float | None = strawberry.field(description="The same in value; null without unit cost.")


@strawberry.type(description="Over all items that match, not only the page.")
class WhatIfTotals:
    """Over all items that match."""

    alerts: list[AlertCount] = strawberry.field(description="Under the scenario.")
    recommended_order_value: float | None = strawberry.field(description="Under the scenario.")
    recommended_order_value_delta: float | None = strawberry.field(description="Scenario - baseline.")


@strawberry.type
class WhatIfEdge:
    """A what-if result and its cursor."""

    cursor: str
    node: WhatIfResult


@strawberry.type
class WhatIfConnection:
    """A page of what-if results, with totals over all of them."""

    edges: list[WhatIfEdge]
    nodes: list[WhatIfResult]
    page_info: PageInfo
    total_count: int
    snapshot_id: int
    totals: WhatIfTotals


@strawberry.type(description="An item whose alert differs between two snapshots.")
class AlertChange:
    """An item whose alert differs between two snapshots."""

    item: _Item
    before: AlertLevel | None = strawberry.field(description="Null when the item was not there.")
    after: AlertLevel | None = strawberry.field(description="Null when the item is gone.")
    cause: ChangeCause
