import numpy as np
import pytest
from numpy.typing import NDArray

from lakecast_forecast.models.arima.adjust import Seasonality, seasonality
from lakecast_forecast.panel import Array


def _of(series: Array, season: int, starts: NDArray[np.int64] | None = None) -> Seasonality:
    starts = np.zeros(series.shape[1], dtype=np.int64) if starts is None else starts
    return seasonality(series, np.ones(series.shape, dtype=np.bool_), starts, season)


@pytest.mark.parametrize(("season", "periods"), [(4, 40), (7, 70), (12, 100), (52, 210)])
def test_finds_multiplicative_indices_whatever_the_last_phase(season: int, periods: int) -> None:
    phases = np.arange(periods) % season
    indices = 1 + 0.4 * np.cos(2 * np.pi * np.arange(season) / season)
    found = _of((100 * indices[phases])[:, None], season)
    ahead, offset = found.ahead(season)
    np.testing.assert_allclose(ahead[:, 0], indices[np.arange(periods, periods + season) % season], rtol=1e-6)
    assert (offset == 0).all()
    np.testing.assert_allclose(found.over(periods)[0][:, 0], indices[phases], rtol=1e-6)


def test_series_with_zeros_get_additive_indices() -> None:
    wave = np.array([0.0, 4.0, 8.0, 4.0])
    found = _of(np.tile(wave, 10)[:, None], 4)
    np.testing.assert_allclose(found.ahead(4)[1][:, 0], wave - 4.0, atol=1e-9)
    assert (found.factor == 1).all()


def test_noise_and_short_series_are_left_alone() -> None:
    rng = np.random.default_rng(0)
    noise = rng.uniform(1, 2, (60, 200))
    changed = (_of(noise, 12).factor != 1).any(0)
    assert changed.mean() < 0.2  # the test is one at 90 %
    short = np.tile([1.0, 5.0, 2.0, 8.0], 2)[:, None]
    assert (_of(short, 4).factor == 1).all()


def test_two_years_of_weeks_are_enough() -> None:
    indices = 1 + 0.4 * np.cos(2 * np.pi * np.arange(52) / 52)
    found = _of(np.tile(indices, 2)[:, None], 52)
    np.testing.assert_allclose(found.ahead(52)[0][:, 0], indices, rtol=1e-6)


def test_leading_padding_changes_nothing() -> None:
    rng = np.random.default_rng(0)
    series = (np.tile([1.0, 2.0, 3.0, 2.0], 12) * rng.uniform(0.9, 1.1, 48))[:, None]
    padded = np.concatenate([np.zeros((13, 1)), series])
    known = np.arange(61)[:, None] >= 13
    found = seasonality(padded, known, np.array([13]), 4)
    np.testing.assert_allclose(found.factor, _of(series, 4).factor, rtol=1e-12)


def test_a_year_of_months_has_an_index_each_and_needs_three_repetitions() -> None:
    peak = np.where(np.arange(12) == 5, 3.0, 1.0)
    index = peak / peak.mean()
    np.testing.assert_allclose(_of(np.tile(peak, 5)[:, None], 12).ahead(12)[0][:, 0], index, rtol=1e-6)
    assert (_of(np.tile(peak, 2)[:, None], 12).factor == 1).all()
