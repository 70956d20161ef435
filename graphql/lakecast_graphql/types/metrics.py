"""Backtest errors per item and source, and the leaderboard."""

import datetime as dt

import strawberry


@strawberry.type(description="Backtest errors of a source on an item, over all windows. Null: could not be measured.")
class Metric:
    """One row of `fact_metrics`."""

    dataset_id: str
    item_id: str
    source: str
    model_version: str
    generated_at: dt.datetime = strawberry.field(description="When the backtest was scored.")
    windows: int | None = strawberry.field(description="Rolling origins that were scored.")
    observations: int | None = strawberry.field(description="Pairs of forecast and actual that were scored.")
    mae: float | None = strawberry.field(description="Mean absolute error, in the item's unit.")
    rmse: float | None = strawberry.field(description="Root mean squared error, in the item's unit.")
    wape: float | None = strawberry.field(description="Sum of absolute errors / sum of absolute actuals, a fraction.")
    smape: float | None = strawberry.field(description="Symmetric mean absolute percentage error, 0 to 2.")
    mape: float | None = strawberry.field(
        description="Mean absolute percentage error, a fraction; null where an actual is zero."
    )
    mase: float | None = strawberry.field(description="Mean absolute scaled error.")
    rmsse: float | None = strawberry.field(description="Root mean squared scaled error.")
    bias: float | None = strawberry.field(description="Sum of (forecast - actual) / sum of absolute actuals.")
    quantile_loss: float | None = strawberry.field(description="Scaled quantile loss.")
    interval_score_80: float | None = strawberry.field(description="Mean interval score of the 80 % interval.")
    coverage_80: float | None = strawberry.field(description="Share of actuals within the 80 % interval.")
    coverage_95: float | None = strawberry.field(description="Share of actuals within the 95 % interval.")
    skill: float | None = strawberry.field(description="1 - quantile loss / that of seasonal naive")
    fit_seconds: float | None = strawberry.field(description="Seconds of computation for this item.")


@strawberry.type(description="A source's place among the sources, by backtest error.")
class LeaderboardRow:
    """A source's place."""

    group: str | None = strawberry.field(
        description="What it is grouped by: a data set, a category, or a demand class in the words of `DemandClass`."
    )
    rank: int = strawberry.field(description="1 is best.")
    source: str
    error: float = strawberry.field(description="Plain mean of the measure over items, nulls left out.")
    skill: float | None = strawberry.field(description="1 - mean quantile loss / seasonal naive's on the same items.")
    item_count: int = strawberry.field(description="Items that have the measure for this source.")
    wins: int = strawberry.field(description="Items where this source is best by the measure.")
