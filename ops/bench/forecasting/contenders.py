"""The peers: each takes a set of series and gives means and quantiles by a published library."""

import logging
import warnings
from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
import pandas as pd
from scipy.stats import norm
from statsforecast import StatsForecast
from statsforecast import models as library
from statsmodels.tsa.statespace.sarimax import SARIMAX

from bench.forecasting.sets import LEVELS, Array, Set

Contender = Callable[[Set], tuple[Array, Array | None]]
"""Means (n, h) and quantiles (n, h, levels) of a set; None from a method without a distribution."""

_WIDTHS = (20, 40, 60, 80, 95)
"""Central intervals, in percent, whose ends are LEVELS without the median."""


def _local(model: Callable[[int], object], with_quantiles: bool, series: Set) -> tuple[Array, Array | None]:
    """A model of statsforecast, by its season, fitted to every series in one process."""
    frame = pd.DataFrame(
        {
            "unique_id": np.repeat(np.arange(len(series)), [len(one) for one in series.history]),
            "ds": np.concatenate(series.dates).astype("datetime64[ns]"),
            "y": np.concatenate(series.history),
        }
    )
    season, horizon = series.kind.season, series.kind.horizon
    engine = StatsForecast(
        models=[model(season)],
        freq=series.kind.frequency,
        n_jobs=1,
        fallback_model=library.SeasonalNaive(season_length=season),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of convergence; the forecasts themselves are judged
        found = engine.forecast(df=frame, h=horizon, level=list(_WIDTHS) if with_quantiles else None)
    found = found.sort_values(["unique_id", "ds"], kind="stable")
    name = next(column for column in found.columns if column not in ("unique_id", "ds"))
    shape = (len(series), horizon)
    mean = found[name].to_numpy(dtype=np.float64).reshape(shape)
    if not with_quantiles:
        return mean, None
    low = [found[f"{name}-lo-{width}"].to_numpy(dtype=np.float64).reshape(shape) for width in reversed(_WIDTHS)]
    high = [found[f"{name}-hi-{width}"].to_numpy(dtype=np.float64).reshape(shape) for width in _WIDTHS]
    return mean, np.stack([*low, mean, *high], axis=2)


def _prophet(series: Set) -> tuple[Array, Array | None]:
    """Prophet as it comes, one series after the other; quantiles of its simulated paths."""
    logging.disable(logging.ERROR)  # two lines per series, and one about a missing plotting package
    from prophet import Prophet

    horizon = series.kind.horizon
    means, quantiles = [], []
    for dates, values in zip(series.dates, series.history, strict=True):
        np.random.seed(0)  # Prophet draws from the global generator
        model = Prophet()
        model.fit(pd.DataFrame({"ds": dates.astype("datetime64[ns]"), "y": values}))
        future = model.make_future_dataframe(horizon, freq=series.kind.frequency, include_history=False)
        means.append(model.predict(future)["yhat"].to_numpy())
        quantiles.append(np.quantile(model.predictive_samples(future)["yhat"], LEVELS, axis=1).T)
    return np.array(means), np.array(quantiles)


def _sarimax(series: Set) -> tuple[Array, Array | None]:
    """The airline model of statsmodels, (0,1,1)(0,1,1), or (0,1,1) without a season; a naive path where it fails."""
    season, horizon = series.kind.season, series.kind.horizon
    means, quantiles = [], []
    for values in series.history:
        seasonal = (0, 1, 1, season) if 1 < season <= len(values) // 3 else (0, 0, 0, 0)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                ahead = SARIMAX(values, order=(0, 1, 1), seasonal_order=seasonal).fit(disp=False).get_forecast(horizon)
            center, spread = np.asarray(ahead.predicted_mean), np.asarray(ahead.se_mean)
        except (ValueError, ArithmeticError, np.linalg.LinAlgError):
            center, spread = np.full(horizon, values[-1]), np.full(horizon, np.diff(values).std())
        means.append(center)
        quantiles.append(center[:, None] + spread[:, None] * norm.ppf(LEVELS))
    return np.array(means), np.array(quantiles)


def _of(model: Callable[..., object], with_quantiles: bool = True, **options: object) -> Contender:
    return partial(_local, lambda season: model(season_length=season, **options), with_quantiles)


def _unseasonal(model: Callable[..., object], **options: object) -> Contender:
    """A model of the Croston family: no season, no distribution."""
    return partial(_local, lambda season: model(**options), False)


CONTENDERS: Mapping[str, Contender] = {
    "SeasonalNaive": _of(library.SeasonalNaive),
    "AutoARIMA": _of(library.AutoARIMA),
    "AutoETS": _of(library.AutoETS),
    "AutoTheta": _of(library.AutoTheta),
    "DynamicOptimizedTheta": _of(library.DynamicOptimizedTheta),
    "AutoCES": _of(library.AutoCES),
    "CrostonSBA": _unseasonal(library.CrostonSBA),
    "TSB": _unseasonal(library.TSB, alpha_d=0.1, alpha_p=0.1),
    "ADIDA": _unseasonal(library.ADIDA),
    "IMAPA": _unseasonal(library.IMAPA),
    "Prophet": _prophet,
    "SARIMAX": _sarimax,
}
"""Name -> peer. SCUM, the median of four of them, is not run but computed: see `peers`."""
