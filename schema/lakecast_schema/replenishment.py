"""What to reorder, and why: the one formula that both the training side and `whatIf` use.

Any-day rule: order when the position (on hand + on order) is at or below the reorder point s, up to
S = s + daily demand x review period. s is what demand over the lead time, and what the last day takes below s, do not
exceed with the service level wanted (or what leaves that share of pieces to be delivered from stock).
"""

from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from lakecast_schema.demand_path import DemandPath
from lakecast_schema.interval_demand import IntervalDemand, level_for_fill, no_demand, undershoot
from lakecast_schema.units import round_up

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

DEFAULT_LEAD_TIME_DAYS = 30.0
DEFAULT_LEAD_TIME_STD_SHARE = 0.25
"""Standard deviation of an unknown lead time, as a share of its mean."""
DEFAULT_REVIEW_PERIOD_DAYS = 7.0
DEFAULT_SERVICE_LEVEL = 0.95
DEFAULT_MIN_ORDER_QUANTITY = 0.0
DEFAULT_CRITICALITY = 3.0

CYCLE, FILL = "cycle", "fill"
"""What a service level promises: the share of cycles without stockout, or of pieces delivered from stock."""

LONGEST = 3650.0
"""Days within which a stockout is looked for."""
_GUARD = 1.5
"""A reorder point never exceeds the largest demand of any window ever seen by more than this."""


