"""Periods of demand beyond anything that their series has shown: named, and lowered where that is wanted."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.input.grid import Series

Integers = NDArray[np.int64]

FACTOR = 10.0
"""So many times the next largest demand of the item is beyond anything that it has shown."""
LEAST = 8
"""Periods with demand that an item must have."""


def outliers(series: Series, *, cap: bool) -> tuple[Series, Integers]:
    """Places of such periods, one per item at most, and the series, in which they are the next largest demand if `cap`.

    An outlier is the one largest demand of an item with at least `LEAST` periods of demand, where it is more than
    `FACTOR` times the next largest: a quantity typed with a zero too many, or an order of another kind.
    """
    quantity = np.nan_to_num(series.quantity)
    starts = series.offsets[:-1]
    enough = np.add.reduceat((quantity > 0).astype(np.int64), starts) >= LEAST
    largest = np.maximum.reduceat(quantity, starts)
    owner = np.repeat(np.arange(starts.size), series.lengths)
    is_largest = quantity == largest[owner]
    alone = np.add.reduceat(is_largest.astype(np.int64), starts) == 1
    second = np.maximum.reduceat(np.where(is_largest, 0.0, quantity), starts)
    far = enough & alone & (largest > FACTOR * second)
    places = np.flatnonzero(is_largest & far[owner])
    if not cap or not places.size:
        return series, places
    lowered = series.quantity.copy()
    lowered[places] = second[owner[places]]
    return replace(series, quantity=lowered), places
