"""The reorder decision computed a second time, item by item and day by day, from the published definitions.

Forecasts become a list of demands per calendar day; quantiles come from `statistics` and from summing a probability
mass function. Nothing here is shared with the product's arrays.
"""

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from statistics import NormalDist
from typing import Any

Row = Mapping[str, Any]
SEASON = {"daily": 7, "weekly": 52, "monthly": 12, "quarterly": 4, "yearly": 1}
MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}
EXACT_MEAN = 50.0
"""Up to this mean, a count's quantile is exact by its documentation; above, within a percent of the mean."""


def decide(
    stored: Row, frequency: str, forecasts: Sequence[Row], scenario: Row, step: float, used: bool
) -> dict[str, Any]:
    """The decision about an item under a scenario of the API.

    `exact` of it says whether the product promises these very figures, or ones within a percent.

    stored: the item's row of fact_replenishment. forecasts: `date` and `forecast` of its source's newest live cutoff.
    step: what quantities are multiples of. used: whether the item had demand within the year.
    """
    factor = scenario.get("demandFactor", 1.0)
    lead_time = scenario.get("leadTimeDays", stored["lead_time_days"]) * scenario.get("leadTimeFactor", 1.0)
    lead_time_std = scenario.get("leadTimeStdDays", stored["lead_time_std_days"])
    level = min(max(scenario.get("serviceLevel", stored["service_level"]), 1e-4), 1 - 1e-4)
    on_hand = scenario.get("onHand", stored["on_hand"])
    periods = [[x * factor for x in period] for period in remaining(stored["as_of"], frequency, forecasts)]
    horizon = sum(len(period) for period in periods)
    daily = math.fsum(x for period in periods for x in period) / max(horizon, 1)

    expected = demand_until(periods, SEASON[frequency], lead_time)
    variance = lead_time * (stored["demand_std"] * factor) ** 2 + daily**2 * lead_time_std**2
    if stored["distribution"] == "negative_binomial":
        safety = count_quantile(expected, variance, level) - expected
    else:
        safety = NormalDist().inv_cdf(level) * math.sqrt(variance)
    reorder_point = multiple(max(expected + max(safety, 0.0), step if used else 0.0), step)
    review = daily * stored["review_period_days"]
    decision = {
        "exact": stored["distribution"] != "negative_binomial" or expected <= EXACT_MEAN,
        "leadTimeDays": lead_time,
        "dailyDemand": daily,
        "leadTimeDemand": expected,
        "safetyStock": reorder_point - expected,
        "reorderPoint": reorder_point,
        "daysToStockout": None,
        "recommendedOrder": None,
        "recommendedOrderValue": None,
        "alert": "UNKNOWN",
    }
    if on_hand is None:
        return decision
    stockout = days_until(periods, SEASON[frequency], on_hand, max(horizon, lead_time))
    position = on_hand + (stored["on_order"] or 0.0)
    wanted = reorder_point + review - position
    due = position <= reorder_point and wanted > 0
    order = multiple(max(wanted, stored["min_order_quantity"]), step) if due else 0.0
    cost = stored["unit_cost"]
    if stockout is not None and stockout < lead_time:
        alert = "CRITICAL"
    elif due:
        alert = "HIGH"
    else:
        alert = "MEDIUM" if position < reorder_point + review else "OK"
    return decision | {
        "daysToStockout": stockout,
        "recommendedOrder": order,
        "recommendedOrderValue": None if cost is None else order * cost,
        "alert": alert,
    }


def multiple(quantity: float, step: float) -> float:
    """The quantity rounded up to whole steps, but for the rounding of floats."""
    return math.ceil(round(quantity / step, 6)) * step


def remaining(as_of: dt.date, frequency: str, forecasts: Sequence[Row]) -> list[list[float]]:
    """Demand per day of each period, without the days up to `as_of`; all of them where the forecast ends by then."""
    every, left = [], []
    for row in sorted(forecasts, key=lambda row: row["date"]):
        first = row["date"]
        days = (next_period(first, frequency) - first).days
        gone = min(max((as_of - first).days + 1, 0), days)
        every.append([row["forecast"] / days] * days)
        left.append([row["forecast"] / days] * (days - gone))
    kept = [period for period in left if period]
    return kept or every


def next_period(first: dt.date, frequency: str) -> dt.date:
    """First day of the period after the one that begins on `first`."""
    if frequency in MONTHS:
        month = first.month - 1 + MONTHS[frequency]
        return first.replace(year=first.year + month // 12, month=month % 12 + 1)
    return first + dt.timedelta(days=7 if frequency == "weekly" else 1)


def days_of_demand(periods: Sequence[Sequence[float]], season: int) -> Iterator[float]:
    """Demand of one day after the other, without end: after the forecast its last season goes on and on."""
    for period in periods:
        yield from period
    last = [x for period in periods[-season:] for x in period]
    while last:
        yield from last


def demand_until(periods: Sequence[Sequence[float]], season: int, days: float) -> float:
    """Expected demand over the first `days`, in part of the last of them."""
    whole = int(days)
    demand = list(islice(days_of_demand(periods, season), whole + 1))
    if not demand:
        return 0.0
    return math.fsum(demand[:whole]) + (days - whole) * demand[whole]


def days_until(periods: Sequence[Sequence[float]], season: int, stock: float, limit: float) -> float | None:
    """Days after which cumulative demand exceeds the stock; None where it does not within `limit` days."""
    used = 0.0
    for day, demand in enumerate(days_of_demand(periods, season)):
        if day > limit:
            return None
        if used + demand > max(stock, 0.0) + 1e-9:  # the days of a month add up to its forecast but for rounding
            found = day + max(max(stock, 0.0) - used, 0.0) / demand
            return found if found <= limit else None
        used += demand
    return None


def count_quantile(mean: float, variance: float, level: float) -> float:
    """Smallest count whose cumulative negative binomial probability reaches the level."""
    if mean <= 0:
        return 0.0
    if variance <= mean:  # Poisson, the negative binomial's limit
        log, size = -mean, math.inf
    else:
        size = mean**2 / (variance - mean)
        log = -size * math.log1p(mean / size)
    cumulative, count = math.exp(log), 0
    while cumulative < level:
        log += math.log(mean / (count + 1)) if size == math.inf else step(mean, size, count)
        cumulative += math.exp(log)
        count += 1
    return float(count)


def step(mean: float, size: float, count: int) -> float:
    """Logarithm of how many times likelier one more than `count` is."""
    return math.log((count + size) / (count + 1)) + math.log(mean / (size + mean))
