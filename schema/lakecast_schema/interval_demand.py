"""The distribution of demand over an interval: a chance of none, else gamma, with closed forms for all of it.

Quantiles of the gamma distribution after Wilson & Hilferty (1931): the cube root of a gamma variable is nearly
normal. Probabilities and expected shortages use the same approximation, so that they agree with the quantiles.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from lakecast_schema import normal

Array = NDArray[np.float64]
Last = tuple[Array, Array, Array]
"""What a last day's demand takes below the reorder point (n,): mean, variance, and covariance with what comes after."""

_CERTAIN = 1 - 1e-6
_VANISHED = 1e-200
"""Square of a mean by which nothing is divided: the quotient would be beyond all numbers."""
_HALVINGS, _LINES = 5, 9
"""Steps of the search for a stock by halving and by straight lines."""
_LEAST_SPREAD = 0.1
"""Least deviation of demand that occurs, as a share of its mean, where none is possible, too."""


@dataclass(frozen=True)
class IntervalDemand:
    """Demand of n items over an interval of each; every array is (n,).

    mean, variance: of all of it. nothing: the chance of no demand at all.
    """

    mean: Array
    variance: Array
    nothing: Array

    @classmethod
    def of(
        cls, mean: Array, days: Array, noise: Array, level: Array, lead_std: Array, nothing: Array | float = 0.0
    ) -> Self:
        """Demand over `days` with this mean, of days whose errors share a part.

        noise: variance per day of what is independent from day to day. level: variance per day² of what all days
        share, the error of the forecast's level. lead_std: deviation of the interval's length in days. The variance
        of a sum of errors is learnt as one (Saoud, Kourentzes & Boylan 2022); the term of the lead time is that of
        Silver, Pyke & Thomas.
        """
        rate = mean / np.maximum(days, 1.0)
        variance = noise * days + level * (days**2 + lead_std**2) + rate**2 * lead_std**2
        return cls(mean, variance, np.broadcast_to(np.asarray(nothing, np.float64), mean.shape))

    def plus(self, last: Last) -> Self:
        """This and a last day's demand, which is never nothing."""
        mean, variance, covariance = last
        return type(self)(self.mean + mean, self.variance + variance + 2 * covariance, np.zeros_like(self.mean))

    @cached_property
    def _some(self) -> tuple[Array, Array, Array, Array]:
        """Chance of nothing; mean, and a and b of the cube root a + b z, of demand where there is some."""
        nothing = np.clip(self.nothing, 0.0, _CERTAIN)
        some = self.mean / (1 - nothing)
        spread = (self.variance + self.mean**2) / (1 - nothing) - some**2
        least = np.where(nothing > 0.02, _LEAST_SPREAD, 1e-4) ** 2
        square = some**2
        divides = square > _VANISHED
        share = np.maximum(np.divide(spread, square, out=np.zeros_like(some), where=divides), least) / 9
        return nothing, some, 1 - share, np.sqrt(share)

    def quantile(self, level: Array) -> Array:
        """(n,) what demand does not exceed with probability `level` (n,): none where none is that likely."""
        nothing, some, a, b = self._some
        inner = np.clip((level - nothing) / (1 - nothing), 1e-4, 1 - 1e-5)
        value = some * np.maximum(a + b * normal.quantile(inner), 0.0) ** 3
        return np.where(level <= nothing, 0.0, value)

    def exceeds(self, stock: Array) -> Array:
        """(n,) chance that demand is more than `stock` (n,)."""
        nothing, _, _, _ = self._some
        chance = (1 - nothing) * normal.upper(self._score(stock))
        return np.where(stock < 0, 1.0, np.where(self.mean > 0, chance, 0.0))

    def shortage(self, stock: Array) -> Array:
        """(n,) expected demand above `stock` (n,): E max(demand - stock, 0)."""
        nothing, some, a, b = self._some
        z = self._score(stock)
        q0, q1 = normal.upper(z), normal.density(z)
        q2, q3 = z * q1 + q0, (z * z + 2) * q1
        above = some * (a**3 * q0 + 3 * a * a * b * q1 + 3 * a * b * b * q2 + b**3 * q3) - np.maximum(stock, 0.0) * q0
        return np.where(self.mean > 0, (1 - nothing) * np.maximum(above, 0.0), 0.0) + np.maximum(-stock, 0.0)

    def shortage_with(self, last: Last, stock: Array) -> Array:
        """(n,) expected demand above `stock` (n,) of this and of a last day's demand, which is never nothing.

        Where this is nothing, only the last day is left. One shape for both cases would not agree with `shortage`, and
        their difference, what a cycle is short, could rise with the stock and fall with the lead time.
        """
        nothing, some, _, b = self._some
        mean, variance, covariance = last
        alone = type(self)(mean, variance, np.zeros_like(mean))
        both = (3 * b * some) ** 2 + variance + 2 * covariance / (1 - nothing)
        together = type(self)(some + mean, both, np.zeros_like(mean))
        return nothing * alone.shortage(stock) + (1 - nothing) * together.shortage(stock)

    def _score(self, stock: Array) -> Array:
        """(n,) normal score of a stock, where there is demand."""
        _, some, a, b = self._some
        with np.errstate(over="ignore"):  # of hardly any demand, any stock is infinitely much
            share = np.divide(np.maximum(stock, 0.0), some, out=np.zeros_like(some), where=some > 0)
        return np.clip((np.cbrt(share) - a) / b, -38.0, 38.0)


