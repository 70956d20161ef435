import numpy as np
from hypothesis import given
from panels import panel, panels

from lakecast_forecast.features.series import filled
from lakecast_forecast.panel import Panel
from lakecast_schema.periods import Frequency


@given(panels())
def test_known_values_stay_and_no_gap_remains(whole: Panel) -> None:
    series = filled(whole)
    known = ~np.isnan(whole.values)
    np.testing.assert_array_equal(series.values[known], whole.values[known])
    assert np.isfinite(series.values).all()
    assert (series.values[~series.mask()] == 0).all()
    np.testing.assert_array_equal(series.lengths, whole.lengths)


def test_a_gap_takes_the_value_of_the_season_before_else_after_else_the_mean() -> None:
    week = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]
    before = panel([[*week, 1.0, np.nan]], Frequency.DAILY)
    after = panel([[1.0, np.nan, *week]], Frequency.DAILY)
    neither = panel([[1.0, np.nan, 3.0]], Frequency.DAILY)
    assert filled(before).values[0, -1] == 2
    assert filled(after).values[0, 1] == 7
    assert filled(neither).values[0, 1] == 2
