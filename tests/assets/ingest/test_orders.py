"""Open orders: read, added up by item and due date, checked against the stock, and handed to the lake."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from lakecast_assets.ingest.folder import DatasetInput, read_folder
from lakecast_assets.pipeline.run import run
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.rules import Rules
from lakecast_lake import snapshots
from lakecast_lake.storage import Lake

Write = Callable[..., Path]
TODAY = dt.date(2024, 1, 20)
DEMAND = "item_id,date,quantity\n" + "".join(
    f"{item},2024-01-{day:02d},{day}\n" for item in "AB" for day in range(1, 15)
)


def read(folder: Path) -> DatasetInput:
    (made,) = read_folder(folder, rules=Rules(as_of=TODAY)).datasets.values()
    return made


def orders(made: DatasetInput) -> list[tuple[str, str, float]]:
    rows = made.tables["open_order"].to_pylist()
    return [(row["item_id"], str(row["due_date"]), row["quantity"]) for row in rows]


def test_orders_of_a_day_are_added_up_and_overdue_ones_keep_their_date(folder: Write) -> None:
    text = "item_id,due_date,quantity\nB,2024-02-01,5\nA,2024-02-10,3\nA,2024-02-01,4\nA,2024-02-10,7\nA,2024-01-02,1\n"
    made = read(folder(demand=DEMAND, orders=text))
    assert orders(made) == [
        ("A", "2024-01-02", 1.0), ("A", "2024-02-01", 4.0), ("A", "2024-02-10", 10.0), ("B", "2024-02-01", 5.0),
    ]  # fmt: skip
    assert "1 order of orders.csv was due before 2024-01-20 and has not arrived" in "\n".join(made.notes)


def test_a_brazilian_file_of_orders_is_understood(folder: Write) -> None:
    text = "Código;Previsão de entrega;Quantidade\nA;25/02/2024;1.234,5\n"
    assert orders(read(folder(demand=DEMAND, pedidos=text))) == [("A", "2024-02-25", 1234.5)]


def test_orders_that_cannot_be_used_are_rejected_with_their_reasons(folder: Write) -> None:
    text = (
        "item_id,due_date,quantity\nA,,5\n,2024-02-01,5\nA,2042-02-01,5\nA,soon,5\nA,2024-02-01,\nA,2024-02-01,-5\n"
        "A,2024-02-01,five\nA,2024-02-01,0\nA,2024-02-02,6\n"
    )
    made = read(folder(demand=DEMAND, orders=text))
    assert orders(made) == [("A", "2024-02-02", 6.0)]
    rejected = [(row["row"], row["column"]) for row in made.tables["rejected_rows"].to_pylist()]
    assert rejected == [
        (1, "due_date"), (2, "item_id"), (3, "due_date"), (4, "due_date"), (5, "quantity"), (6, "quantity"),
        (7, "quantity"),
    ]  # fmt: skip
    assert "due_date lies more than 5 years from 2024-01-20" in made.tables["rejected_rows"]["reason"][2].as_py()


def test_stock_that_says_something_else_of_orders_is_said(folder: Write) -> None:
    stock = "item_id,date,on_hand,on_order\nA,2024-01-13,1,99\nA,2024-01-14,1,30\nB,2024-01-14,1,5\n"
    made = read(
        folder(demand=DEMAND, stock=stock, orders="item_id,due_date,quantity\nA,2024-02-01,12\nB,2024-02-01,5\n")
    )
    (said,) = [note for note in made.notes if "on order" in note]
    assert said.startswith("1 item has another quantity on order in stock.csv than its orders in orders.csv")
    assert said.endswith("such as A (30 in stock.csv, 12 in orders.csv)")


def test_orders_of_unknown_items_are_said_with_the_id_that_would_match(folder: Write) -> None:
    made = read(folder(demand=DEMAND, orders="item_id,due_date,quantity\n00a,2024-02-01,12\n"))
    said = "\n".join(made.notes)
    assert not orders(made)
    assert "1 item of orders.csv is neither in the demand nor among the items, so its orders are not used" in said
    assert "00a (for A)" in said


def test_orders_without_a_quantity_column_stop_the_run(folder: Write) -> None:
    with pytest.raises(InputError, match=r"orders\.csv, column due_date: the column is missing"):
        read(folder(demand=DEMAND, orders="item_id,quantity\nA,2\n"))


def test_a_run_publishes_orders_and_a_run_without_them_takes_them_away(folder: Write, tmp_path: Path) -> None:
    lake = Lake.open(str(tmp_path / "lake"))
    source = folder(demand=DEMAND, orders="item_id,due_date,quantity\nA,2024-02-01,12\n")
    for wanted in ([12.0], []):
        run(source, lake.uri, sources=("seasonal_naive",), as_of=str(TODAY))
        published = snapshots.read(lake, snapshots.newest(lake), "open_order")
        assert published["quantity"].to_pylist() == wanted
        (source / "orders.csv").unlink(missing_ok=True)


def test_what_was_ordered_and_what_is_still_to_come_are_two_things(folder: Write) -> None:
    text = "Pedido;Item;Data de entrega;Quantidade;Saldo\n1;A;2024-02-01;100;20\n"
    with pytest.raises(InputError, match=r"Quantidade and Saldo may both .* --column orders\.quantity=Saldo"):
        read(folder(demand=DEMAND, pedidos=text))
    for column, quantity in (("Saldo", 20.0), ("Quantidade", 100.0)):
        rules = Rules(as_of=TODAY, columns={"orders.quantity": column})
        (made,) = read_folder(folder(demand=DEMAND, pedidos=text), rules=rules).datasets.values()
        assert orders(made) == [("A", "2024-02-01", quantity)]


def test_orders_of_items_whose_demand_has_ended_are_said(folder: Write) -> None:
    ended = "".join(f"C,2022-01-{day:02d},{day}\n" for day in range(1, 15))
    text = "item_id,due_date,quantity\nA,2024-02-01,5\nC,2024-02-01,50\n"
    made = read(folder(demand=DEMAND + ended, orders=text))
    (line,) = (line for line in made.report if line.words.code == "orders_of_inactive_items")
    assert (line.severity, line.examples) == ("warning", ("C",))


@pytest.mark.parametrize(
    ("kind", "header", "key"),
    [
        ("stock", "item_id,counted,on_hand", "stock.date"),
        ("stock", "item_id,data,dia,on_hand", "stock.date"),
        ("orders", "item_id,due_date,pieces", "orders.quantity"),
        ("items", "article,name", "items.item_id"),
    ],
)
def test_the_remedy_names_the_column_of_its_file(folder: Write, kind: str, header: str, key: str) -> None:
    with pytest.raises(InputError) as caught:
        read(folder(demand=DEMAND, **{kind: header + "\n1,2,3,4\n"}))
    assert f"--column {key}=" in str(caught.value)
