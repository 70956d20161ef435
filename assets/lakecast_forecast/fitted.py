"""A model fitted to a data frame: what `Theta().fit(df)` gives."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from lakecast_forecast.dataset import Dataset
from lakecast_forecast.evaluation import validity
from lakecast_forecast.frames import Frame
from lakecast_forecast.input.rules import Rules
from lakecast_forecast.interface import Diagnostics, Fitted, Forecasts
from lakecast_forecast.intervals import INTERVALS, checked
from lakecast_forecast.results import forecast_rows, issue_rows
from lakecast_forecast.run import without_model
from lakecast_forecast.source import Source
from lakecast_schema.periods import positive_horizon

_log = logging.getLogger("lakecast_forecast")


@dataclass(frozen=True)
class FittedModel:
    """A model fitted to a data frame: predicts it without being given it again.

    Its intervals are the model's own. Those of `Forecaster` are calibrated by a backtest.
    """

    source: str
    fitted: Fitted
    dataset: Dataset
    horizon: int

    @property
    def diagnostics(self) -> Diagnostics:
        """Parameters and what was estimated."""
        return self.fitted.diagnostics

    @property
    def rejected(self) -> Frame:
        """Rows that were not used: row, column, value and the reason with its remedy."""
        return self.dataset.style.write(self.dataset.rejected)

    def forecasts(self, horizon: int | None = None) -> Forecasts:
        """As `predict`, in arrays; rows are the items of `dataset` in ascending order."""
        wanted = positive_horizon(self.horizon if horizon is None else horizon)
        longest = getattr(self.fitted, "horizon", wanted)
        if wanted > longest:
            raise ValueError(f"{self.source} was fitted for {longest} periods ahead; fit it with horizon={wanted}")
        return validity.predict(self.fitted, self.dataset.panel(wanted), wanted)

    def predict(self, horizon: int | None = None, levels: Sequence[float] = INTERVALS) -> Frame:
        """Forecasts of the periods after each item's end, in a frame like the one that was fitted.

        horizon: periods, those of `fit` unless given. levels: of the intervals, such as 0.8 or 80 for 80 %. Columns:
        item_id, date, source, mean, median, and lower_80 and upper_80 for each level. Raises ValueError for a level
        outside 0 to 1 (or 100) and a horizon that the model was not fitted for.
        """
        wanted = checked(levels)
        panel = self.dataset.panel(positive_horizon(self.horizon if horizon is None else horizon))
        forecasts = self.forecasts(horizon)
        if note := without_model(self.source, forecasts.issues):
            _log.warning("%s; see `issues`", note)
        return self.dataset.style.write(forecast_rows(self.source, panel, forecasts, wanted))

    @property
    def issues(self) -> Frame:
        """Items that the model cannot fit and that have the baseline's forecast: item_id, source, reason, reason_pt."""
        panel = self.dataset.panel(self.horizon)
        return self.dataset.style.write(issue_rows(self.source, panel, self.forecasts().issues))


def fit_frame(model: Source, frame: Frame, horizon: int | None, rules: Rules, seed: int) -> FittedModel:
    """Fit a model to a frame. horizon: periods ahead, None for the frequency's default."""
    dataset = Dataset.of(frame, rules)
    wanted = positive_horizon(dataset.frequency.default_horizon if horizon is None else horizon)
    return FittedModel(model.name, model.fit_panel(dataset.panel(wanted), wanted, seed=seed), dataset, wanted)
