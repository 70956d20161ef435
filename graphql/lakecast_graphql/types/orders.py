"""Orders and the what-if scenario of the contract."""

import strawberry
from strawberry import UNSET

from lakecast_schema.vocabulary import (
    ErrorMeasure,
    ForecastOrderField,
    ItemOrderField,
    OrderDirection,
    ReplenishmentOrderField,
    ServiceMeasure,
    TotalsOrderField,
)


@strawberry.input(description="One key of an order; ties are broken by the next, at last by the row's key.")
class ItemOrder:
    """One key of an order of items."""

    field: ItemOrderField
    direction: OrderDirection = OrderDirection.ASC


@strawberry.input(description="One key of an order; ties are broken by the next, at last by the row's key.")
class ForecastOrder:
    """One key of an order of forecasts."""

    field: ForecastOrderField
    direction: OrderDirection = OrderDirection.ASC


@strawberry.input(description="One key of an order; ties are broken by the next, at last by the row's key.")
class MetricOrder:
    """One key of an order of backtest errors."""

    field: ErrorMeasure
    direction: OrderDirection = OrderDirection.ASC


@strawberry.input(description="One key of an order; ties are broken by the next, at last by the row's key.")
class ReplenishmentOrder:
    """One key of an order of replenishment decisions."""

    field: ReplenishmentOrderField
    direction: OrderDirection = OrderDirection.ASC


@strawberry.input(description="One key of an order; ties are broken by the next, at last by the group's key.")
class TotalsOrder:
    """One key of an order of forecast totals."""

    field: TotalsOrderField
    direction: OrderDirection = OrderDirection.DESC


@strawberry.input(description="Assumptions that differ from the stored ones; what is not given stays as stored.")
class ScenarioInput:
    """Assumptions of a what-if computation."""

    lead_time_days: float | None = strawberry.field(default=UNSET, description="Mean lead time in days, at least 0.")
    lead_time_factor: float | None = strawberry.field(
        default=UNSET, description="Multiplies each item's lead time, at least 0; applied after `leadTimeDays`."
    )
    lead_time_extra_days: float | None = strawberry.field(
        default=UNSET, description="Days added to each item's lead time, at least 0; after `leadTimeFactor`."
    )
    lead_time_std_days: float | None = strawberry.field(
        default=UNSET, description="Standard deviation of the lead time in days, at least 0."
    )
    service_level: float | None = strawberry.field(
        default=UNSET, description="What `serviceMeasure` is promised to be, above 0 and below 1."
    )
    service_measure: ServiceMeasure | None = UNSET
    review_period_days: float | None = strawberry.field(
        default=UNSET, description="Days between two looks at the stock, at least 0."
    )
    order_multiple: float | None = strawberry.field(default=UNSET, description="What orders are multiples of, above 0.")
    min_order_quantity: float | None = strawberry.field(
        default=UNSET, description="Smallest order, at least 0, in the item's unit."
    )
    demand_factor: float | None = strawberry.field(default=UNSET, description="Multiplies the demand, at least 0.")
    on_hand: float | None = strawberry.field(default=UNSET, description="Stock on hand, in the item's unit.")
    order_quantity: float | None = strawberry.field(
        default=UNSET, description="What if this is ordered instead of what is recommended."
    )
