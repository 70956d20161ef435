"""Numbers of every model on small panels of every frequency: what both `test_reference` hold the models to.

Run it with PYTHONPATH=tests/forecast to write them anew after a deliberate change, which raises the model's version.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
from panels import panel, seasonal, sporadic

from lakecast_forecast import registry
from lakecast_forecast.ensemble import combine
from lakecast_forecast.evaluation import origins, scores, validity
from lakecast_forecast.evaluation.backtest import SourceForecasts, run_source
from lakecast_forecast.interface import Forecasts, Model
from lakecast_forecast.models.arima.orders import Order
from lakecast_forecast.panel import Array, Panel
from lakecast_schema.periods import Frequency

FILE = Path(__file__).with_name("reference.json")
HORIZONS = {
    Frequency.DAILY: 9, Frequency.WEEKLY: 5, Frequency.MONTHLY: 14, Frequency.QUARTERLY: 6, Frequency.YEARLY: 4,
}  # fmt: skip
_PERIODS = {
    Frequency.DAILY: 160, Frequency.WEEKLY: 130, Frequency.MONTHLY: 66, Frequency.QUARTERLY: 44, Frequency.YEARLY: 46,
}  # fmt: skip

MODELS: Mapping[str, Callable[[], Model]] = {
    **{
        name: lambda name=name: registry.get(name)
        for name in registry.names()
        if name not in ("lstm", "mlp") and registry.has_engine(name, "batched") and name in registry._BUILT_IN
    },
    "lstm": lambda: registry.get("lstm", steps=12),
    "mlp": lambda: registry.get("mlp", steps=12),
    "prophet, multiplicative": lambda: registry.get(
        "prophet", seasonality_mode="multiplicative", changepoints=8, fallback=False
    ),
    "arima, fixed orders": lambda: registry.get("arima", orders=(Order(2, 1, 1), Order(1, 0, 1, constant=True))),
    "prophet, library": lambda: registry.get("prophet", engine="library"),
    "arima, library": lambda: registry.get("arima", engine="library"),
    "ensemble": lambda: registry.get("ensemble", members=("ets", "theta", "empirical", "negative_binomial")),
}
"""Variant of a model -> how it is made. Nets take few steps: their numbers need not be good."""


@cache
def whole(frequency: Frequency) -> Panel:
    """Smooth and sporadic items of many lengths, with gaps, ended, begun of late, exploding, collapsing; a driver."""
    periods, season = _PERIODS[frequency], frequency.season_length
    series = [one[3 * k :] for k, one in enumerate(seasonal(4, periods, max(season, 2), 5))]
    series += [one[5 * k :] for k, one in enumerate(sporadic(4, periods, 6))]
    series[1] = series[1].copy()
    series[1][[7, 8, 20]] = np.nan
    ended = np.concatenate([series[0][:20], np.zeros(12)])
    late = np.concatenate([np.zeros(20), [3.0, 0.0, 1.0, 1.0, 0.0]])
    series += [ended, late, late[:-2], np.full(20, 7.0), np.zeros(20), *(series[2][-length:] for length in range(1, 9))]
    rare = np.where(np.arange(periods) % 31 == periods % 31, 5.0, 0.0)
    spike = np.where(np.arange(40) == 30, 4000.0, 3.0 + np.arange(40) % 3)
    series += [rare, spike, 1.3 ** np.arange(30), 5.0 - 5.0 * np.tanh(np.arange(30) - 24)]
    made = panel([list(one) for one in series], frequency)
    values = np.random.default_rng(7).normal(0, 1, (len(series), periods + HORIZONS[frequency]))
    drivers = {"x_visits": np.round(values, 3)} if frequency in (Frequency.DAILY, Frequency.MONTHLY) else {}
    return replace(made, country="BR", drivers=drivers)


def frequencies(variant: str) -> tuple[Frequency, ...]:
    """Those that a variant is compared at: one of few items for the libraries, which are slow."""
    return (Frequency.QUARTERLY,) if "library" in variant else tuple(Frequency)


def numbers(variant: str, frequency: Frequency) -> list[list[float]]:
    """Four figures per item: the mean of the first step, and weighted means of means, lower and upper quantiles."""
    of, horizon = whole(frequency), HORIZONS[frequency]
    if "library" in variant:
        of = of.select(np.array([1, 5, 8, 13, 17]))
    return _digest(validity.predict(MODELS[variant]().fit(of, horizon, seed=3), of, horizon))


def version(variant: str) -> str:
    return MODELS[variant]().version


@cache
def backtests(frequency: Frequency) -> Mapping[str, SourceForecasts]:
    """Backtests of a few sources and the ensemble of them."""
    of, horizon = _many(frequency), HORIZONS[frequency] // 2
    plan = origins.plan(of.lengths, frequency, horizon)
    names = ("empirical", "negative_binomial", "random_walk", "ses", "theta")
    runs = {name: run_source(registry.get(name), of, plan, horizon, batch_size=17) for name in names}
    return {**runs, "ensemble": combine(list(runs.values()), of)}


def evaluation(source: str, frequency: Frequency) -> list[list[float]]:
    """Of a source's backtest: the digests of the present and of every window summed over items, then its errors."""
    of, found = _many(frequency), backtests(frequency)[source]
    errors = scores.score(found, of, scores.scales(of, found.origins))
    sums = [np.sum(_digest(one), axis=0).tolist() for one in (found.live, *found.backtest, *found.raw)]
    return [*sums, [float(np.nanmean(values)) for _, values in sorted(errors.items())]]


@cache
def _many(frequency: Frequency) -> Panel:
    """Items enough for pools of misses of their own."""
    periods, season = _PERIODS[frequency], frequency.season_length
    return panel([*seasonal(48, periods, max(season, 2), 8), *sporadic(48, periods, 9)], frequency)


def _digest(forecasts: Forecasts) -> list[list[float]]:
    weight = 1 + np.arange(forecasts.mean.shape[1]) * 0.618 % 1
    across = 1 + np.arange(forecasts.quantiles.shape[2]) * 0.618 % 1
    distribution = np.einsum("nhl,h,l->nl", forecasts.quantiles, weight, across) / weight.sum()
    low, high = distribution[:, :5].mean(axis=1), distribution[:, 5:].mean(axis=1)
    figures: Array = np.stack([forecasts.mean[:, 0], forecasts.mean @ weight / weight.sum(), low, high], axis=1)
    return [[float(f"{value:.12g}") for value in row] for row in figures.tolist()]


def main() -> None:
    """Write the file."""
    document = {
        "models": {
            variant: {
                "version": version(variant),
                **{str(frequency): numbers(variant, frequency) for frequency in frequencies(variant)},
            }
            for variant in MODELS
        },
        "backtests": {
            source: {
                str(frequency): evaluation(source, frequency) for frequency in (Frequency.DAILY, Frequency.MONTHLY)
            }
            for source in backtests(Frequency.MONTHLY)
        },
    }
    text = json.dumps(document, indent=1)
    FILE.write_text(text.replace("\n     ", " ").replace("\n    ]", "]") + "\n")


if __name__ == "__main__":
    main()