class Alert(StrEnum):
    """How urgent an item is, the most urgent first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    OK = "ok"
    UNKNOWN = "unknown"


class Action(StrEnum):
    """What to do about an item."""

    ORDER = "order"
    EXPEDITE = "expedite"
    WATCH = "watch"
    REDUCE = "reduce"
    NONE = "none"
    CHECK_DATA = "check_data"


@dataclass(frozen=True)
class Inputs:
    """What the decision about n items is made from; every array is (n,) unless said otherwise.

    path: expected demand from the day after `as_of` on.
    noise_variance, level_variance: of the forecast's errors, per day and per day² (`IntervalDemand.of`).
    demand_size: mean demand of a period that has any, of items bought rarely; NaN for others. period_days: days per
    period of their history. largest_window: the largest demand of any window of `window_days` days; NaN for none.
    step: what quantities are multiples of (`units.steps`). used: whether the item had demand within the year.
    is_fill: whether the service level is a fill rate. order_multiple: what orders are multiples of. unit_cost: NaN
    where unknown. weight: value of one unit missed, in the order of priority. on_hand: NaN where stock is unknown or
    stale; on_order: NaN counts as nothing. inbound_days, inbound: (n, k) days after `as_of` at which quantities of
    `on_order` are due, ascending, NaN and 0 at the end of shorter rows. ordered: what is ordered instead of what is
    recommended, NaN for nothing else.
    """

    path: DemandPath
    noise_variance: Array
    level_variance: Array
    demand_size: Array
    period_days: Array
    largest_window: Array
    window_days: Array
    step: Array
    used: Flags
    lead_time_days: Array
    lead_time_std_days: Array
    review_period_days: Array
    service_level: Array
    is_fill: Flags
    min_order_quantity: Array
    order_multiple: Array
    unit_cost: Array
    weight: Array
    on_hand: Array
    on_order: Array
    inbound_days: Array
    inbound: Array
    ordered: Array

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
    service_measure: str | None = None
    review_period_days: float | None = None
    min_order_quantity: float | None = None
    order_multiple: float | None = None
    demand_factor: float | None = None
    on_hand: float | None = None
    order_quantity: float | None = None

    def apply(self, inputs: Inputs) -> Inputs:
        """`inputs` under this scenario. A demand factor scales the forecast, its error and the history alike."""

        def given(value: float | None, own: Array) -> Array:
            return own if value is None else np.full_like(own, value)

        factor = 1.0 if self.demand_factor is None else self.demand_factor
        lead_time = given(self.lead_time_days, inputs.lead_time_days)
        return replace(
            inputs,
            path=inputs.path.times(factor),
            noise_variance=inputs.noise_variance * factor**2,
            level_variance=inputs.level_variance * factor**2,
            demand_size=inputs.demand_size * factor,
            largest_window=inputs.largest_window * factor,
            lead_time_days=lead_time * (1.0 if self.lead_time_factor is None else self.lead_time_factor),
            lead_time_std_days=given(self.lead_time_std_days, inputs.lead_time_std_days),
            review_period_days=given(self.review_period_days, inputs.review_period_days),
            service_level=given(self.service_level, inputs.service_level),
            is_fill=inputs.is_fill
            if self.service_measure is None
            else np.full_like(inputs.is_fill, self.service_measure == FILL),
            min_order_quantity=given(self.min_order_quantity, inputs.min_order_quantity),
            order_multiple=given(self.order_multiple, inputs.order_multiple),
            on_hand=given(self.on_hand, inputs.on_hand),
            ordered=given(self.order_quantity, inputs.ordered),
        )


FIGURES = (
    "daily_demand", "lead_time_demand", "demand_std", "safety_stock", "reorder_point", "order_up_to",
    "expected_fill_rate", "days_to_stockout", "stockout_probability", "stockout_cost", "recommended_order",
    "recommended_order_value", "excess",
)  # fmt: skip
"""Figures of a decision that are stored under their names."""


@dataclass(frozen=True)
class Decision:
    """The reorder decision about n items; every array is (n,), NaN where it cannot be known, made when first read."""

    inputs: Inputs

    @cached_property
    def daily_demand(self) -> Array:
        """Mean demand per calendar day of what is left of the forecast."""
        return self.inputs.path.daily

    @cached_property
    def demand_std(self) -> Array:
        """Standard deviation of the error of one day's forecast."""
        std: Array = np.sqrt(self.inputs.noise_variance + self.inputs.level_variance)
        return std

    @cached_property
    def lead_time_demand(self) -> Array:
        """Expected demand over the lead time."""
        return self.inputs.path.until(self.inputs.lead_time_days)

    @cached_property
    def safety_stock(self) -> Array:
        """What the reorder point holds above the expected demand over the lead time; never negative."""
        return np.maximum(self.reorder_point - self.lead_time_demand, 0.0)

    @cached_property
    def _below(self) -> IntervalDemand:
        """What is taken from a position at the reorder point until the order arrives."""
        return self._over_lead_time.plus(*self._undershoot)

    @cached_property
    def _undershoot(self) -> tuple[Array, Array]:
        return undershoot(self.daily_demand, self.inputs.noise_variance)

    @cached_property
    def _cycle(self) -> Array:
        """Expected demand between two orders."""
        return self.daily_demand * self.inputs.review_period_days + self._undershoot[0]

    def demand_over(self, days: Array, lead_std: Array | None = None) -> IntervalDemand:
        """Demand from the day after `as_of` over `days` (n,)."""
        inputs, mean = self.inputs, self.inputs.path.until(days)
        nothing = no_demand(mean, days, inputs.demand_size, inputs.period_days)
        std = np.zeros_like(mean) if lead_std is None else lead_std
        return IntervalDemand.of(mean, days, inputs.noise_variance, inputs.level_variance, std, nothing)

    @cached_property
    def reorder_point(self) -> Array:
        """s, at least the expected demand over the lead time; at least one step for an item in use."""
        inputs = self.inputs
        enough = self._below.quantile(inputs.service_level)
        rows = np.flatnonzero(inputs.is_fill)
        if len(rows):
            enough[rows] = _filling(replace(self, inputs=inputs.take(rows)))
        counted = inputs.step >= 1
        enough = np.where(counted, np.ceil(enough - 0.5), enough)
        windows = np.maximum((inputs.lead_time_days + inputs.review_period_days) / inputs.window_days, 1.0)
        enough = np.fmin(enough, _GUARD * inputs.largest_window * windows)
        floor = np.where(inputs.used, inputs.step, 0.0)
        return round_up(np.maximum(np.maximum(enough, self.lead_time_demand), floor), inputs.step)

    @cached_property
    def order_up_to(self) -> Array:
        """S, above the reorder point wherever that is above 0."""
        inputs = self.inputs
        wanted = self.reorder_point + self.daily_demand * inputs.review_period_days
        more = self.reorder_point + np.where(self.reorder_point > 0, inputs.step, 0.0)
        return round_up(np.maximum(wanted, more), inputs.step)

    @cached_property
    def position(self) -> Array:
        """On hand + on order."""
        return self.inputs.on_hand + np.nan_to_num(self.inputs.on_order)

    @cached_property
    def is_due(self) -> Flags:
        """Whether an order is due."""
        rounding = 1e-9 * np.maximum(self.reorder_point, 1e-3)  # stock is a sum of floats, too
        return (self.position <= self.reorder_point + rounding) & (self.position < self.order_up_to)

    @cached_property
    def recommended_order(self) -> Array:
        """What is missing to S where an order is due, in whole multiples, at least the minimum."""
        inputs = self.inputs
        wanted = np.maximum(self.order_up_to - self.position, inputs.min_order_quantity)
        order = np.where(self.is_due, round_up(wanted, inputs.order_multiple), 0.0)
        order = np.where(np.isnan(inputs.ordered), order, inputs.ordered)
        return np.where(np.isnan(self.position), np.nan, order)

    @cached_property
    def recommended_order_value(self) -> Array:
        return self.recommended_order * self.inputs.unit_cost

    @cached_property
    def days_to_stockout(self) -> Array:
        """Days until demand exceeds what is on hand, dated arrivals included; NaN without demand within `LONGEST`."""
        inputs = self.inputs
        stock, limit = inputs.on_hand, np.full_like(inputs.on_hand, LONGEST)
        days = inputs.path.days_until(stock, limit)
        for column in range(inputs.inbound.shape[1]):
            arrives = inputs.inbound_days[:, column] <= np.nan_to_num(days, nan=-1.0)
            if arrives.any():
                stock = stock + np.where(arrives, inputs.inbound[:, column], 0.0)
                days = np.where(arrives, inputs.path.days_until(stock, limit), days)
        return days

    @cached_property
    def order_by_days(self) -> Array:
        """Whole days after `as_of` until the position is expected at the reorder point; 0 or less means now."""
        days = self.inputs.path.days_until(self.position - self.reorder_point, np.full_like(self.position, LONGEST))
        return np.where(self.is_due, 0.0, np.floor(days))

    @cached_property
    def _available(self) -> Array:
        """On hand and due before an order placed now arrives."""
        inputs = self.inputs
        due = np.where(inputs.inbound_days <= inputs.lead_time_days[:, None], inputs.inbound, 0.0)
        available: Array = inputs.on_hand + due.sum(axis=1)
        return available

    @cached_property
    def stockout_probability(self) -> Array:
        """Chance of running out before an order placed now arrives."""
        inputs = self.inputs
        chance = self._over_lead_time.exceeds(self._available)
        stock = inputs.on_hand
        for column in range(inputs.inbound.shape[1]):
            days = inputs.inbound_days[:, column]
            sooner = np.flatnonzero(days < inputs.lead_time_days)
            if not len(sooner):
                break
            before = replace(self, inputs=inputs.take(sooner)).demand_over(days[sooner])
            chance[sooner] = np.maximum(chance[sooner], before.exceeds(stock[sooner]))
            stock = stock + np.nan_to_num(inputs.inbound[:, column])
        return np.where(np.isnan(inputs.on_hand), np.nan, chance)

    @cached_property
    def _over_lead_time(self) -> IntervalDemand:
        return self.demand_over(self.inputs.lead_time_days, self.inputs.lead_time_std_days)

    @cached_property
    def stockout_cost(self) -> Array:
        """Chance of running out x value of the demand that would be missed, both before an order placed now arrives."""
        missed = self._over_lead_time.shortage(self._available)
        return np.where(np.isnan(self.inputs.on_hand), np.nan, missed * self.inputs.weight)

    @cached_property
    def excess(self) -> Array:
        """Position above S + one review period's demand, in whole steps."""
        inputs = self.inputs
        target = self.order_up_to + self.daily_demand * inputs.review_period_days
        whole = np.floor((self.position - target) / inputs.step + 1e-9) * inputs.step
        return np.where(np.isnan(self.position), np.nan, np.maximum(whole, 0.0))

    @cached_property
    def expected_fill_rate(self) -> Array:
        """Share of pieces that S is expected to deliver from stock; NaN without demand."""
        before = self._over_lead_time
        short = before.shortage_with(*self._undershoot, self.reorder_point) - before.shortage(self.order_up_to)
        share = np.divide(short, self._cycle, out=np.full_like(short, np.nan), where=self._cycle > 0)
        return 1 - np.clip(share, 0.0, 1.0)

    @cached_property
    def alert(self) -> NDArray[np.str_]:
        """How urgent the item is."""
        inputs = self.inputs
        review = self.daily_demand * inputs.review_period_days
        with np.errstate(invalid="ignore"):
            out_of_stock = (inputs.on_hand <= 0) & (self.order_up_to > inputs.on_hand)
            return np.select(
                [
                    np.isnan(inputs.on_hand),
                    out_of_stock | (self.days_to_stockout < inputs.lead_time_days),
                    self.is_due,
                    self.position < self.reorder_point + review,
                ],
                [Alert.UNKNOWN.value, Alert.CRITICAL.value, Alert.HIGH.value, Alert.MEDIUM.value],
                default=Alert.OK.value,
            )

    @cached_property
    def action(self) -> NDArray[np.str_]:
        """What to do: never nothing where the alert is critical."""
        critical = self.alert == Alert.CRITICAL.value
        return np.select(
            [
                self.alert == Alert.UNKNOWN.value,
                self.is_due,
                critical,
                self.alert == Alert.MEDIUM.value,
                self.excess > 0,
            ],
            [each.value for each in (Action.CHECK_DATA, Action.ORDER, Action.EXPEDITE, Action.WATCH, Action.REDUCE)],
            default=Action.NONE.value,
        )


