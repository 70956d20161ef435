import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from panels import panel, panels

from lakecast_forecast.evaluation.origins import actuals, plan, takes_part
from lakecast_forecast.panel import Panel
from lakecast_schema.periods import Frequency

LENGTHS = st.lists(st.integers(0, 2000), min_size=1, max_size=20)


@given(LENGTHS, st.sampled_from(list(Frequency)), st.integers(1, 60))
def test_scored_windows_do_not_overlap_and_come_after_those_that_calibrate(
    lengths: list[int], frequency: Frequency, horizon: int
) -> None:
    origins = plan(np.array(lengths, dtype=np.int64), frequency, horizon)
    scored, calibrating = origins.offsets[: origins.scored], origins.offsets[origins.scored :]
    assert list(origins.offsets) == sorted(set(origins.offsets))
    assert all(offset == horizon * (k + 1) for k, offset in enumerate(scored))
    assert all(offset - horizon >= horizon * origins.scored for offset in calibrating)
    assert bool(scored) == bool(origins.offsets)


@given(LENGTHS, st.sampled_from(list(Frequency)), st.integers(1, 60))
def test_calibration_sees_nothing_of_the_window_that_it_serves(
    lengths: list[int], frequency: Frequency, horizon: int
) -> None:
    origins = plan(np.array(lengths, dtype=np.int64), frequency, horizon)
    for window in range(origins.scored):
        for older in origins.older(window, horizon):
            assert origins.offsets[older] - horizon >= origins.offsets[window]


def test_three_years_of_days_give_three_scored_windows() -> None:
    origins = plan(np.full(10, 1096), Frequency.DAILY, 28)
    assert origins.offsets == (28, 56, 84, 112, 140, 168)
    assert origins.scored == 3


def test_too_short_for_any_window() -> None:
    assert plan(np.array([3, 0]), Frequency.MONTHLY, 12).offsets == ()


@given(panels(), st.integers(1, 12), st.integers(0, 70))
def test_actuals_are_the_periods_after_the_origin(whole: Panel, horizon: int, further: int) -> None:
    offset = horizon + further
    window = actuals(whole, offset, horizon)
    assert window.shape == (len(whole), horizon)
    for row in range(len(whole)):
        life = whole.values[row, whole.values.shape[1] - whole.lengths[row] :]
        padded = np.concatenate([np.full(offset, np.nan), life])
        np.testing.assert_array_equal(window[row], padded[len(padded) - offset :][:horizon])


def test_a_window_must_lie_in_the_past() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        actuals(panel([[1.0] * 20]), 3, 6)


def test_items_without_history_take_no_part() -> None:
    assert takes_part(panel([[1.0] * 40, [1.0] * 15]), 12).tolist() == [True, False]
