"""Expected demand over calendar time: cumulative sums of a forecast, read at any number of days."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_SHORT_ROW = 64
"""Columns up to which comparing all of them is faster than bisecting."""


@dataclass(frozen=True)
class DemandPath:
    """Cumulative expected demand of n items over their forecast of up to P periods.

    edges: (n, P + 1) days from the forecast's first day to the end of each period, beginning with 0.
    cumulative: (n, P + 1) expected demand until then, beginning with 0.
    season_start: (n,) column at which the last season of the forecast begins.
    start: (n,) days of the forecast that are over; days are counted from there.

    Rows with fewer periods repeat their last column. Demand is spread evenly over the calendar days of a period;
    after the last one, the last season goes on and on.
    """

    edges: Array
    cumulative: Array
    season_start: NDArray[np.int64]
    start: Array

    @classmethod
    def of(cls, forecast: Array, days: Array, season_length: NDArray[np.int64] | int) -> Self:
        """From forecasts per period (n, P) and the calendar days of these periods (n, P); NaN pads at the end."""
        known = np.isfinite(forecast)
        start = np.zeros((len(forecast), 1))
        edges = np.concatenate([start, np.cumsum(np.where(known, days, 0.0), axis=1)], axis=1)
        cumulative = np.concatenate([start, np.cumsum(np.where(known, forecast, 0.0), axis=1)], axis=1)
        periods = known.sum(axis=1)
        return cls(edges, cumulative, np.maximum(periods - np.asarray(season_length), 0), np.zeros(len(forecast)))

    def after(self, days: Array) -> Self:
        """The same from `days` (n,) later on; what is negative counts as 0: a forecast that begins later is whole."""
        return replace(self, start=np.maximum(days, 0.0))

    def mixed(self, rate: Array, weight: Array) -> Self:
        """The path with a constant daily demand `rate` (n,) in place of a share `weight` (n,) of it."""
        share = np.reshape(weight, (-1, 1))
        flat = np.reshape(rate, (-1, 1)) * self.edges
        return replace(
            self, cumulative=np.where(share > 0, (1 - share) * self.cumulative + share * flat, self.cumulative)
        )

    def times(self, factor: Array | float) -> Self:
        """The path of `factor` times the demand; a factor for all, or (n,)."""
        if np.all(np.equal(factor, 1.0)):
            return self
        return replace(self, cumulative=self.cumulative * np.reshape(factor, (-1, 1)))

    def take(self, rows: NDArray[np.int64]) -> Self:
        """The paths of some of the items."""
        return replace(
            self,
            edges=self.edges[rows],
            cumulative=self.cumulative[rows],
            season_start=self.season_start[rows],
            start=self.start[rows],
        )

    @cached_property
    def horizon(self) -> Array:
        """(n,) calendar days of the forecast."""
        return self.edges[:, -1].copy()

    @cached_property
    def total(self) -> Array:
        """(n,) expected demand of the whole forecast."""
        return self.cumulative[:, -1].copy()

    @cached_property
    def season(self) -> tuple[Array, Array]:
        """(n,) calendar days and (n,) expected demand of the last season."""
        at = np.arange(len(self.edges)), self.season_start
        return self.horizon - self.edges[at], self.total - self.cumulative[at]

    @cached_property
    def daily(self) -> Array:
        """(n,) mean demand per calendar day of what is left of the forecast, of its last season where nothing is."""
        left = self.horizon - self.start
        rest = (self.total - self._before) / np.maximum(left, 1.0)
        return np.where(left > 0, rest, self.season[1] / np.maximum(self.season[0], 1.0))

    @cached_property
    def _before(self) -> Array:
        """(n,) expected demand of the days that are over."""
        return self._until(self.start) if self.start.any() else np.zeros(len(self.start))

    def until(self, days: Array) -> Array:
        """(n,) expected demand over the next `days` (n,) calendar days."""
        return np.maximum(self._until(self.start + days) - self._before, 0.0)

    def _until(self, days: Array) -> Array:
        """(n,) expected demand over the first `days` (n,) calendar days of the forecast."""
        beyond, seasons, rest = self._past_horizon(days)
        within = self._interpolate(np.where(beyond, rest, np.minimum(days, self.horizon)))
        return np.where(beyond, within + seasons * self.season[1], within)

    def days_until(self, demand: Array, limit: Array) -> Array:
        """(n,) days after which the cumulative demand exceeds `demand` (n,); NaN where it does not within `limit`."""
        season_days, season = self.season
        demand = np.maximum(demand, 0.0) + self._before
        excess = demand - self.total
        with np.errstate(divide="ignore", invalid="ignore"):
            seasons = np.where((excess >= 0) & (season > 0), np.floor(excess / season) + 1, 0.0)
        demand_left = demand - seasons * season
        column = _count_up_to(self.cumulative, demand_left)
        reached = column < self.cumulative.shape[1]
        after = np.minimum(column, self.cumulative.shape[1] - 1)
        (left, low), (right, high) = self._at(np.maximum(after - 1, 0)), self._at(after)
        share = np.divide(demand_left - low, high - low, out=np.zeros_like(low), where=high > low)
        days = np.maximum(left + share * (right - left) + seasons * season_days - self.start, 0.0)
        return np.where(reached & (days <= limit) & ~np.isnan(demand), days, np.nan)

    def _past_horizon(self, days: Array) -> tuple[NDArray[np.bool_], Array, Array]:
        """Which days lie past the forecast, and there: how many seasons later than a day within the last one."""
        season_days = np.maximum(self.season[0], 1.0)
        beyond = days > self.horizon
        seasons = np.where(beyond, np.ceil((days - self.horizon) / season_days), 0.0)
        return beyond, seasons, days - seasons * season_days

    def _at(self, column: NDArray[np.int64]) -> tuple[Array, Array]:
        """Edge and cumulative demand of each item at a column of its own (n,)."""
        at = np.arange(len(column)) * self.edges.shape[1] + column
        return self.edges.ravel().take(at), self.cumulative.ravel().take(at)

    def _interpolate(self, days: Array) -> Array:
        column = np.clip(_count_up_to(self.edges, days), 1, self.edges.shape[1] - 1)
        (left, low), (right, high) = self._at(column - 1), self._at(column)
        share = np.divide(days - left, right - left, out=np.zeros_like(left), where=right > left)
        return low + np.clip(share, 0.0, 1.0) * (high - low)


def _count_up_to(columns: Array, values: Array) -> NDArray[np.int64]:
    """(n,) how many entries of each ascending row (n, k) are at most the row's value (n,); none for NaN.

    Long rows are bisected, all at once: log2(k) steps over n values. One over n x k is faster for short rows.
    """
    count, width = columns.shape
    if width <= _SHORT_ROW:
        counts: NDArray[np.int64] = np.count_nonzero(columns <= values[:, None], axis=1)
        return counts
    low, high = np.zeros(count, np.int64), np.full(count, width, np.int64)
    begin, flat = np.arange(count) * width, np.ascontiguousarray(columns).ravel()
    for _ in range(width.bit_length()):
        middle = (low + high) >> 1
        # Where low has met high, `middle` may be one past the row, and nothing changes.
        under = (low < high) & (flat[begin + np.minimum(middle, width - 1)] <= values)
        low = np.where(under, middle + 1, low)
        high = np.where(under, high, middle)
    return low
