"""The `prophet` source: Prophet's posterior mode for a whole panel, series with the same dates solved together."""

from dataclasses import asdict, dataclass
from importlib.util import find_spec
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.features import drivers
from lakecast_forecast.interface import LEVELS, Diagnostics, Forecasts
from lakecast_forecast.issue import Issue
from lakecast_forecast.models.prophet import library, solver
from lakecast_forecast.models.prophet.design import Design, design
from lakecast_forecast.models.prophet.intervals import distribution, trend_variance
from lakecast_forecast.models.prophet.options import Options
from lakecast_forecast.models.prophet.series import Rows, columns, degenerate, groups
from lakecast_forecast.panel import Array, Panel
from lakecast_forecast.source import Source

_TOGETHER = 256  # series solved at once: bounds the memory of their systems


class Prophet(Source):
    """Prophet's model at once for all series; a series that does not converge is given to the library.

    Source: Taylor & Letham 2018, The American Statistician 72, 37-45.

    seasonality_mode: whether seasonality, holidays and drivers add to the trend ("additive") or multiply it
        ("multiplicative"). changepoints: potential changes of the trend, evenly over the first 80 % of the history.
    changepoint_scale: scale of their Laplace prior; the larger, the more the trend bends. fallback: whether the library
        prophet, where it is installed, takes the series that do not converge.

    >>> from lakecast_forecast import Prophet, example_demand
    >>> forecast = Prophet().fit(example_demand()).predict(2)
    >>> [round(mean.as_py(), 1) for mean in forecast["mean"]]
    [0.4, 1.0, 24.0, 28.0]
    """

    name = "prophet"
    version = "v1.0.0"

    def __init__(
        self,
        seasonality_mode: Literal["additive", "multiplicative"] = "additive",
        changepoints: int = 25,
        changepoint_scale: float = 0.05,
        fallback: bool = True,
    ) -> None:
        self._options = Options(
            changepoints=changepoints,
            changepoint_scale=changepoint_scale,
            seasonality_mode=seasonality_mode,
        )
        self._fallback = fallback

    def fit_panel(self, panel: Panel, horizon: int, *, seed: int = 0) -> "FittedProphet":
        """Every series is fitted by itself, in `predict`; nothing is random."""
        return FittedProphet(self._options, self._fallback)


@dataclass(frozen=True)
class FittedProphet:
    """The settings with which every panel is predicted."""

    options: Options
    fallback: bool

    @property
    def diagnostics(self) -> Diagnostics:
        return Diagnostics(parameters={"engine": "batched", **asdict(self.options)})

    def predict(self, panel: Panel, horizon: int) -> Forecasts:
        """Forecast the `horizon` periods after each item's end.

        Raises ValueError where a driver's known future is shorter than the horizon.
        """
        drivers.check(panel, horizon)
        mean = np.zeros((len(panel), horizon))
        quantiles = np.zeros((len(panel), horizon, len(LEVELS)))
        issues: list[str | None] = [None] * len(panel)
        for row, (value, issue) in degenerate(panel).items():
            mean[row], quantiles[row], issues[row] = value, value, issue
        for almanac, observed, rows in groups(panel, horizon, [row for row, it in enumerate(issues) if it is None]):
            built = design(almanac, observed, self.options)
            for start in range(0, len(rows), _TOGETHER):
                part = rows[start : start + _TOGETHER]
                mean[part], quantiles[part], converged = self._solve(panel, part, observed, built)
                if self.fallback and not converged.all() and find_spec("prophet") is None:
                    mean[part[~converged]] = np.nan
                    for row in part[~converged]:
                        issues[row] = Issue.NOT_CONVERGED.of()
                    continue
                for row in part[~converged] if self.fallback else ():
                    mean[row], quantiles[row], issues[row] = library.forecast(
                        panel, int(row), almanac, observed, self.options
                    )
        return Forecasts(mean, quantiles, tuple(issues))

    def _solve(
        self, panel: Panel, rows: Rows, observed: NDArray[np.bool_], built: Design
    ) -> tuple[Array, Array, NDArray[np.bool_]]:
        known = panel.values[rows, panel.values.shape[1] - len(observed) :][:, observed]
        scale = np.abs(known).max(axis=1, keepdims=True)
        past, future = columns(panel, rows, observed, built)
        scales = np.concatenate([built.scales, np.full(len(panel.drivers), self.options.holidays_scale)])
        solve = solver.additive if self.options.seasonality_mode == "additive" else solver.multiplicative
        estimate = solve(built.trend, past, known / scale, scales, self.options.changepoint_scale)
        trend = estimate.trend @ built.future_trend.T
        effect = np.einsum("bhk,bk->bh", np.broadcast_to(future, (len(rows), *future.shape[1:])), estimate.effects)
        variance = trend_variance(estimate.trend[:, 2:], built.ahead)
        if self.options.seasonality_mode == "additive":
            mean = trend + effect
        else:
            mean, variance = trend * (1 + effect), variance * (1 + effect) ** 2
        deviation = np.sqrt(variance + estimate.noise[:, None] ** 2)
        return *distribution(mean * scale, deviation * scale), estimate.converged
