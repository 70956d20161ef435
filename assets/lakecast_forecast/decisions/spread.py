"""How far demand over an interval strays from its forecast: variances per item, learnt from past origins.

The variance of a sum of forecast errors over m periods grows faster than m, since the periods share the error of the
forecast's level (Saoud, Kourentzes & Boylan 2022; Prak, Teunter & Syntetos 2017): m x variance x (a + b (m - 1)),
a and b by demand class, the variance per item.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from lakecast_forecast.decisions.replay import Origin, Replay
from lakecast_forecast.features.classify import CLASSES
from lakecast_forecast.panel import Array
from lakecast_schema.interval_demand import IntervalDemand, no_demand
from lakecast_schema.periods import Frequency

Growth = Mapping[str, tuple[float, float]]

PRIOR, PRIOR_WEIGHT = (1.2, 0.10), 4.0
"""Growth a, b before any evidence, and how many intervals of evidence it counts like."""
LEAST_NOISE = 0.05
LARGEST_RATIO = 60.0
"""Squared errors count at most this many times their expected size: a few items would else decide for a class."""
LEAST_RATIOS = 30
OWN = 0.8
"""Weight (of logarithms) of a steady item's own squared forecast errors in its variance; the rest is its history's."""
OWN_ORIGINS = 4
"""Origins that an item's own errors must be of to count."""
RECENT = 8
WEIGHTS = (0.0, 0.5, 1.0)
"""Weights of the long-run mean among which past origins choose, one for all rare items."""
LEVELS = (0.9, 0.95, 0.98)
"""Service levels that the choice is made for, and that `decision_calibration` promises."""
_DECAY = {Frequency.DAILY: 0.01, Frequency.WEEKLY: 0.02}
_SLOW_DECAY = 0.03


@dataclass
class Spread:
    """Variances of demand over intervals, as they were known at each origin of a replay."""

    replay: Replay
    _variance: dict[int, Array] = field(default_factory=dict)
    _growth: dict[int, Growth] = field(default_factory=dict)

    def older(self, origin: Origin, periods: int = 1) -> list[Origin]:
        """Origins whose interval of `periods` had ended by an origin, the newest first."""
        return [each for each in self.replay.past if each.offset >= origin.offset + periods]

    def variance(self, origin: Origin) -> Array:
        """(n,) variance per period as known at an origin; defined alike at all, or growth would count twice."""
        variance = self._variance.get(origin.offset)
        if variance is None:
            variance = self._variance[origin.offset] = self._variance_at(origin)
        return variance

    def _variance_at(self, origin: Origin) -> Array:
        frequency = self.replay.panel.frequency
        of_history = _of_history(origin, frequency)
        older = self.older(origin)
        if len(older) < OWN_ORIGINS:
            return of_history
        errors = [self.replay.errors(each)[:, : each.offset - origin.offset] for each in older[:RECENT]]
        count = np.sum([np.isfinite(each).sum(axis=1) for each in errors], axis=0)
        total = np.sum([np.nansum(each**2, axis=1) for each in errors], axis=0)
        scored = ~origin.rare & (count > 0) & (total > 0)
        if scored.sum() <= OWN_ORIGINS:
            return of_history
        mean_square = np.where(scored, total / np.maximum(count, 1), of_history)
        ratio = np.exp(np.mean(np.log(mean_square[scored] / of_history[scored])))
        return np.where(scored, (ratio * of_history) ** (1 - OWN) * mean_square**OWN, of_history)

    def growth(self, origin: Origin) -> Growth:
        """Per demand class a and b, as known at an origin."""
        growth = self._growth.get(origin.offset)
        if growth is None:
            growth = self._growth[origin.offset] = self._growth_at(origin)
        return growth

    def _growth_at(self, origin: Origin) -> Growth:
        points: dict[str, tuple[list[int], list[float]]] = {name: ([], []) for name in CLASSES}
        for periods in np.unique(np.round(np.geomspace(1, self.replay.horizon, 6)).astype(int)).tolist():
            use = self.older(origin, periods)
            use = [each for each in use if len(self.older(each)) >= OWN_ORIGINS] or use
            if not use:
                continue
            intervals = (use[-1].offset - use[0].offset) / periods + 1
            for name in CLASSES:
                ratios = np.concatenate([self._ratios(each, periods, name) for each in use])
                if len(ratios) >= LEAST_RATIOS:
                    # Items share shocks: evidence grows with the time that the origins span, not with items.
                    prior = PRIOR[0] + PRIOR[1] * (periods - 1)
                    mixed = (intervals * ratios.mean() + PRIOR_WEIGHT * prior) / (intervals + PRIOR_WEIGHT)
                    points[name][0].append(periods)
                    points[name][1].append(float(mixed))
        return {name: _line(np.array(x, np.float64), np.array(y)) for name, (x, y) in points.items()}

    def _ratios(self, origin: Origin, periods: int, kind: str) -> Array:
        """Squared errors of sums over `periods`, in variances of as many independent periods."""
        error = self.replay.errors(origin)[:, :periods].sum(axis=1)
        rows = (origin.kinds == kind) & np.isfinite(error) & (origin.mean.sum(axis=1) > 0)
        ratios: Array = error[rows] ** 2 / (periods * self.variance(origin)[rows])
        return np.minimum(ratios, LARGEST_RATIO)

    def components(self, origin: Origin, as_of: Origin) -> tuple[Array, Array]:
        """(n,) noise per period and level per period², for an origin, by the growth known at another."""
        growth = self.growth(as_of)
        a, b = (np.array([growth[kind][part] for kind in origin.kinds.tolist()]).reshape(-1) for part in (0, 1))
        variance = self.variance(origin)
        return variance * (a - b), variance * b

    def demand(self, origin: Origin, as_of: Origin, mean: Array, periods: Array) -> IntervalDemand:
        """Demand over `periods` (n,) after an origin with this mean, by what was known at another."""
        noise, level = self.components(origin, as_of)
        one = np.ones_like(periods)
        size = np.where(origin.rare, origin.size, np.nan)
        nothing = no_demand(mean, periods, size, one)
        return IntervalDemand.of(mean, periods, noise, level, 0 * one, nothing)

    def mean(self, origin: Origin, periods: Array, weight: float) -> Array:
        """(n,) expected demand over whole `periods` (n,), of rare items mixed with their long-run mean."""
        total = np.concatenate([np.zeros((len(origin.mean), 1)), np.cumsum(origin.mean, axis=1)], axis=1)
        whole = np.minimum(periods, self.replay.horizon).astype(np.int64)
        further = (periods - whole) * origin.mean[:, -1]
        path = total[np.arange(len(whole)), whole] + further
        share = np.where(origin.rare, weight, 0.0)
        return (1 - share) * path + share * origin.long_run * periods

    def long_run_weight(self, origin: Origin, periods: int) -> float:
        """The weight of rare items' long-run mean that lost least at past origins, for the levels wanted."""
        periods = min(max(periods, 1), self.replay.horizon)
        older = self.older(origin, periods)
        losses = [sum(self._loss(each, origin, periods, weight) for each in older) for weight in WEIGHTS]
        return WEIGHTS[int(np.argmin(losses))] if older else WEIGHTS[1]

    def _loss(self, origin: Origin, as_of: Origin, periods: int, weight: float) -> float:
        every = np.full(len(origin.mean), float(periods))
        demand = self.demand(origin, as_of, self.mean(origin, every, weight), every)
        actual = self.replay.actual(origin)[:, :periods].sum(axis=1)
        rows = origin.rare & np.isfinite(actual) & (origin.size > 0)
        total = 0.0
        for level in LEVELS:
            stock = np.ceil(demand.quantile(np.full(len(every), level)) - 0.5)
            error = ((actual - stock) / np.maximum(origin.size, 1e-12))[rows]
            total += float(np.maximum(level * error, (level - 1) * error).sum())
        return total


