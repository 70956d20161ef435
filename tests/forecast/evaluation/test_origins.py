import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from panels import panel, panels

from lakecast_forecast.evaluation.origins import Origins, actuals, plan, takes_part
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


def slow_plan(typical: int, frequency: Frequency, horizon: int) -> tuple[tuple[int, ...], int]:
    """The offsets and how many of them are scored, window by window."""
    least = {"daily": 14, "weekly": 8, "monthly": 8, "quarterly": 6, "yearly": 5}[frequency]
    needed = max(least, min(2 * frequency.season_length, typical // 3))
    windows = 0
    while typical - (windows + 1) * horizon >= needed:
        windows += 1
    if not windows:
        return (), 0
    scored = {0: 1, 1: 1, 2: 1, 3: 1, 4: 2, 5: 2}.get(windows, 3)
    step = horizon if windows >= scored + 3 else max(1, horizon // 3)
    offsets = [horizon * (number + 1) for number in range(scored)]
    older = [horizon * (scored + 1) + number * step for number in range(3)]
    return (*offsets, *(offset for offset in older if typical - offset >= least)), scored


@pytest.mark.parametrize("frequency", list(Frequency))
def test_the_plan_is_the_documented_one(frequency: Frequency) -> None:
    for horizon in (1, 2, 3, 4, 6, 12, 28):
        for length in (*range(1, 140), 260, 365, 1096):
            origins = plan(np.array([length, length, 0, 1, 10**6]), frequency, horizon)
            typical = int(np.median([length, length, 1, 10**6]))
            assert (origins.offsets, origins.scored) == slow_plan(typical, frequency, horizon), (length, horizon)


def test_a_horizon_is_at_least_one_period() -> None:
    assert plan(np.array([40]), Frequency.MONTHLY, 1).scored == 3
    with pytest.raises(ValueError, match="horizon must be at least 1, got 0"):
        plan(np.array([40]), Frequency.MONTHLY, 0)


def test_what_the_windows_may_learn_from() -> None:
    origins = Origins((4, 8, 12, 14), 2)
    assert (origins.oldest, origins.oldest_scored, origins.live_windows) == (14, 8, (0, 1))
    assert [origins.older(window, 4) for window in range(4)] == [(1, 2, 3), (2, 3), (), ()]
    assert Origins((4, 8), 1).live_windows == (0, 1)
    assert (Origins((), 0).oldest, Origins((4,), 0).oldest_scored, Origins((), 0).live_windows) == (0, 0, ())


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