def no_demand(mean: Array, days: Array, size: Array, period_days: Array) -> Array:
    """(n,) chance of no demand over `days`: occasions of the mean size, every period of the history alike.

    size: mean demand of a period that has any; NaN or 0 where demand is steady, which then never is nothing.
    """
    size = np.nan_to_num(size)
    chance = np.divide(mean * period_days, days * size, out=np.ones_like(mean), where=(days > 0) & (size > 0))
    nothing = (1 - np.clip(chance, 0.0, 0.9999)) ** (days / period_days)
    return np.where(size > 0, np.where(days > 0, nothing, 1.0), 0.0)


def undershoot(rate: Array, noise: Array, size: Array) -> tuple[Array, Array]:
    """Mean and variance of how far demand takes the position below the reorder point before an order is placed.

    E U = E X² / 2 E X and E U² = E X³ / 3 E X of a renewal process (Tijms; Silver, Pyke & Thomas), X being a day's
    demand with mean `rate` and variance `noise`: nothing or, on occasions of the mean `size`, gamma, whose variance is
    what is left of `noise`. size: as for `no_demand`; where demand is steady every day is an occasion.
    """
    size = np.maximum(np.where(np.nan_to_num(size) > 0, size, rate), rate)
    chance = np.divide(rate, size, out=np.ones_like(rate), where=size > 0)
    square = np.maximum(noise + rate**2, rate * size)
    spread = np.divide(square, chance * size**2, out=np.ones_like(rate), where=rate > 0) - 1
    mean = np.divide(square, 2 * rate, out=np.zeros_like(rate), where=rate > 0)
    return mean, np.maximum(2 * mean * size * (1 + 2 * spread) / 3 - mean**2, 0.0)


def level_for_fill(before: IntervalDemand, last: Last, gap: Array, cycle: Array, fill: Array) -> Array:
    """(n,) lowest stock that leaves at most (1 - fill) of a cycle's demand `cycle` (n,) short.

    before, last: demand until an order arrives, and of the last day before it was placed. What was short already when
    the order before arrived, `gap` above the stock, is not short once more (Silver, Pyke & Thomas; without it the level
    is too high: Babiloni et al. 2012).
    """
    return lowest_stock(
        lambda stock: before.shortage_with(last, stock) - before.shortage(stock + gap),
        3 * before.plus(last).quantile(np.full_like(before.mean, 1 - 1e-5)),
        (1 - fill) * cycle,
    )


def lowest_stock(short: Callable[[Array], Array], high: Array, most: Array) -> Array:
    """(n,) lowest stock, up to `high` (n,), whose shortage `short(stock)` is at most `most` (n,).

    Halves the interval a few times, then goes where a straight line between its ends crosses, the end that has stayed
    counting half (the Illinois method, Dowell & Jarratt 1971): to 1e-4 of the stock, and mostly to 1e-7.
    """
    low = np.zeros_like(high)
    below, above = short(low) - most, short(high) - most  # at the two ends
    rose = np.zeros(high.shape, bool)
    for step in range(_HALVINGS + _LINES):
        width = below - above
        share = np.divide(below, width, out=np.full_like(width, 0.5), where=(width > 0) & (step >= _HALVINGS))
        middle = low + np.clip(share, 1e-3, 1 - 1e-3) * (high - low)
        here = short(middle) - most
        many = here > 0
        stays = (many == rose) & (step > _HALVINGS)
        below, above = np.where(stays & ~many, below / 2, below), np.where(stays & many, above / 2, above)
        low, below = np.where(many, middle, low), np.where(many, here, below)
        high, above = np.where(many, high, middle), np.where(many, above, here)
        rose = many
    return high
