"""The optional files: master data and stock."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lakecast_assets.ingest.folder import DatasetInput, read_folder
from lakecast_forecast.input.rules import Rules
from lakecast_schema.periods import Frequency

Write = Callable[..., Path]
DAILY = Frequency.DAILY
DEMAND = "item_id,date,quantity\n" + "".join(
    f"{item},2024-01-{day:02d},{day}\n" for item in "AB" for day in range(1, 15)
)


def read(folder: Path) -> DatasetInput:
    (made,) = read_folder(folder).datasets.values()
    return made


def test_items_are_described_and_those_without_demand_are_kept(folder: Write) -> None:
    items = "item_id,name,lead_time_days,service_level,colour\nA,Cabo óptico,30,0.95,red\nC,Conector,,,\n"
    made = read(folder(demand=DEMAND, items=items))
    by_id = {row["item_id"]: row for row in made.tables["dim_item"].to_pylist()}
    assert list(by_id) == ["A", "B", "C"]
    assert by_id["A"]["name"] == "Cabo óptico"
    assert by_id["A"]["lead_time_days"] == 30.0
    assert by_id["A"]["demand_class"] == "smooth"
    assert by_id["B"]["name"] is None
    assert by_id["C"]["demand_class"] is None
    assert by_id["C"]["frequency"] == "daily"
    assert any("1 item of items.csv has no demand" in note for note in made.notes)


def test_more_facts_of_items_are_taken_and_all_other_columns_kept_as_attributes(folder: Write) -> None:
    items = (
        "item_id,múltiplo,service_measure,criticidade,depósito,moeda,Cor,x,cor da tampa\n"
        "A,12,Fill,5,Recife,R$,azul,,\nB,,most,6,,reais, verde ,1,\n"
    )
    made = read(folder(demand=DEMAND, items=items))
    one, other = made.tables["dim_item"].to_pylist()
    assert (one["order_multiple"], one["service_measure"], one["criticality"]) == (12.0, "fill", 5)
    assert (one["location"], one["currency"]) == ("Recife", "BRL")
    assert json.loads(one["attributes"]) == {"Cor": "azul"}
    assert json.loads(other["attributes"]) == {"Cor": "verde", "x": "1"}
    assert [other[name] for name in ("order_multiple", "service_measure", "criticality", "currency")] == [None] * 4
    (rejected,) = made.tables["rejected_rows"].to_pylist()
    for words in ("from 1 to 5", "cycle (no stockout in a cycle) or fill", "ISO 4217"):
        assert words in rejected["reason"]


def test_yearly_demand_is_that_of_the_data_sets_last_365_days(folder: Write) -> None:
    rows = ("A,2022-12-31,1000", "A,2024-01-01,5", "A,2024-12-30,7", "B,2022-12-31,2", "B,2024-12-30,3")
    made = read_folder(folder(demand="item_id,date,quantity\n" + "\n".join(rows)), rules=Rules(frequency=DAILY))
    (table,) = (each.tables["dim_item"] for each in made.datasets.values())
    assert table["yearly_demand"].to_pylist() == [12.0, 3.0]
    rows = tuple(row.replace("2024-01-01", "2023-12-31") for row in rows)
    made = read_folder(folder(demand="item_id,date,quantity\n" + "\n".join(rows)), rules=Rules(frequency=DAILY))
    (table,) = (each.tables["dim_item"] for each in made.datasets.values())
    assert table["yearly_demand"].to_pylist() == [7.0, 3.0], "2023-12-31 is 365 days before the last"


def test_a_bad_value_of_an_item_costs_that_value_only(folder: Write) -> None:
    items = (
        "item_id,lead_time_days,service_level,unit_cost\n"
        "A,120,195,one\nB,-3,0.95,2\nB,7,0.95,2\n,1,0.9,1\nC,inf,nan,-1\n"
    )
    made = read(folder(demand=DEMAND, items=items))
    rejected = {row["row"]: row for row in made.tables["rejected_rows"].to_pylist()}
    assert {row: verdict["column"] for row, verdict in rejected.items()} == {
        1: "service_level", 2: "lead_time_days", 3: "item_id", 4: "item_id", 5: "lead_time_days",
    }  # fmt: skip
    assert "0.95 for 95 %" in rejected[1]["reason"]
    assert "unit_cost is no finite number" in rejected[1]["reason"], "all values that a row lost are named"
    assert "row 2 already describes the item" in rejected[3]["reason"]
    by_id = {row["item_id"]: row for row in made.tables["dim_item"].to_pylist()}
    figures = ("lead_time_days", "service_level", "unit_cost")
    assert [by_id["A"][name] for name in figures] == [120.0, None, None]
    assert [by_id["B"][name] for name in figures] == [None, 0.95, 2.0]
    assert [by_id["C"][name] for name in figures] == [None, None, None]


def test_stock_of_an_item_and_day_is_added_up_and_a_backlog_is_no_mistake(folder: Write) -> None:
    stock = (
        "item_id,date,on_hand,on_order\nA,2024-01-14,-2,5\nA,2024-01-07,40,\nA,2024-01-07,60,\n"
        "B,2024-01-14,3,-1\nB,someday,3,1\nB,2024-01-14,,1\nB,2024-01-13,4,2\nB,2024-01-13,many,3\nB,2024-01-12,7,?\n"
    )
    made = read(folder(demand=DEMAND, stock=stock))
    rows = [
        (row["item_id"], row["date"].day, row["on_hand"], row["on_order"])
        for row in made.tables["fact_inventory"].to_pylist()
    ]
    assert rows == [
        ("A", 7, 100.0, None),
        ("A", 14, -2.0, 5.0),
        ("B", 12, 7.0, None),
        ("B", 13, None, 5.0),  # part of a stock is not the stock
        ("B", 14, 3.0, None),
    ]
    rejected = made.tables["rejected_rows"].to_pylist()
    assert [(row["row"], row["column"]) for row in rejected] == [
        (4, "on_order"), (5, "date"), (8, "on_hand"), (9, "on_order"),
    ]  # fmt: skip
    assert {row["file_name"] for row in rejected} == {"stock.csv"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.tuples(st.sampled_from("AB"), st.integers(8, 14), st.integers(-5, 99), st.integers(0, 9)), min_size=1
    )
)
def test_no_stock_is_lost_or_counted_twice(folder: Write, rows: list[tuple[str, int, int, int]]) -> None:
    stock = "item_id,date,on_hand,on_order\n" + "".join(f"{i},2024-01-{d:02d},{h},{o}\n" for i, d, h, o in rows)
    table = read(folder(demand=DEMAND, stock=stock)).tables["fact_inventory"].to_pylist()
    wanted: dict[tuple[str, int], list[int]] = {}
    for item, day, on_hand, on_order in rows:
        total = wanted.setdefault((item, day), [0, 0])
        total[0] += on_hand
        total[1] += on_order
    assert {(row["item_id"], row["date"].day): [row["on_hand"], row["on_order"]] for row in table} == wanted


def test_stock_of_a_day_that_has_not_come_is_rejected(folder: Write) -> None:
    stock = "item_id,date,on_hand\nA,2024-01-14,5\nA,2024-01-15,70\nA,2027-01-01,90\n"
    (made,) = read_folder(folder(demand=DEMAND, stock=stock), rules=Rules(as_of=dt.date(2024, 1, 14))).datasets.values()
    assert made.tables["fact_inventory"]["on_hand"].to_pylist() == [5.0]
    assert [row["row"] for row in made.tables["rejected_rows"].to_pylist()] == [2, 3]
    assert "lies after 2024-01-14, the day of this run" in made.tables["rejected_rows"]["reason"][0].as_py()


def test_rows_that_match_no_item_are_counted_from_both_sides(folder: Write) -> None:
    demand = "item_id,date,quantity\n" + "".join(f"00{k},2024-01-{d:02d},{d}\n" for k in range(3) for d in range(1, 9))
    numbers = "".join(f"{k},2024-01-08,{k}\n" for k in range(3))
    made = read(
        folder(demand=demand, stock="item_id,date,on_hand\n" + numbers, items="item_id,name\n000,a\n1,b\n2,c\n")
    )
    said = "\n".join(made.notes)
    assert "2 items of items.csv have no demand and get no forecast, such as 1 and 2" in said
    assert (
        "1 item of stock.csv is neither in the demand nor among the items, so its stock is not used, such as 0" in said
    )
    assert "2 ids of items.csv match no item as they are written, but would" in said
    assert "1 (for 001) and 2 (for 002)" in said
    assert "1 id of stock.csv matches no item as it is written, but would" in said
    assert "3 items with demand have no stock in stock.csv, such as 000 and 001" in said
    assert "2 items with demand are not in items.csv, such as 001 and 002" in said


def test_rows_of_a_data_set_without_demand_are_said(folder: Write) -> None:
    demand = DEMAND.replace("item_id,", "dataset_id,item_id,").replace("\nA", "\none,A").replace("\nB", "\none,B")
    made = read(
        folder(demand=demand, stock="dataset_id,item_id,date,on_hand\none,A,2024-01-14,1\ntwo,A,2024-01-14,1\n")
    )
    assert any("1 row of stock.csv names a data set without demand, such as two" in note for note in made.notes)


def test_stock_of_an_unknown_item_is_rejected_where_the_data_set_is_clear(folder: Write) -> None:
    stock = "dataset_id,item_id,date,on_hand\ntower_parts,Z,2024-01-14,1\n"
    made = read(folder(demand=DEMAND, stock=stock))
    (rejected,) = made.tables["rejected_rows"].to_pylist()
    assert "neither in the demand nor in the items file" in rejected["reason"]


def test_items_without_data_set_speak_of_all_of_them_and_stock_of_none(folder: Write) -> None:
    text = "dataset_id,item_id,date,quantity\n" + "".join(
        f"{name},A,2024-01-{day:02d},{day}\n" for name in ("one", "two") for day in range(1, 10)
    )
    made = read_folder(
        folder(
            demand=text + "two,B,2024-01-09,1\n",
            items="item_id,unit_cost\nA,5\nB,5\n,1\n",
            stock="item_id,date,on_hand\nA,2024-01-09,4\nB,2024-01-09,6\n",
            orders="item_id,due_date,quantity\nA,2024-02-09,4\nB,2024-02-09,6\n",
        )
    )
    for name in ("one", "two"):
        assert set(made.datasets[name].tables["dim_item"]["unit_cost"].to_pylist()) == {5.0}
        said = {each.words.code for each in made.datasets[name].report if each.severity == "warning"}
        assert {"stock_of_several_datasets", "orders_of_several_datasets"} <= said
    on_hand = {name: made.datasets[name].tables["fact_inventory"]["on_hand"].to_pylist() for name in ("one", "two")}
    assert on_hand == {"one": [None], "two": [None, 6.0]}, "four pieces would be counted twice"
    assert [made.datasets[name].tables["open_order"]["quantity"].to_pylist() for name in ("one", "two")] == [[], [6.0]]
    assert made.rejected == 1, "a row that belongs to no data set is reported once"


def test_a_lead_time_that_is_assumed_is_said_where_something_is_decided(folder: Write) -> None:
    items = "item_id,lead_time_days,service_level\nA,,0.95\nB,12,0.95\n"
    stock = "item_id,date,on_hand\nA,2024-01-14,4\nB,2024-01-14,4\n"
    made = read(folder(demand=DEMAND, items=items))
    assert "lead_time_unknown" not in {line.words.code for line in made.report}
    made = read(folder(demand=DEMAND, items=items, stock=stock))
    (line,) = (line for line in made.report if line.words.code == "lead_time_unknown")
    assert (line.severity, line.count, line.examples) == ("info", 1, ("A",))
    assert "so 30 days are assumed" in line.english
