"""What is left of a forecast after a day."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lakecast_schema.remaining import after_day


@given(
    st.lists(st.floats(0, 100), min_size=1, max_size=8),
    st.integers(1, 31),
    st.integers(-5, 40),
)
def test_demand_is_spread_over_the_days_that_are_left(mean: list[float], length: int, offset: int) -> None:
    starts = np.datetime64("2026-01-01") + length * np.arange(len(mean))
    day = np.datetime64("2026-01-01") + offset
    forecast = np.array([[*mean, np.nan]])
    days = np.full(forecast.shape, float(length))
    begins = np.append(starts, starts[-1])[None, :]
    demand, left = after_day(forecast, begins, days, np.array([day]))
    rates = np.repeat(np.array(mean) / length, length)
    dates = np.datetime64("2026-01-01") + np.arange(len(rates))
    after = dates > day
    known = np.isfinite(demand)
    if not after.any():  # taken as it is
        after[:] = True
    assert np.isclose(demand[known].sum(), rates[after].sum())
    assert left[known].sum() == after.sum()
