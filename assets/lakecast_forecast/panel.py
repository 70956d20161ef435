"""A panel of demand: many items of one data set and frequency as aligned arrays."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from lakecast_schema.periods import Frequency, shift

Array = NDArray[np.float64]
Dates = NDArray[np.datetime64]


@dataclass(frozen=True)
class Panel:
    """Demand of n items of one data set and frequency, right-aligned: the last column is each item's last period.

    values: (n, T) demand; NaN before an item's first period and where demand is unknown.
    lengths: (n,) periods from an item's first to its last, unknown ones included.
    ends: (n,) first day of each item's last period; items may end at different dates.
    drivers: name -> (n, T + F) known-in-advance values, column T - 1 being the last period and the F columns after
        it the future; NaN where unknown. All drivers have the same F, at least the horizon that is asked for.
    country: ISO code of the holidays' calendar, None for none.
    """

    dataset_id: str
    frequency: Frequency
    item_ids: tuple[str, ...]
    values: Array
    lengths: NDArray[np.int64]
    ends: Dates
    drivers: Mapping[str, Array] = field(default_factory=dict)
    country: str | None = None

    def __len__(self) -> int:
        return len(self.item_ids)

    def select(self, rows: NDArray[np.int64]) -> Self:
        """The panel of some of the items, in the order of `rows`."""
        return replace(
            self,
            item_ids=tuple(self.item_ids[row] for row in rows),
            values=self.values[rows],
            lengths=self.lengths[rows],
            ends=self.ends[rows],
            drivers={name: known[rows] for name, known in self.drivers.items()},
        )

    def until(self, periods: int) -> Self:
        """The panel as it was `periods` before its end: what a forecast from that rolling origin may see.

        Drivers stay known: they move into the future part. Items that had not begun by then have length 0.
        """
        if periods < 0:
            raise ValueError(f"a rolling origin lies 0 or more periods before the end, got {periods}")
        kept = max(self.values.shape[1] - periods, 0)
        before = periods - (self.values.shape[1] - kept)  # periods by which the origin precedes the first column
        return replace(
            self,
            values=self.values[:, :kept],
            lengths=np.maximum(self.lengths - periods, 0),
            ends=shift(self.ends, -periods, self.frequency),
            drivers={
                name: np.pad(known, ((0, 0), (before, 0)), constant_values=np.nan) if before else known
                for name, known in self.drivers.items()
            },
        )

    def trimmed(self) -> Self:
        """The same panel without the leading columns in which no item has begun."""
        extra = self.values.shape[1] - int(self.lengths.max(initial=0))
        if extra <= 0:
            return self
        return replace(
            self,
            values=self.values[:, extra:],
            drivers={name: known[:, extra:] for name, known in self.drivers.items()},
        )
