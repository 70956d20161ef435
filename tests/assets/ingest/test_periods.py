"""Periods and items that must not become plausible wrong numbers: incomplete, impossible, dead, mixed, unreadable."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from lakecast_assets.ingest.folder import DatasetInput, read_folder
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.rules import Rules
from lakecast_schema.periods import Frequency

Write = Callable[..., Path]
HEAD = "item_id,date,quantity\n"


def read(folder: Path, **settings: object) -> DatasetInput:
    (made,) = read_folder(folder, rules=Rules(**settings)).datasets.values()  # type: ignore[arg-type]
    return made


def series(made: DatasetInput, item: str = "A") -> dict[str, float | None]:
    rows = made.tables["demand"].to_pylist()
    return {row["date"].isoformat(): row["quantity"] for row in rows if row["item_id"] == item}


def codes(made: DatasetInput) -> dict[str, int]:
    return {each.words.code: each.count for each in made.report}


def daily(item: str, first: str, last: str, quantity: float = 10) -> str:
    days = np.arange(np.datetime64(first), np.datetime64(last) + 1)
    return "".join(f"{item},{day},{quantity}\n" for day in days)


def monthly(item: str, first: str, months: int, quantity: float = 10) -> str:
    return "".join(f"{item},{np.datetime64(first, 'M') + k}-01,{quantity}\n" for k in range(months))


def test_a_last_month_that_the_data_hold_in_part_is_no_month_of_low_demand(folder: Write) -> None:
    log = HEAD + daily("A", "2025-09-01", "2025-12-06")
    made = read(folder(demand=log), frequency=Frequency.MONTHLY)
    assert series(made) == {"2025-09-01": 300.0, "2025-10-01": 310.0, "2025-11-01": 300.0}
    (said,) = (each for each in made.report if each.words.code == "incomplete_last_period")
    assert "demand of 60" in said.english
    assert "2025-12-06" in said.english
    assert said.count == 6
    kept = read(folder(demand=log), frequency=Frequency.MONTHLY, last_period="keep")
    assert series(kept)["2025-12-01"] == 60.0


def test_a_first_month_that_the_data_hold_in_part_is_left_out(folder: Write) -> None:
    made = read(folder(demand=HEAD + daily("A", "2025-08-20", "2025-11-30")), frequency=Frequency.MONTHLY)
    assert series(made) == {"2025-09-01": 300.0, "2025-10-01": 310.0, "2025-11-01": 300.0}
    assert codes(made)["incomplete_first_period"] == 12


def test_a_log_that_began_slowly_ends_in_a_part_of_a_month(folder: Write) -> None:
    """A purchase a fortnight at first, then every working day until the 24th: the last month is not whole."""
    slowly = [f"A,2025-0{month}-{day:02d},10\n" for month in (1, 2, 3) for day in (1, 14)]
    busy = np.arange(np.datetime64("2025-04-01"), np.datetime64("2025-10-25"))
    text = HEAD + "".join(slowly) + "".join(f"A,{day},1\n" for day in busy[np.is_busday(busy)])
    made = read(folder(demand=text), frequency=Frequency.MONTHLY)
    assert list(series(made))[-1] == "2025-09-01"
    assert codes(made)["incomplete_last_period"] == 18
    assert next(iter(series(made))) == "2025-01-01"


def test_an_item_that_began_in_a_month_that_is_not_over_is_said(folder: Write) -> None:
    log = HEAD + daily("A", "2025-09-01", "2025-12-06") + daily("B", "2025-12-02", "2025-12-05")
    made = read(folder(demand=log, stock="item_id,date,on_hand\nB,2025-12-06,4\n"), frequency=Frequency.MONTHLY)
    assert codes(made)["items_too_new"] == 1
    assert not {"items_not_usable", "stock_of_unknown_items"} & set(codes(made))
    assert made.tables["fact_inventory"].num_rows == 0


@pytest.mark.parametrize("stated", [None, Frequency.MONTHLY])
def test_months_may_be_dated_by_their_last_working_day(folder: Write, stated: Frequency | None) -> None:
    ends = np.busday_offset(
        np.arange("2024-02", "2026-01", dtype="datetime64[M]").astype("datetime64[D]"), -1, "forward"
    )
    text = HEAD + "".join(f"{item},{day},{20 + k % 3}\n" for item in "AB" for k, day in enumerate(ends))
    made = read(folder(demand=text), frequency=stated)
    assert made.frequency is Frequency.MONTHLY
    assert list(series(made))[0::22] == ["2024-01-01", "2025-11-01"]
    assert made.tables["demand"]["quantity"].null_count == 0


def test_a_depot_without_demand_since_has_a_whole_month(folder: Write) -> None:
    rows = [line + ",PE" for line in daily("A", "2025-07-01", "2025-09-30").splitlines()]
    rows += [f"A,2025-0{month}-0{day},7,BA" for month in (7, 8) for day in (3, 5)]
    text = HEAD.strip() + ",location\n" + "\n".join(rows) + "\n"
    rules = Rules(frequency=Frequency.MONTHLY, by="location", as_of=dt.date(2025, 10, 2))
    depots = read_folder(folder(demand=text), rules=rules).datasets
    quiet = next(made for name, made in depots.items() if name.endswith("_ba"))
    assert series(quiet) == {"2025-07-01": 14.0, "2025-08-01": 14.0}
    assert not {"incomplete_first_period", "incomplete_last_period"} & set(codes(quiet))


def test_weekends_do_not_make_a_month_incomplete(folder: Write) -> None:
    days = np.arange(np.datetime64("2025-08-01"), np.datetime64("2025-11-29"))
    working = days[np.is_busday(days)]  # ends on Friday the 28th
    made = read(folder(demand=HEAD + "".join(f"A,{day},1\n" for day in working)), frequency=Frequency.MONTHLY)
    assert list(series(made))[-1] == "2025-11-01"
    assert "incomplete_last_period" not in codes(made)


def test_a_monthly_table_ends_before_the_month_of_the_run(folder: Write) -> None:
    table = folder(demand=HEAD + monthly("A", "2025-01", 12))
    assert list(series(read(table, as_of=dt.date(2025, 12, 20))))[-1] == "2025-11-01"
    assert list(series(read(table, as_of=dt.date(2025, 12, 31))))[-1] == "2025-12-01"
    dropped = read(table, as_of=dt.date(2025, 12, 31), last_period="drop")
    assert list(series(dropped))[-1] == "2025-11-01"


def test_a_log_goes_on_to_its_last_complete_period(folder: Write) -> None:
    text = HEAD + monthly("A", "2025-01", 12) + "B,2025-01-01,3\nB,2025-04-01,3\nC,2025-02-01,1\nC,2025-12-01,9\n"
    made = read(folder(demand=text), as_of=dt.date(2025, 12, 15))
    assert list(series(made, "B"))[-1] == "2025-11-01"
    assert series(made, "C")["2025-11-01"] == 0.0


@pytest.mark.parametrize("typo", ["1924-05-01", "1900-01-01", "2052-05-01"])
def test_one_date_decades_away_stretches_no_series(folder: Write, typo: str) -> None:
    text = HEAD + monthly("A", "2022-01", 36) + monthly("B", "2022-01", 36) + f"B,{typo},7\n"
    made = read(folder(demand=text))
    assert len(series(made, "A")) == len(series(made, "B")) == 36
    assert [row["row"] for row in made.tables["rejected_rows"].to_pylist()] == [73]
    assert {"far_dates", "future_date"} & set(codes(made))


def test_a_dead_item_is_inactive_and_does_not_follow_the_end(folder: Write) -> None:
    text = HEAD + monthly("A", "2023-01", 30) + monthly("B", "2023-01", 14)
    made = read(folder(demand=text))
    active = dict(zip(*(made.tables["dim_item"][name].to_pylist() for name in ("item_id", "is_active")), strict=True))
    assert active == {"A": True, "B": False}
    assert list(series(made, "B"))[-1] == "2024-02-01"
    assert codes(made)["inactive_items"] == 1


def test_a_part_that_is_used_every_two_years_is_not_dead(folder: Write) -> None:
    text = HEAD + monthly("A", "2018-01", 72) + "B,2018-01-01,1\nB,2020-01-01,1\nB,2022-02-01,1\n"
    made = read(folder(demand=text), gaps="zero")
    assert codes(made).get("inactive_items", 0) == 0
    assert len(series(made, "B")) == 72


def test_a_small_gap_does_not_make_a_table_a_log(folder: Write) -> None:
    text = (
        HEAD
        + daily("A", "2025-01-01", "2025-06-30").replace("A,2025-03-03,10\n", "")
        + daily("B", "2025-01-01", "2025-05-31")
    )
    made = read(folder(demand=text))
    assert series(made)["2025-03-03"] is None
    assert list(series(made, "B"))[-1] == "2025-05-31"
    assert "gaps_unknown" in codes(made)
    assert series(read(folder(demand=text), gaps="zero"))["2025-03-03"] == 0.0


def test_a_table_that_states_its_zeros_is_no_log(folder: Write) -> None:
    text = "".join(f"A,2025-01-{day:02d},{day % 2}\n" for day in range(1, 31) if day % 10)
    assert series(read(folder(demand=HEAD + text)))["2025-01-10"] is None


def test_periods_of_rows_without_a_readable_date_are_unknown_and_not_zero(folder: Write) -> None:
    months = [f"{2022 + k // 12}-{k % 12 + 1:02d}" for k in range(36)]
    dates = [f"{month}-01" if k % 3 else f"1st of {month}" for k, month in enumerate(months)]
    text = HEAD + "".join(f"A,{date},5\nB,{months[k]}-01,5\n" for k, date in enumerate(dates))
    text += "C,2022-01-01,1\nC,2022-09-01,2\nC,2024-12-01,2\n"
    with pytest.raises(InputError, match=r"12 of 75 rows .* rejected, more than 2%: 12 rejected: date is no day"):
        read(folder(demand=text))
    made = read(folder(demand=text), allow_rejected=0.2)
    assert set(series(made, "A").values()) == {5.0, None}
    assert sum(value is None for value in series(made, "A").values()) == 11
    assert series(made, "C")["2022-02-01"] == 0.0
    assert codes(made)["unknown_periods"] == 1


def test_two_bad_rows_of_a_short_file_do_not_stop_it(folder: Write) -> None:
    assert read(folder(demand=HEAD + monthly("A", "2025-01", 10) + "A,2025-11-01,?\nB,x,1\n")).rejected == 2
    with pytest.raises(InputError, match=r"--allow-rejected 0\.24"):
        read(folder(demand=HEAD + monthly("A", "2025-01", 10) + "A,2025-11-01,?\nB,x,1\nC,x,2\n"))


def test_items_of_different_frequencies_are_refused_with_the_items_named(folder: Write) -> None:
    text = HEAD + daily("A", "2024-01-01", "2025-03-31") + monthly("M", "2024-01", 15)
    with pytest.raises(InputError, match=r"daily, but 1 item .* M \(monthly\).*data set of their own") as caught:
        read(folder(demand=text))
    assert "state the frequency" in str(caught.value)
    assert read(folder(demand=text), frequency=Frequency.DAILY).frequency is Frequency.DAILY


def test_periods_off_the_calendar_are_not_added_up_to_months(folder: Write) -> None:
    weeks = [4, 4, 5] * 4
    days = np.datetime64("2024-01-01") + 7 * np.r_[0, np.cumsum(weeks)]
    text = HEAD + "".join(f"A,{day},100\n" for day in days)
    with pytest.raises(InputError, match="fiscal calendar"):
        read(folder(demand=text))
    with pytest.raises(InputError, match="off the calendar"):
        read(folder(demand=text), frequency=Frequency.MONTHLY)


def test_events_about_a_month_apart_are_added_up_to_months(folder: Write) -> None:
    days = np.datetime64("2024-01-03") + np.cumsum([0, 45, 21, 12, 50, 33, 19, 40])
    text = HEAD + "".join(f"A,{day},100\n" for day in days)
    made = read(folder(demand=text), frequency=Frequency.MONTHLY, last_period="keep", gaps="zero")
    assert sum(row["quantity"] for row in made.tables["demand"].to_pylist()) == 800.0
