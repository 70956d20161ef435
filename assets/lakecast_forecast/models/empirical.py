"""The past's own distribution, recent periods weighing more; how much more is learned from all items together."""

from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.features import profile
from lakecast_forecast.features.series import Series, filled
from lakecast_forecast.interface import LEVELS, Diagnostics, Forecasts
from lakecast_forecast.issue import Issue
from lakecast_forecast.models.learning import past_windows
from lakecast_forecast.models.rates import since_first_demand
from lakecast_forecast.panel import Array, Panel
from lakecast_forecast.source import Source
from lakecast_schema.periods import Frequency

_DECAYS = (0.0, 0.01, 0.03, 0.06, 0.1)
_KEPT = 3
_HISTORY = 730
Variant = tuple[float, bool]
"""Decay per period, and whether demand is first divided by the item's weekly shape."""


@dataclass(frozen=True)
class Empirical(Source):
    """Exponentially weighted empirical quantiles of an item's past demand, each period alike.

    Nothing is assumed of the distribution's form, which suits demand with many zeros and repeated sizes. The
    decays, and for daily demand whether the weekday's shape is taken out, are the three best variants by scaled
    quantile loss at rolling origins of the training panel; their quantiles are averaged. Source of the weights:
    Boudoukh, Richardson & Whitelaw 1998, Risk 11, 64-67.

    >>> from lakecast_forecast import Empirical, example_demand
    >>> forecast = Empirical().fit(example_demand()).predict(2)
    >>> [round(mean.as_py(), 1) for mean in forecast["mean"]]
    [0.4, 0.4, 27.7, 27.7]
    """

    name: str = "empirical"
    version: str = "v1.0.1"

    def fit_panel(self, panel: Panel, horizon: int, *, seed: int = 0) -> "FittedEmpirical":
        """Learn which variants suit the panel."""
        shaped = (False, True) if panel.frequency is Frequency.DAILY else (False,)
        variants = tuple(product(_DECAYS, shaped))
        losses = dict.fromkeys(variants, 0.0)
        for window in past_windows(panel, horizon):
            series = _ready(window.seen)
            for shape in shaped:
                ranked = _ranked(series, shape)
                for decay in _DECAYS:
                    losses[decay, shape] += window.loss(_forecast(ranked, decay, horizon)[1])
        if not all(np.isfinite(loss) for loss in losses.values()):
            return FittedEmpirical(variants[:_KEPT])
        return FittedEmpirical(tuple(sorted(losses, key=lambda variant: (losses[variant], variant))[:_KEPT]))


@dataclass(frozen=True)
class FittedEmpirical:
    """The variants that are averaged."""

    variants: tuple[Variant, ...]

    @property
    def diagnostics(self) -> Diagnostics:
        return Diagnostics({"variants": [{"decay": decay, "weekly_shape": shape} for decay, shape in self.variants]})

    def predict(self, panel: Panel, horizon: int) -> Forecasts:
        """Forecast every item; one without any demand gets zeros."""
        series = _ready(panel)
        ranked = {shape: _ranked(series, shape) for shape in {shape for _, shape in self.variants}}
        parts = [_forecast(ranked[shape], decay, horizon) for decay, shape in self.variants]
        empty = series.lengths == 0
        return Forecasts(
            np.mean([mean for mean, _ in parts], axis=0),
            np.mean([quantiles for _, quantiles in parts], axis=0),
            tuple(Issue.NO_DEMAND.of() if none else None for none in empty),
        )


def _ready(panel: Panel) -> Series:
    return since_first_demand(filled(panel)).recent(_HISTORY)


@dataclass(frozen=True, eq=False)
class _Ranked:
    """A series' values from the lowest up, which is what all decays read.

    factors: (n, season) its weekly shape, which the values are without. order: (n, periods) where each value stood.
    """

    series: Series
    factors: Array
    order: NDArray[np.intp]
    values: Array


def _ranked(series: Series, shaped: bool) -> _Ranked:
    factors = profile.shape(series) if shaped else np.ones((len(series.values), series.season))
    series = profile.without(series, factors) if shaped else series
    order = np.argsort(series.values, axis=1, kind="stable")
    return _Ranked(series, factors, order, np.take_along_axis(series.values, order, axis=1))


def _forecast(ranked: _Ranked, decay: float, horizon: int) -> tuple[Array, Array]:
    """Mean (n, h) and quantiles (n, h, levels) of one variant."""
    mean, quantiles = _weighted(ranked, decay)
    ahead = profile.ahead(ranked.factors, horizon)
    return mean[:, None] * ahead, quantiles[:, None, :] * ahead[:, :, None]


def _weighted(ranked: _Ranked, decay: float) -> tuple[Array, Array]:
    """Mean (n,) and quantiles (n, levels): the smallest value whose weight from below reaches the level."""
    series = ranked.series
    n, periods = series.values.shape
    if periods == 0:
        return np.zeros(n), np.zeros((n, len(LEVELS)))
    weight = np.where(series.mask(), (1 - decay) ** np.arange(periods)[::-1], 0.0)
    weight /= np.maximum(weight.sum(axis=1, keepdims=True), 1e-300)
    reached = np.take_along_axis(weight, ranked.order, axis=1).cumsum(axis=1)
    at = [np.minimum((reached < level - 1e-12).sum(axis=1), periods - 1) for level in LEVELS]
    quantiles = np.stack([np.take_along_axis(ranked.values, k[:, None], axis=1)[:, 0] for k in at], axis=1)
    return (weight * series.values).sum(axis=1), quantiles
