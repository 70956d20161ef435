"""What to reorder, and why: the one formula that both the training side and `whatIf` use.

Safety stock after Silver, Pyke & Thomas, "Inventory and Production Management in Supply Chains": demand over a
lead time L has the mean sum of the forecast and the variance E[L] Var(error) + E[demand]^2 Var(L).
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from lakecast_schema.count_quantile import negative_binomial_quantile, normal_quantile
from lakecast_schema.demand_path import DemandPath
from lakecast_schema.units import round_up

Array = NDArray[np.float64]

DEFAULT_LEAD_TIME_DAYS = 30.0
DEFAULT_LEAD_TIME_STD_SHARE = 0.25
"""Standard deviation of an unknown lead time, as a share of its mean."""
DEFAULT_REVIEW_PERIOD_DAYS = 7.0
DEFAULT_SERVICE_LEVEL = 0.95
DEFAULT_MIN_ORDER_QUANTITY = 0.0

NORMAL = "normal"
NEGATIVE_BINOMIAL = "negative_binomial"


class Alert(StrEnum):
    """How urgent an item is, the most urgent first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    OK = "ok"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Inputs:
    """What the decision about n items is made from; every array is (n,).

    path: expected demand from the day after `as_of` on.
    demand_std: standard deviation of the forecast error per day. counts: whether demand over the lead time is
    negative binomial (items bought rarely) instead of normal. step: what quantities are multiples of (`units.steps`).
    used: whether the item had demand within the year. on_hand: NaN where stock is unknown; on_order: NaN counts as
    nothing. unit_cost: NaN where unknown.
    """

    path: DemandPath
    demand_std: Array
    counts: NDArray[np.bool_]
    step: Array
    used: NDArray[np.bool_]
    lead_time_days: Array
    lead_time_std_days: Array
    review_period_days: Array
    service_level: Array
    min_order_quantity: Array
    unit_cost: Array
    on_hand: Array
    on_order: Array

    def take(self, rows: NDArray[np.int64]) -> Self:
        """The inputs of some of the items."""
        arrays = {name: value[rows] for name, value in vars(self).items() if name != "path"}
        return replace(self, path=self.path.take(rows), **arrays)


@dataclass(frozen=True)
class Scenario:
    """Other assumptions, for all items; None leaves an item's own. The factor applies after the replaced value."""

    lead_time_days: float | None = None
    lead_time_factor: float | None = None
    lead_time_std_days: float | None = None
    service_level: float | None = None
    demand_factor: float | None = None
    on_hand: float | None = None

    def apply(self, inputs: Inputs) -> Inputs:
        """`inputs` under this scenario. A demand factor scales the forecast and its error alike."""

        def given(value: float | None, own: Array) -> Array:
            return own if value is None else np.full_like(own, value)

        factor = 1.0 if self.demand_factor is None else self.demand_factor
        lead_time = given(self.lead_time_days, inputs.lead_time_days)
        return replace(
            inputs,
            path=inputs.path.times(factor),
            demand_std=inputs.demand_std * factor,
            lead_time_days=lead_time * (1.0 if self.lead_time_factor is None else self.lead_time_factor),
            lead_time_std_days=given(self.lead_time_std_days, inputs.lead_time_std_days),
            service_level=given(self.service_level, inputs.service_level),
            on_hand=given(self.on_hand, inputs.on_hand),
        )


@dataclass(frozen=True)
class Decision:
    """The reorder decision about n items; every array is (n,), NaN where it cannot be known."""

    daily_demand: Array
    lead_time_demand: Array
    safety_stock: Array
    reorder_point: Array
    days_to_stockout: Array
    recommended_order: Array
    recommended_order_value: Array
    alert: NDArray[np.str_]


def decide(inputs: Inputs) -> Decision:
    """Reorder point, recommended order and alert of every item.

    * lead-time demand: the forecast over the lead time; daily demand: its mean over the horizon
    * safety stock: z(service level) x the root of the variance, or what the negative binomial's quantile adds; never
      negative, and so that the reorder point is a multiple of the item's step, at least one where it was used
    * recommended order: where the position is at or below the reorder point, what fills it up to the reorder point +
      daily demand x review period, at least the minimum order, rounded up to a multiple of the step; else nothing
    * days to stockout: until the cumulative forecast exceeds what is on hand, within the horizon or the lead time,
      whichever is longer
    """
    path, lead_time = inputs.path, inputs.lead_time_days
    daily, expected = path.daily, path.until(lead_time)
    variance = lead_time * inputs.demand_std**2 + daily**2 * inputs.lead_time_std_days**2
    safety = normal_quantile(inputs.service_level) * np.sqrt(variance)
    rare = np.flatnonzero(inputs.counts)
    quantile = negative_binomial_quantile(expected[rare], variance[rare], inputs.service_level[rare])
    safety[rare] = quantile - expected[rare]
    enough = np.maximum(expected + np.maximum(safety, 0.0), np.where(inputs.used, inputs.step, 0.0))
    reorder_point = round_up(enough, inputs.step)

    position = inputs.on_hand + np.nan_to_num(inputs.on_order)
    review = daily * inputs.review_period_days
    wanted = reorder_point + review - position
    due = (position <= reorder_point) & (wanted > 0)
    order = np.where(due, round_up(np.maximum(wanted, inputs.min_order_quantity), inputs.step), 0 * position)
    stockout = path.days_until(inputs.on_hand, np.maximum(path.horizon, lead_time))
    with np.errstate(invalid="ignore"):
        alert = np.select(
            [
                np.isnan(inputs.on_hand),
                stockout < lead_time,
                due,
                position < reorder_point + review,
            ],
            [Alert.UNKNOWN.value, Alert.CRITICAL.value, Alert.HIGH.value, Alert.MEDIUM.value],
            default=Alert.OK.value,
        )
    return Decision(
        daily_demand=daily,
        lead_time_demand=expected,
        safety_stock=np.maximum(reorder_point - expected, 0.0),
        reorder_point=reorder_point,
        days_to_stockout=stockout,
        recommended_order=order,
        recommended_order_value=order * inputs.unit_cost,
        alert=alert,
    )


def error_std_per_day(errors: Array, days: Array) -> Array:
    """(n,) standard deviation of the forecast error per calendar day, from backtest errors per period.

    errors: (n, k) forecast - actual, NaN where there is none; days: (n, k) calendar days of the periods. Errors of
    different days count as independent. The bias is part of the error: stock has to cover it, too. NaN where an item
    has no error.
    """
    known = np.isfinite(errors)
    count = known.sum(axis=1)
    variance = np.where(known, errors**2 / np.maximum(days, 1.0), 0.0).sum(axis=1) / np.maximum(count, 1)
    return np.where(count > 0, np.sqrt(variance), np.nan)


def dispersion(daily_demand: Array, demand_std: Array) -> Array:
    """(n,) size of the negative binomial per day with this mean and deviation; NaN where it is Poisson or zero."""
    excess = demand_std**2 - daily_demand
    return np.divide(daily_demand**2, excess, out=np.full_like(excess, np.nan), where=(excess > 0) & (daily_demand > 0))
