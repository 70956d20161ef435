"""Demand classes by Syntetos and Boylan: how often demand occurs, and how much its size varies."""

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.panel import Array, Panel

CLASSES = ("smooth", "erratic", "intermittent", "lumpy")
STEADY = ("smooth", "erratic")
"""Demand in nearly every period; the other two classes are bought rarely."""
INTERVAL_LIMIT = 1.32
"""Average demand interval (periods per demand) above which demand is intermittent or lumpy."""
VARIATION_LIMIT = 0.49
"""Squared coefficient of variation of the sizes above which demand is erratic or lumpy."""
_ROWS = 500
"""Items at once: a large panel would otherwise be held five times."""


def classify(panel: Panel) -> NDArray[np.str_]:
    """(n,) class of each item (Syntetos, Boylan & Croston 2005, JORS 56, 495-503).

    The average demand interval counts from the first demand on, unknown periods left out. An item without any
    demand is intermittent.
    """
    parts = [
        _classes(panel.values[k : k + _ROWS], panel.lengths[k : k + _ROWS]) for k in range(0, max(len(panel), 1), _ROWS)
    ]
    return np.concatenate(parts)


def _classes(values: Array, lengths: NDArray[np.int64]) -> NDArray[np.str_]:
    periods = values.shape[1]
    columns = np.arange(periods)
    known = ~np.isnan(values) & (columns >= periods - lengths[:, None])
    occurs = known & (np.nan_to_num(values) > 0)
    first = np.where(occurs.any(axis=1), occurs.argmax(axis=1) if periods else 0, periods)
    lived = (known & (columns >= first[:, None])).sum(axis=1)
    count = occurs.sum(axis=1)
    sizes = np.where(occurs, np.nan_to_num(values), 0.0)
    scale = np.maximum(sizes.max(axis=1, initial=0.0), np.finfo(float).tiny)[:, None]
    mean = (sizes / scale).sum(axis=1) / np.maximum(count, 1)
    variance = np.where(occurs, (sizes / scale - mean[:, None]) ** 2, 0.0).sum(axis=1) / np.maximum(count, 1)
    seldom = (count == 0) | (lived > INTERVAL_LIMIT * count)
    varied = variance > VARIATION_LIMIT * mean**2
    return np.where(seldom, np.where(varied, "lumpy", "intermittent"), np.where(varied, "erratic", "smooth"))
