"""Rows become series without gaps, by the documented rules."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lakecast_assets.ingest.folder import DatasetInput, read_folder
from lakecast_forecast.input.rules import Rules
from lakecast_schema import rules
from lakecast_schema.periods import Frequency, shift
from lakecast_schema.tables import TABLES

Write = Callable[..., Path]


def read(folder: Path, **chosen: object) -> DatasetInput:
    (made,) = read_folder(folder, rules=Rules(**chosen)).datasets.values()  # type: ignore[arg-type]
    for name, table in made.tables.items():
        if table.num_rows:
            rules.check(TABLES[name], table)
    return made


def series(made: DatasetInput, item: str) -> list[tuple[str, float | None]]:
    rows = made.tables["demand"].to_pylist()
    return [(row["date"].isoformat(), row["quantity"]) for row in rows if row["item_id"] == item]


def rows_of(item: str, days: dict[int, float]) -> str:
    return "".join(f"{item},2024-01-{day:02d},{quantity}\n" for day, quantity in days.items())


WHOLE = "item_id,date,quantity\n" + rows_of("A", {day: day for day in range(1, 11)})


def test_without_inner_gaps_a_series_ends_at_its_own_last_row(folder: Write) -> None:
    made = read(folder(demand=WHOLE + rows_of("B", {1: 5, 2: 6})))
    assert series(made, "B") == [("2024-01-01", 5.0), ("2024-01-02", 6.0)]


def test_with_inner_gaps_missing_periods_up_to_the_last_date_are_zero(folder: Write) -> None:
    made = read(folder(demand=WHOLE + rows_of("B", {1: 5, 4: 6})))
    assert [quantity for _, quantity in series(made, "B")] == [5, 0, 0, 6, 0, 0, 0, 0, 0, 0]
    assert len(series(made, "A")) == 10
    assert any("log of events" in note for note in made.notes)


def test_gaps_may_stay_unknown(folder: Write) -> None:
    made = read(folder(demand=WHOLE + rows_of("B", {1: 5, 4: 6})), gaps="unknown")
    assert [quantity for _, quantity in series(made, "B")] == [5, None, None, 6]


def test_gaps_may_always_be_zeros(folder: Write) -> None:
    made = read(folder(demand=WHOLE + rows_of("B", {1: 5, 2: 6})), gaps="zero")
    assert [quantity for _, quantity in series(made, "B")] == [5, 6, *[0] * 8]


def test_a_setting_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ValueError, match="gaps is 'never'; it must be one of auto, zero, unknown"):
        Rules(gaps="never")  # type: ignore[arg-type]


def test_rows_of_a_log_of_events_are_added_up(folder: Write) -> None:
    made = read(folder(demand=WHOLE + rows_of("B", {1: 5, 4: 6}) + "B,2024-01-04,1.5\nB,2024-01-04,0.5\n"))
    assert series(made, "B")[3] == ("2024-01-04", 8.0)
    assert made.rejected == 0


def test_many_receipts_per_period_are_added_up_even_without_gaps(folder: Write) -> None:
    receipts = "".join(f"A,2024-01-{day:02d},{n}.5\n" for day in range(1, 11) for n in range(1, 1 + day % 3))
    assert series(read(folder(demand=WHOLE + receipts)), "A")[1] == ("2024-01-02", 2.0 + 1.5 + 2.5)


def test_events_finer_than_a_given_frequency_are_added_up(folder: Write) -> None:
    text = "item_id,date,quantity\n" + "".join(
        f"A,2024-{month:02d}-{day:02d},1\n" for month in (1, 2, 3) for day in (1, 9, 20, 27)
    )
    made = read(folder(demand=text), frequency=Frequency.MONTHLY)
    assert series(made, "A") == [("2024-01-01", 4.0), ("2024-02-01", 4.0), ("2024-03-01", 4.0)]


def test_months_named_by_their_last_day_become_first_days(folder: Write) -> None:
    text = "item_id,date,quantity\nA,2024-01-31,1\nA,2024-02-29,2\nA,2024-03-31,3\n"
    made = read(folder(demand=text))
    assert made.frequency is Frequency.MONTHLY
    assert series(made, "A") == [("2024-01-01", 1.0), ("2024-02-01", 2.0), ("2024-03-01", 3.0)]


def test_rows_without_quantity_are_future_values_of_drivers(folder: Write) -> None:
    text = "item_id,date,quantity,x_promo,x_price\n" + "".join(
        f"{item},2024-01-{day:02d},{'' if day > 5 else day},{day % 2},{ord(item)}\n"
        for item in "AB"
        for day in range(1, 9)
    )
    made = read(folder(demand=text))
    assert made.rejected == 0
    assert len(series(made, "A")) == 5
    drivers = made.tables["driver"].to_pylist()
    promo = [row for row in drivers if row["name"] == "promo"]
    assert {row["item_id"] for row in promo} == {None}, "the same for all items is said once"
    assert [row["value"] for row in promo] == [1, 0, 1, 0, 1, 0, 1, 0]
    assert [(row["item_id"], row["value"]) for row in drivers if row["name"] == "price"] == [
        *[("A", 65.0)] * 8,
        *[("B", 66.0)] * 8,
    ]


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), frequency=st.sampled_from(list(Frequency)), gaps=st.sampled_from(["zero", "unknown"]))
def test_reading_in_any_row_order_gives_the_sums_and_no_gap(
    tmp_path: Path, data: st.DataObject, frequency: Frequency, gaps: str
) -> None:
    """Total demand is kept, every series is gap-free and begins and ends at known periods."""
    start = np.datetime64("2019-01-01")
    most = {Frequency.YEARLY: 4, Frequency.QUARTERLY: 18}.get(frequency, 30)  # five years from all others is a mistake
    cells = data.draw(
        st.dictionaries(
            st.tuples(st.sampled_from("ABC"), st.integers(0, most)), st.integers(0, 9), min_size=1, max_size=40
        )
    )
    items, steps = zip(*cells, strict=True)
    dates = shift(np.full(len(cells), start), np.array(steps), frequency)
    order = data.draw(st.permutations(range(len(cells))))
    pq.write_table(
        pa.table(
            {
                "item_id": [items[k] for k in order],
                "date": pa.array(dates[list(order)], pa.date32()),
                "quantity": [list(cells.values())[k] for k in order],
            }
        ),
        tmp_path / "demand.parquet",
    )
    as_of = dt.date(2099, 12, 31)
    made = read(tmp_path, frequency=frequency, as_of=as_of, inactive_days=100_000, gaps=gaps)
    assert made.rejected == 0
    demand = made.tables["demand"].to_pandas()
    assert demand["quantity"].sum() == sum(cells.values())
    latest = max(steps)
    for item, rows in demand.groupby("item_id"):
        own = [step for (name, step) in cells if name == item]
        length = (latest if gaps == "zero" else max(own)) - min(own) + 1
        expected = shift(np.full(length, start), min(own) + np.arange(length), frequency)
        assert np.array_equal(rows["date"].to_numpy().astype("datetime64[D]"), expected)
        assert rows["quantity"].iloc[0] == cells[item, min(own)]
        assert rows["quantity"].isna().sum() == (0 if gaps == "zero" else length - len(own))


def test_each_data_set_has_its_own_rules_and_one_bad_one_stops_no_other(folder: Write) -> None:
    good = "".join(f"days,A,2024-01-{day:02d},1\n" for day in range(1, 20))
    bad = "fortnights,A,2024-01-01,1\nfortnights,A,2024-01-15,1\nfortnights,A,2024-01-29,1\n"
    rest = "".join(f",Z,2024-{month:02d}-01,{month}\n" for month in range(1, 13))
    made = read_folder(folder(demand="dataset_id,item_id,date,quantity\n" + good + bad + rest))
    assert set(made.datasets) == {"days", "tower_parts"}
    assert made.datasets["days"].frequency is Frequency.DAILY
    assert made.datasets["tower_parts"].frequency is Frequency.MONTHLY
    assert "fortnights" in str(made.failed["fortnights"])


def test_ten_thousand_items_read_in_seconds(tmp_path: Path) -> None:
    """A hundredth of 10,000 items x 3 years, in a hundredth of generous 60 s."""
    days = np.datetime64("2023-01-01") + np.arange(1096)
    items = np.array([f"item_{number:05d}" for number in range(100)])
    table = pa.table(
        {
            "item_id": np.repeat(items, days.size),
            "date": np.tile(days.astype(str), items.size),
            "quantity": np.random.default_rng(0).poisson(2, items.size * days.size),
        }
    )
    import time

    import pyarrow.csv

    pyarrow.csv.write_csv(table, tmp_path / "demand.csv")
    started = time.process_time()
    made = read(tmp_path)
    assert made.tables["demand"].num_rows == 109_600
    assert time.process_time() - started < 3
    assert made.tables["landed_demand"]["ingested_at"][0].as_py().tzinfo is not None
    assert made.tables["demand"]["date"][0].as_py() == dt.date(2023, 1, 1)
