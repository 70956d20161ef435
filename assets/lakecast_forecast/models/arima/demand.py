"""The demand that is fitted: recent periods of a panel, and which of its series can be fitted at all."""

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.interface import LEVELS
from lakecast_forecast.issue import Issue
from lakecast_forecast.models.arima.orders import LEAN, LONG_YEARLY, Pool, pool
from lakecast_forecast.panel import Array
from lakecast_schema.periods import Frequency

HISTORY = {
    Frequency.DAILY: 730,
    Frequency.WEEKLY: 520,
    Frequency.MONTHLY: 360,
    Frequency.QUARTERLY: 200,
    Frequency.YEARLY: 100,
}
"""Most recent periods that are fitted: older ones cost much and say little about the next season."""

_SHORTEST = 5  # known periods
_LONG = 40  # known years


def issues(demand: Array) -> list[str | None]:
    """Per series of demand (n, T) why no model can be fitted to it, None where one can."""
    known = ~np.isnan(demand)
    counts = known.sum(1)
    largest = np.where(known, demand, -np.inf).max(1, initial=-np.inf)
    smallest = np.where(known, demand, np.inf).min(1, initial=np.inf)
    return [_issue(count, low, high) for count, low, high in zip(counts, smallest, largest, strict=True)]


def _issue(count: int, smallest: float, largest: float) -> str | None:
    if count == 0:
        return Issue.NONE_KNOWN.of()
    if largest <= 0:
        return Issue.ALL_ZERO.of()
    if count < _SHORTEST:
        return Issue.FEW_FOR_ARIMA.of(count=count, least=_SHORTEST)
    if largest - smallest <= 1e-12 * largest:
        return Issue.CONSTANT.of()
    return None


def pools(demand: Array, frequency: Frequency) -> list[tuple[Pool, NDArray[np.bool_]]]:
    """The orders for series of demand (n, T), and which of them (n,) each pool is for.

    Series with little to learn from, a quarter of them zero or shorter than two seasons, get the lean pool. The
    limits are the best of a few tried on rolling origins of public sets. Daily and weekly zeros are often closed
    days or a shop not yet open, which takes the whole pool to tell.
    """
    counts = (~np.isnan(demand)).sum(1)
    zeros = (demand == 0).sum(1)
    lean = (zeros > 0.25 * counts) | (counts < max(2 * frequency.season_length, 10))
    if frequency in (Frequency.DAILY, Frequency.WEEKLY):
        lean = np.zeros(len(demand), dtype=np.bool_)
    long = ~lean & (counts >= _LONG) & (frequency is Frequency.YEARLY)
    return [(pool(frequency), ~lean & ~long), (LONG_YEARLY, long), (LEAN, lean)]


def last_value(demand: Array, horizon: int) -> tuple[Array, Array]:
    """The last known value as mean and as every quantile; 0 without one."""
    n, periods = demand.shape
    if periods == 0:
        return np.zeros((n, horizon)), np.zeros((n, horizon, len(LEVELS)))
    at = periods - 1 - (~np.isnan(demand))[:, ::-1].argmax(1)
    last = np.nan_to_num(demand[np.arange(n), at])
    mean = np.repeat(last[:, None], horizon, axis=1)
    return mean, np.repeat(mean[:, :, None], len(LEVELS), axis=2)
