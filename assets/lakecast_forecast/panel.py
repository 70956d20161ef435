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
    notes: what a person should know about how the panel was made, in sentences.
    """

    dataset_id: str
    frequency: Frequency
    item_ids: tuple[str, ...]
    values: Array
    lengths: NDArray[np.int64]
    ends: Dates
    drivers: Mapping[str, Array] = field(default_factory=dict)
    country: str | None = None
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if problem := self._problem():
            raise ValueError(f"a panel of {len(self.item_ids)} items cannot be used: {problem}")

    def __len__(self) -> int:
        return len(self.item_ids)

    def _problem(self) -> str | None:
        """What is wrong with the arrays, and the remedy; None where they fit each other."""
        n = len(self.item_ids)
        if self.values.ndim != 2 or len(self.values) != n or self.values.dtype != np.float64:
            return f"values must be float64 of shape ({n}, periods), got {self.values.dtype} of {self.values.shape}"
        periods = self.values.shape[1]
        if self.lengths.shape != (n,) or self.lengths.dtype.kind not in "iu":
            return f"lengths must be integers of shape ({n},), got {self.lengths.dtype} of {self.lengths.shape}"
        if self.ends.shape != (n,) or self.ends.dtype.kind != "M" or np.isnat(self.ends).any():
            return f"ends must be dates of shape ({n},) without NaT, got {self.ends.dtype} of {self.ends.shape}"
        if n and not 0 <= self.lengths.min() <= self.lengths.max() <= periods:
            return f"lengths must lie between 0 and the {periods} periods of values"
        for name, values in {"values": self.values, **self.drivers}.items():
            what = name if name == "values" else f"driver {name}"
            if values.shape[0] != n or values.shape[1] < periods or values.dtype != np.float64:
                return f"{what} must be float64 of shape ({n}, {periods} or more), got {values.dtype} of {values.shape}"
            if np.isinf(values).any():
                row, column = np.argwhere(np.isinf(values))[0]
                return f"{what} of item {self.item_ids[row]} is infinite in column {column}; write NaN for unknown"
        return None

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

        A driver is known as many periods ahead of that origin as it is known ahead now: what will not be known of the
        future was not known then. Items that had not begun by then have length 0.
        """
        if periods < 0:
            raise ValueError(f"a rolling origin lies 0 or more periods before the end, got {periods}")
        columns = max(self.values.shape[1] - periods, 0)
        before = periods - (self.values.shape[1] - columns)  # periods by which the origin precedes the first column
        return replace(
            self,
            values=self.values[:, :columns],
            lengths=np.maximum(self.lengths - periods, 0),
            ends=shift(self.ends, -periods, self.frequency),
            drivers={name: self._driver_until(known, columns, before) for name, known in self.drivers.items()},
        )

    def _driver_until(self, known: Array, columns: int, before: int) -> Array:
        """A driver of `until`: `kept` columns of the past, as many of the future as there are now."""
        ahead = known.shape[1] - self.values.shape[1]
        shifted = np.pad(known, ((0, 0), (before, 0)), constant_values=np.nan)[:, : columns + ahead].copy()
        future = np.isfinite(known[:, self.values.shape[1] :])
        steps = np.where(future.any(axis=1), ahead - future[:, ::-1].argmax(axis=1), 0) if ahead else np.zeros(0)
        if ahead:
            shifted[:, columns:][np.arange(ahead) >= steps[:, None]] = np.nan
        return shifted

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
