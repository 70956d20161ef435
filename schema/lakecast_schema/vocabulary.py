"""The words of the contract's enums; a member's value is the lake's lower-case string where the lake has one."""

from enum import StrEnum

from lakecast_schema import alert
from lakecast_schema.periods import Frequency as Frequency

StockAction = alert.Action
AlertLevel = alert.Alert


class ForecastKind(StrEnum):
    """Which rows of `fact_forecast`: about the future, from a rolling origin, or both."""

    LIVE = "live"
    BACKTEST = "backtest"
    ALL = "all"


class TimeGrain(StrEnum):
    """How long the periods of an answer are; NATIVE keeps each item's own."""

    NATIVE = "native"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class DemandClass(StrEnum):
    """Syntetos-Boylan class of an item's demand."""

    SMOOTH = "smooth"
    ERRATIC = "erratic"
    INTERMITTENT = "intermittent"
    LUMPY = "lumpy"


class ABCClass(StrEnum):
    """Share of the yearly value: A the first 80 %, B to 95 %, C the rest."""

    A = "A"
    B = "B"
    C = "C"


class ErrorMeasure(StrEnum):
    """Measures of `fact_metrics`; a member's value is the column's name."""

    QUANTILE_LOSS = "scaled_quantile_loss"
    RMSSE = "rmsse"
    MASE = "mase"
    WAPE = "wape"
    SMAPE = "smape"
    MAE = "mae"
    RMSE = "rmse"
    BIAS = "bias"
    INTERVAL_SCORE = "interval_score_80"


class ForecastDimension(StrEnum):
    """What `forecastTotals` groups by."""

    DATASET = "dataset_id"
    ITEM = "item_id"
    CATEGORY = "category"
    SUPPLIER = "supplier"
    DEMAND_CLASS = "demand_class"
    SOURCE = "source"
    PERIOD = "period"
    HORIZON = "horizon"
    CUTOFF = "cutoff"


class DemandDimension(StrEnum):
    """What `demandTotals` groups by."""

    DATASET = "dataset_id"
    ITEM = "item_id"
    CATEGORY = "category"
    SUPPLIER = "supplier"
    DEMAND_CLASS = "demand_class"
    ABC_CLASS = "abc_class"
    PERIOD = "period"


class LeaderboardGroup(StrEnum):
    """What a leaderboard is made for each of."""

    ALL = "all"
    DATASET = "dataset_id"
    CATEGORY = "category"
    DEMAND_CLASS = "demand_class"


class ReplenishmentDimension(StrEnum):
    """What `replenishmentTotals` groups by."""

    DATASET = "dataset_id"
    CATEGORY = "category"
    SUPPLIER = "supplier"
    ALERT = "alert"
    ACTION = "action"
    ABC_CLASS = "abc_class"
    DEMAND_CLASS = "demand_class"
    ORDER_WEEK = "order_week"


class ServiceMeasure(StrEnum):
    """What a service level promises."""

    CYCLE = "cycle"
    FILL = "fill"


class Severity(StrEnum):
    """How grave a line of a reading report is."""

    INFO = "info"
    WARNING = "warning"
    REJECTED = "rejected"


class Language(StrEnum):
    """Language of sentences made for people."""

    EN = "en"
    PT = "pt"


class OrderDirection(StrEnum):
    """Nulls sort last either way."""

    ASC = "asc"
    DESC = "desc"


class ItemOrderField(StrEnum):
    """What items are ordered by; a member's value is the column's name."""

    ITEM_ID = "item_id"
    NAME = "name"
    CATEGORY = "category"
    SUPPLIER = "supplier"
    LEAD_TIME_DAYS = "lead_time_days"
    UNIT_COST = "unit_cost"
    OBSERVATIONS = "observations"
    ABC_CLASS = "abc_class"
    YEARLY_DEMAND = "yearly_demand"


class ForecastOrderField(StrEnum):
    """What forecasts are ordered by; a member's value is the column's name."""

    DATE = "date"
    ITEM_ID = "item_id"
    SOURCE = "source"
    FORECAST = "forecast"
    CUTOFF = "cutoff"


class ReplenishmentOrderField(StrEnum):
    """What replenishment is ordered by; PRIORITY is what a stockout costs, alerts sort by urgency."""

    PRIORITY = "priority"
    DAYS_TO_STOCKOUT = "days_to_stockout"
    ALERT = "alert"
    RECOMMENDED_ORDER = "recommended_order"
    RECOMMENDED_ORDER_VALUE = "recommended_order_value"
    EXCESS_VALUE = "excess_value"
    ON_HAND = "on_hand"
    ORDER_BY_DATE = "order_by_date"
    STOCKOUT_DATE = "stockout_date"
    LAST_DEMAND_DATE = "last_demand_date"
    LEAD_TIME_DAYS = "lead_time_days"
    ABC_CLASS = "abc_class"
    NAME = "name"
    CATEGORY = "category"
    SUPPLIER = "supplier"
    ITEM_ID = "item_id"


class ChangeCause(StrEnum):
    """Why an alert is another one than in an earlier snapshot."""

    FORECAST = "forecast"
    STOCK = "stock"
    TERMS = "terms"
    METHOD = "method"
    NEW = "new"
    GONE = "gone"


class TotalsOrderField(StrEnum):
    """What totals are ordered by; a member's value is the column's name."""

    FORECAST = "forecast"
    ACTUAL = "actual"
    WAPE = "wape"
    BIAS = "bias"
    PERIOD = "period"


class RefreshOutcome(StrEnum):
    """What a refresh led to."""

    REFRESHED = "refreshed"
    UNCHANGED = "unchanged"
    REJECTED = "rejected"
