"""An inventory of many items, period by period, with backorders.

In a period: orders that are due arrive, an order is placed where it is reviewed, demand comes, stock is counted. An
order of a review at t arrives at the start of t + L, so that the position after it has to last until the end of
t + L + R - 1, the last period before the next review's order can arrive.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.panel import Array


@dataclass(frozen=True)
class Course:
    """What happened to n items in P periods with K reviews.

    lasted: (n, K) 1 where the cycle of a review ended without a backlog, 0 where not, NaN where it did not end.
    short, on_hand: (n, P). orders: (n, P). arrivals, timely: (n,) orders that arrived, and those before which there
    was no backlog.
    """

    lasted: Array
    short: Array
    on_hand: Array
    orders: NDArray[np.bool_]
    arrivals: Array
    timely: Array


def simulate(
    demand: Array,
    up_to: Array,
    reviews: NDArray[np.int64],
    lead: int,
    reorder_at: Array | None = None,
    whole: bool = False,
) -> Course:
    """demand: (n, P). up_to: (n, K) level that review k orders up to. reviews: (K,) periods. lead: periods.

    reorder_at: (n, K) order only where the position is at or below it. whole: order whole pieces. All stock at the
    start is the first review's level.
    """
    n, periods = demand.shape
    due = np.zeros((n, periods + lead + 1))
    net = np.ceil(up_to[:, 0] - 1e-9) if whole else up_to[:, 0].copy()
    pipeline, arrivals, timely = np.zeros(n), np.zeros(n), np.zeros(n)
    level, short = np.zeros((n, periods)), np.zeros((n, periods))
    orders = np.zeros((n, periods), bool)
    number = {int(period): k for k, period in enumerate(reviews)}
    for period in range(periods):
        arrives = due[:, period] > 0
        arrivals += arrives
        timely += arrives & (net >= -1e-9)
        net += due[:, period]
        pipeline -= due[:, period]
        if period in number:
            k = number[period]
            position = net + pipeline
            wanted = np.maximum(up_to[:, k] - position, 0.0)
            if reorder_at is not None:
                wanted = np.where(position <= reorder_at[:, k], wanted, 0.0)
            if whole:
                wanted = np.ceil(wanted - 1e-9)
            orders[:, period] = wanted > 1e-9
            due[:, period + lead] += wanted
            pipeline += wanted
        short[:, period] = demand[:, period] - np.clip(net, 0, demand[:, period])
        net = net - demand[:, period]
        level[:, period] = net
    lasted = np.full((n, len(reviews)), np.nan)
    for k, end in enumerate(reviews[1:] + lead - 1):
        if end < periods:
            lasted[:, k] = level[:, end] >= -1e-9
    return Course(lasted, short, np.maximum(level, 0), orders, arrivals, timely)
