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
_ONE_OF = 10
"""More outliers than one of so many periods with demand are none."""
_ABOVE = 4.0
"""An outlier is at least so many times the mean of all other demands, however many outliers are among them."""


def outliers(series: Series, *, cap: bool) -> tuple[Series, Integers]:
    """Places of such periods, and the series, in which they are the next largest demand if `cap`.

    Outliers are the largest demands of an item with at least `LEAST` periods of demand, one in `_ONE_OF` of these at
    most, where the smallest of them is more than `FACTOR` times the next largest: a quantity typed with a zero too
    many, or an order of another kind.
    """
    quantity = np.nan_to_num(series.quantity)
    starts, ends = series.offsets[:-1], series.offsets[1:]
    counts = np.add.reduceat((quantity > 0).astype(np.int64), starts)
    largest = np.maximum.reduceat(quantity, starts)
    rest = (np.add.reduceat(quantity, starts) - largest) / np.maximum(counts - 1, 1)
    places, next_largest = [starts[:0]], [quantity[:0]]
    for item in np.flatnonzero((counts >= LEAST) & (largest > _ABOVE * rest)).tolist():
        own = quantity[starts[item] : ends[item]]
        order = np.argsort(own, kind="stable")[::-1]
        few = np.arange(1, max(int(counts[item]) // _ONE_OF, 1) + 1)
        far = few[own[order[few - 1]] > FACTOR * own[order[few]]]
        if far.size:
            number = int(far[-1])
            places.append(starts[item] + np.sort(order[:number]))
            next_largest.append(np.full(number, own[order[number]]))
    beyond = np.concatenate(places)
    if not cap or not beyond.size:
        return series, beyond
    lowered = series.quantity.copy()
    lowered[beyond] = np.concatenate(next_largest)
    return replace(series, quantity=lowered), beyond
