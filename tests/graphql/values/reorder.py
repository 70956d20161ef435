"""The reorder decision computed a second time, item by item and day by day, from the published definitions.

Forecasts become a stream of demands per calendar day, quantiles come from `statistics`. Nothing here is shared with the
product's arrays.
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
LONGEST = 3650


def decide(
    stored: Row,
    frequency: str,
    forecasts: Sequence[Row],
    scenario: Row,
    step: float,
    used: bool,
    is_rare: bool,
    orders: Sequence[Row] = (),
) -> dict[str, Any]:
    """The decision about an item under a scenario of the API, promising cycle service.

    stored: the item's row of fact_replenishment. forecasts: `date` and `forecast` of its source's newest live cutoff.
    step: what quantities are multiples of. used: whether the item had demand within the year. is_rare:
    whether demand is intermittent or lumpy. orders: `due_date` and
    `quantity` of what is on its way; what is overdue is due tomorrow.
    """
    factor = scenario.get("demandFactor", 1.0)
    lead_time = scenario.get("leadTimeDays", stored["lead_time_days"]) * scenario.get("leadTimeFactor", 1.0)
    lead_time += scenario.get("leadTimeExtraDays", 0.0)
    lead_time_std = scenario.get("leadTimeStdDays", stored["lead_time_std_days"])
    review_days = scenario.get("reviewPeriodDays", stored["review_period_days"])
    level = scenario.get("serviceLevel", stored["service_level"])
    on_hand = scenario.get("onHand", None if stored["alert"] == "unknown" else stored["on_hand"])
    path = Path(stored, frequency, forecasts, factor)
    daily, expected = path.daily, path.until(lead_time)

    noise = stored["noise_variance"] if stored["noise_variance"] is not None else stored["demand_std"] ** 2
    noise, shared = noise * factor**2, (stored["level_variance"] or 0.0) * factor**2
    share = min(shared / daily**2, 1.0) if daily > 0 else 0.0
    after = expected * (1 + share)
    rate = after / max(lead_time, 1.0)
    level_part = shared * (1 + share) * (lead_time**2 + lead_time_std**2)
    variance = noise * lead_time + level_part + rate**2 * lead_time_std**2
    size = stored["demand_size"] * factor if is_rare and stored["demand_size"] else daily
    below, spread = undershoot(daily, noise + shared, max(size, daily))
    enough = quantile(after + below, variance + spread + 2 * share * expected * below, level)
    enough = math.ceil(enough - 0.5) if step == 1 else enough
    review = daily * review_days
    if stored["largest_window"] is not None:
        window = stored["lead_time_days"] + stored["review_period_days"]
        longer = max((lead_time + review_days) / window, 1.0)
        largest = stored["largest_window"] * factor
        most = 1.5 * largest
        if is_rare and stored["demand_size"]:
            most = min(most, 2 * largest - size)
        most *= longer
        below_most = most - max(review, step)
        enough = min(enough, math.floor(below_most + 1e-9) if step == 1 else below_most)
    reorder_point = multiple(max(enough, expected, step if used else 0.0), step)
    more = reorder_point + (step if reorder_point > 0 else 0.0)
    up_to = multiple(max(reorder_point + review, more), step)
    if stored["largest_window"] is not None and multiple(most, step) >= more:
        up_to = min(up_to, multiple(most, step))
    decision = {
        "leadTimeDays": lead_time,
        "dailyDemand": daily,
        "leadTimeDemand": expected,
        "safetyStock": max(reorder_point - expected, 0.0),
        "reorderPoint": reorder_point,
        "orderUpTo": up_to,
        "daysToStockout": None,
        "recommendedOrder": None,
        "recommendedOrderValue": None,
        "alert": "UNKNOWN",
        "action": "CHECK_DATA",
    }
    if on_hand is None:
        return decision
    due_days = [(max((each["due_date"] - stored["as_of"]).days, 1), each["quantity"]) for each in orders]
    stockout = path.days_until(on_hand, sorted(due_days))
    position = on_hand + (stored["on_order"] or 0.0)
    due = position <= reorder_point + 1e-9 and position < up_to
    least = scenario.get("minOrderQuantity", stored["min_order_quantity"])
    packs = scenario.get("orderMultiple", stored["order_multiple"] or 1.0)
    order = multiple(max(up_to - position, least), packs) if due else 0.0
    cost = stored["unit_cost"]
    # Runs out before what is on its way arrives.
    gap = stockout is not None and stockout < lead_time + review_days
    gap = gap and any(day > stockout for day, _ in due_days)
    if (on_hand <= 0 and up_to > on_hand) or (stockout is not None and stockout < lead_time) or gap:
        alert = "CRITICAL"
    elif due:
        alert = "HIGH"
    else:
        alert = "MEDIUM" if position < reorder_point + review else "OK"
    if due:
        action = "ORDER"
    elif alert == "CRITICAL" and stored["on_order"]:
        action = "EXPEDITE"
    elif alert in ("CRITICAL", "MEDIUM"):
        action = "WATCH"
    else:
        action = "REDUCE" if position - up_to - review >= step - 1e-9 else "NONE"
    return decision | {
        "daysToStockout": stockout,
        "recommendedOrder": order,
        "recommendedOrderValue": None if cost is None else order * cost,
        "alert": alert,
        "action": action,
    }


def undershoot(rate: float, noise: float, size: float) -> tuple[float, float]:
    """Mean and variance of how far a day's demand takes the position below the reorder point.

    size: mean demand of the days that have any, whose share is rate / size.
    """
    if rate <= 0:
        return 0.0, 0.0
    variance = max((noise + rate**2) / (rate / size) - size**2, 0.0)  # of days that have any
    second, third = (size**2 + variance), size * (size**2 + variance) * (1 + 2 * variance / size**2)
    mean = second / (2 * size)
    return mean, max(third / (3 * size) - mean**2, 0.0)


def quantile(mean: float, variance: float, level: float) -> float:
    """Of the gamma distribution, by the cube root that is nearly normal."""
    if mean <= 0:
        return 0.0
    ninth = max(variance / mean**2, 1e-8) / 9
    z = NormalDist().inv_cdf(min(max(level, 1e-4), 1 - 1e-5))
    return mean * max(1 - ninth + z * math.sqrt(ninth), 0.0) ** 3


class Path:
    """Expected demand of one day after the other from the day after `as_of` on."""

    def __init__(self, stored: Row, frequency: str, forecasts: Sequence[Row], factor: float) -> None:
        self.season = SEASON[frequency]
        weight, long_run = stored["long_run_weight"] or 0.0, stored["long_run_rate"] or 0.0
        self.periods = []
        ordered = sorted(forecasts, key=lambda row: row["date"])
        for row in ordered:
            days = (next_period(row["date"], frequency) - row["date"]).days
            daily = (1 - weight) * row["forecast"] / days + weight * long_run
            self.periods.append([daily * factor] * days)
        self.gone = max((stored["as_of"] - ordered[0]["date"]).days + 1, 0) if ordered else 0

    @property
    def daily(self) -> float:
        """Mean of what is left of the forecast, of its last season where nothing is."""
        every = [x for period in self.periods for x in period]
        left = every[self.gone :] or [x for period in self.periods[-self.season :] for x in period]
        return math.fsum(left) / max(len(left), 1)

    def days(self) -> Iterator[float]:
        """One day after the other, without end: after the forecast its last season goes on and on."""
        return islice(self._all(), self.gone, None)

    def _all(self) -> Iterator[float]:
        for period in self.periods:
            yield from period
        last = [x for period in self.periods[-self.season :] for x in period]
        while last:
            yield from last

    def until(self, days: float) -> float:
        """Expected demand over the next `days`, in part of the last of them."""
        whole = int(days)
        demand = list(islice(self.days(), whole + 1))
        return math.fsum(demand[:whole]) + (days - whole) * demand[whole] if demand else 0.0

    def days_until(self, stock: float, arrivals: Sequence[tuple[int, float]] = ()) -> float | None:
        """Days after which cumulative demand exceeds the stock; None where it does not within `LONGEST` days.

        arrivals: (day, quantity) of what comes at the end of a day, if stock lasts until then.
        """
        for day, quantity in arrivals:
            until = self._days_until(stock)
            if until is None or until < day:
                return until
            stock += quantity
        return self._days_until(stock)

    def _days_until(self, stock: float) -> float | None:
        used = 0.0
        for day, demand in enumerate(self.days()):
            if day > LONGEST:
                return None
            if used + demand > max(stock, 0.0) + 1e-9:  # the days of a month add up to its forecast but for rounding
                found = day + max(max(stock, 0.0) - used, 0.0) / demand
                return found if found <= LONGEST else None
            used += demand
        return None


def multiple(quantity: float, step: float) -> float:
    """The quantity rounded up to whole steps, but for the rounding of floats."""
    return math.ceil(round(quantity / step, 6)) * step


def next_period(first: dt.date, frequency: str) -> dt.date:
    """First day of the period after the one that begins on `first`."""
    if frequency in MONTHS:
        month = first.month - 1 + MONTHS[frequency]
        return first.replace(year=first.year + month // 12, month=month % 12 + 1)
    return first + dt.timedelta(days=7 if frequency == "weekly" else 1)
