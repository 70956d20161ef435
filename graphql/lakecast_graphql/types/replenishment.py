"""Reorder decisions, their totals, what-if results and changes of alerts."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated, Any

import strawberry

from lakecast_graphql.types.enums import ABCClass, AlertLevel, Language
from lakecast_graphql.types.nodes import resolved
from lakecast_graphql.types.paging import PageInfo

if TYPE_CHECKING:
    from lakecast_graphql.types.items import Item

_Item = Annotated["Item", strawberry.lazy("lakecast_graphql.types.items")]


@strawberry.type(
    description=(
        "Position = on hand + on order. Reorder point = demand over the lead time + safety stock, both from the "
        "distribution of forecast errors; it is never below the expected demand over the lead time, nor 0 for an item "
        "used within the year. Where the position is at or below it, recommended order = reorder point + demand over a "
        "review period - position, at least the minimum order quantity, in whole pieces of counted units; else 0."
    )
)
class Replenishment:
    """One row of `fact_replenishment`, or the same under another scenario."""

    item_id: str
    dataset_id: str
    as_of: dt.date = strawberry.field(description="The stock's date, else the item's last observed date.")
    on_hand: float | None = strawberry.field(description="In the item's unit; null when stock is unknown.")
    on_order: float | None = strawberry.field(description="In the item's unit; null when stock is unknown.")
    lead_time_days: float
    lead_time_std_days: float = strawberry.field(description="Standard deviation of the lead time.")
    review_period_days: float = strawberry.field(description="Days between two looks at the stock.")
    service_level: float = strawberry.field(description="Wanted probability of no stockout in a cycle, a fraction.")
    daily_demand: float = strawberry.field(description="Mean demand per calendar day.")
    lead_time_demand: float = strawberry.field(description="Expected demand over the lead time.")
    demand_std: float = strawberry.field(
        description="Standard deviation of the forecast error per day, never of the forecast path."
    )
    safety_stock: float
    reorder_point: float
    days_to_stockout: float | None = strawberry.field(
        description=(
            "Days until the cumulative forecast exceeds what is on hand; null when it does not, or stock is unknown. "
            "Sorts last."
        )
    )
    recommended_order: float | None = strawberry.field(description="Null when stock is unknown.")
    recommended_order_value: float | None = strawberry.field(
        description="Recommended order x unit cost; null without unit cost or stock."
    )
    alert: AlertLevel
    item: _Item

    @strawberry.field(description="One sentence with the numbers in it.")
    def reason(row: strawberry.Parent[Any], language: Language = Language.EN) -> str:
        """Why the alert is what it is."""
        return resolved(row.reason(language))


@strawberry.type(description="Dimension fields are null unless grouped by.")
class ReplenishmentTotals:
    """One group of replenishment decisions."""

    dataset_id: str | None
    category: str | None
    supplier: str | None
    alert: AlertLevel | None
    abc_class: ABCClass | None
    item_count: int
    recommended_order_value: float | None = strawberry.field(description="Null where no item has a value.")
    on_hand_value: float | None = strawberry.field(description="Stock on hand x unit cost; null where none is known.")
    mean_lead_time_days: float | None


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
