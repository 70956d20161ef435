"""Local models of rarely bought items: a constant rate, with negative binomial demand around it."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from lakecast_forecast.features.series import Series, filled
from lakecast_forecast.interface import LEVELS, Diagnostics, Forecasts
from lakecast_forecast.issue import Issue
from lakecast_forecast.models import rates
from lakecast_forecast.panel import Array, Panel
from lakecast_forecast.source import Source
from lakecast_schema.count_quantile import negative_binomial_quantile

DECAY = 0.03
"""Share of its weight that a period loses with every later one when dispersion is estimated."""

_GRAIN = 16.0
"""Units into which the mean size of a demand is divided where quantities are not whole numbers."""

_MOST_COUNTS = 20.0
"""Mean in units above which units are lumped together: there, a quantile off by a twentieth is as good."""

_LEAST_SIZE = 1e-4
"""Of the negative binomial: below, nearly all probability lies at zero and the rest too far out to be computed."""


@dataclass(frozen=True)
class _Rate(Source):
    """A constant rate per period; what a subclass adds is how it is estimated."""

    name: str = ""
    version: str = "v1.0.0"

    def fit_panel(self, panel: Panel, horizon: int, *, seed: int = 0) -> Self:
        """Nothing is shared between items."""
        return self

    @property
    def diagnostics(self) -> Diagnostics:
        return Diagnostics({"estimator": self.name, "dispersion_decay": DECAY})

    def predict(self, panel: Panel, horizon: int) -> Forecasts:
        """Forecast every item; one without any demand gets zeros."""
        series = rates.since_first_demand(filled(panel))
        rate = self._rate(series)
        variance = weighted_moments(series, DECAY)
        quantiles = demand_quantiles(rate[:, None], scaled_variance(rate, *variance)[:, None], series)
        empty = series.lengths == 0
        return Forecasts(
            np.repeat(rate[:, None], horizon, axis=1),
            np.repeat(quantiles, horizon, axis=1),
            tuple(Issue.NO_DEMAND.of() if none else None for none in empty),
        )

    def _rate(self, series: Series) -> Array:
        raise TypeError(f"{type(self).__name__} has no estimator")


@dataclass(frozen=True)
class Ses(_Rate):
    """Simple exponential smoothing (Gardner 1985, Journal of Forecasting 4, 1-28).

    smoothing: weight of the newest period, above 0 and at most 1.

    >>> from lakecast_forecast import Ses, example_demand
    >>> forecast = Ses().fit(example_demand()).predict(2)
    >>> [round(mean.as_py(), 1) for mean in forecast["mean"]]
    [0.5, 0.5, 28.1, 28.1]
    """

    name: str = "ses"
    smoothing: float = 0.1

    def _rate(self, series: Series) -> Array:
        return rates.ses(series, self.smoothing)


@dataclass(frozen=True)
class MovingAverage(_Rate):
    """Mean of the last season, of six periods at least (Syntetos & Boylan 2005, IJF 21, 303-314).

    >>> from lakecast_forecast import MovingAverage, example_demand
    >>> forecast = MovingAverage().fit(example_demand()).predict(2)
    >>> [round(mean.as_py(), 1) for mean in forecast["mean"]]
    [0.5, 0.5, 28.8, 28.8]
    """

    name: str = "moving_average"

    def _rate(self, series: Series) -> Array:
        return rates.RATES["season"](series)


@dataclass(frozen=True)
class Adida(_Rate):
    """Aggregate to the mean interval, smooth, disaggregate (Nikolopoulos et al. 2011, JORS 62, 544-554).

    >>> from lakecast_forecast import Adida, example_demand
    >>> forecast = Adida().fit(example_demand()).predict(2)
    >>> [round(mean.as_py(), 1) for mean in forecast["mean"]]
    [0.4, 0.4, 27.0, 27.0]
    """

    name: str = "adida"

    def _rate(self, series: Series) -> Array:
        return rates.adida(series)


@dataclass(frozen=True)
class Imapa(_Rate):
    """ADIDA over all aggregation levels up to the mean interval (Petropoulos & Kourentzes 2015, JORS 66, 914-924).

    >>> from lakecast_forecast import Imapa, example_demand
    >>> forecast = Imapa().fit(example_demand()).predict(2)
    >>> [round(mean.as_py(), 1) for mean in forecast["mean"]]
    [0.4, 0.4, 27.0, 27.0]
    """

    name: str = "imapa"

    def _rate(self, series: Series) -> Array:
        return rates.imapa(series)


@dataclass(frozen=True)
class Tsb(_Rate):
    """Smoothed chance of a demand times its smoothed size (Teunter, Syntetos & Babai 2011, EJOR 214, 606-615).

    >>> from lakecast_forecast import Tsb, example_demand
    >>> forecast = Tsb().fit(example_demand()).predict(2)
    >>> [round(mean.as_py(), 1) for mean in forecast["mean"]]
    [0.5, 0.5, 28.1, 28.1]
    """

    name: str = "tsb"

    def _rate(self, series: Series) -> Array:
        return rates.tsb(series)


def weighted_moments(series: Series, decay: float) -> tuple[Array, Array]:
    """Mean and variance (n,) of a series whose periods weigh (1 - decay) to the power of their age."""
    age = np.arange(series.values.shape[1])[::-1]
    weight = np.where(series.mask(), (1 - decay) ** age, 0.0)
    weight = weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-300)
    scale = np.maximum(series.values.max(axis=1, initial=0.0), np.finfo(float).tiny)
    values = series.values / scale[:, None]
    mean = (weight * values).sum(axis=1)
    variance = (weight * (values - mean[:, None]) ** 2).sum(axis=1)
    return mean * scale, variance * scale**2


def scaled_variance(rate: Array, mean: Array, variance: Array) -> Array:
    """The variance (n,) of demand at `rate`, given that at `mean`: it grows in proportion."""
    ratio = np.clip(rate / np.maximum(mean, np.finfo(float).tiny), 0.1, 10.0)
    return np.asarray(variance * ratio)


def unit(series: Series) -> Array:
    """(n,) what one count of demand is: 1 for whole numbers, else a sixteenth of the mean demand above zero."""
    values = series.values
    whole = (values == np.round(values)).all(axis=1)
    count = np.maximum((values > 0).sum(axis=1), 1)
    size = values.sum(axis=1) / count
    return np.where(whole | (size <= 0), 1.0, size / _GRAIN)


def demand_quantiles(rate: Array, variance: Array, series: Series) -> Array:
    """Negative binomial quantiles in the series' own units.

    rate, variance: (n, k) for k distributions of each item. Returns (n, k, levels).
    """
    grain = unit(series)[:, None]
    grain = grain * np.maximum(np.floor(rate / grain / _MOST_COUNTS), 1.0)
    mean = rate / grain
    spread = np.clip(variance / grain**2, 1.01 * mean, mean + mean**2 / _LEAST_SIZE)
    shape = (*rate.shape, len(LEVELS))
    means, spreads = (np.broadcast_to(moment[:, :, None], shape).ravel() for moment in (mean, spread))
    counts = negative_binomial_quantile(means, spreads, np.broadcast_to(LEVELS, shape).ravel())
    return np.asarray(counts.reshape(shape) * grain[:, :, None])
