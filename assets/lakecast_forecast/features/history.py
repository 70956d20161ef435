"""The demand that local models read: recent periods, and rows in groups of similar length."""

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.panel import Array, Panel

Rows = NDArray[np.int64]


def recent(panel: Panel, most: int) -> Array:
    """(n, T) demand of the last periods, at most so many; not negative, NaN where unknown or before the start."""
    periods = min(most, panel.values.shape[1])
    demand = panel.values[:, panel.values.shape[1] - periods :]
    inside = np.arange(periods) >= periods - panel.lengths[:, None]
    return np.where(inside, np.maximum(demand, 0.0), np.nan)


def by_length(demand: Array, rows: Rows, at_once: int, ratio: float = np.inf) -> list[Rows]:
    """The rows of demand (n, T) in groups of at most `at_once` whose lengths lie within a ratio: padding costs time.

    A length counts from the first known period; groups come from the shortest up.
    """
    if not rows.size:
        return []
    lengths = demand.shape[1] - (~np.isnan(demand[rows])).argmax(axis=1)
    order = np.argsort(lengths, kind="stable")
    rows, lengths = rows[order], lengths[order]
    groups, start = [], 0
    while start < rows.size:
        similar = int(np.searchsorted(lengths, lengths[start] * ratio, side="right"))
        stop = min(similar, start + at_once)
        groups.append(rows[start:stop])
        start = stop
    return groups
