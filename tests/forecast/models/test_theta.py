"""The theta model's recursion: the same whether a value is seen in the batch or afterwards."""

import numpy as np

from lakecast_forecast.models.theta import _filtered


def test_a_state_goes_on_as_if_the_next_value_had_been_in_the_batch() -> None:
    values = np.random.default_rng(0).normal(100, 10, (24, 3))
    whole, _, _ = _filtered(values, np.full(3, 24.0))
    before, _, _ = _filtered(values[:23], np.full(3, 23.0))
    after = before.after(values[23])
    for name in ("count", "level", "intercept", "slope", "average", "fading"):
        np.testing.assert_allclose(getattr(after, name), getattr(whole, name), rtol=1e-9, err_msg=name)


def test_the_line_is_that_of_least_squares() -> None:
    values = np.random.default_rng(1).normal(100, 10, (24, 2))
    state, _, _ = _filtered(values, np.full(2, 24.0))
    slope, intercept = np.polyfit(np.arange(1, 25), values, 1)
    np.testing.assert_allclose(state.slope, slope, rtol=1e-9)
    np.testing.assert_allclose(state.intercept, intercept, rtol=1e-9)
