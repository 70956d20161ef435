"""Locations whose demand is added up: what there is to say about them."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.input import messages
from lakecast_forecast.input.demand import DemandRows
from lakecast_forecast.input.grid import Periods
from lakecast_forecast.input.report import Line, line

Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]
_REGULAR = 6


def of_locations(demand: DemandRows, rows: Integers, periods: Periods, known: Bools, end: int) -> Iterator[Line]:
    """A line about locations that end before the data set does, in its period `end`.

    rows: (n,) positions in the file; periods: theirs; known: (n,) those with a demand that counts. A location ends
    early where it has no row in two periods or more, and never had none for as long before, after `_REGULAR` periods
    with one; sites that buy now and then have no end.
    """
    if demand.locations is None:
        return
    code, index = demand.locations.codes[rows][known], periods.index[known]
    first = index.min()
    place, number = np.divmod(np.unique(code * (end - first + 1) + index - first), end - first + 1)
    names = []
    for location, name in enumerate(demand.locations.names):
        own = number[place == location] + first
        if own.size >= _REGULAR and end - own[-1] >= max(2, np.diff(own).max() + 1):
            names.append(f"{name} ({periods.starts[periods.index == own[-1]][0]})")
    if names and len(names) < len(demand.locations.names):
        yield line("warning", messages.LOCATIONS_END, names)
