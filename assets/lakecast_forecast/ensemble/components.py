"""What an ensemble weighs: single members, and groups of members that count as one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from lakecast_forecast.evaluation.validity import ordered
from lakecast_forecast.interface import Forecasts
from lakecast_forecast.panel import Array

FAMILIES = ("arima", "ces", "ces_log", "ets", "random_walk", "theta")
"""Statistical families for smooth demand; together they count as their median."""
NETS = ("lstm", "mlp")
"""Global networks; together they count as their mean."""
RATES = ("adida", "imapa", "moving_average", "ses", "tsb")
"""Single estimators that the negative binomial holds already: never weighed on their own."""
BASELINE = "seasonal_naive"


@dataclass(frozen=True)
class Component:
    """One thing that gets a weight: its name, and the sources that it is made of."""

    name: str
    sources: tuple[str, ...]

    def combine(self, forecasts: Mapping[str, Forecasts]) -> Forecasts:
        """The component's forecast, of those of its sources."""
        parts = [forecasts[source] for source in self.sources]
        if len(parts) == 1:
            return parts[0]
        if self.name == "families":
            return _median(parts)
        return mixed(parts, np.full(len(parts), 1 / len(parts)))


def grouped(sources: Sequence[str]) -> tuple[Component, ...]:
    """Families and nets as one component each, any other source on its own; the baseline and single rates left out."""
    present = sorted(set(sources) - {BASELINE} - set(RATES))
    families = tuple(name for name in present if name in FAMILIES)
    nets = tuple(name for name in present if name in NETS)
    groups = [Component("families", families)] if families else []
    groups += [Component("nets", nets)] if nets else []
    return (*groups, *(Component(name, (name,)) for name in present if name not in (*families, *nets)))


def separate(sources: Sequence[str]) -> tuple[Component, ...]:
    """Every source on its own; the baseline and single rates left out."""
    return tuple(Component(name, (name,)) for name in sorted(set(sources) - {BASELINE} - set(RATES)))


def mixed(parts: Sequence[Forecasts], weights: Array) -> Forecasts:
    """Weighted mean of means and, level by level, of quantiles."""
    mean = np.zeros_like(parts[0].mean)
    quantiles = np.zeros_like(parts[0].quantiles)
    for part, weight in zip(parts, weights, strict=True):
        if weight > 0:
            mean += weight * part.mean
            quantiles += weight * part.quantiles
    return replace(parts[0], mean=mean, quantiles=ordered(quantiles))


def _median(parts: Sequence[Forecasts]) -> Forecasts:
    """The members' median as centre, their mean distances from their own medians as spread."""
    middle = parts[0].levels.index(0.5)
    centers = np.array([part.quantiles[:, :, middle] for part in parts])
    center = np.median(centers, axis=0)
    average = np.mean([part.quantiles for part in parts], axis=0)
    quantiles = average + (center - centers.mean(axis=0))[:, :, None]
    return replace(parts[0], mean=np.median([part.mean for part in parts], axis=0), quantiles=ordered(quantiles))
