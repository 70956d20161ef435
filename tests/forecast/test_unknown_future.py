"""A driver that is not known ahead is not known in the backtest either."""

import numpy as np
import pandas as pd
import pytest

from lakecast_forecast import Forecaster

HORIZON = 4


def demand(steps: int, items: int = 30) -> pd.DataFrame:
    """Demand that follows a driver, which is known for `steps` periods after its end."""
    rng = np.random.default_rng(0)
    dates = pd.date_range("2019-01-01", periods=60 + HORIZON, freq="MS")
    parts = []
    for k in range(items):
        driver = rng.normal(0, 1, len(dates))
        quantity = 200 + 20 * driver + rng.normal(0, 1, len(dates))
        quantity[60:] = np.nan
        driver[60 + steps :] = np.nan
        parts.append(pd.DataFrame({"item_id": f"i{k}", "date": dates, "quantity": quantity, "x_visits": driver}))
    return pd.concat(parts, ignore_index=True)


def newest_window(frame: pd.DataFrame, source: str) -> pd.DataFrame:
    """The backtest from the newest cutoff, HORIZON periods before the end."""
    backtest = Forecaster(HORIZON, models=source).fit(frame).backtest(source)
    return backtest[backtest["cutoff"] == backtest["cutoff"].max()].drop(columns="actual").reset_index(drop=True)


@pytest.mark.parametrize(("source", "steps"), [("prophet", 1), ("prophet", 2), ("prophet", 3), ("arima", 2)])
def test_a_window_of_the_past_sees_as_many_periods_ahead_as_the_future_has(source: str, steps: int) -> None:
    frame = demand(steps, items=3)
    frame = frame[frame["quantity"].notna() | frame["x_visits"].notna()]
    past = frame[frame["quantity"].notna()]
    ahead = past.groupby("item_id").cumcount(ascending=False)  # 0 in the last period of history
    expected = newest_window(frame, source)
    for place in (HORIZON - steps - 1, HORIZON - steps):  # the first that is unknown, the last that is known
        other = frame.assign(
            x_visits=frame["x_visits"].where(~(ahead == place).reindex(frame.index, fill_value=False), 9)
        )
        same = newest_window(other, source).equals(expected)
        assert same == (place < HORIZON - steps), f"period {HORIZON - place} of the window"


def fitted(steps: int) -> Forecaster:
    frame = demand(steps)
    return Forecaster(HORIZON, models="prophet").fit(frame[frame["quantity"].notna() | frame["x_visits"].notna()])


def widths(found: pd.DataFrame) -> list[float]:
    """Mean width of the 80 % interval by step ahead."""
    step = found.groupby(["item_id"] + (["cutoff"] if "cutoff" in found else [])).cumcount()
    return (found["upper_80"] - found["lower_80"]).groupby(step).mean().tolist()


def test_without_a_future_it_is_left_out_and_said() -> None:
    blind = fitted(0)
    assert any("x_visits is left out: no value is known after" in note for note in blind.notes)
    without = Forecaster(HORIZON, models="prophet").fit(demand(0).drop(columns="x_visits").dropna())
    pd.testing.assert_frame_equal(blind.predict(), without.predict())


@pytest.mark.slow
def test_intervals_are_as_wide_as_what_is_unknown() -> None:
    whole, half = fitted(HORIZON), fitted(2)
    assert not whole.notes
    assert max(widths(whole.predict())) < 15  # noise of one unit; the driver moves demand by twenty
    assert min(widths(half.predict())) > 2 * max(widths(whole.predict()))
    back = half.backtest("prophet")
    inside = (back["actual"] >= back["lower_80"]) & (back["actual"] <= back["upper_80"])
    assert inside.mean() > 0.6
