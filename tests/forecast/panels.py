"""Panels for the tests of the models: generated ones, and the awkward series that every model must survive."""

from collections.abc import Sequence

import numpy as np
from hypothesis import strategies as st

from lakecast_forecast.interface import LEVELS, Forecasts
from lakecast_forecast.panel import Array, Panel
from lakecast_schema.periods import Frequency

END = np.datetime64("2024-06-01")


def panel(series: Sequence[Sequence[float]], frequency: Frequency = Frequency.MONTHLY) -> Panel:
    """A panel of these series, all ending in the same period."""
    periods = max((len(one) for one in series), default=0)
    values = np.full((len(series), periods), np.nan)
    for row, one in enumerate(series):
        values[row, periods - len(one) :] = one
    return Panel(
        dataset_id="test",
        frequency=frequency,
        item_ids=tuple(f"item-{row}" for row in range(len(series))),
        values=values,
        lengths=np.array([len(one) for one in series], dtype=np.int64),
        ends=np.full(len(series), END),
    )


def seasonal(items: int, periods: int, season: int = 12, seed: int = 0) -> list[Array]:
    """Positive series with trend, season and noise."""
    rng = np.random.default_rng(seed)
    time = np.arange(periods)
    level = rng.lognormal(3, 1, items)[:, None]
    wave = 1 + 0.3 * np.sin(2 * np.pi * (time + rng.integers(0, season, items)[:, None]) / season)
    drift = 1 + rng.normal(0, 0.004, items)[:, None] * time
    return list(np.maximum(level * wave * drift * rng.lognormal(0, 0.1, (items, periods)), 0.01))


def sporadic(items: int, periods: int, seed: int = 0) -> list[Array]:
    """Counts that are zero in most periods."""
    rng = np.random.default_rng(seed)
    rate = rng.uniform(0.05, 0.4, items)[:, None]
    return list(rng.binomial(1, rate, (items, periods)) * (1.0 + rng.poisson(1.5, (items, periods))))


def assert_valid(forecasts: Forecasts, whole: Panel, horizon: int) -> None:
    """Every item of the panel has finite, ordered quantiles and a mean, none of them negative, and a word on issues."""
    assert forecasts.mean.shape == (len(whole), horizon)
    assert forecasts.quantiles.shape == (len(whole), horizon, len(LEVELS))
    assert np.isfinite(forecasts.mean).all()
    assert np.isfinite(forecasts.quantiles).all()
    assert (forecasts.mean >= 0).all()
    assert (forecasts.quantiles >= 0).all()
    assert (np.diff(forecasts.quantiles, axis=2) >= 0).all()
    assert len(forecasts.issues) == len(whole)


AWKWARD: dict[str, list[float]] = {
    "one point": [3.0],
    "one zero": [0.0],
    "two points": [3.0, 5.0],
    "constant": [7.0] * 40,
    "all zero": [0.0] * 40,
    "zero then one": [0.0] * 39 + [1.0],
    "one then zero": [1.0] + [0.0] * 39,
    "ended long ago": [5.0, 6.0] * 10 + [0.0] * 40,
    "huge": [1e12 * (1 + k % 5) for k in range(40)],
    "tiny": [1e-9 * (1 + k % 5) for k in range(40)],
    "exploding": [float(2**k) for k in range(40)],
    "unknown within": [float(k) if k % 7 else np.nan for k in range(40)],
    "unknown at the end": [4.0] * 30 + [np.nan] * 10,
    "unknown at the start": [np.nan] * 30 + [4.0] * 10,
    "all unknown": [np.nan] * 20,
    "empty": [],
    "one spike": [1.0] * 20 + [1e6] + [1.0] * 20,
    "alternating": [0.0, 100.0] * 20,
}


_MIXTURES = ((1, 1, 1, 1), (1, 3, 0, 0), (8, 1, 0, 1), (0, 0, 1, 0), (0, 1, 0, 0), (1, 0, 0, 0), (0, 1, 0, 3))
"""How often a value is 0, a count up to 20, of any size from 1e-6 to 1e9, and unknown."""


@st.composite
def panels(draw: st.DrawFn, frequencies: Sequence[Frequency] = tuple(Frequency), longest: int = 60) -> Panel:
    """Panels of one to six items of any length, scale and sparsity, some values unknown.

    The values come from a drawn seed: drawing hundreds of them one by one takes longer than most tests.
    """
    noise = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shapes = draw(st.lists(st.tuples(st.integers(0, longest), st.sampled_from(_MIXTURES)), min_size=1, max_size=6))
    series = []
    for length, shares in shapes:
        kinds = (np.zeros(length), noise.integers(0, 21, length), 10 ** noise.uniform(-6, 9, length))
        choices = np.stack([*kinds, np.full(length, np.nan)])
        weights = np.array(shares) / sum(shares)
        series.append(choices[noise.choice(4, length, p=weights), np.arange(length)])
    return panel(series, draw(st.sampled_from(list(frequencies))))
