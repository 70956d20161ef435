import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lakecast_forecast.models.arima.polynomials import integrated, product, stationary
from lakecast_forecast.panel import Array


@given(st.lists(st.floats(-50, 50), min_size=1, max_size=4))
def test_any_numbers_give_a_stationary_polynomial(raw: list[float]) -> None:
    coefficients = stationary(np.array(raw)[:, None])[:, 0]
    inverse_roots = np.roots([1.0, *-coefficients])
    assert np.abs(inverse_roots).max(initial=0) < 1


def test_two_coefficients_follow_from_partial_autocorrelations() -> None:
    first, second = 0.995 * np.tanh([0.4, -0.7])
    np.testing.assert_allclose(stationary(np.array([[0.4], [-0.7]]))[:, 0], [first * (1 - second), second])


@given(
    st.lists(st.floats(-1, 1), max_size=2),
    st.lists(st.floats(-1, 1), max_size=2),
    st.integers(0, 2),
    st.integers(0, 1),
    st.sampled_from([2, 4, 12]),
)
def test_sparse_products_equal_dense_ones(
    short: list[float], seasonal: list[float], d: int, seasonal_d: int, season: int
) -> None:
    dense = np.array([1.0, *-np.array(short)])
    large = np.zeros(season * len(seasonal) + 1)
    large[0] = 1
    large[season::season] = -np.array(seasonal)
    dense = np.convolve(dense, large)
    for step in [1] * d + [season] * seasonal_d:
        dense = np.convolve(dense, [1, *[0] * (step - 1), -1])
    lags = integrated(product(_column(short), _column(seasonal), season), d, seasonal_d, season)
    found = np.zeros(len(dense))
    found[0] = 1
    for lag, c in lags.items():
        found[lag] = -np.asarray(c).ravel()[0]
    np.testing.assert_allclose(found, dense, atol=1e-12)


def _column(values: list[float]) -> Array:
    return np.array(values, dtype=np.float64).reshape(len(values), 1)
