"""The source `arima`, batched: buckets of series of similar length, every order of the pool, one average."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.features.history import by_length, recent
from lakecast_forecast.interface import LEVELS, Diagnostics, Forecasts
from lakecast_forecast.issue import Issue
from lakecast_forecast.models.arima.average import distribution, weights
from lakecast_forecast.models.arima.batch import Batch, batch
from lakecast_forecast.models.arima.demand import HISTORY, issues, last_value, pools
from lakecast_forecast.models.arima.members import Member, members, view_of
from lakecast_forecast.models.arima.orders import Order, Pool
from lakecast_forecast.models.arima.regression import count, effects, regressors, without
from lakecast_forecast.panel import Array, Panel
from lakecast_forecast.source import Source

_SIMILAR = 2.0  # lengths within this ratio share a bucket: padding costs time
_ROWS = 512  # series at once: enough to hide the interpreter's cost, few enough for the processor's cache
_BYTES = 256 * 2**20
_MOST_MEMBERS = 64


@dataclass(frozen=True)
class Arima(Source):
    """AICc-weighted average of ARIMA models, {level, log} × {seasonal, seasonally adjusted}, fitted in batches.

    orders: fixed orders instead of the frequency's pool; fitted to the level of the series as it is.
    temperature: how sharply AICc weighs the orders; see `average.weights`.
    rows: most series fitted at once; results do not depend on it.

    Sources: Box & Jenkins 1970; weights by information criteria after Kolassa 2011, IJF 27, 238-251.

    >>> from lakecast_forecast import Arima, example_demand
    >>> forecast = Arima().fit(example_demand()).predict(2)
    >>> [round(mean.as_py(), 1) for mean in forecast["mean"]]
    [0.3, 0.4, 24.0, 28.0]
    """

    orders: Sequence[Order] = ()
    temperature: float = 0.1
    rows: int = _ROWS
    name: str = "arima"
    version: str = "v1.1.0"

    def fit_panel(self, panel: Panel, horizon: int, *, seed: int = 0) -> "Arima":
        """Nothing is shared between items."""
        return self

    @property
    def diagnostics(self) -> Diagnostics:
        return Diagnostics(
            {
                "engine": "batched conditional sum of squares",
                "orders": [str(order) for order in self.orders] or "pool of the frequency",
                "temperature": self.temperature,
            }
        )

    def predict(self, panel: Panel, horizon: int) -> Forecasts:
        """Forecast every item; one that no order can be fitted to gets its last value and the reason."""
        demand, season = recent(panel, HISTORY[panel.frequency]), panel.frequency.season_length
        reasons = issues(demand)
        mean, quantiles = last_value(demand, horizon)
        fittable = np.array([reason is None for reason in reasons], dtype=np.bool_)
        everything = np.ones(len(panel), dtype=np.bool_)
        at_once = self._at_once(demand.shape[1], horizon, count(panel))
        groups = [(Pool(tuple(self.orders), ()), everything)] if self.orders else pools(demand, panel.frequency)
        for orders, where in groups:
            for rows in by_length(demand, np.flatnonzero(fittable & where), at_once, _SIMILAR):
                known = regressors(panel, rows, demand.shape[1], horizon)
                its_mean, its_quantiles, good = self._bucket(demand[rows], known, orders, season)
                mean[rows[good]], quantiles[rows[good]] = its_mean[good], its_quantiles[good]
                for row in rows[~good]:
                    reasons[row] = Issue.NO_ORDER.of()
        return Forecasts(mean, quantiles, tuple(reasons))

    def _bucket(self, demand: Array, known: Array, orders: Pool, season: int) -> tuple[Array, Array, NDArray[np.bool_]]:
        """Mean (n, h), quantiles (n, h, levels) and success (n,) of series of similar length.

        known: (T + h, k, n) regressors of demand (n, T).
        """
        n, horizon = len(demand), len(known) - demand.shape[1]
        shift = np.zeros(n) if self.orders else _shift(demand)
        ready = batch(demand + shift[:, None], season)
        fitted = list(self._members(ready, known[len(known) - horizon - ready.periods :], orders, season))
        if not fitted:
            return np.zeros((n, horizon)), np.zeros((n, horizon, len(LEVELS))), np.zeros(n, dtype=np.bool_)
        shares = weights(fitted, self.temperature)
        mean, quantiles = distribution(fitted, shares)
        levels = [member for member in fitted if not member.log]
        level_mean, _ = distribution(levels, weights(levels, self.temperature))
        mean = np.where(shift[:, None] > 0, level_mean, mean)
        largest = np.finfo(np.float64).max
        with np.errstate(over="ignore"):
            mean = np.clip(mean * ready.scale[:, None] - shift[:, None], 0.0, largest)
            quantiles = np.clip(quantiles * ready.scale[:, None, None] - shift[:, None, None], 0.0, largest)
        return mean, quantiles, shares.sum(0) > 0.5

    def _members(self, ready: Batch, known: Array, orders: Pool, season: int) -> Iterator[Member]:
        horizon = len(known) - ready.periods
        for log in (False,) if self.orders else (False, True):
            adjusted = view_of(ready, horizon, adjust=True, log=log)
            if len(adjusted.rows) == 0:
                continue
            seasonal = view_of(ready, horizon, adjust=False, log=log)
            if known.shape[1]:
                total = effects(adjusted, known[:, :, adjusted.rows])
                adjusted, seasonal = without(adjusted, ready, total), without(seasonal, ready, total)
            yield from members(ready, adjusted, orders.adjusted, season, horizon)
            yield from members(ready, seasonal, orders.seasonal, season, horizon)

    def _at_once(self, periods: int, horizon: int, regressors: int) -> int:
        """Rows that a bucket may have so that its arrays stay within the memory budget."""
        per_row = 8 * (periods * (24 + 4 * regressors) + horizon * (3 * _MOST_MEMBERS + 2 * len(LEVELS)))
        return max(1, min(self.rows, _BYTES // per_row))


def _shift(demand: Array) -> Array:
    """What is added to every series (n,) before it is fitted: its mean if it has zeros, else nothing.

    So logarithms exist of every series, and those of one with zeros are log(1 + demand / mean): skewed like the
    demand itself, whereas the normal distribution of the level alone loses 1 to 10 % of quantile loss on daily sets.
    Their mean still comes from the level's members: demand with zeros is not lognormal, and the logarithms'
    means fall short of it.
    """
    known = ~np.isnan(demand)
    has_zero = (np.where(known, demand, 1.0) == 0.0).any(1)
    largest = np.maximum(np.where(known, demand, 0.0).max(1), np.finfo(np.float64).tiny)
    share = np.where(known, demand / largest[:, None], 0.0).sum(1) / np.maximum(known.sum(1), 1)
    return np.where(has_zero, largest * share, 0.0)
