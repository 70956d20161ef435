"""View of daily and of intermittent series: demand by its own recent level, zeros included."""

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.features import calendar
from lakecast_forecast.features.series import filled
from lakecast_forecast.models.lstm.views import Frames, Rows, driver_columns, patched, phases
from lakecast_forecast.panel import Array, Panel
from lakecast_schema.periods import Frequency, grid_index

WINDOW = {
    Frequency.DAILY: 84,
    Frequency.WEEKLY: 52,
    Frequency.MONTHLY: 24,
    Frequency.QUARTERLY: 16,
    Frequency.YEARLY: 8,
}
"""Periods of the past that a net sees."""
PATCH = {
    Frequency.DAILY: 7,
    Frequency.WEEKLY: 4,
    Frequency.MONTHLY: 3,
    Frequency.QUARTERLY: 2,
    Frequency.YEARLY: 1,
}
"""Periods that a recurrent net reads at once."""

_YEAR = {Frequency.DAILY: 364, Frequency.WEEKLY: 52}  # lag that keeps the weekday
_PROFILE_DECAY = 0.85  # per week, of the weight of a weekday's demand
_FORGET = 0.94  # per period, of the weight of demand in the level, where there are no weekdays
_CLIP = 20.0
_PEAK = 30.0  # of the level: values above count as that much in the input
_BOUND = 10.0  # times the largest demand: what lies above is no forecast
_WHOLE = 1e-6
_PRIOR = 4.0  # periods of the whole history's mean that join a window's: no window has the scale 0


