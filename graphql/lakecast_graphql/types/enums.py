"""Enums of the contract: the words of `lakecast_schema.vocabulary`, with what they mean to a client."""

from collections.abc import Mapping
from enum import Enum

import strawberry

from lakecast_graphql.errors import ErrorCode
from lakecast_schema import vocabulary


def _publish(
    words: type[Enum], description: str, meanings: Mapping[str, str] | None = None, *, name: str | None = None
) -> None:
    """Make an enum a GraphQL enum with a description of itself and of those members that need one."""
    strawberry.enum(words, description=description, name=name)
    for value in words.__strawberry_definition__.values:  # type: ignore[attr-defined]
        value.description = (meanings or {}).get(value.name)


_publish(
    vocabulary.ForecastKind,
    "Which rows of the results contract.",
    {
        "LIVE": "About the future: each item's newest cutoff.",
        "BACKTEST": "Made from rolling origins in the past, to be judged.",
        "ALL": "Both.",
    },
)
_publish(
    vocabulary.TimeGrain,
    "How long the periods of an answer are. Weeks start on Monday.",
    {"NATIVE": "The item's own frequency."},
)
_publish(vocabulary.Frequency, "How long a period of an item's demand is.")
_publish(
    vocabulary.DemandClass,
    "Syntetos-Boylan class of a demand series.",
    {
        "SMOOTH": "Frequent demand of similar sizes.",
        "ERRATIC": "Frequent demand of very different sizes.",
        "INTERMITTENT": "Rare demand of similar sizes.",
        "LUMPY": "Rare demand of very different sizes.",
    },
)
_publish(
    vocabulary.ABCClass,
    "Share in the yearly value of demand within the data set.",
    {"A": "The items that make the first 80 % of value.", "B": "From 80 % to 95 %.", "C": "The rest."},
)
_publish(
    vocabulary.AlertLevel,
    "CRITICAL: out of stock before an order placed now arrives. HIGH: position below the reorder point. "
    "MEDIUM: within one review period of it. UNKNOWN: no stock data.",
    {
        "CRITICAL": "Out of stock before an order placed now arrives.",
        "HIGH": "Position below the reorder point.",
        "MEDIUM": "Position within one review period of the reorder point.",
        "OK": "Nothing to do.",
        "UNKNOWN": "No stock data.",
    },
    name="AlertLevel",
)
_publish(
    vocabulary.ErrorMeasure,
    "Measure of forecast error over the backtest. Smaller is better; BIAS is judged by its absolute value.",
    {
        "QUANTILE_LOSS": "Scaled quantile loss: judges the whole forecast, not only its middle.",
        "RMSSE": "Root mean squared scaled error.",
        "MASE": "Mean absolute scaled error.",
        "WAPE": "Sum of absolute errors / sum of absolute actuals, a fraction.",
        "SMAPE": "Symmetric mean absolute percentage error, 0 to 2.",
        "MAE": "Mean absolute error, in the item's unit.",
        "RMSE": "Root mean squared error, in the item's unit.",
        "BIAS": "Sum of (forecast - actual) / sum of absolute actuals.",
        "INTERVAL_SCORE": "Mean interval score of the 80 % interval, in the item's unit.",
    },
)
_publish(
    vocabulary.ForecastDimension,
    "What forecast totals are grouped by.",
    {
        "PERIOD": "The date, at the grain asked for.",
        "HORIZON": "Periods ahead of the cutoff, 1 being the first.",
        "CUTOFF": "Last observed period that the model saw.",
    },
)
_publish(
    vocabulary.DemandDimension,
    "What demand totals are grouped by.",
    {"PERIOD": "The date, at the grain asked for."},
)
_publish(vocabulary.LeaderboardGroup, "What a leaderboard is made for: everything at once, or each of these.")
_publish(
    vocabulary.ReplenishmentDimension,
    "What replenishment totals are grouped by.",
    {"ORDER_WEEK": "The Monday of the week of the last day to order."},
)
_publish(
    vocabulary.StockAction,
    "What to do about an item.",
    {
        "ORDER": "Order now what is recommended.",
        "EXPEDITE": "What is on its way is enough but comes too late.",
        "WATCH": "The reorder point is reached within a review period.",
        "REDUCE": "More is there than could still be wanted.",
        "CHECK_DATA": "Stock is missing or too old to decide on.",
    },
    name="StockAction",
)
_publish(
    vocabulary.ServiceMeasure,
    "What a service level promises.",
    {
        "CYCLE": "The share of replenishment cycles without a stockout.",
        "FILL": "The share of pieces delivered from stock.",
    },
)
_publish(
    vocabulary.ChangeCause,
    "Why an item's alert is another one than in an earlier snapshot.",
    {
        "FORECAST": "Expected demand or its uncertainty is another one.",
        "STOCK": "What is on hand or on its way, or the day of the count, alone would have changed it.",
        "TERMS": "Lead time, service level or other terms alone would have changed it.",
        "METHOD": "Another source decides, or the formulas are newer.",
        "NEW": "There was no decision about the item.",
        "GONE": "There is no decision about the item any more.",
    },
)
_publish(
    vocabulary.RefreshOutcome,
    "What a refresh led to.",
    {
        "REFRESHED": "A newer snapshot is served, or, with `force`, everything was read again.",
        "UNCHANGED": "The newest snapshot was being served already.",
        "REJECTED": "The newest snapshot cannot be served; the old one goes on. The message says why.",
    },
)
_publish(
    vocabulary.Severity,
    "How grave a line of a reading report is.",
    {
        "INFO": "What was understood.",
        "WARNING": "What looks wrong.",
        "REJECTED": "What was left out.",
    },
)
_publish(vocabulary.Language, "Language of a text for people.", {"EN": "English", "PT": "Portuguese"})
_publish(vocabulary.OrderDirection, "Nulls come last in both directions.")
_publish(vocabulary.ItemOrderField, "What items are ordered by.")
_publish(vocabulary.ForecastOrderField, "What forecasts are ordered by.")
_publish(
    vocabulary.ReplenishmentOrderField,
    "What replenishment is ordered by.",
    {
        "PRIORITY": "By `stockoutCost`; ascending is the most urgent first.",
        "ALERT": "Most urgent first when ascending.",
        "DAYS_TO_STOCKOUT": "Null (never, or unknown) sorts last.",
        "LAST_DEMAND_DATE": "By the item's `lastDemandDate`: ascending has first what has not moved for longest.",
    },
)
_publish(vocabulary.TotalsOrderField, "What forecast totals are ordered by.")
_publish(
    ErrorCode,
    "`extensions.code` of every error in an answer.",
    {
        "BAD_USER_INPUT": "An argument or variable cannot be answered; `argument` and `known` say more.",
        "UNAUTHENTICATED": "An admin key is needed in the X-API-Key header, or the one given is not valid.",
        "FORBIDDEN": "This server does not do that, for anyone or for this caller.",
        "RATE_LIMITED": "Too many requests of this kind; wait before the next.",
        "QUERY_TOO_COMPLEX": "The operation is deeper, longer or broader than this server allows.",
        "TIMEOUT": "The operation took longer than this server allows.",
        "SNAPSHOT_GONE": "The snapshot is no longer retained; `known` names those that are.",
        "LAKE_UNAVAILABLE": "No snapshot can be served; try again later.",
        "PERSISTED_QUERY_NOT_FOUND": "Send the whole query with its hash once.",
        "PERSISTED_QUERY_NOT_SUPPORTED": "Send whole queries.",
        "GRAPHQL_PARSE_FAILED": "The document is no GraphQL.",
        "GRAPHQL_VALIDATION_FAILED": "The document does not fit the schema.",
        "INTERNAL_SERVER_ERROR": "A fault of the server; it has been logged.",
    },
)