def decide(inputs: Inputs) -> Decision:
    """The reorder decision about every item."""
    return Decision(inputs)


def _filling(decision: Decision) -> Array:
    """(n,) reorder points that deliver the service level's share of pieces from stock."""
    gap = decision.daily_demand * decision.inputs.review_period_days
    before, last = decision._over_lead_time, decision._undershoot
    return level_for_fill(before, last, gap, decision._cycle, decision.inputs.service_level)


def missed_weights(unit_cost: Array, groups: NDArray[np.int64], criticality: Array) -> Array:
    """(n,) value of one missed unit of each item of one data set, for the order of priority.

    Its cost, the median of its group (n,) where it has none (of all items where nobody of the group has one), 1
    where no item has a cost; times criticality / 3, which is 1 where unknown.
    """
    known = np.isfinite(unit_cost)
    cost = np.full_like(unit_cost, np.median(unit_cost[known]) if known.any() else 1.0)
    for group in np.unique(groups[known & (groups >= 0)]) if known.any() else ():
        mine = groups == group
        cost[mine] = np.median(unit_cost[mine & known])
    urgency = np.where(np.isfinite(criticality), criticality, DEFAULT_CRITICALITY) / DEFAULT_CRITICALITY
    return np.where(known, unit_cost, cost) * urgency
