"""Enums of the contract. Their values are the strings that the lake's tables and the read functions use."""

from enum import Enum

import strawberry

from lakecast_graphql.errors import ErrorCode as _ErrorCode


@strawberry.enum
class ForecastKind(Enum):
    """Which rows of the results contract."""

    LIVE = strawberry.enum_value("live", description="About the future: each item's newest cutoff.")
    BACKTEST = strawberry.enum_value("backtest", description="Made from rolling origins in the past, to be judged.")
    ALL = strawberry.enum_value("all", description="Both.")


@strawberry.enum
class TimeGrain(Enum):
    """How long the periods of an answer are. Weeks start on Monday."""

    NATIVE = strawberry.enum_value("native", description="The item's own frequency.")
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


@strawberry.enum
class Frequency(Enum):
    """How long a period of an item's demand is."""

    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    QUARTERLY = "quarterly"
    YEARLY = "yearly"


@strawberry.enum
class DemandClass(Enum):
    """Syntetos-Boylan class of a demand series."""

    SMOOTH = strawberry.enum_value("smooth", description="Frequent demand of similar sizes.")
    ERRATIC = strawberry.enum_value("erratic", description="Frequent demand of very different sizes.")
    INTERMITTENT = strawberry.enum_value("intermittent", description="Rare demand of similar sizes.")
    LUMPY = strawberry.enum_value("lumpy", description="Rare demand of very different sizes.")


@strawberry.enum
class ABCClass(Enum):
    """Share in the yearly value of demand within the data set."""

    A = strawberry.enum_value("A", description="The items that make the first 80 % of value.")
    B = strawberry.enum_value("B", description="From 80 % to 95 %.")
    C = strawberry.enum_value("C", description="The rest.")


@strawberry.enum(
    description=(
        "CRITICAL: out of stock before an order placed now arrives. HIGH: position below the reorder point. "
        "MEDIUM: within one review period of it. UNKNOWN: no stock data."
    )
)
class AlertLevel(Enum):
    """How urgent an order is."""

    CRITICAL = strawberry.enum_value("critical", description="Out of stock before an order placed now arrives.")
    HIGH = strawberry.enum_value("high", description="Position below the reorder point.")
    MEDIUM = strawberry.enum_value("medium", description="Within one review period of the reorder point.")
    OK = strawberry.enum_value("ok", description="Nothing to do.")
    UNKNOWN = strawberry.enum_value("unknown", description="No stock data.")


@strawberry.enum
class ErrorMeasure(Enum):
    """Measure of forecast error over the backtest; smaller is better, BIAS by absolute value."""

    QUANTILE_LOSS = strawberry.enum_value("quantile_loss", description="Scaled quantile loss: of the whole forecast.")
    RMSSE = strawberry.enum_value("rmsse", description="Root mean squared scaled error.")
    MASE = strawberry.enum_value("mase", description="Mean absolute scaled error.")
    WAPE = strawberry.enum_value("wape", description="Sum of absolute errors / sum of absolute actuals, a fraction.")
    SMAPE = strawberry.enum_value("smape", description="Symmetric mean absolute percentage error, 0 to 2.")
    MAE = strawberry.enum_value("mae", description="Mean absolute error, in the item's unit.")
    RMSE = strawberry.enum_value("rmse", description="Root mean squared error, in the item's unit.")
    BIAS = strawberry.enum_value("bias", description="Sum of (forecast - actual) / sum of absolute actuals.")
    INTERVAL_SCORE = strawberry.enum_value(
        "interval_score", description="Mean interval score of the 80 % interval, in the item's unit."
    )


@strawberry.enum
class ForecastDimension(Enum):
    """What forecast totals can be grouped by."""

    DATASET = "dataset"
    ITEM = "item"
    CATEGORY = "category"
    SUPPLIER = "supplier"
    DEMAND_CLASS = "demand_class"
    SOURCE = "source"
    PERIOD = strawberry.enum_value("period", description="The date, at the grain asked for.")
    HORIZON = strawberry.enum_value("horizon", description="Periods ahead of the cutoff, 1 being the first.")
    CUTOFF = strawberry.enum_value("cutoff", description="Last observed period that the model saw.")


@strawberry.enum
class LeaderboardGroup(Enum):
    """What the leaderboard is made for: everything at once, or each of these."""

    ALL = "all"
    DATASET = "dataset"
    CATEGORY = "category"
    DEMAND_CLASS = "demand_class"


@strawberry.enum
class ReplenishmentDimension(Enum):
    """What replenishment totals can be grouped by."""

    DATASET = "dataset"
    CATEGORY = "category"
    SUPPLIER = "supplier"
    ALERT = "alert"
    ABC_CLASS = "abc_class"


@strawberry.enum
class RefreshOutcome(Enum):
    """What a refresh led to."""

    REFRESHED = strawberry.enum_value("refreshed", description="A newer snapshot is served, or all was read again.")
    UNCHANGED = strawberry.enum_value("unchanged", description="The newest snapshot was being served already.")
    REJECTED = strawberry.enum_value(
        "rejected", description="The newest snapshot cannot be served; the old one goes on. The message says why."
    )


@strawberry.enum
class Language(Enum):
    """Language of a text for people."""

    EN = strawberry.enum_value("en", description="English")
    PT = strawberry.enum_value("pt", description="Portuguese")


@strawberry.enum
class OrderDirection(Enum):
    """Nulls come last in both directions."""

    ASC = "asc"
    DESC = "desc"


@strawberry.enum
class ItemOrderField(Enum):
    """What items can be ordered by."""

    ITEM_ID = "item_id"
    NAME = "name"
    CATEGORY = "category"
    SUPPLIER = "supplier"
    LEAD_TIME_DAYS = "lead_time_days"
    UNIT_COST = "unit_cost"
    OBSERVATIONS = "observations"


@strawberry.enum
class ForecastOrderField(Enum):
    """What forecasts can be ordered by."""

    DATE = "date"
    ITEM_ID = "item_id"
    SOURCE = "source"
    FORECAST = "forecast"
    CUTOFF = "cutoff"


@strawberry.enum
class ReplenishmentOrderField(Enum):
    """What replenishment can be ordered by. ALERT puts the most urgent first when ascending."""

    DAYS_TO_STOCKOUT = "days_to_stockout"
    ALERT = "alert"
    RECOMMENDED_ORDER = "recommended_order"
    RECOMMENDED_ORDER_VALUE = "recommended_order_value"
    ITEM_ID = "item_id"


@strawberry.enum
class TotalsOrderField(Enum):
    """What forecast totals can be ordered by."""

    FORECAST = "forecast"
    ACTUAL = "actual"
    WAPE = "wape"
    BIAS = "bias"
    PERIOD = "period"


ErrorCode = strawberry.enum(_ErrorCode, description="`extensions.code` of every error in an answer.")
