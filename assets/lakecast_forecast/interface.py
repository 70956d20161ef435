"""The one interface of every forecasting model: a whole panel of series in, arrays of forecasts out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from lakecast_forecast.panel import Array, Panel

LEVELS: tuple[float, ...] = (0.025, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.975)
"""Quantile levels that every model returns; the stored ones are a subset."""


@dataclass(frozen=True)
class Forecasts:
    """Predicted distributions of n items over h periods.

    mean: (n, h); quantiles: (n, h, len(LEVELS)), ascending along the last axis; both finite and not negative.
    issues: per item, why there is no model or only a baseline; None where all is well.
    """

    mean: Array
    quantiles: Array
    issues: tuple[str | None, ...]


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

    def learns_beside(self, panel: Panel) -> bool:
        """Whether other panels can add anything to this one."""
        ...

    def fit_beside(self, panel: Panel, horizon: int, others: Sequence[tuple[Panel, int]], *, seed: int = 0) -> Fitted:
        """Learn for the panel from it and from other panels, each with its horizon; none must be of the same items.

        Which of a run's panels is the first argument must not change what it costs: the work may be kept and shared.
        """
        ...
