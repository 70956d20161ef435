"""The one interface of every forecasting model: a whole panel of series in, arrays of forecasts out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol, Self, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from lakecast_schema.periods import Frequency, shift

Array = NDArray[np.float64]
Dates = NDArray[np.datetime64]

LEVELS: tuple[float, ...] = (0.025, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.975)
"""Quantile levels that every model returns; the stored ones are a subset."""


@dataclass(frozen=True)
class Panel:
    """Demand of n items of one data set and frequency, right-aligned: the last column is each item's last period.

    values: (n, T) demand; NaN before an item's first period and where demand is unknown.
    lengths: (n,) periods from an item's first to its last, unknown ones included.
    ends: (n,) first day of each item's last period; items may end at different dates.
    drivers: name -> (n, T + F) known-in-advance values, column T - 1 being the last period and the F columns after
        it the future; NaN where unknown. All drivers have the same F, at least the horizon that is asked for.
    country: ISO code of the holidays' calendar, None for none.
    """

    dataset_id: str
    frequency: Frequency
    item_ids: tuple[str, ...]
    values: Array
    lengths: NDArray[np.int64]
    ends: Dates
    drivers: Mapping[str, Array] = field(default_factory=dict)
    country: str | None = None

    def __len__(self) -> int:
        return len(self.item_ids)

    def select(self, rows: NDArray[np.int64]) -> Self:
        """The panel of some of the items, in the order of `rows`."""
        return replace(
            self,
            item_ids=tuple(self.item_ids[row] for row in rows),
            values=self.values[rows],
            lengths=self.lengths[rows],
            ends=self.ends[rows],
            drivers={name: known[rows] for name, known in self.drivers.items()},
        )

    def until(self, periods: int) -> Self:
        """The panel as it was `periods` before its end: what a forecast from that rolling origin may see.

        Drivers stay known: they move into the future part. Items that had not begun by then have length 0.
        """
        if periods < 0:
            raise ValueError(f"a rolling origin lies 0 or more periods before the end, got {periods}")
        kept = max(self.values.shape[1] - periods, 0)
        before = periods - (self.values.shape[1] - kept)  # periods by which the origin precedes the first column
        return replace(
            self,
            values=self.values[:, :kept],
            lengths=np.maximum(self.lengths - periods, 0),
            ends=shift(self.ends, -periods, self.frequency),
            drivers={
                name: np.pad(known, ((0, 0), (before, 0)), constant_values=np.nan) if before else known
                for name, known in self.drivers.items()
            },
        )

    def trimmed(self) -> Self:
        """The same panel without the leading columns in which no item has begun."""
        extra = self.values.shape[1] - int(self.lengths.max(initial=0))
        if extra <= 0:
            return self
        return replace(
            self,
            values=self.values[:, extra:],
            drivers={name: known[:, extra:] for name, known in self.drivers.items()},
        )


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
