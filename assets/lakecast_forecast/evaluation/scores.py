"""Errors of a source's backtest: every measure of every item, over all scored windows."""

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.evaluation.backtest import SourceForecasts
from lakecast_forecast.evaluation.origins import Origins, actuals, takes_part
from lakecast_forecast.interface import Forecasts
from lakecast_forecast.panel import Array, Panel
from lakecast_schema import accuracy
from lakecast_schema.tables import BOUND_LEVELS


def scales(panel: Panel, origins: Origins) -> tuple[Array, Array]:
    """(n,) what MASE and RMSSE divide by, from what was known before the oldest scored window of each item.

    An item that had not begun by then takes a later window's origin; NaN where there is none.
    """
    absolute, squared = np.full(len(panel), np.nan), np.full(len(panel), np.nan)
    for offset in sorted(origins.offsets[: origins.scored], reverse=True):
        seen = panel.until(offset)
        first, second = accuracy.scales(seen.values, panel.frequency.season_length)
        absolute = np.where(np.isnan(absolute), first, absolute)
        squared = np.where(np.isnan(squared), second, squared)
    return absolute, squared


def windows(backtest: SourceForecasts, panel: Panel) -> list[tuple[NDArray[np.int64], Forecasts, Array]]:
    """Scored windows, newest first: the rows of the panel that take part, all forecasts, all actuals."""
    horizon = backtest.live.mean.shape[1]
    return [
        (np.flatnonzero(takes_part(panel, offset)), window, actuals(panel, offset, horizon))
        for window, offset in zip(backtest.backtest, backtest.origins.offsets, strict=False)
    ]


def score(backtest: SourceForecasts, panel: Panel, scale: tuple[Array, Array]) -> dict[str, Array]:
    """The error columns of a source, each (n,), NaN where there is nothing to score; empty without any window."""
    items, numbers, actual, mean, bounds = [], [], [], [], []
    for number, (rows, forecasts, seen) in enumerate(windows(backtest, panel)):
        horizon = seen.shape[1]
        items.append(np.repeat(rows, horizon))
        numbers.append(np.full(rows.size * horizon, number))
        actual.append(seen[rows].reshape(-1))
        mean.append(forecasts.mean[rows].reshape(-1))
        bounds.append(forecasts.at(BOUND_LEVELS).quantiles[rows].reshape(rows.size * horizon, -1))
    if not items:
        return {}
    return dict(
        accuracy.metrics(
            np.concatenate(items),
            np.concatenate(numbers),
            np.concatenate(actual),
            np.concatenate(mean),
            np.concatenate(bounds),
            *scale,
        )
    )
