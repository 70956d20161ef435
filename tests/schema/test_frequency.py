"""Frequencies are recognised from dates, whatever is missing; what is doubtful is refused."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakecast_schema.frequency import FrequencyUnclear, closings, coarser_items, period_starts, recognise
from lakecast_schema.periods import Frequency, shift

STARTS = st.integers(min_value=-10_000, max_value=30_000).map(lambda day: np.datetime64(day, "D"))


def series(start: np.datetime64, frequency: Frequency, kept: list[bool]) -> np.ndarray:
    """Dates of the kept periods; the first three always are, so that one period shows."""
    steps = np.flatnonzero([True, True, True, *kept])
    return shift(np.array(start), steps, frequency)


@given(
    st.sampled_from(Frequency),
    STARTS,
    st.lists(st.booleans(), max_size=60),
    st.randoms(use_true_random=False),
)
def test_gaps_and_order_do_not_matter(frequency, start, kept, random):
    if frequency not in (Frequency.DAILY, Frequency.WEEKLY):
        start = start.astype("datetime64[M]").astype("datetime64[D]")
    dates = list(series(start, frequency, kept))
    random.shuffle(dates)
    assert recognise(np.array(dates)) is frequency


@given(st.sampled_from(Frequency), st.lists(STARTS, min_size=2, max_size=5))
def test_items_may_have_phases_of_their_own(frequency, starts):
    if frequency not in (Frequency.DAILY, Frequency.WEEKLY):
        starts = [start.astype("datetime64[M]").astype("datetime64[D]") for start in starts]
    dates = np.concatenate([series(start, frequency, []) for start in starts])
    items = np.repeat(np.arange(len(starts)), 3)
    assert recognise(dates, items) is frequency


@given(STARTS, st.integers(2, 24))
def test_month_ends_are_months(start, periods):
    firsts = start.astype("datetime64[M]") + np.arange(periods)
    ends = (firsts + 1).astype("datetime64[D]") - 1
    assert recognise(ends) is Frequency.MONTHLY
    assert np.array_equal(period_starts(ends, Frequency.MONTHLY), firsts.astype("datetime64[D]"))


def test_quarter_ends_become_quarter_starts():
    ends = np.array(["2024-03-31", "2024-06-30", "2024-09-30", "2024-12-31"], dtype="datetime64[D]")
    assert recognise(ends) is Frequency.QUARTERLY
    starts = np.array(["2024-01-01", "2024-04-01", "2024-07-01", "2024-10-01"], dtype="datetime64[D]")
    assert np.array_equal(period_starts(ends, Frequency.QUARTERLY), starts)


def test_days_of_a_week_stay_as_they_are():
    sundays = np.datetime64("2024-01-07") + 7 * np.arange(5)
    assert np.array_equal(period_starts(sundays, Frequency.WEEKLY), sundays)


def test_working_days_are_daily():
    days = np.datetime64("2024-01-01") + np.arange(60)
    assert recognise(days[np.is_busday(days)]) is Frequency.DAILY


@pytest.mark.parametrize(
    ("dates", "says"),
    [
        ([], "no dates"),
        (["2024-01-01", "2024-01-01"], "one date only"),
        (["2024-01-01", "2024-01-15", "2024-01-29"], "weekly grid"),
        (["2020-01-01", "2024-01-01"], "yearly grid"),
        (["2024-01-01", "2024-01-29", "2024-02-26", "2024-04-01", "2024-04-29", "2024-05-27", "2024-07-01"], "4-4-5"),
        ([*(f"{2020 + m // 12}-{m % 12 + 1:02}-01" for m in range(30)), "2023-05-02"], "2023-05-02"),
    ],
)
def test_doubt_is_refused_with_the_reason(dates, says):
    with pytest.raises(FrequencyUnclear, match=says):
        recognise(np.array(dates, dtype="datetime64[D]"))


@pytest.mark.parametrize(
    "events",
    [
        {0: ["2019-03-04", "2020-07-17", "2021-02-08", "2022-11-30", "2023-05-05", "2024-09-12"]},
        {item: [date] for item, date in enumerate(["2019-03-04", "2020-07-17", "2021-02-08", "2022-11-30"])},
        {0: ["2024-01-02", "2024-01-16"], 1: ["2024-01-05"], 2: ["2024-02-07"], 3: ["2024-02-09"]},
    ],
)
def test_few_events_are_a_log_of_days_and_no_coarse_grid(events):
    dates = np.array([date for own in events.values() for date in own], dtype="datetime64[D]")
    items = np.repeat(list(events), [len(own) for own in events.values()])
    assert recognise(dates, items) is Frequency.DAILY


def test_a_sparse_log_of_months_is_monthly():
    months = np.array(["2023-01-01", "2023-04-01", "2023-06-01", "2023-11-01", "2024-03-01"], dtype="datetime64[D]")
    assert recognise(months) is Frequency.MONTHLY


@given(st.integers(8, 40), st.sampled_from([Frequency.WEEKLY, Frequency.MONTHLY, Frequency.YEARLY]))
def test_an_item_of_a_coarser_frequency_is_named(periods, frequency):
    start = np.datetime64("2001-01-01")
    coarse = shift(np.full(periods, start), np.arange(periods), frequency)
    daily = start + np.flatnonzero(np.random.default_rng(0).random(400) < 0.3)
    items = np.repeat([4, 9], [daily.size, coarse.size])
    assert coarser_items(np.r_[daily, coarse], items, Frequency.DAILY) == {9: frequency}


def test_items_that_are_needed_now_and_then_are_of_no_coarser_frequency():
    draw = np.random.default_rng(1)
    days = [np.datetime64("2022-01-01") + np.flatnonzero(draw.random(1000) < chance) for chance in (0.01, 0.05, 0.4)]
    items = np.repeat(range(3), [own.size for own in days])
    assert coarser_items(np.concatenate(days), items, Frequency.DAILY) == {}


def working(frequency: Frequency, *, last: bool, periods: int = 14) -> np.ndarray:
    """The first or last working day of each period."""
    starts = shift(np.datetime64("2020-01-01"), np.arange(periods), frequency)
    if last:
        return np.busday_offset(shift(starts, 1, frequency), -1, roll="forward")
    return np.busday_offset(starts, 0, roll="forward")


@pytest.mark.parametrize("frequency", [Frequency.MONTHLY, Frequency.QUARTERLY, Frequency.YEARLY])
@pytest.mark.parametrize("last", [True, False])
def test_working_days_at_the_end_of_periods_are_closings(frequency, last):
    dates = working(frequency, last=last)
    assert closings(dates) is frequency
    assert closings(np.tile(dates, 2), np.repeat([0, 1], dates.size)) is frequency
    assert closings(np.delete(dates, 5)) is frequency, "one is missing"
    assert closings(np.delete(dates, [3, 5, 7])) is not frequency
    assert closings(np.append(dates, dates[3] + 1)) is not frequency, "two in a period"
    assert closings(np.append(dates[:-1], dates[-1] + (-9 if last else 9))) is not frequency


def test_days_of_any_other_kind_are_no_closings():
    assert closings(shift(np.datetime64("2020-01-01"), np.arange(14), Frequency.MONTHLY)) is None, "all on one day"
    assert closings(working(Frequency.MONTHLY, last=True, periods=7)) is None, "too few to tell"
    assert closings(np.datetime64("2020-01-01") + 7 * np.arange(60)) is None
    assert closings(np.datetime64("2020-01-01") + np.cumsum([28, 28, 35] * 8)) is None
    assert closings(np.array([], "datetime64[D]")) is None
