"""What to reorder, and why: the one formula that both the training side and `whatIf` use.

Any-day rule: order when the position (on hand + on order) is at or below the reorder point s, up to
S = s + daily demand x review period. s is what demand over the lead time, and what the last day takes below s, do not
exceed with the service level wanted (or what leaves that share of pieces to be delivered from stock).
Review-day rule, where orders are placed on a fixed day only: on that day order up to S, which demand over the lead time
and the review period does not exceed with that level; s = S - expected demand of the review period.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lakecast_schema.alert import Action, Alert
from lakecast_schema.decision_inputs import Array, Flags, Inputs
from lakecast_schema.interval_demand import IntervalDemand, Last, level_for_fill, lowest_stock, no_demand, undershoot
from lakecast_schema.units import round_up

LONGEST = 3650.0
"""Days within which a stockout is looked for."""
_MOST_BIAS = 1.0
"""By how much of itself the demand after an order may be expected above that of any day."""
_GUARD = 1.5
"""S never exceeds the largest demand of any window ever seen by more than this."""

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
        return self._after_order.plus(self._undershoot)

    @cached_property
    def _after_order(self) -> IntervalDemand:
        """Demand over the lead time of an order, as it is on the day on which the order becomes due.

        Orders become due the more often the higher demand runs: the level then is that of an average piece, not of an
        average day. Of a gamma level with mean 1 and variance c, that is a mean of 1 + c and a variance of c (1 + c)
        (Cox 1962, Renewal Theory: length-biased sampling).
        """
        inputs, bias = self.inputs, 1 + self._level_share
        mean = self.lead_time_demand * bias
        return self._demand(mean, inputs.lead_time_days, inputs.lead_time_std_days, inputs.level_variance * bias)

    @cached_property
    def _level_share(self) -> Array:
        """c, the variance of the level of demand as a share of its square, at most `_MOST_BIAS`."""
        square = self.daily_demand**2
        share = np.divide(self.inputs.level_variance, square, out=np.zeros_like(square), where=square > 0)
        return np.minimum(share, _MOST_BIAS)

    @cached_property
    def _undershoot(self) -> Last:
        """What the last day takes below the reorder point, the error of that day's forecast being of both kinds.

        A day of high demand comes at a time of high demand: it and the lead time's demand share their level.
        """
        inputs = self.inputs
        variance = inputs.noise_variance + inputs.level_variance
        mean, spread = undershoot(self.daily_demand, variance, inputs.demand_size)
        return mean, spread, self._level_share * self.lead_time_demand * mean

    @cached_property
    def _cycle(self) -> Array:
        """Expected demand between two orders."""
        return self.daily_demand * self.inputs.review_period_days + self._undershoot[0]

    def demand_over(self, days: Array, lead_std: Array | None = None) -> IntervalDemand:
        """Demand from the day after `as_of` over `days` (n,)."""
        mean = self.inputs.path.until(days)
        lead_std = np.zeros_like(mean) if lead_std is None else lead_std
        return self._demand(mean, days, lead_std, self.inputs.level_variance)

    def _demand(self, mean: Array, days: Array, lead_std: Array, level: Array) -> IntervalDemand:
        inputs = self.inputs
        nothing = no_demand(mean, days, inputs.demand_size, inputs.period_days)
        return IntervalDemand.of(mean, days, inputs.noise_variance, level, lead_std, nothing)

    @cached_property
    def has_review_day(self) -> Flags:
        """Whether orders are placed on fixed days only."""
        return np.isfinite(self.inputs.days_to_review)

    @cached_property
    def review_demand(self) -> Array:
        """Expected demand of one review period: of the one after the lead time where orders have a fixed day."""
        inputs = self.inputs
        daily = self.daily_demand * inputs.review_period_days
        if not self.has_review_day.any():
            return daily
        after = inputs.path.until(inputs.lead_time_days + inputs.review_period_days) - self.lead_time_demand
        return np.where(self.has_review_day, after, daily)

    @cached_property
    def reorder_point(self) -> Array:
        """s, at least the expected demand over the lead time; at least one step for an item in use."""
        inputs = self.inputs
        most = self._most - np.maximum(self.review_demand, inputs.step)
        point = self._stock(self._enough(self._below, _filling), self.lead_time_demand, most)
        if self.has_review_day.any():
            # What is left of S when the review period's demand is taken from it: never below the lead time's.
            rest = np.maximum(self._review_day_level - self.review_demand, self.lead_time_demand)
            rest = np.maximum(rest, self._floor)
            rest = np.minimum(round_up(rest, inputs.step), self._review_day_level)
            point = np.where(self.has_review_day, rest, point)
        return point

    @cached_property
    def order_up_to(self) -> Array:
        """S, above the reorder point wherever that is above 0 and orders may be placed on any day."""
        inputs = self.inputs
        position = self.reorder_point + self.review_demand
        more = self.reorder_point + np.where(self.reorder_point > 0, inputs.step, 0.0)
        level = round_up(np.maximum(position, more), inputs.step)
        # Of what was wanted 4.5 m at a time 4.5 are stocked, not 4.501: s is rounded up, too.
        most = round_up(self._most, inputs.step)
        level = np.where(most >= more, np.fmin(level, most), level)
        return np.where(self.has_review_day, self._review_day_level, level) if self.has_review_day.any() else level

    @cached_property
    def _review_day_level(self) -> Array:
        """S of the review-day rule: what demand until the order after the next arrives does not exceed."""
        return self._stock(
            self._enough(self._over_protection, _filling_on_days), self._over_protection.mean, self._most
        )

    @cached_property
    def _protection_days(self) -> Array:
        """Lead time + review period."""
        return self.inputs.lead_time_days + self.inputs.review_period_days

    @cached_property
    def _over_protection(self) -> IntervalDemand:
        return self.demand_over(self._protection_days, self.inputs.lead_time_std_days)

    def _enough(self, demand: IntervalDemand, filling: Callable[["Decision"], Array]) -> Array:
        """What demand does not exceed with the service level; where that is a fill rate, what `filling` says."""
        enough = demand.quantile(self.inputs.service_level)
        rows = np.flatnonzero(self.inputs.is_fill)
        if len(rows):
            enough[rows] = filling(replace(self, inputs=self.inputs.take(rows)))
        return enough

    def _stock(self, enough: Array, mean: Array, most: Array) -> Array:
        """What is enough as a level: in whole steps, at most `most` (n,), at least the mean; a step if used."""
        inputs = self.inputs
        counted = inputs.step >= 1
        enough = np.where(counted, np.ceil(enough - 0.5), enough)
        enough = np.fmin(enough, np.where(counted, np.floor(most + 1e-9), most))
        return round_up(np.maximum(np.maximum(enough, mean), self._floor), inputs.step)

    @cached_property
    def _most(self) -> Array:
        """S never exceeds this: the largest window, and as much again as that exceeds an occasion of the mean size.

        Of an item that was always wanted in the same quantity, never twice in a window, one such quantity is stocked,
        for what lies between it and two of them serves nobody. NaN without a window.
        """
        inputs = self.inputs
        largest = inputs.largest_window
        most = np.fmin(_GUARD * largest, 2 * largest - inputs.demand_size)
        longer: Array = np.maximum(self._protection_days / inputs.window_days, 1.0)
        return most * longer

    @property
    def _floor(self) -> Array:
        """One step for an item in use."""
        return np.where(self.inputs.used, self.inputs.step, 0.0)

    @cached_property
    def position(self) -> Array:
        """On hand + on order."""
        return self.inputs.on_hand + np.nan_to_num(self.inputs.on_order)

    @cached_property
    def is_due(self) -> Flags:
        """Whether an order is due: at or below s on any day, below S on a day of review."""
        on_the_day = (self.inputs.days_to_review <= 0) & (self.position < self.order_up_to - self._rounding)
        return np.where(self.has_review_day, on_the_day, self._at_reorder_point & (self.position < self.order_up_to))

    @cached_property
    def _at_reorder_point(self) -> Flags:
        return self.position <= self.reorder_point + self._rounding

    @property
    def _rounding(self) -> Array:
        """Stock is a sum of floats, too."""
        return 1e-9 * np.maximum(self.reorder_point, 1e-3)

    @cached_property
    def recommended_order(self) -> Array:
        """What is missing to S where an order is due, in whole multiples, at least the minimum."""
        inputs = self.inputs
        quantity = np.maximum(self.order_up_to - self.position, inputs.min_order_quantity)
        order = np.where(self.is_due, round_up(quantity, inputs.order_multiple), 0.0)
        order = np.where(np.isnan(inputs.ordered), order, inputs.ordered)
        return np.where(np.isnan(self.position), np.nan, order)

    @cached_property
    def recommended_order_value(self) -> Array:
        return self.recommended_order * self.inputs.unit_cost

    @cached_property
    def days_to_stockout(self) -> Array:
        """Days until demand exceeds what is on hand, dated arrivals included; NaN without demand within `LONGEST`."""
        inputs = self.inputs
        stock, limit = inputs.on_hand.copy(), np.full_like(inputs.on_hand, LONGEST)
        days = inputs.path.days_until(stock, limit)
        for column in range(inputs.inbound.shape[1]):
            rows = np.flatnonzero(inputs.inbound_days[:, column] <= np.nan_to_num(days, nan=-1.0))
            if len(rows):
                stock[rows] += inputs.inbound[rows, column]
                days[rows] = inputs.path.take(rows).days_until(stock[rows], limit[rows])
        return days

    @cached_property
    def order_by_days(self) -> Array:
        """Whole days after `as_of` until the position is expected at the reorder point; 0 or less means now.

        With fixed days of review, the first of them at which it is expected below S.
        """
        inputs, limit = self.inputs, np.full_like(self.position, LONGEST)
        days = inputs.path.days_until(self.position - self.reorder_point, limit)
        if self.has_review_day.any():
            until_below = inputs.path.days_until(self.position - self.order_up_to, limit)
            period = np.maximum(inputs.review_period_days, 1.0)
            late = np.maximum(np.ceil((until_below - inputs.days_to_review) / period), 0.0)
            days = np.where(self.has_review_day, inputs.days_to_review + late * period, days)
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
        chance = np.where(self._available < self._conceivable, self._over_lead_time.exceeds(self._available), 0.0)
        stock = inputs.on_hand
        for column in range(inputs.inbound.shape[1]):
            days = inputs.inbound_days[:, column]
            sooner = np.flatnonzero((days < inputs.lead_time_days) & (stock < self._conceivable))
            if len(sooner):
                before = replace(self, inputs=inputs.take(sooner)).demand_over(days[sooner])
                chance[sooner] = np.maximum(chance[sooner], before.exceeds(stock[sooner]))
            stock = stock + np.nan_to_num(inputs.inbound[:, column])
        return np.where(np.isnan(inputs.on_hand), np.nan, chance)

    @cached_property
    def _over_lead_time(self) -> IntervalDemand:
        return self.demand_over(self.inputs.lead_time_days, self.inputs.lead_time_std_days)

    @cached_property
    def _conceivable(self) -> Array:
        """Demand until an order arrives is taken to be at most this: no level protects against more."""
        most = np.where(np.isnan(self._most), np.inf, self._most)
        return np.maximum(most, self.order_up_to)

    @cached_property
    def stockout_cost(self) -> Array:
        """Chance of running out x value of the demand that would be missed, both before an order placed now arrives.

        What is on its way serves nobody before its day: the most that is missed by any of these days counts.
        """
        inputs = self.inputs
        missed = self._missed(self._over_lead_time, self._available)
        stock = inputs.on_hand
        for column in range(inputs.inbound.shape[1]):
            days = inputs.inbound_days[:, column]
            sooner = np.flatnonzero(days < inputs.lead_time_days)
            if len(sooner):
                before = replace(self, inputs=inputs.take(sooner))
                missed[sooner] = np.maximum(
                    missed[sooner], before._missed(before.demand_over(days[sooner]), stock[sooner])
                )
            stock = stock + np.nan_to_num(inputs.inbound[:, column])
        return np.where(np.isnan(inputs.on_hand), np.nan, missed * inputs.weight)

    def _missed(self, demand: IntervalDemand, stock: Array) -> Array:
        """Expected shortage of a stock (n,), but for demand that is not conceivable."""
        most = self._conceivable
        beyond = np.where(np.isfinite(most), demand.shortage(np.where(np.isfinite(most), most, 0.0)), 0.0)
        return np.maximum(demand.shortage(stock) - beyond, 0.0)

    @cached_property
    def excess(self) -> Array:
        """Position above S + one review period's demand, in whole steps."""
        inputs = self.inputs
        target = self.order_up_to + self.review_demand
        whole = np.floor((self.position - target) / inputs.step + 1e-9) * inputs.step
        return np.where(np.isnan(self.position), np.nan, np.maximum(whole, 0.0))

    @cached_property
    def expected_fill_rate(self) -> Array:
        """Share of pieces that S is expected to deliver from stock; NaN without demand."""
        before, cycle = self._after_order, self._cycle
        short = before.shortage_with(self._undershoot, self.reorder_point) - before.shortage(self.order_up_to)
        if self.has_review_day.any():
            over = self._over_protection.shortage(self.order_up_to) - self._over_lead_time.shortage(self.order_up_to)
            short = np.where(self.has_review_day, over, short)
            cycle = np.where(self.has_review_day, self.review_demand, cycle)
        share = np.divide(short, cycle, out=np.full_like(short, np.nan), where=cycle > 0)
        return 1 - np.clip(share, 0.0, 1.0)

    @cached_property
    def alert(self) -> NDArray[np.str_]:
        """How urgent the item is."""
        inputs = self.inputs
        with np.errstate(invalid="ignore"):
            out_of_stock = (inputs.on_hand <= 0) & (self.order_up_to > inputs.on_hand)
            soon = self.days_to_stockout < inputs.lead_time_days
            return np.select(
                [
                    np.isnan(inputs.on_hand),
                    out_of_stock | soon | self._runs_out_first,
                    self._at_reorder_point & (self.position < self.order_up_to),
                    self.position < np.minimum(self.reorder_point + self.review_demand, self.order_up_to),
                ],
                [Alert.UNKNOWN.value, Alert.CRITICAL.value, Alert.HIGH.value, Alert.MEDIUM.value],
                default=Alert.OK.value,
            )

    @cached_property
    def _runs_out_first(self) -> Flags:
        """Whether stock runs out before what is on its way arrives, within lead time and review period.

        Whether an order is due, too, makes no difference: more stock would else silence the order, and alarm.
        """
        days = self.days_to_stockout
        later = (self.inputs.inbound_days > np.nan_to_num(days, nan=np.inf)[:, None]).any(axis=1)
        return later & (days < self._protection_days)

    @cached_property
    def action(self) -> NDArray[np.str_]:
        """What to do: never nothing where the alert is critical."""
        critical = self.alert == Alert.CRITICAL.value
        return np.select(
            [
                self.alert == Alert.UNKNOWN.value,
                self.is_due,
                critical & (np.nan_to_num(self.inputs.on_order) > 0),
                # Before the day of review nothing is ordered, however urgent it is.
                critical | np.isin(self.alert, (Alert.HIGH.value, Alert.MEDIUM.value)),
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
    before, last = decision._after_order, decision._undershoot
    return level_for_fill(before, last, gap, decision._cycle, decision.inputs.service_level)


def _filling_on_days(decision: Decision) -> Array:
    """(n,) order-up-to levels that deliver the service level's share of pieces, with fixed days of review.

    A cycle's shortage is that of lead time and review period less what was short before its order arrived (Silver,
    Pyke & Thomas).
    """
    before, over = decision._over_lead_time, decision._over_protection
    return lowest_stock(
        lambda stock: over.shortage(stock) - before.shortage(stock),
        3 * over.quantile(np.full_like(over.mean, 1 - 1e-5)),
        (1 - decision.inputs.service_level) * decision.review_demand,
    )
