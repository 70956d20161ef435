"""Rolling origins: from how many periods back each backtest window starts, and which windows are scored."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.panel import Array, Panel
from lakecast_schema.periods import Frequency

MINIMUM_HISTORY = {
    Frequency.DAILY: 14,
    Frequency.WEEKLY: 8,
    Frequency.MONTHLY: 8,
    Frequency.QUARTERLY: 6,
    Frequency.YEARLY: 5,
}
"""Periods that an item must have before an origin to take part in its window."""

_SCORED = 3
_CALIBRATING = 3


@dataclass(frozen=True)
class Origins:
    """Rolling origins of a backtest.

    offsets: periods before each item's end, ascending: the newest window first. A window covers the `horizon`
        periods after its origin.
    scored: the first `scored` windows are published and scored; they do not overlap. The older ones only
        calibrate intervals and choose weights, and may overlap each other.
    """

    offsets: tuple[int, ...]
    scored: int

    @property
    def oldest(self) -> int:
        """Offset of the oldest origin, 0 where there is none."""
        return max(self.offsets, default=0)

    @property
    def oldest_scored(self) -> int:
        """Offset of the oldest origin whose window is scored, 0 where there is none."""
        return max(self.offsets[: self.scored], default=0)

    def older(self, window: int, horizon: int) -> tuple[int, ...]:
        """Windows that end before window number `window` begins: all that its calibration may look at."""
        limit = self.offsets[window] + horizon
        return tuple(number for number, offset in enumerate(self.offsets) if offset >= limit)

    @property
    def live_windows(self) -> tuple[int, ...]:
        """Windows that the live forecasts learn from: the scored ones, for which global models are trained afresh.

        All of them where one is scored only.
        """
        return tuple(range(self.scored if self.scored > 1 else len(self.offsets)))


def plan(lengths: NDArray[np.int64], frequency: Frequency, horizon: int) -> Origins:
    """Origins for items of these lengths: up to three scored windows and up to three that only calibrate.

    Half of the windows for which the median item has history enough (two seasons, at most a third of its length)
    are scored, the others calibrate. Where there is room for few, calibrating windows overlap by steps of a third
    of the horizon. With room for one window only, it is scored and nothing calibrates it. With none, there are no
    origins: accuracy is then unknown.
    """
    if horizon < 1:
        raise ValueError(f"horizon must be at least 1, got {horizon}")
    alive = lengths[lengths > 0]
    if alive.size == 0:
        return Origins((), 0)
    typical = int(np.median(alive))
    needed = max(MINIMUM_HISTORY[frequency], min(2 * frequency.season_length, typical // 3))
    windows = (typical - needed) // horizon
    if windows < 1:
        return Origins((), 0)
    scored = min(max(windows // 2, 1), _SCORED)
    step = horizon if windows - scored >= _CALIBRATING else max(horizon // 3, 1)
    first = horizon * (scored + 1)
    room = typical - MINIMUM_HISTORY[frequency]
    calibrating = [offset for k in range(_CALIBRATING) if (offset := first + k * step) <= room]
    return Origins((*(horizon * (k + 1) for k in range(scored)), *calibrating), scored)


def actuals(panel: Panel, offset: int, horizon: int) -> Array:
    """(n, horizon) demand of the window that starts `offset` periods before the end; NaN where unknown."""
    if not horizon <= offset:
        raise ValueError(f"a window of {horizon} periods does not fit behind an origin {offset} periods back")
    out = np.full((len(panel), horizon), np.nan)
    first = panel.values.shape[1] - offset  # negative where the window begins before the first column
    seen = panel.values[:, max(first, 0) : max(first + horizon, 0)]
    out[:, horizon - seen.shape[1] :] = seen
    return out


def takes_part(panel: Panel, offset: int) -> NDArray[np.bool_]:
    """(n,) whether an item had history enough at the origin to be scored or to calibrate."""
    return np.asarray(panel.lengths - offset >= MINIMUM_HISTORY[panel.frequency])