class Level:
    """Series of a panel, each with a demand above zero somewhere."""

    mirrors = False
    rated = True

    def __init__(self, panel: Panel, horizon: int) -> None:
        series = filled(panel)
        periods = series.values.shape[1]
        self.horizon = horizon
        self.horizons: Rows = np.full(len(panel), horizon)
        self._frequency = panel.frequency
        self._window = WINDOW[panel.frequency]
        self._patch = PATCH[panel.frequency]
        self._year = _YEAR.get(panel.frequency, 0)
        self._front = max(self._window, self._year + 4 * self._patch)
        self._periods = periods
        self._starts = series.start
        self._index = grid_index(panel.ends, panel.frequency)
        self._unit = np.maximum(series.values.max(axis=1, initial=0.0), np.finfo(np.float64).tiny)
        sides = ((0, 0), (self._front, horizon))
        self._values = np.pad(series.values / self._unit[:, None], sides)
        inside = np.arange(periods) >= self._starts[:, None]
        self._known = np.pad(np.isfinite(panel.values) & inside, sides)
        sums = np.cumsum(self._values[:, self._front : self._front + periods], axis=1)
        self._sums = np.pad(sums, ((0, 0), (1, 0)))
        self._drivers = driver_columns(panel, horizon, self._front)
        self._calendar, self._first_day = _calendar(panel, self._front + periods, horizon)
        demand = self._values[:, self._front : self._front + periods] > 0
        begun = np.where(demand.any(axis=1), demand.argmax(axis=1), periods)
        self.first: Rows = np.maximum(self._starts + 2 * self._patch, begun + 1)

    def frames(self, rows: Rows, origins: Rows) -> Frames:
        """See `View`; the sequence holds values, whether there are any, holidays and drivers."""
        b = len(rows)
        at = rows[:, None]
        seen = origins - self._starts[rows]
        past = origins[:, None] + self._front - self._window + np.arange(self._window)
        mask = (np.arange(self._window) >= self._window - seen[:, None]).astype(np.float64)
        values = self._values[at, past] * mask
        count = mask.sum(axis=1)
        history = self._sums[rows, origins] / np.maximum(seen, 1)
        scale = ((values.sum(axis=1) + _PRIOR * history) / (count + _PRIOR))[:, None]
        levels = np.stack(
            [values[:, -k:].sum(axis=1) / np.maximum(mask[:, -k:].sum(axis=1), 1) for k in self._spans()], axis=1
        )
        anchor = self._anchor(values, mask, levels, scale)
        occurs = (values > 0).astype(np.float64)
        since = np.where(occurs.any(axis=1), occurs[:, ::-1].argmax(axis=1), self._window)
        static = [
            levels / scale,
            np.log(scale / np.maximum(history, 1e-12)[:, None]),
            occurs.sum(axis=1, keepdims=True) / np.maximum(count, 1)[:, None],
            np.log1p(since)[:, None] / 4,
            np.log1p(seen)[:, None] / 8,
            self._last_year(rows, origins, seen) / scale,
            anchor[:, : self._patch] / scale,
        ]
        if self._frequency is not Frequency.DAILY:
            season = self._frequency.season_length
            static.append(phases(season, self._index[rows] + 1 - (self._periods - origins)))
        ahead = self._front + origins[:, None] + np.arange(self.horizon)
        days = self._calendar[self._first_day[rows][:, None] + ahead]
        to_come = np.concatenate([days, self._drivers[at, ahead]], axis=2)
        holidays = self._calendar[self._first_day[rows][:, None] + past][:, :, calendar.HOLIDAY]
        shape = np.sqrt(np.minimum(values / scale, _PEAK))
        channels = np.concatenate([shape[:, :, None], mask[:, :, None], holidays, self._drivers[at, past]], axis=2)
        features = np.clip(np.concatenate(static, axis=1).reshape(b, -1), -_CLIP, _CLIP)
        return Frames(patched(channels, self._patch), features, to_come, anchor, scale)

    def targets(self, rows: Rows, origins: Rows) -> tuple[Array, Array]:
        """See `View`: demand in units of the item's largest."""
        columns = self._front + origins[:, None] + np.arange(self.horizon)
        return self._values[rows[:, None], columns], self._known[rows[:, None], columns].astype(np.float64)

    def forecasts(self, rows: Rows, frames: Frames, quantiles: Array, rate: Array) -> tuple[Array, Array]:
        """See `View`; the mean is the net's own, for that of rarely bought items lies far from their median."""
        unit = self._unit[rows][:, None]
        demand = frames.anchor[:, :, None] + frames.scale[:, :, None] * np.sort(quantiles, axis=2)
        mean = np.minimum(rate * frames.scale, _BOUND) * unit
        return mean, _as_demanded(np.clip(demand, 0.0, _BOUND) * unit[:, :, None], *self._steps(rows))

    def _steps(self, rows: Rows) -> tuple[Array, NDArray[np.bool_]]:
        """Least demand (b,) of each series, and whether it is bought in whole numbers."""
        past = slice(self._front, self._front + self._periods)
        demand = self._values[rows, past] * self._unit[rows][:, None]
        occurs = self._known[rows, past] & (demand > 0)
        least = np.where(occurs, demand, np.inf).min(axis=1)
        whole: NDArray[np.bool_] = (~occurs | (np.abs(demand - np.rint(demand)) < _WHOLE)).all(axis=1)
        return least, whole & (least > 0.5)

    def mirrored(self, frames: Frames, signs: Array) -> Frames:
        """See `View`: demand has no mirror image."""
        return frames

    def _spans(self) -> tuple[int, ...]:
        return tuple(min(self._patch * k, self._window) for k in (1, 2, 4, 8))

    def _anchor(self, values: Array, mask: Array, levels: Array, scale: Array) -> Array:
        """Level of the last weeks times the weekday's share of it; a fading mean for longer periods."""
        if self._frequency is not Frequency.DAILY:
            weight = mask * _FORGET ** np.arange(self._window)[::-1]
            level = (values * weight).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-12)
            return np.repeat(level[:, None], self.horizon, axis=1)
        weeks = values.reshape(len(values), -1, self._patch)
        weight = mask.reshape(weeks.shape) * _PROFILE_DECAY ** np.arange(weeks.shape[1])[::-1, None]
        share = ((weeks * weight).sum(axis=1) + scale) / (weight.sum(axis=1) + 1)
        share /= np.maximum(share.mean(axis=1, keepdims=True), 1e-12)
        level = 0.4 * levels[:, 1:2] + 0.6 * levels[:, 2:3]
        repeats = -(-self.horizon // self._patch)
        return np.tile(share * level, (1, repeats))[:, : self.horizon]

    def _last_year(self, rows: Rows, origins: Rows, seen: Rows) -> Array:
        """Means of four patches (b, 4) that followed a year before the origin, of the four before them, and a flag."""
        if not self._year:
            return np.zeros((len(rows), 0))
        width = 4 * self._patch
        start = self._front + origins[:, None] - self._year
        has = (seen >= self._year + width).astype(np.float64)[:, None]
        after = self._values[rows[:, None], start + np.arange(width)].reshape(len(rows), 4, self._patch).mean(axis=2)
        before = self._values[rows[:, None], start - width + np.arange(width)].mean(axis=1, keepdims=True)
        return np.concatenate([after * has, before * has], axis=1)


def _as_demanded(quantiles: Array, least: Array, whole: NDArray[np.bool_]) -> Array:
    """Quantiles (b, h, levels) at values that demand can take: 0 below half of the least, whole numbers if so.

    A lower bound of .02 pieces would lie above every period without demand.
    """
    possible = np.where(quantiles < least[:, None, None] / 2, 0.0, quantiles)
    return np.where(whole[:, None, None], np.rint(possible), possible)


def _calendar(panel: Panel, before: int, horizon: int) -> tuple[Array, Rows]:
    """Calendar features (days, features) and the row (n,) of each item's first column; none but for daily panels."""
    if panel.frequency is not Frequency.DAILY:
        return np.zeros((before + horizon, 0)), np.zeros(len(panel), dtype=np.int64)
    first, last = panel.ends.min() - (before - 1), panel.ends.max() + horizon
    offset = (panel.ends - panel.ends.min()).astype(np.int64)
    return calendar.features(np.arange(first, last + 1), panel.country), offset
