"""Rarely bought items, learned together: a calibrated common mean and the dispersion around it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.features import profile
from lakecast_forecast.features.classify import classify
from lakecast_forecast.features.series import Series, filled
from lakecast_forecast.interface import Diagnostics, Forecasts
from lakecast_forecast.issue import Issue
from lakecast_forecast.models import rates
from lakecast_forecast.models.counts import demand_quantiles, scaled_variance, weighted_moments
from lakecast_forecast.models.learning import PastWindow, past_windows
from lakecast_forecast.panel import Array, Panel
from lakecast_forecast.source import Source
from lakecast_schema.accuracy import scales
from lakecast_schema.periods import Frequency

_DECAYS = (0.0, 0.03)
_INFLATIONS = (1.0, 1.3)
_SHRINK = 30.0  # items at which the common correction counts half
_HISTORY = 730  # periods that are read
_LEAST = 0.7  # of the estimators' mean
Dispersion = tuple[float, float]
"""Decay of the periods' weights in the variance, and what the variance is multiplied by."""


@dataclass(frozen=True)
class NegativeBinomial(Source):
    """Mean of eight classic estimators times one correction for all items; negative binomial around it.

    The estimators (`rates.RATES`) weigh alike: fitted weights were no better at later origins. Each of them
    expects too much of a range whose items fade one after the other, which no single item's past can tell, so the
    mean is multiplied by demand / forecast of all rarely bought items at rolling origins of the training panel -
    where volume and scaled volume agree that it was too high, and never to raise it, nor for days and weeks: over
    their short horizons hardly an item fades, and a season would be taken for it. The dispersion's decay and
    inflation are those of lowest scaled quantile loss at the same origins. Source of the distribution: Snyder, Ord &
    Beaumont 2012, IJF 28, 485-496.

    >>> from lakecast_forecast import NegativeBinomial, example_demand
    >>> forecast = NegativeBinomial().fit(example_demand()).predict(2)
    >>> [round(mean.as_py(), 1) for mean in forecast["mean"]]
    [0.5, 0.5, 27.8, 27.8]
    """

    name: str = "negative_binomial"
    version: str = "v1.0.1"

    def fit_panel(self, panel: Panel, horizon: int, *, seed: int = 0) -> "FittedNegativeBinomial":
        """Learn the correction and the dispersion from the panel's intermittent and lumpy items."""
        shaped = panel.frequency is Frequency.DAILY
        seldom = np.flatnonzero(np.isin(classify(panel), ("intermittent", "lumpy")))
        windows = [(one, _estimated(one.seen, shaped)) for one in past_windows(panel.select(seldom), horizon)]
        fades = panel.frequency not in (Frequency.DAILY, Frequency.WEEKLY)
        correction = _correction(windows, len(seldom)) if fades else 1.0
        losses: dict[Dispersion, float] = {}
        for decay in _DECAYS:
            for inflation in _INFLATIONS:
                fitted = FittedNegativeBinomial(correction, (decay, inflation), shaped)
                losses[decay, inflation] = float(
                    np.sum([window.loss(fitted.distribution(level, horizon)[1]) for window, level in windows])
                )
        best = min(losses, key=lambda dispersion: (losses[dispersion], dispersion))
        if not windows or not np.isfinite(losses[best]):
            best = (_DECAYS[-1], _INFLATIONS[0])
        return FittedNegativeBinomial(correction, best, shaped)


@dataclass(frozen=True)
class _Estimated:
    """What a panel's series tell before anything shared: (n,) rate, (n, season) shape and who is rarely bought."""

    series: Series
    level: Series
    rate: Array
    factors: Array
    seldom: NDArray[np.bool_]


@dataclass(frozen=True)
class FittedNegativeBinomial:
    """What all items share: the mean's correction, the dispersion, and whether the weekday matters."""

    correction: float
    dispersion: Dispersion
    shaped: bool

    @property
    def diagnostics(self) -> Diagnostics:
        return Diagnostics(
            {
                "estimators": list(rates.RATES),
                "correction": self.correction,
                "dispersion_decay": self.dispersion[0],
                "dispersion_inflation": self.dispersion[1],
                "weekly_shape": self.shaped,
            }
        )

    def predict(self, panel: Panel, horizon: int) -> Forecasts:
        """Forecast every item; the correction is for rarely bought ones only."""
        estimated = _estimated(panel, self.shaped)
        mean, quantiles = self.distribution(estimated, horizon)
        empty = estimated.series.lengths == 0
        return Forecasts(mean, quantiles, tuple(Issue.NO_DEMAND.of() if none else None for none in empty))

    def distribution(self, estimated: _Estimated, horizon: int) -> tuple[Array, Array]:
        """Mean (n, h) and quantiles (n, h, levels)."""
        decay, inflation = self.dispersion
        factors = estimated.factors
        rate = estimated.rate * np.where(estimated.seldom, self.correction, 1.0)
        variance = inflation * scaled_variance(rate, *weighted_moments(estimated.level, decay))
        by_phase = demand_quantiles(rate[:, None] * factors, variance[:, None] * factors**2, estimated.series)
        quantiles = by_phase[:, np.arange(horizon) % factors.shape[1]]
        return rate[:, None] * profile.ahead(factors, horizon), quantiles


def _estimated(panel: Panel, shaped: bool) -> _Estimated:
    series = rates.since_first_demand(filled(panel)).recent(_HISTORY)
    factors = profile.shape(series) if shaped else np.ones((len(panel), 1))
    level = profile.without(series, factors) if shaped else series
    seldom: NDArray[np.bool_] = np.isin(classify(panel), ("intermittent", "lumpy"))
    rate = np.mean([estimate(level) for estimate in rates.RATES.values()], axis=0)
    return _Estimated(series, level, np.asarray(rate), factors, seldom)


def _correction(windows: list[tuple[PastWindow, _Estimated]], items: int) -> float:
    """Demand / forecast over all items and origins, at most 1, nearer to 1 for few items."""
    by_volume, by_scaled_volume = [], []
    for window, estimated in windows:
        seen, actuals = window.seen, window.actuals
        rate = estimated.rate[:, None]
        size = np.sqrt(scales(seen.values, seen.frequency.season_length)[1])[:, None]
        known = np.isfinite(actuals) & np.isfinite(size)
        expected = np.where(known, rate, 0.0)
        arrived = np.where(known, actuals, 0.0)
        if min(arrived.sum(), expected.sum()) <= 0:
            continue
        per = np.where(known, size, 1.0)
        by_volume.append(np.log(arrived.sum() / expected.sum()))
        by_scaled_volume.append(np.log((arrived / per).sum() / (expected / per).sum()))
    if not by_volume:
        return 1.0
    agreed = max(min(float(np.mean(by_volume)), 0.0), min(float(np.mean(by_scaled_volume)), 0.0))
    return max(float(np.exp(agreed * items / (items + _SHRINK))), _LEAST)
