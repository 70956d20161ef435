"""Identifiers that differ between files: said, and matched where that is wanted; never guessed."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lakecast_assets.ingest.folder import DatasetInput, read_folder
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.rules import Rules

Write = Callable[..., Path]
DEMAND = "item_id,date,quantity\n" + "".join(
    f"{item},2024-01-{day:02d},{day}\n" for item in ("00123", "AB-7", "x1", "X1") for day in range(1, 15)
)
STOCK = "item_id,date,on_hand\n" + "".join(
    f"{item},2024-01-14,{on_hand}\n"
    for item, on_hand in (("123", 5), ("ab 7", 6), ("0123", 4), (" x1 ", 7), ("x-1", 9))
)


def read(folder: Path, **rules: object) -> DatasetInput:
    (made,) = read_folder(folder, rules=Rules(**rules)).datasets.values()  # type: ignore[arg-type]
    return made


def stock(made: DatasetInput) -> dict[str, float]:
    return {row["item_id"]: row["on_hand"] for row in made.tables["fact_inventory"].to_pylist()}


def test_nothing_matches_loosely_unless_that_is_stated(folder: Write) -> None:
    made = read(folder(demand=DEMAND, stock=STOCK))
    assert stock(made) == {"x1": 7.0}
    said = "\n".join(made.notes)
    assert "0123 (for 00123) and 123 (for 00123)" in said
    assert "or state --ids loose" in said


def test_loosely_matched_ids_are_said_and_doubtful_ones_left_alone(folder: Write) -> None:
    made = read(folder(demand=DEMAND, stock=STOCK), ids="loose")
    assert stock(made) == {"00123": 9.0, "AB-7": 6.0, "x1": 7.0}, "x-1 may be x1 or X1"
    (said,) = [note for note in made.notes if "as --ids loose says" in note]
    assert said.startswith("3 ids of stock.csv are taken for items that are written otherwise")
    assert "0123 (as 00123)" in said


def test_two_spellings_of_an_item_are_one_item(folder: Write) -> None:
    made = read(folder(demand=DEMAND, items="item_id,name\n00123,one\n123,other\n"), ids="loose")
    assert made.rejected == 1
    names = {row["item_id"]: row["name"] for row in made.tables["dim_item"].to_pylist()}
    assert names["00123"] == "one"
    assert "123" not in names


@pytest.mark.parametrize("shortened", ["1.23E+5", "1,23456E+12", "7E+11"])
def test_ids_that_a_spreadsheet_has_shortened_stop_the_run(folder: Write, shortened: str) -> None:
    sign = ";" if "," in shortened else ","
    demand = DEMAND.replace(",", sign).replace("AB-7", shortened)
    with pytest.raises(InputError, match="a spreadsheet has shortened ids"):
        read(folder(demand=demand))
    with pytest.raises(InputError, match=r"stock.csv, column item_id: a spreadsheet has shortened ids"):
        read(folder(demand=DEMAND, stock=f'item_id,date,on_hand\n"{shortened}",2024-01-14,5\n'))