def _of_history(origin: Origin, frequency: Frequency) -> Array:
    """(n,) variance per period of the history: of all of it for rare items, fading and without trend for others."""
    decay = _DECAY.get(frequency, _SLOW_DECAY)
    even, fading = (_moments(origin.values, each) for each in (0.0, decay))
    mean, variance = (np.where(origin.rare, one, other) for one, other in zip(even, fading, strict=True))
    ratio = origin.mean.mean(axis=1) / np.maximum(mean, 1e-12)
    variance = variance * np.clip(ratio, 0.1, 10)
    for lag in (1, frequency.season_length):
        if origin.values.shape[1] <= lag + 5:
            continue
        difference = origin.values[:, lag:] - origin.values[:, :-lag]
        weight = np.where(np.isfinite(difference), _fading(difference.shape[1], decay), 0.0)
        half = (weight * np.nan_to_num(difference) ** 2).sum(axis=1) / np.maximum(weight.sum(axis=1), 1e-9) / 2
        steady = ~origin.rare & (weight.sum(axis=1) > 4) & (half > 0)
        variance = np.where(steady, np.minimum(variance, half), variance)
    least = (1e-3 * np.maximum(origin.size, 1e-9)) ** 2
    floored: Array = np.maximum(variance, least)
    return floored


def _fading(count: int, decay: float) -> Array:
    weights: Array = (1 - decay) ** np.arange(count)[::-1].astype(np.float64)
    return weights


def _moments(values: Array, decay: float) -> tuple[Array, Array]:
    """(n,) mean and variance of known values, the newest weighing most."""
    weight = np.where(np.isfinite(values), _fading(values.shape[1], decay), 0.0)
    weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-300)
    demand = np.nan_to_num(values)
    mean = (weight * demand).sum(axis=1)
    return mean, (weight * (demand - mean[:, None]) ** 2).sum(axis=1)


def _line(x: Array, y: Array) -> tuple[float, float]:
    """a and b of a + b (x - 1) through points, a - b at least `LEAST_NOISE`, b at least 0."""
    if len(x) == 0:
        return PRIOR
    if len(x) == 1:
        return float(y[0]), 0.0
    start, slope = np.linalg.lstsq(np.stack([np.ones_like(x), x], axis=1), y, rcond=None)[0].tolist()
    if slope < 0:
        start, slope = float(y.mean()), 0.0
    if start < LEAST_NOISE:
        start, slope = LEAST_NOISE, max(float(((y - LEAST_NOISE) * x).sum() / (x**2).sum()), 0.0)
    return start + slope, slope
