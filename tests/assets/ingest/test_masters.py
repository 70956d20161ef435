"""The optional files: master data and stock."""

from collections.abc import Callable
from pathlib import Path

from lakecast_assets.ingest.folder import DatasetInput, read_folder

Write = Callable[..., Path]
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
    assert any("1 items of the items file have no demand" in note for note in made.notes)


def test_bad_master_rows_are_rejected_and_the_rest_counts(folder: Write) -> None:
    items = (
        "item_id,lead_time_days,service_level,unit_cost\n"
        "A,-3,0.9,1\nB,3,95,1\nB,3,0.95,one\nB,7,0.95,2\nB,9,0.9,3\n,1,0.9,1\n"
    )
    made = read(folder(demand=DEMAND, items=items))
    rejected = {row["row"]: row for row in made.tables["rejected_rows"].to_pylist()}
    assert {row: verdict["column"] for row, verdict in rejected.items()} == {
        1: "lead_time_days", 2: "service_level", 3: "unit_cost", 5: "item_id", 6: "item_id",
    }  # fmt: skip
    assert "0.95 for 95 %" in rejected[2]["reason"]
    assert "row 4 already describes the item" in rejected[5]["reason"]
    by_id = {row["item_id"]: row for row in made.tables["dim_item"].to_pylist()}
    assert by_id["B"]["lead_time_days"] == 7.0
    assert by_id["A"]["lead_time_days"] is None


def test_stock_is_read_and_a_backlog_is_no_mistake(folder: Write) -> None:
    stock = (
        "item_id,date,on_hand,on_order\nA,2024-01-14,-2,5\nA,2024-01-07,9,\nA,2024-01-07,8,\n"
        "B,2024-01-14,3,-1\nB,someday,3,1\nB,2024-01-14,,1\n"
    )
    made = read(folder(demand=DEMAND, stock=stock))
    rows = [
        (row["item_id"], row["date"].day, row["on_hand"], row["on_order"])
        for row in made.tables["fact_inventory"].to_pylist()
    ]
    assert rows == [("A", 7, 9.0, None), ("A", 14, -2.0, 5.0), ("B", 14, None, 1.0)]
    assert [row["row"] for row in made.tables["rejected_rows"].to_pylist()] == [3, 4, 5]
    assert {row["file_name"] for row in made.tables["rejected_rows"].to_pylist()} == {"stock.csv"}


def test_stock_of_an_unknown_item_is_rejected_where_the_data_set_is_clear(folder: Write) -> None:
    stock = "dataset_id,item_id,date,on_hand\ntower_parts,Z,2024-01-14,1\n"
    made = read(folder(demand=DEMAND, stock=stock))
    (rejected,) = made.tables["rejected_rows"].to_pylist()
    assert "neither in the demand nor in the items file" in rejected["reason"]


def test_master_data_without_data_set_speak_of_all_of_them(folder: Write) -> None:
    text = "dataset_id,item_id,date,quantity\n" + "".join(
        f"{name},A,2024-01-{day:02d},{day}\n" for name in ("one", "two") for day in range(1, 10)
    )
    made = read_folder(
        folder(demand=text, items="item_id,unit_cost\nA,5\n,1\n", stock="item_id,date,on_hand\nA,2024-01-09,4\n")
    )
    for name in ("one", "two"):
        assert made.datasets[name].tables["dim_item"]["unit_cost"].to_pylist() == [5.0]
        assert made.datasets[name].tables["fact_inventory"]["on_hand"].to_pylist() == [4.0]
    assert made.rejected == 1, "a row that belongs to no data set is reported once"
