"""Forecasts from past origins by a few quick local models: what decisions would have been made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast import registry
from lakecast_forecast.evaluation import validity
from lakecast_forecast.evaluation.origins import MINIMUM_HISTORY
from lakecast_forecast.features.classify import STEADY, classify
from lakecast_forecast.panel import Array, Panel

MODELS: Mapping[bool, tuple[str, ...]] = {True: ("ets", "theta"), False: ("negative_binomial", "empirical")}
"""Models whose mean stands for the ensemble, of items with steady demand and of others. No nets: they would have to
be trained anew at each origin."""
MOST_ORIGINS = 12


@dataclass(frozen=True)
class Origin:
    """What was known `offset` periods before the panel's end, and what was forecast then.

    values: (n, t) demand until then. lengths: (n,) periods of history. kinds: (n,) demand classes. mean: (n, h).
    """

    offset: int
    values: Array
    lengths: NDArray[np.int64]
    kinds: NDArray[np.str_]
    mean: Array

    @cached_property
    def rare(self) -> NDArray[np.bool_]:
        """(n,) whether demand is intermittent or lumpy."""
        return ~np.isin(self.kinds, STEADY)

    @cached_property
    def size(self) -> Array:
        """(n,) mean demand of periods that have any; 0 where none has."""
        demand = np.nan_to_num(self.values)
        mean: Array = demand.sum(axis=1) / np.maximum((demand > 0).sum(axis=1), 1)
        return mean

    @cached_property
    def long_run(self) -> Array:
        """(n,) mean demand of all known periods."""
        known = np.isfinite(self.values)
        mean: Array = np.where(known, self.values, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        return mean


@dataclass(frozen=True)
class Replay:
    """Forecasts of a panel from past origins, the newest first, and of its future (offset 0).

    horizon: periods that each reaches.
    """

    panel: Panel
    horizon: int
    present: Origin
    past: tuple[Origin, ...]

    def actual(self, origin: Origin) -> Array:
        """(n, h) demand after an origin; NaN where it is not known (yet)."""
        values, start = self.panel.values, self.panel.values.shape[1] - origin.offset
        actual = np.full((len(values), self.horizon), np.nan)
        seen = values[:, max(start, 0) : start + self.horizon]
        actual[:, : seen.shape[1]] = seen
        return actual

    def errors(self, origin: Origin) -> Array:
        """(n, h) actual - forecast after an origin, NaN where an item had too little history then."""
        known = origin.lengths >= MINIMUM_HISTORY[self.panel.frequency]
        return np.where(known[:, None], self.actual(origin) - origin.mean, np.nan)


def replay(panel: Panel, horizon: int) -> Replay:
    """Forecast a panel's future and pasts."""
    offsets = past_offsets(panel, horizon)
    return Replay(
        panel, horizon, origin_at(panel, 0, horizon), tuple(origin_at(panel, offset, horizon) for offset in offsets)
    )


def past_offsets(panel: Panel, horizon: int) -> Sequence[int]:
    """Up to `MOST_ORIGINS` origins, evenly from one period back to where the median item has a history."""
    alive = panel.lengths[panel.lengths > 0]
    room = (int(np.median(alive)) if alive.size else 0) - MINIMUM_HISTORY[panel.frequency]
    if room < 1:
        return ()
    furthest = min(room, horizon * MOST_ORIGINS)
    steps = np.linspace(min(horizon, max(furthest // MOST_ORIGINS, 1)), furthest, MOST_ORIGINS)
    return sorted({int(step) for step in steps})


def origin_at(panel: Panel, offset: int, horizon: int) -> Origin:
    """What was known and forecast `offset` periods before the panel's end."""
    seen = panel.until(offset)
    kinds = classify(seen)
    mean = np.zeros((len(panel), horizon))
    alive = seen.lengths > 0
    for steady, names in MODELS.items():
        rows = np.flatnonzero(alive & (np.isin(kinds, STEADY) == steady))
        if rows.size:
            part = seen.select(rows).trimmed()
            mean[rows] = np.mean([_mean(name, part, horizon) for name in names], axis=0)
    return Origin(offset, seen.values, seen.lengths, kinds, mean)


def _mean(name: str, panel: Panel, horizon: int) -> Array:
    return validity.predict(registry.get(name).fit(panel, horizon, seed=0), panel, horizon).mean
