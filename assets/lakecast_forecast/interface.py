"""The one interface of every forecasting model: a whole panel of series in, arrays of forecasts out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, Self, runtime_checkable

import numpy as np

from lakecast_forecast.intervals import normal_quantiles
from lakecast_forecast.panel import Array, Panel

LEVELS: tuple[float, ...] = (0.025, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.975)
"""Quantile levels that every model returns; the stored ones are a subset."""
NORMAL: Array = normal_quantiles(LEVELS)
"""Quantiles of the standard normal distribution at LEVELS."""


@dataclass(frozen=True)
class Forecasts:
    """Predicted distributions of n items over h periods.

    mean: (n, h); quantiles: (n, h, len(levels)), ascending along the last axis; both finite and not negative.
    issues: per item, why there is no model or only a baseline; None where all is well.
    levels: of the quantiles, ascending; models return LEVELS.
    """

    mean: Array
    quantiles: Array
    issues: tuple[str | None, ...]
    levels: tuple[float, ...] = LEVELS

    def at(self, levels: Sequence[float]) -> Self:
        """The same forecasts with quantiles at other levels, in their order.

        A level that is there is taken as it is. Any other is interpolated between its neighbours, linearly in the
        quantiles of the normal distribution, and beyond the outermost levels by the slope of the last two: exact for
        normal distributions. Raises ValueError for a level outside 0 to 1.
        """
        wanted = tuple(round(float(level), 10) for level in levels)
        if wrong := [level for level in wanted if not 0 < level < 1]:
            raise ValueError(f"quantile levels lie between 0 and 1, got {wrong}")
        if wanted == self.levels:
            return self
        own, there = normal_quantiles(self.levels), normal_quantiles(wanted)
        left = np.clip(np.searchsorted(own, there, side="right") - 1, 0, len(own) - 2)
        share = (there - own[left]) / (own[left + 1] - own[left])
        below, above = self.quantiles[..., left], self.quantiles[..., left + 1]
        quantiles = np.maximum(below + share * (above - below), 0.0)
        for place, level in enumerate(wanted):
            if level in self.levels:
                quantiles[..., place] = self.quantiles[..., self.levels.index(level)]
        return replace(self, quantiles=quantiles, levels=wanted)


@dataclass(frozen=True)
class Diagnostics:
    """What a fit has to tell: estimated or fixed parameters (JSON-ready) and the validation loss per epoch.

    checkpoint: a trained model as bytes, to be kept with the run; None for a model that is not worth it.
    """

    parameters: Mapping[str, object] = field(default_factory=dict)
    loss_curve: tuple[float, ...] = ()
    checkpoint: bytes | None = None


class Fitted(Protocol):
    """A model after `fit`: predicts any panel of the same data set and frequency."""

    @property
    def diagnostics(self) -> Diagnostics: ...

    def predict(self, panel: Panel, horizon: int) -> Forecasts:
        """Forecast the `horizon` periods after each item's end; row i depends on row i of the panel only."""
        ...


@runtime_checkable
class Model(Protocol):
    """A source of forecasts. Local models learn nothing in `fit` and everything in `predict`; global ones train
    in `fit`, once for all items. Constructed without arguments by the registry, with options by name.
    """

    name: str
    version: str

    def fit(self, panel: Panel, horizon: int, *, seed: int = 0) -> Fitted:
        """Learn what is shared by all items. The same panel and seed give the same model."""
        ...


@runtime_checkable
class JointModel(Model, Protocol):
    """A global model that can learn from the other panels of a run, too: what one has few of, another may have."""

    def learns_from_others(self, panel: Panel) -> bool:
        """Whether other panels can add anything to this one."""
        ...

    def fit_with_others(
        self, panel: Panel, horizon: int, others: Sequence[tuple[Panel, int]], *, seed: int = 0
    ) -> Fitted:
        """Learn for the panel from it and from other panels, each with its horizon; none must be of the same items.

        Which of a run's panels is the first argument must not change what it costs: the work may be kept and shared.
        """
        ...


@runtime_checkable
class FurtherModel(JointModel, Protocol):
    """A global model that can go on with what it learned from an older state of the same panels."""

    def fit_further(
        self, fitted: Fitted, panel: Panel, horizon: int, others: Sequence[tuple[Panel, int]], *, seed: int = 0
    ) -> Fitted:
        """As `fit_with_others`. fitted: what it gave for the same panels when they ended earlier."""
        ...
