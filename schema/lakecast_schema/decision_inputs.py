"""What a reorder decision is made from, and the same under other assumptions."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from lakecast_schema.demand_path import DemandPath

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]

DEFAULT_LEAD_TIME_DAYS = 30.0
DEFAULT_LEAD_TIME_STD_SHARE = 0.25
"""Standard deviation of an unknown lead time, as a share of its mean."""
DEFAULT_REVIEW_PERIOD_DAYS = 7.0
DEFAULT_SERVICE_LEVEL = 0.95
DEFAULT_MIN_ORDER_QUANTITY = 0.0

CYCLE, FILL = "cycle", "fill"
"""What a service level promises: the share of cycles without stockout, or of pieces delivered from stock."""


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
    stale; on_order: NaN counts as nothing. days_to_review: whole days until the next fixed day of review, 0 on one, NaN
    where orders are placed on any day. inbound_days, inbound: (n, k) days after `as_of` at which quantities of
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
    days_to_review: Array
    inbound_days: Array
    inbound: Array
    ordered: Array

    def take(self, rows: NDArray[np.int64]) -> Self:
        """The inputs of some of the items."""
        arrays = {name: value[rows] for name, value in vars(self).items() if name != "path"}
        return replace(self, path=self.path.take(rows), **arrays)


@dataclass(frozen=True)
class Scenario:
    """Other assumptions; None leaves an item's own. A lead time is replaced, then multiplied, then extended."""

    lead_time_days: float | None = None
    lead_time_factor: float | None = None
    lead_time_extra_days: float | None = None
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

        def replaced(value: float | None, own: Array) -> Array:
            return own if value is None else np.full_like(own, value)

        factor = 1.0 if self.demand_factor is None else self.demand_factor
        lead_time = replaced(self.lead_time_days, inputs.lead_time_days)
        return replace(
            inputs,
            path=inputs.path.times(factor),
            noise_variance=inputs.noise_variance * factor**2,
            level_variance=inputs.level_variance * factor**2,
            demand_size=inputs.demand_size * factor,
            largest_window=inputs.largest_window * factor,
            lead_time_days=lead_time * (1.0 if self.lead_time_factor is None else self.lead_time_factor)
            + (self.lead_time_extra_days or 0.0),
            lead_time_std_days=replaced(self.lead_time_std_days, inputs.lead_time_std_days),
            review_period_days=replaced(self.review_period_days, inputs.review_period_days),
            service_level=replaced(self.service_level, inputs.service_level),
            is_fill=inputs.is_fill
            if self.service_measure is None
            else np.full_like(inputs.is_fill, self.service_measure == FILL),
            min_order_quantity=replaced(self.min_order_quantity, inputs.min_order_quantity),
            order_multiple=replaced(self.order_multiple, inputs.order_multiple),
            on_hand=replaced(self.on_hand, inputs.on_hand),
            ordered=replaced(self.order_quantity, inputs.ordered),
        )
