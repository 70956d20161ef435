"""Drivers: what is unknown is neutral, what never changed says nothing, units do not matter."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lakecast_forecast.features import drivers
from lakecast_forecast.panel import Array

VALUES = hnp.arrays(float, (3, 12), elements=st.floats(-1e6, 1e6) | st.just(float("nan")))


@given(VALUES)
def test_standardised_drivers_are_finite_and_centred(values: Array) -> None:
    past, future = drivers.standardised(values[:, :8], values[:, 8:])
    assert np.isfinite(past).all()
    assert np.isfinite(future).all()
    assert (np.abs(past) < 10).all()


@given(st.floats(0.1, 1e4), st.floats(-1e4, 1e4))
def test_units_do_not_matter(scale: float, shift: float) -> None:
    values = np.random.default_rng(0).normal(size=(2, 20))
    one = drivers.standardised(values[:, :15], values[:, 15:])
    other = drivers.standardised(values[:, :15] * scale + shift, values[:, 15:] * scale + shift)
    assert np.allclose(one[0], other[0], atol=1e-6)
    assert np.allclose(one[1], other[1], atol=1e-6)


def test_indicators_stay_as_they_are_and_unknown_ones_are_their_mean() -> None:
    past, future = drivers.standardised(np.array([[0.0, 1.0, np.nan, 0.0, 1.0]]), np.array([[1.0, np.nan]]))
    assert past.tolist() == [[0.0, 1.0, 0.5, 0.0, 1.0]]
    assert future.tolist() == [[1.0, 0.5]]


def test_a_driver_that_never_changed_has_no_effect() -> None:
    past, future = drivers.standardised(np.full((1, 6), 9.0), np.full((1, 2), 99.0))
    assert not past.any()
    assert not future.any()
