"""The base class of models, open to plug-ins: its `fit` takes a panel or a data frame."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, overload

from lakecast_forecast.input.rules import Duplicates, Gaps, Rules
from lakecast_forecast.interface import Fitted
from lakecast_forecast.panel import Panel
from lakecast_schema.periods import as_frequency

if TYPE_CHECKING:
    from lakecast_forecast.fitted import FittedModel
    from lakecast_forecast.frames import Frame


class Source(ABC):
    """Base class of models: its `fit` takes a panel, as every `Model`'s does, or a data frame.

    A subclass has a name, a version and `fit_panel`; without one of them it cannot be constructed.
    """

    @property
    @abstractmethod
    def name(self) -> str:
        """The source's name, by which results call it."""

    @property
    @abstractmethod
    def version(self) -> str:
        """Changes whenever the code or the default parameters do, as v1.2.3."""

    @abstractmethod
    def fit_panel(self, panel: Panel, horizon: int, *, seed: int = 0) -> Fitted:
        """Learn what is shared by all items. The same panel and seed give the same model."""

    @overload
    def fit(self, data: Panel, horizon: int, *, seed: int = 0) -> Fitted: ...
    @overload
    def fit(
        self,
        data: Frame,
        horizon: int | None = None,
        *,
        seed: int = 0,
        frequency: str | None = None,
        gaps: Gaps = "auto",
        duplicates: Duplicates = "auto",
        country: str | None = "BR",
    ) -> FittedModel: ...
    def fit(
        self,
        data: Any,
        horizon: int | None = None,
        *,
        seed: int = 0,
        frequency: str | None = None,
        gaps: Gaps = "auto",
        duplicates: Duplicates = "auto",
        country: str | None = "BR",
    ) -> Fitted | FittedModel:
        """Fit the model to a panel, or to a data frame with the columns item_id, date, quantity and any x_*.

        horizon: periods ahead, of a frame the frequency's default unless given (12 months, 28 days). frequency, gaps,
        duplicates, country: how rows become series; see `Rules`. Raises `InputError` with row, column and remedy for
        a frame that cannot be used.
        """
        if isinstance(data, Panel):
            if horizon is None:
                raise TypeError("a panel is fitted for a horizon: fit(panel, 12)")
            return self.fit_panel(data, horizon, seed=seed)
        from lakecast_forecast.fitted import fit_frame  # reads frames, which panels do not need

        rules = Rules(as_frequency(frequency), gaps, duplicates, country)
        return fit_frame(self, data, horizon, rules, seed)
