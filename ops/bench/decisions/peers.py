"""Order-up-to levels of what people use: an ERP's formula, Croston's family, bootstraps, windows of the past.

history: (n, T) demand until an origin, NaN where unknown. length: periods of lead time and review. All give (n,).
"""

from collections.abc import Callable, Mapping
from statistics import NormalDist

import numpy as np

from lakecast_forecast.panel import Array
from lakecast_schema.count_quantile import negative_binomial_quantile

BEST = "TSB, negative binomial"
"""The peer that kept its promises best in the laboratory."""
_SMOOTHING, _CHANCE_SMOOTHING = 0.1, 0.05
_DRAWS = 200


def erp(history: Array, length: int, service: float) -> Array:
    """Mean and deviation of the last 12 periods (84 of daily data), z times the root of the length."""
    recent = history[:, -(84 if history.shape[1] > 200 else 12) :]
    mean, deviation = np.nanmean(recent, axis=1), np.nanstd(recent, axis=1, ddof=1)
    level: Array = np.maximum(mean * length + NormalDist().inv_cdf(service) * deviation * np.sqrt(length), 0)
    return level


def sba_normal(history: Array, length: int, service: float) -> Array:
    """Croston's rate without its bias (Syntetos & Boylan 2005) and its smoothed squared error, normal."""
    rate, squared = _sba(history)
    return np.maximum(rate * length + NormalDist().inv_cdf(service) * np.sqrt(squared * length), 0)


def sba_poisson(history: Array, length: int, service: float) -> Array:
    """The same rate, Poisson."""
    mean = _sba(history)[0] * length
    return negative_binomial_quantile(mean, mean, np.full(len(mean), service))


def tsb_negative_binomial(history: Array, length: int, service: float) -> Array:
    """The rate of Teunter, Syntetos & Babai (2011), the history's variance, negative binomial."""
    mean = _tsb(history) * length
    spread = np.maximum(np.nanvar(history, axis=1) * length, mean * 1.01)
    return negative_binomial_quantile(mean, spread, np.full(len(mean), service))


def windows(history: Array, length: int, service: float) -> Array:
    """The quantile of sums over all past windows of this length (Porras & Dekker 2008)."""
    known = np.isfinite(history)
    sums, gaps = (
        np.concatenate([np.zeros((len(history), 1)), each.cumsum(axis=1)], axis=1)
        for each in (np.nan_to_num(history), (~known).astype(float))
    )
    sums, gaps = (each[:, length:] - each[:, :-length] for each in (sums, gaps))
    whole = np.where(gaps > 0, np.nan, sums)
    level: Array = np.nan_to_num(np.nanquantile(whole, service, axis=1, method="higher"))
    return level


def bootstrap(history: Array, length: int, service: float) -> Array:
    """The quantile of sums of independent draws of past periods."""
    draw, levels = np.random.default_rng(length), np.zeros(len(history))
    for row, values in enumerate(history):
        known = values[np.isfinite(values)]
        if known.size:
            sums = known[draw.integers(0, known.size, (_DRAWS, length))].sum(axis=1)
            levels[row] = np.quantile(sums, service, method="higher")
    return levels


PEERS: Mapping[str, Callable[[Array, int, float], Array]] = {
    "ERP, z x root of the length": erp,
    "SBA, normal": sba_normal,
    "SBA, Poisson": sba_poisson,
    BEST: tsb_negative_binomial,
    "windows of the past": windows,
    "bootstrap": bootstrap,
}


def _sba(history: Array) -> tuple[Array, Array]:
    """(n,) rate per period and smoothed squared error."""
    size, interval, since = np.full(len(history), np.nan), np.full(len(history), np.nan), np.ones(len(history))
    squared = np.full(len(history), np.nan)
    a = _SMOOTHING
    for demand in history.T:
        known = np.isfinite(demand)
        error = (demand - size / interval * (1 - a / 2)) ** 2
        fresh = known & np.isfinite(error)
        squared = np.where(fresh, np.where(np.isnan(squared), error, squared + a * (error - squared)), squared)
        sale = known & (np.nan_to_num(demand) > 0)
        first = sale & np.isnan(size)
        size = np.where(first, demand, np.where(sale, size + a * (demand - size), size))
        interval = np.where(first, since, np.where(sale, interval + a * (since - interval), interval))
        since = np.where(sale, 1, np.where(known, since + 1, since))
    return np.nan_to_num(size / interval * (1 - a / 2)), np.nan_to_num(squared)


def _tsb(history: Array) -> Array:
    sale, known = np.nan_to_num(history) > 0, np.isfinite(history)
    size = np.where(sale, np.nan_to_num(history), 0).sum(axis=1) / np.maximum(sale.sum(axis=1), 1)
    chance = sale.sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    for period in range(history.shape[1]):
        demand = history[:, period]
        size = np.where(sale[:, period], size + _SMOOTHING * (np.nan_to_num(demand) - size), size)
        chance = np.where(known[:, period], chance + _CHANCE_SMOOTHING * (sale[:, period] - chance), chance)
    rate: Array = size * chance
    return rate
