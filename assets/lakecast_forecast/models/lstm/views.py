"""What a net sees of a series from an origin, and how its answers become forecasts: the interface of both views."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.features import drivers
from lakecast_forecast.panel import Array, Panel

Rows = NDArray[np.int64]

STEPS_AHEAD = 6
"""Horizons at which a net is told the anchor."""


@dataclass(frozen=True)
class Frames:
    """Inputs of b windows.

    sequence: (b, steps, channels) the recent past, oldest first.
    static: (b, features) of the window as a whole.
    ahead: (b, h, features) what is known of each period to come.
    anchor: (b, h) the simple forecast and scale: (b, 1), both in the view's units: a net predicts
        (value - anchor) / scale.
    """

    sequence: Array
    static: Array
    ahead: Array
    anchor: Array
    scale: Array


class View(Protocol):
    """Series of a panel, prepared. An origin is a count of columns seen: T is the present."""

    horizon: int
    horizons: Rows
    """(n,) periods of each series' future that count, at most `horizon`."""
    first: Rows
    """(n,) earliest origin that can be learned from."""
    mirrors: bool
    """Whether a series turned upside down is a series of the same kind."""
    rated: bool
    """Whether the forecast's mean is the net's own answer."""

    def frames(self, rows: Rows, origins: Rows) -> Frames:
        """What is seen of some series from some origins."""
        ...

    def targets(self, rows: Rows, origins: Rows) -> tuple[Array, Array]:
        """Values (b, h) that followed, in the view's units, and 1 where they are known, 0 elsewhere."""
        ...

    def mirrored(self, frames: Frames, signs: Array) -> Frames:
        """The windows with those turned upside down whose sign (b,) is -1."""
        ...

    def forecasts(self, rows: Rows, frames: Frames, quantiles: Array, rate: Array) -> tuple[Array, Array]:
        """Mean (b, h) and quantiles (b, h, levels) in units of demand, from a net's answers for the present.

        quantiles: (b, h, levels) scaled distances from the anchor; rate: (b, h) the net's scaled mean.
        """
        ...


def spaced(horizon: int) -> Rows:
    """Up to STEPS_AHEAD horizons, the first and the last among them."""
    return np.unique(np.linspace(0, horizon - 1, STEPS_AHEAD).round().astype(np.int64))


def phases(season: int, index: Rows) -> Array:
    """Sine and cosine (b, 4) of the first two harmonics of the season, for grid indices (b,) of periods."""
    if season < 2:
        return np.zeros((len(index), 4))
    angle = 2 * np.pi * (index % season) / season
    return np.stack([np.sin(angle), np.cos(angle), np.sin(2 * angle), np.cos(2 * angle)], axis=1)


def driver_columns(panel: Panel, horizon: int, before: int) -> Array:
    """Standardised drivers (n, before + T + horizon, d), 0 in the `before` columns in front of the panel's."""
    now = panel.values.shape[1]
    drivers.check(panel, horizon)
    columns = []
    for known in panel.drivers.values():
        past, future = drivers.standardised(known[:, :now], known[:, now : now + horizon])
        columns.append(np.pad(np.concatenate([past, future], axis=1), ((0, 0), (before, 0))))
    if not columns:
        return np.zeros((len(panel), before + now + horizon, 0))
    return np.stack(columns, axis=2)


def patched(channels: Array, patch: int) -> Array:
    """(b, steps × patch, c) periods as (b, steps, patch × c): a recurrent net then reads a patch at a time."""
    count, periods, width = channels.shape
    return channels.reshape(count, periods // patch, patch * width)
