"""Expected stock at the end of each coming day, with its range and with the recommended order."""

import numpy as np

from lakecast_lake.columns.segment import Floats, Ints
from lakecast_schema.replenishment import Decision, decide

LONGEST = 3_650
"""The most days that are projected."""
_AT_ONCE = 20_000
"""Items times days that are computed at a time: each takes as much memory as an item's forecast."""


def project(decision: Decision, rows: Ints, days: int, orders: Floats) -> dict[str, Floats]:
    """(rows, days) figures of the contract's `StockProjection` for decisions whose stock is known.

    orders: (rows,) what is shown as recommended: an older version's formulas may have recommended something else.
    What is on hand and dated arrivals less demand; what is ordered without a date is not counted. Nothing is less
    than an empty shelf: backlogs are shown as 0, and are met before anything else once something arrives.
    """
    names = ("expected", "lower_80", "upper_80", "with_order")
    if not len(rows) or not days:
        return {name: np.zeros((len(rows), days)) for name in names}
    at_once = max(_AT_ONCE // days, 1)
    parts = [
        _project(decision, rows[k : k + at_once], days, orders[k : k + at_once]) for k in range(0, len(rows), at_once)
    ]
    return {name: np.concatenate([part[place] for part in parts]) for place, name in enumerate(names)}


def _project(decision: Decision, rows: Ints, days: int, orders: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    inputs = decision.inputs.take(rows)
    ends = np.arange(1.0, days + 1)
    demand = decide(inputs.take(np.repeat(np.arange(len(rows)), days))).demand_over(np.tile(ends, len(rows)))
    shape = (len(rows), days)
    arrived = ((inputs.inbound_days[:, None, :] <= ends[None, :, None]) * inputs.inbound[:, None, :]).sum(axis=2)
    stock = inputs.on_hand[:, None] + arrived
    expected = stock - demand.mean.reshape(shape)
    low, high = (stock - demand.quantile(np.full(demand.mean.shape, level)).reshape(shape) for level in (0.9, 0.1))
    arrival = np.ceil(inputs.lead_time_days - 1e-9)[:, None]
    order = orders[:, None] * (ends[None, :] >= arrival)
    at_least_nothing = [
        np.maximum(values, 0.0)
        for values in (expected, np.minimum(low, expected), np.maximum(high, expected), expected + order)
    ]
    return at_least_nothing[0], at_least_nothing[1], at_least_nothing[2], at_least_nothing[3]
