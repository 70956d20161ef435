"""Orders on their way, by item and due date, as aligned arrays."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from lakecast_schema.periods import Dates

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Arrivals:
    """due, quantity: (n, k) in ascending order of dates, NaT and 0 at the end of shorter rows.

    total: (n,) all of it, NaN for an item without orders.
    """

    due: Dates
    quantity: Array
    total: Array

    def take(self, rows: NDArray[np.int64]) -> Self:
        """What is on its way to some of the items."""
        return type(self)(self.due[rows], self.quantity[rows], self.total[rows])

    def after(self, as_of: Dates) -> tuple[Array, Array]:
        """(n, k) whole days after `as_of` (n,), NaN at the end; and quantities. What is overdue is due tomorrow."""
        days = (self.due - np.reshape(as_of, (-1, 1))).astype("timedelta64[D]").astype(np.float64)
        days[np.isnat(self.due)] = np.nan
        return np.maximum(days, 1.0), self.quantity


def arrivals(item: NDArray[np.int64], due: Dates, quantity: Array, items: int) -> Arrivals:
    """Orders of `items` items, in any order: item codes, due dates and quantities (rows,)."""
    order = np.lexsort((due, item))
    item, due, quantity = item[order], due[order], quantity[order]
    counts = np.bincount(item, minlength=items)
    width = int(counts.max(initial=0))
    column = np.arange(len(item)) - np.repeat(np.cumsum(counts) - counts, counts)
    dates = np.full((items, width), np.datetime64("NaT", "D"))
    quantities = np.zeros((items, width))
    dates[item, column], quantities[item, column] = due, quantity
    return Arrivals(dates, quantities, np.where(counts > 0, quantities.sum(axis=1), np.nan))
