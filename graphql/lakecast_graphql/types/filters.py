"""Filters of the contract: every given field must hold; `and`, `or`, `not` nest; a null field counts as not given."""

import datetime as dt

import strawberry
from strawberry import UNSET

from lakecast_schema.vocabulary import ABCClass, AlertLevel, DemandClass, Frequency, StockAction

_AND = "All of these must hold; an empty list holds."
_OR = "At least one of these must hold; an empty list never holds."
_NOT = "This must not hold."


@strawberry.input(description="Comparisons of a text; upper and lower case differ.")
class StringFilter:
    """Comparisons of a text."""

    eq: str | None = UNSET
    in_: list[str] | None = strawberry.field(name="in", default=UNSET, description="Any of these values.")
    contains: str | None = strawberry.field(default=UNSET, description="Has this text in it.")
    starts_with: str | None = strawberry.field(default=UNSET, description="Begins with this text.")
    is_null: bool | None = UNSET


@strawberry.input(description="Comparisons of a whole number.")
class IntFilter:
    """Comparisons of a whole number."""

    eq: int | None = UNSET
    in_: list[int] | None = strawberry.field(name="in", default=UNSET, description="Any of these values.")
    gt: int | None = UNSET
    gte: int | None = UNSET
    lt: int | None = UNSET
    lte: int | None = UNSET


@strawberry.input(description="Comparisons of a number. A null value fails every comparison but `isNull`.")
class FloatFilter:
    """Comparisons of a number."""

    eq: float | None = UNSET
    gt: float | None = UNSET
    gte: float | None = UNSET
    lt: float | None = UNSET
    lte: float | None = UNSET
    is_null: bool | None = UNSET


@strawberry.input(description="Comparisons of a calendar date.")
class DateFilter:
    """Comparisons of a calendar date."""

    eq: dt.date | None = UNSET
    gt: dt.date | None = UNSET
    gte: dt.date | None = UNSET
    lt: dt.date | None = UNSET
    lte: dt.date | None = UNSET


@strawberry.input(description="Comparisons of a demand class.")
class DemandClassFilter:
    """Comparisons of a demand class."""

    eq: DemandClass | None = UNSET
    in_: list[DemandClass] | None = strawberry.field(name="in", default=UNSET, description="Any of these values.")


@strawberry.input(description="Comparisons of an ABC class.")
class ABCClassFilter:
    """Comparisons of an ABC class."""

    eq: ABCClass | None = UNSET
    in_: list[ABCClass] | None = strawberry.field(name="in", default=UNSET, description="Any of these values.")


@strawberry.input(description="Comparisons of a frequency.")
class FrequencyFilter:
    """Comparisons of a frequency."""

    eq: Frequency | None = UNSET
    in_: list[Frequency] | None = strawberry.field(name="in", default=UNSET, description="Any of these values.")


@strawberry.input(description="Comparisons of an alert level.")
class AlertLevelFilter:
    """Comparisons of an alert level."""

    eq: AlertLevel | None = UNSET
    in_: list[AlertLevel] | None = strawberry.field(name="in", default=UNSET, description="Any of these values.")


@strawberry.input(description="Comparisons of what to do about an item.")
class StockActionFilter:
    """Comparisons of an action."""

    eq: StockAction | None = UNSET
    in_: list[StockAction] | None = strawberry.field(name="in", default=UNSET, description="Any of these values.")


@strawberry.input(description="Which items. Every given field must hold.")
class ItemFilter:
    """Which items."""

    dataset_id: StringFilter | None = UNSET
    item_id: StringFilter | None = UNSET
    sku: StringFilter | None = UNSET
    name: StringFilter | None = UNSET
    category: StringFilter | None = UNSET
    supplier: StringFilter | None = UNSET
    demand_class: DemandClassFilter | None = UNSET
    abc_class: ABCClassFilter | None = UNSET
    frequency: FrequencyFilter | None = UNSET
    champion: StringFilter | None = UNSET
    criticality: IntFilter | None = UNSET
    unit_cost: FloatFilter | None = UNSET
    lead_time_days: FloatFilter | None = UNSET
    forecast_issue: StringFilter | None = UNSET
    is_active: bool | None = strawberry.field(default=UNSET, description="Whether its demand goes on.")
    has_forecast: bool | None = strawberry.field(
        default=UNSET, description="Whether any source has a live forecast of it."
    )
    search: str | None = strawberry.field(
        default=UNSET, description="Words, each in item id, sku, name or supplier; case and accents do not matter."
    )
    and_: list["ItemFilter"] | None = strawberry.field(name="and", default=UNSET, description=_AND)
    or_: list["ItemFilter"] | None = strawberry.field(name="or", default=UNSET, description=_OR)
    not_: "ItemFilter | None" = strawberry.field(name="not", default=UNSET, description=_NOT)


