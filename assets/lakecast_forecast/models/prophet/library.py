"""Engine `library`: the prophet library itself, series by series, behind the same interface.

The reference that the batched engine is held against, and its fallback. The library is imported when it is used:
it takes two seconds and brings pandas and a compiled Stan program.
"""

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.features import calendar, drivers
from lakecast_forecast.interface import LEVELS, Diagnostics, Forecasts
from lakecast_forecast.issue import Issue
from lakecast_forecast.models.prophet.design import Almanac, design
from lakecast_forecast.models.prophet.intervals import distribution, trend_variance
from lakecast_forecast.models.prophet.options import Options
from lakecast_forecast.models.prophet.series import columns, degenerate, groups
from lakecast_forecast.panel import Array, Panel
from lakecast_forecast.source import Source
from lakecast_schema.periods import Frequency


class ProphetLibrary(Source):
    """Facebook's prophet in a loop, with the settings, holidays, drivers and intervals of the batched engine."""

    name = "prophet"
    version = "v1.0.0-library"

    def __init__(
        self,
        seasonality_mode: Literal["additive", "multiplicative"] = "additive",
        changepoints: int = 25,
        changepoint_scale: float = 0.05,
    ) -> None:
        self._options = Options(
            changepoints=changepoints,
            changepoint_scale=changepoint_scale,
            seasonality_mode=seasonality_mode,
        )

    def fit_panel(self, panel: Panel, horizon: int, *, seed: int = 0) -> "FittedLibrary":
        """Every series is fitted by itself, in `predict`; nothing is random."""
        return FittedLibrary(self._options)


@dataclass(frozen=True)
class FittedLibrary:
    """The settings with which every panel is predicted."""

    options: Options

    @property
    def diagnostics(self) -> Diagnostics:
        return Diagnostics(parameters={"engine": "library", **asdict(self.options)})

    def predict(self, panel: Panel, horizon: int) -> Forecasts:
        """Forecast the `horizon` periods after each item's end, as the batched engine does."""
        drivers.check(panel, horizon)
        mean = np.zeros((len(panel), horizon))
        quantiles = np.zeros((len(panel), horizon, len(LEVELS)))
        issues: list[str | None] = [None] * len(panel)
        for row, (value, issue) in degenerate(panel).items():
            mean[row], quantiles[row], issues[row] = value, value, issue
        for almanac, observed, rows in groups(panel, horizon, [row for row, it in enumerate(issues) if it is None]):
            for row in rows:
                mean[row], quantiles[row], issues[row] = forecast(panel, int(row), almanac, observed, self.options)
        return Forecasts(mean, quantiles, tuple(issues))


def forecast(
    panel: Panel, row: int, almanac: Almanac, observed: NDArray[np.bool_], options: Options
) -> tuple[Array, Array, str | None]:
    """One series by the library: mean (h,), quantiles (h, levels), and why there is only its mean if it fails."""
    rows = np.array([row])
    built = design(almanac, observed, options)
    now = panel.values.shape[1]
    known = panel.values[row, now - len(observed) :][observed]
    past_all, future_all = columns(panel, rows, observed, built)
    shared = built.features.shape[1]
    past, future = past_all[0][:, shared:], future_all[0][:, shared:]
    dates = almanac.dates[: len(almanac.dates) - almanac.horizon][-len(observed) :][observed]
    ahead = almanac.dates[len(almanac.dates) - almanac.horizon :]
    scale = float(np.abs(known).max())  # the library's own, applied here: it cannot read very large numbers
    try:
        with _quiet():
            fitted = _fit(dates, known / scale, past, panel, options)
            point = fitted.predict(_frame(ahead, future))
    except Exception as error:  # Stan and pandas raise what they like; a series must never stop a run
        level, spread = known.mean(), known.std()
        mean, quantiles = distribution(np.full((1, almanac.horizon), level), np.full((1, almanac.horizon), spread))
        return mean[0], quantiles[0], Issue.LIBRARY_FAILED.of(error=type(error).__name__)
    delta = fitted.params["delta"].reshape(1, -1)
    variance = trend_variance(delta, built.ahead)
    if options.seasonality_mode == "multiplicative":
        variance = variance * (1 + point["multiplicative_terms"].to_numpy()) ** 2
    deviation = np.sqrt(variance + float(fitted.params["sigma_obs"].reshape(-1)[0]) ** 2)
    mean, quantiles = distribution(point["yhat"].to_numpy()[None] * scale, deviation * scale)
    return mean[0], quantiles[0], None


def _fit(dates: NDArray[np.datetime64], scaled: Array, regressors: Array, panel: Panel, options: Options) -> Any:
    import pandas as pd
    from prophet import Prophet

    holidays = None
    if panel.frequency is Frequency.DAILY and panel.country is not None:
        first, last = dates[0], dates[-1] + np.timedelta64(2 * 366, "D")
        named = {
            name: days
            for name, days in calendar.holidays_of(panel.country, first, last).items()
            if np.isin(days, dates).any()
        }
        if named:
            holidays = pd.concat(
                [pd.DataFrame({"ds": days.astype("datetime64[ns]"), "holiday": name}) for name, days in named.items()]
            )
    fitted = Prophet(
        n_changepoints=options.changepoints,
        changepoint_range=options.changepoint_range,
        changepoint_prior_scale=options.changepoint_scale,
        seasonality_prior_scale=options.seasonality_scale,
        holidays_prior_scale=options.holidays_scale,
        seasonality_mode=options.seasonality_mode,
        yearly_seasonality=False if panel.frequency is Frequency.YEARLY else "auto",
        daily_seasonality=False,
        holidays=holidays,
        uncertainty_samples=0,
    )
    for column in range(regressors.shape[1]):
        fitted.add_regressor(f"driver_{column}", standardize=False)
    frame = _frame(dates, regressors)
    frame["y"] = scaled
    return fitted.fit(frame)


def _frame(dates: NDArray[np.datetime64], regressors: Array) -> Any:
    import pandas as pd

    named = {f"driver_{column}": regressors[:, column] for column in range(regressors.shape[1])}
    return pd.DataFrame({"ds": dates.astype("datetime64[ns]"), **named})


@contextmanager
def _quiet() -> Iterator[None]:
    """Without the chatter of the library and of Stan, and without what its pandas calls deprecate."""
    loggers = [logging.getLogger(name) for name in ("prophet", "prophet.plot", "prophet.models", "cmdstanpy")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
