"""Series as the batched models read them: gaps filled, right-aligned, with the column at which each one starts."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.panel import Array, Panel


@dataclass(frozen=True)
class Series:
    """Demand without gaps.

    values: (n, T) right-aligned, 0 before an item's start; never NaN.
    start: (n,) column of an item's first period; T for an item without any.
    season: periods in one season.
    """

    values: Array
    start: NDArray[np.int64]
    season: int

    @property
    def lengths(self) -> NDArray[np.int64]:
        return np.asarray(self.values.shape[1] - self.start)

    def mask(self) -> NDArray[np.bool_]:
        """(n, T) whether a column lies within the item's life."""
        return np.asarray(np.arange(self.values.shape[1]) >= self.start[:, None])

    def recent(self, periods: int) -> "Series":
        """The last periods only."""
        extra = max(self.values.shape[1] - periods, 0)
        return Series(self.values[:, extra:], np.maximum(self.start - extra, 0), self.season)


def filled(panel: Panel) -> Series:
    """The panel's demand with unknown values filled in.

    An unknown value takes the one a season before it, else a season after it, else the item's mean: a level that
    invents neither a peak nor a stockout. Negative values, which demand does not have, count as 0.
    """
    periods, season = panel.values.shape[1], panel.frequency.season_length
    start = periods - np.minimum(panel.lengths, periods)
    inside = np.arange(periods) >= start[:, None]
    values = np.where(inside, np.maximum(panel.values, 0.0), 0.0)  # NaN stays NaN within an item's life
    unknown = np.isnan(values)
    gappy = np.flatnonzero(unknown.any(axis=1))
    if gappy.size:
        values[gappy] = _fill(values[gappy], start[gappy], season)
    return Series(values, start.astype(np.int64), season)


def _fill(values: Array, start: NDArray[np.int64], season: int) -> Array:
    known = ~np.isnan(values) & (np.arange(values.shape[1]) >= start[:, None])
    count = known.sum(axis=1)
    total = np.where(known, values, 0.0).sum(axis=1)
    mean = np.where(count > 0, total / np.maximum(count, 1), 0.0)
    out = values.copy()
    for column in range(season, out.shape[1]):
        earlier = np.where(column - season >= start, out[:, column - season], np.nan)
        out[:, column] = np.where(np.isnan(out[:, column]), earlier, out[:, column])
    for column in range(out.shape[1] - season - 1, -1, -1):
        out[:, column] = np.where(np.isnan(out[:, column]), out[:, column + season], out[:, column])
    return np.where(np.isnan(out), mean[:, None], out)
