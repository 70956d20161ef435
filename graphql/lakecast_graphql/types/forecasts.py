"""Forecast rows, series and totals."""

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import strawberry

from lakecast_schema.vocabulary import DemandClass, ForecastKind

if TYPE_CHECKING:
    from lakecast_graphql.types.items import Item

_VERSION = "As v1.2.3, optionally with +build; changes whenever the model's code or hyperparameters do."
_CUTOFF = "Last observed period that the model saw."


@strawberry.type(description="One row of fact_forecast. `forecast` is the mean.")
class Forecast:
    """One row of `fact_forecast`."""

    date: dt.date = strawberry.field(description="The period's first day.")
    item_id: str
    forecast: float = strawberry.field(description="Mean of the predicted demand, in the item's unit per period.")
    actual: float | None = strawberry.field(description="Observed demand; null until known.")
    median: float | None = strawberry.field(description="Null for imported results that have none.")
    lower_80: float | None = strawberry.field(description="Lower end of the 80 % prediction interval.")
    upper_80: float | None = strawberry.field(description="Upper end of the 80 % prediction interval.")
    lower_95: float | None = strawberry.field(description="Lower end of the 95 % prediction interval.")
    upper_95: float | None = strawberry.field(description="Upper end of the 95 % prediction interval.")
    source: str = strawberry.field(description="The model: prophet, arima, lstm, ensemble, seasonal_naive, ...")
    model_version: str = strawberry.field(description=_VERSION)
    generated_at: dt.datetime = strawberry.field(description="When the model produced it.")
    dataset_id: str
    kind: ForecastKind
    cutoff: dt.date | None = strawberry.field(description=_CUTOFF)
    horizon: int | None = strawberry.field(description="Periods of the item's frequency after the cutoff, from 1.")
    item: Annotated["Item", strawberry.lazy("lakecast_graphql.types.items")]


@strawberry.type(
    description="A forecast of one item by one source from one cutoff, as parallel arrays in order of date."
)
class ForecastSeries:
    """A forecast as parallel arrays."""

    dataset_id: str
    item_id: str
    source: str
    model_version: str = strawberry.field(description=_VERSION)
    generated_at: dt.datetime = strawberry.field(description="When the model produced it.")
    kind: ForecastKind
    cutoff: dt.date | None = strawberry.field(description=_CUTOFF)
    dates: list[dt.date] = strawberry.field(description="First days of the periods, at the grain asked for.")
    forecast: list[float] = strawberry.field(description="Means, in the item's unit per period; they add up.")
    actual: list[float | None] = strawberry.field(description="Observed demand; null until known for a whole period.")
    median: list[float | None] = strawberry.field(description="Null at a grain coarser than the item's own.")
    lower_80: list[float | None] = strawberry.field(description="Null at a grain coarser than the item's own.")
    upper_80: list[float | None] = strawberry.field(description="Null at a grain coarser than the item's own.")
    lower_95: list[float | None] = strawberry.field(description="Null at a grain coarser than the item's own.")
    upper_95: list[float | None] = strawberry.field(description="Null at a grain coarser than the item's own.")
    total: float = strawberry.field(description="Sum of `forecast`.")


@strawberry.type(description="Dimension fields are null unless grouped by; error fields need actuals.")
class ForecastTotals:
    """One group of an aggregation."""

    dataset_id: str | None
    item_id: str | None
    category: str | None
    supplier: str | None
    demand_class: DemandClass | None
    source: str | None
    period: dt.date | None = strawberry.field(description="First day of the period at the grain asked for.")
    horizon: int | None
    cutoff: dt.date | None
    item_count: int = strawberry.field(description="Items in the group.")
    row_count: float = strawberry.field(description="Forecast rows in the group, a whole number.")
    forecast: float = strawberry.field(description="Sum of means.")
    actual: float | None = strawberry.field(description="Sum of known actuals; null where none is known.")
    wape: float | None = strawberry.field(description="Sum of |actual - forecast| / sum of |actual|, a fraction.")
    bias: float | None = strawberry.field(description="Sum of (forecast - actual) / sum of |actual|.")
    coverage_80: float | None = strawberry.field(description="Share of actuals within the 80 % interval.")
    coverage_95: float | None = strawberry.field(description="Share of actuals within the 95 % interval.")