@strawberry.input(description="Which forecast rows. Every given field must hold.")
class ForecastFilter:
    """Which forecast rows."""

    dataset_id: StringFilter | None = UNSET
    item_id: StringFilter | None = UNSET
    category: StringFilter | None = UNSET
    supplier: StringFilter | None = UNSET
    source: StringFilter | None = UNSET
    model_version: StringFilter | None = UNSET
    date: DateFilter | None = strawberry.field(default=UNSET, description="The period's first day.")
    cutoff: DateFilter | None = strawberry.field(
        default=UNSET, description="Last observed period that the model saw. Given, LIVE reads older cutoffs, too."
    )
    horizon: IntFilter | None = strawberry.field(
        default=UNSET, description="Periods of the item's frequency after the cutoff, 1 being the first."
    )
    forecast: FloatFilter | None = strawberry.field(default=UNSET, description="The mean, in the item's unit.")
    and_: list["ForecastFilter"] | None = strawberry.field(name="and", default=UNSET, description=_AND)
    or_: list["ForecastFilter"] | None = strawberry.field(name="or", default=UNSET, description=_OR)
    not_: "ForecastFilter | None" = strawberry.field(name="not", default=UNSET, description=_NOT)


@strawberry.input(description="Which rows of backtest errors. Every given field must hold.")
class MetricFilter:
    """Which rows of backtest errors."""

    dataset_id: StringFilter | None = UNSET
    item_id: StringFilter | None = UNSET
    category: StringFilter | None = UNSET
    source: StringFilter | None = UNSET
    rmsse: FloatFilter | None = UNSET
    wape: FloatFilter | None = strawberry.field(default=UNSET, description="A fraction.")
    quantile_loss: FloatFilter | None = strawberry.field(default=UNSET, description="Scaled quantile loss.")
    and_: list["MetricFilter"] | None = strawberry.field(name="and", default=UNSET, description=_AND)
    or_: list["MetricFilter"] | None = strawberry.field(name="or", default=UNSET, description=_OR)
    not_: "MetricFilter | None" = strawberry.field(name="not", default=UNSET, description=_NOT)


@strawberry.input(description="Which replenishment decisions. Every given field must hold.")
class ReplenishmentFilter:
    """Which replenishment decisions."""

    dataset_id: StringFilter | None = UNSET
    item_id: StringFilter | None = UNSET
    category: StringFilter | None = UNSET
    supplier: StringFilter | None = UNSET
    item: ItemFilter | None = UNSET
    alert: AlertLevelFilter | None = UNSET
    action: StockActionFilter | None = UNSET
    days_to_stockout: FloatFilter | None = UNSET
    on_hand: FloatFilter | None = strawberry.field(default=UNSET, description="In the item's unit.")
    recommended_order: FloatFilter | None = strawberry.field(default=UNSET, description="In the item's unit.")
    recommended_order_value: FloatFilter | None = UNSET
    excess_value: FloatFilter | None = UNSET
    order_by_date: DateFilter | None = UNSET
    stockout_date: DateFilter | None = UNSET
    search: str | None = strawberry.field(
        default=UNSET, description="Words, each in item id, sku, name or supplier; case and accents do not matter."
    )
    and_: list["ReplenishmentFilter"] | None = strawberry.field(name="and", default=UNSET, description=_AND)
    or_: list["ReplenishmentFilter"] | None = strawberry.field(name="or", default=UNSET, description=_OR)
    not_: "ReplenishmentFilter | None" = strawberry.field(name="not", default=UNSET, description=_NOT)


@strawberry.input(description="Which groups of forecast totals, judged after aggregation.")
class TotalsFilter:
    """Which groups of forecast totals."""

    forecast: FloatFilter | None = UNSET
    wape: FloatFilter | None = strawberry.field(default=UNSET, description="A fraction.")
    item_count: IntFilter | None = UNSET
