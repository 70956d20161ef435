"""View of series without zeros: logarithms without season, anchored on a causal theta forecast."""

from dataclasses import replace

import numpy as np

from lakecast_forecast.interface import LEVELS
from lakecast_forecast.models.arima.batch import batch
from lakecast_forecast.models.lstm.anchor import anchors
from lakecast_forecast.models.lstm.views import Frames, Rows, driver_columns, patched, phases, spaced
from lakecast_forecast.panel import Array, Panel
from lakecast_schema.periods import Frequency, grid_index

WINDOW = {
    Frequency.DAILY: 56,
    Frequency.WEEKLY: 52,
    Frequency.MONTHLY: 36,
    Frequency.QUARTERLY: 20,
    Frequency.YEARLY: 12,
}
"""Periods of the past that a net sees at most: with older ones it learns by heart what few series have."""
LAYOUT = {
    Frequency.DAILY: (56, 7),
    Frequency.WEEKLY: (52, 4),
    Frequency.MONTHLY: (36, 6),
    Frequency.QUARTERLY: (36, 6),
    Frequency.YEARLY: (36, 6),
}
"""Periods that a net has inputs for, and how many of them a recurrent net reads at once.

Frequencies that share a layout can share a net. Read six by six, series take a third of the time of one by one, and at
rolling origins of M3 the forecasts were no worse.
"""

_FLOOR = 0.01  # of the mean: the least value whose logarithm is taken
_STEADY = 0.01  # added to the mean absolute change, so that a constant window has a scale
_CLIP = 20.0
_BOUND = 10.0  # times the largest value: what lies above is an extrapolated trend, not a forecast
_LEVEL = 4  # periods whose mean centres a window
_CENTRAL = np.flatnonzero(np.abs(np.array(LEVELS) - 0.5) < 0.25)  # .3 to .7


class Smooth:
    """Series of a panel whose known demand is above zero; others are held above it. Each has a known demand."""

    mirrors = True
    rated = False

    def __init__(self, panel: Panel, horizon: int) -> None:
        periods = panel.values.shape[1]
        self.horizon = horizon
        self.horizons: Rows = np.full(len(panel), horizon)
        self._window, self._patch = LAYOUT[panel.frequency]
        self._most = WINDOW[panel.frequency]
        self._season = panel.frequency.season_length
        self._periods = periods
        self._index = grid_index(panel.ends, panel.frequency)

        inside = np.arange(periods) >= periods - panel.lengths[:, None]
        demand = np.where(inside, panel.values, np.nan)
        largest = np.nanmax(demand, axis=1, keepdims=True)
        mean = np.nanmean(demand / largest, axis=1, keepdims=True) * largest
        ready = batch(np.maximum(demand, _FLOOR * mean), self._season)
        lost = periods - ready.periods
        self._scale = ready.scale
        self._factor = ready.seasons.factor
        self._seasonal = (np.ptp(self._factor, axis=0) > 0).astype(np.float64)
        self._starts = ready.starts + lost
        level = np.pad(np.maximum(ready.adjusted().T, _FLOOR), ((0, 0), (lost, 0)), constant_values=1.0)
        before = np.arange(periods) < self._starts[:, None]
        self._base, self._slope = anchors(np.where(before, 0.0, level), self._starts)

        self._logs = np.pad(np.log(level), ((0, 0), (self._window, horizon)))
        self._known = np.pad(ready.known.T, ((0, 0), (self._window + lost, horizon)))
        self._drivers = driver_columns(panel, horizon, self._window)
        self.first: Rows = self._starts + (min(self._season, 8) + 2 if self._season > 1 else 5)

    def frames(self, rows: Rows, origins: Rows) -> Frames:
        """See `View`; the sequence holds value, whether there is one, and drivers."""
        seen = origins - self._starts[rows]
        past = origins[:, None] + np.arange(self._window)  # the padding shifts columns by a window
        mask = (np.arange(self._window) >= self._window - np.minimum(seen, self._most)[:, None]).astype(np.float64)
        logs = self._logs[rows[:, None], past] * mask
        count = np.clip(seen, 1, self._most)
        wide = np.minimum(np.clip(self._season, 1, _LEVEL), count)
        newest = np.cumsum(logs[:, ::-1], axis=1)
        level = (newest[np.arange(len(rows)), wide - 1] / wide)[:, None]
        steps = np.abs(np.diff(logs, axis=1)) * mask[:, 1:] * mask[:, :-1]
        scale = (steps.sum(axis=1) / np.maximum(count - 1, 1))[:, None] + _STEADY
        shape = np.clip((logs - level) / scale, -_CLIP, _CLIP) * mask
        ahead = np.arange(self.horizon)
        line = self._base[rows, origins][:, None] + self._slope[rows, origins][:, None] * ahead
        anchor = np.log(np.maximum(line, _FLOOR))
        relative = np.clip((anchor - level) / scale, -_CLIP, _CLIP)[:, spaced(self.horizon)]
        static = np.concatenate(
            [
                relative,
                phases(self._season, self._index[rows] + 1 - (self._periods - origins)),
                np.log(scale) + 3,
                (np.log1p(seen / (4 * max(self._season, 4))) - 1)[:, None],
                self._seasonal[rows][:, None],
            ],
            axis=1,
        )
        channels = np.concatenate([shape[:, :, None], mask[:, :, None], self._drivers[rows[:, None], past]], axis=2)
        to_come = self._drivers[rows[:, None], self._window + origins[:, None] + ahead]
        return Frames(patched(channels, self._patch), static, to_come, anchor, scale)

    def mirrored(self, frames: Frames, signs: Array) -> Frames:
        """See `View`: the past and the anchor, seen from the window's level, change their sign."""
        width = frames.sequence.shape[2] // self._patch
        sequence, static = frames.sequence.copy(), frames.static.copy()
        sequence[:, :, ::width] *= signs[:, None, None]
        static[:, : len(spaced(self.horizon))] *= signs[:, None]
        return replace(frames, sequence=sequence, static=static)

    def targets(self, rows: Rows, origins: Rows) -> tuple[Array, Array]:
        """See `View`: logarithms of the demand without season."""
        columns = self._window + origins[:, None] + np.arange(self.horizon)
        return self._logs[rows[:, None], columns], self._known[rows[:, None], columns].astype(np.float64)

    def forecasts(self, rows: Rows, frames: Frames, quantiles: Array, rate: Array) -> tuple[Array, Array]:
        """See `View`; the mean is that of the central two fifths of the distribution, whatever `rate` says.

        Of logarithms, a symmetric error of the spread is a bias of the whole distribution's mean: on rolling
        origins of M3 it has larger squared errors than the central mean.
        """
        logs = frames.anchor[:, :, None] + frames.scale[:, :, None] * np.sort(quantiles, axis=2)
        season = self._factor[np.arange(self.horizon) % len(self._factor)][:, rows].T
        unit = (season * self._scale[rows][:, None])[:, :, None]
        most = self._logs[rows].max(axis=1)[:, None, None] + np.log(_BOUND)
        demand = np.exp(np.minimum(logs, most)) * unit
        return demand[:, :, _CENTRAL].mean(axis=2), demand
