"""Rows that break the contract are rejected with the reason; all others count."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakecast_assets.ingest.folder import DatasetInput, read_folder
from lakecast_forecast.input.rules import Rules
from lakecast_schema import rules
from lakecast_schema.tables import TABLES

Write = Callable[..., Path]
NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
HISTORY = "".join(f"A,2024-01-{day:02d},{day}\n" for day in range(1, 29))


def read(folder: Path, **settings: object) -> DatasetInput:
    (made,) = read_folder(folder, rules=Rules(**settings), now=NOW).datasets.values()
    for name, table in made.tables.items():
        if table.num_rows:
            rules.check(TABLES[name], table)
    return made


def demand(made: DatasetInput) -> dict[tuple[str, str], float | None]:
    return {(row["item_id"], row["date"].isoformat()): row["quantity"] for row in made.tables["demand"].to_pylist()}


@pytest.mark.parametrize(
    ("row", "column", "reason"),
    [
        (",2024-01-29,1", "item_id", "item_id is empty"),
        ("  ,2024-01-29,1", "item_id", "item_id is empty"),
        ("A,,1", "date", "date is empty"),
        ("A,31/02/2024,1", "date", "date is no day"),
        ("A,2024-02-30,1", "date", "date is no day"),
        ("A,2024-01-29 noon,1", "date", "date is no day"),
        ("A,yesterday,1", "date", "date is no day"),
        ("A,0024-01-29,1", "date", "outside"),
        ("A,9024-01-29,1", "date", "outside"),
        ("A,2024-01-29,", "quantity", "quantity is empty"),
        ("A,2024-01-29,NaN", "quantity", "NaN or infinite"),
        ("A,2024-01-29,-inf", "quantity", "NaN or infinite"),
        ("A,2024-01-29,1e999", "quantity", "NaN or infinite"),
        ("A,2024-01-29,12 lots", "quantity", "no number"),
        ('A,2024-01-29,"1,5.5"', "quantity", "no number"),
        ("A,2024-01-29,0x10", "quantity", "no number"),
        ("A,2024-01-05,5", "item_id", "exact copy"),
        (f"{'A' * 201},2024-01-29,1", "item_id", "longer than 200"),
        ("A\x07B,2024-01-29,1", "item_id", "control characters"),
    ],
)
def test_a_bad_row_is_rejected_alone(folder: Write, row: str, column: str, reason: str) -> None:
    made = read(folder(demand=f"item_id,date,quantity\n{HISTORY}{row}\n"))
    (rejected,) = made.tables["rejected_rows"].to_pylist()
    assert rejected["row"] == 29
    assert rejected["column"] == column
    assert reason in rejected["reason"]
    assert rejected["file_name"] == "demand.csv"
    assert json.loads(rejected["content"])["item_id"] == (row.split(",")[0] or None)
    assert demand(made) == {("A", f"2024-01-{day:02d}"): float(day) for day in range(1, 29)}
    assert made.rejected == 1
    assert any("1 rejected: " in note for note in made.notes)


def test_the_value_is_kept_as_it_came(folder: Write) -> None:
    made = read(folder(demand=f"item_id,date,quantity\n{HISTORY}A,2024-01-29, 12 lots \n"))
    assert made.tables["rejected_rows"]["value"].to_pylist() == [" 12 lots "]


def test_broken_lines_are_rejected_and_the_rows_after_them_keep_their_numbers(folder: Write) -> None:
    text = (
        "item_id,date,quantity\nA,2024-01-01,1,9\nA,2024-01-02,2\nA\nA,2024-01-03,?\nA,2024-01-04,4\nA,2024-01-05,5\n"
    )
    made = read(folder(demand=text), allow_rejected=0.5)
    rejected = made.tables["rejected_rows"]
    assert rejected["row"].to_pylist() == [1, 3, 4]
    assert "fields" in rejected["reason"][0].as_py()
    assert json.loads(rejected["content"][0].as_py()) == {"line": "A,2024-01-01,1,9"}
    assert made.tables["landed_demand"]["row"].to_pylist() == [2, 4, 5, 6]


def test_a_rejected_row_leaves_its_period_unknown_and_makes_no_gap(folder: Write) -> None:
    text = f"item_id,date,quantity\n{HISTORY}".replace("A,2024-01-10,10", "A,2024-01-10,ten")
    made = read(folder(demand=text + "B,2024-01-01,5\nB,2024-01-02,5\n"))
    values = demand(made)
    assert values["A", "2024-01-10"] is None
    assert ("B", "2024-01-03") not in values  # no inner gap, so B ends at its own last row


def test_spaces_byte_order_mark_quotes_and_times_do_not_matter(tmp_path: Path) -> None:
    text = '\ufeffitem_id , date,quantity\n" A ",2024-01-01T10:30:00Z, +1.50 \nA,20240102,2e1\nA,2024-01-03 09:00,.5\n'
    (tmp_path / "demand.csv").write_text(text, encoding="utf-8")
    made = read(tmp_path)
    assert demand(made) == {("A", "2024-01-01"): 1.5, ("A", "2024-01-02"): 20.0, ("A", "2024-01-03"): 0.5}


def test_parquet_of_any_sensible_types_reads_like_csv(tmp_path: Path) -> None:
    days = [dt.date(2024, 1, day) for day in (1, 2, 3)]
    wanted = {("7", f"2024-01-0{day}"): float(day) for day in (1, 2, 3)}
    for item_type, date_type, quantity_type in [
        (pa.int64(), pa.date32(), pa.int32()),
        (pa.string(), pa.timestamp("ns"), pa.float32()),
        (pa.large_string(), pa.timestamp("us", "America/Sao_Paulo"), pa.decimal128(10, 2)),
        (pa.dictionary(pa.int8(), pa.string()), pa.date64(), pa.float64()),
        (pa.string(), pa.string(), pa.string()),
    ]:
        items = [7, 7, 7] if item_type == pa.int64() else ["7"] * 3
        dates: pa.Array = pa.array(days, pa.date32())
        if pa.types.is_timestamp(date_type) and date_type.tz:
            dates = pa.array([dt.datetime(2024, 1, day, 12, tzinfo=dt.UTC) for day in (1, 2, 3)], date_type)
        else:
            dates = dates.cast(date_type)
        numbers = pa.array(["1", "2", "3"]).cast(quantity_type)
        table = pa.table({"item_id": pa.array(items, item_type), "date": dates, "quantity": numbers})
        pq.write_table(table, tmp_path / "demand.parquet")
        assert demand(read(tmp_path)) == wanted


def test_parquet_nulls_and_nans_are_rejected(tmp_path: Path) -> None:
    columns = {
        "item_id": ["A", "A", None, "A"],
        "date": [dt.date(2024, 1, 1), dt.date(2024, 1, 2), dt.date(2024, 1, 3), None],
        "quantity": [1.0, float("nan"), 3.0, 4.0],
    }
    columns = {name: [*values, values[0]] for name, values in columns.items()}
    columns["date"][-1] = dt.date(2024, 1, 2)
    columns["date"][1] = dt.date(2024, 1, 4)
    pq.write_table(pa.table(columns), tmp_path / "demand.parquet")
    rejected = read(tmp_path, allow_rejected=0.6).tables["rejected_rows"]
    assert rejected["row"].to_pylist() == [2, 3, 4]
    assert rejected["column"].to_pylist() == ["quantity", "item_id", "date"]


def test_rows_are_landed_as_they_came(folder: Write) -> None:
    text = (
        'item_id,date,quantity,x_note\nA,2024-01-01,01.50,"1"\n" B",2024-01-02,bad,\n,2024-01-02,1,2\nA,2024-01-02,1,\n'
    )
    made = read(folder(demand=text))
    rows = made.tables["landed_demand"].select(["row", "item_id", "date", "quantity", "drivers"]).to_pylist()
    assert rows[0] == {
        "row": 1, "item_id": "A", "date": "2024-01-01", "quantity": "01.50", "drivers": '{"x_note": "1"}',
    }  # fmt: skip
    assert rows[1]["item_id"] == " B"
    assert rows[1]["quantity"] == "bad"
    assert json.loads(rows[1]["drivers"]) == {"x_note": None}
    assert rows[2]["item_id"] is None
    assert len(rows) == 4


def test_demand_of_a_day_that_has_not_come_is_rejected_and_stretches_nothing(folder: Write) -> None:
    rows = "A,2052-01-29,7\nA,2024-01-30,1\nA,2024-01-29,2\n"
    made = read(folder(demand=f"item_id,date,quantity\n{HISTORY}{rows}"), as_of=dt.date(2024, 1, 29))
    rejected = made.tables["rejected_rows"].to_pylist()
    assert [row["row"] for row in rejected] == [29, 30]
    assert {row["column"] for row in rejected} == {"date"}
    assert "lies after 2024-01-29, the day of this run" in rejected[0]["reason"]
    assert demand(made) == {
        **{("A", f"2024-01-{day:02d}"): float(day) for day in range(1, 29)},
        ("A", "2024-01-29"): 2.0,
    }


def test_without_as_of_no_day_after_that_of_the_run_counts(folder: Write) -> None:
    text = f"item_id,date,quantity\n{HISTORY}A,{NOW.astimezone().date() + dt.timedelta(days=1)},7\n"
    made = read(folder(demand=text))
    assert made.rejected == 1
    assert max(demand(made)) == ("A", "2024-01-28")


def test_drivers_of_the_future_stay_known_even_where_the_quantity_is_rejected(folder: Write) -> None:
    text = "item_id,date,quantity,x_visits\n" + HISTORY.replace("\n", ",1\n") + "A,2024-01-29,,5\nA,2024-01-30,0,6\n"
    made = read(folder(demand=text), as_of=dt.date(2024, 1, 28))
    assert made.tables["rejected_rows"]["row"].to_pylist() == [30]
    assert made.tables["driver"]["value"].to_pylist()[-2:] == [5.0, 6.0]
    assert max(demand(made)) == ("A", "2024-01-28")


def test_a_bad_driver_costs_the_driver_and_not_the_demand_of_its_row(folder: Write) -> None:
    text = "item_id,date,quantity,x_price,x_visits\n" + HISTORY.replace("\n", ",2,3\n")
    made = read(folder(demand=text.replace("A,2024-01-10,10,2,3", "A,2024-01-10,10,NaN,3")))
    assert demand(made)["A", "2024-01-10"] == 10.0
    drivers = made.tables["driver"].to_pylist()
    on_the_day = {row["name"]: row["value"] for row in drivers if row["date"] == dt.date(2024, 1, 10)}
    assert on_the_day == {"visits": 3.0}
    assert made.tables["rejected_rows"]["column"].to_pylist() == ["x_price"]
