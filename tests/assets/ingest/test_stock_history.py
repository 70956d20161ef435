"""Stock of several depots, days and times: what counts on which day."""

import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from lakecast_assets.ingest.folder import DatasetInput, read_folder
from lakecast_forecast.input.rules import Rules

Write = Callable[..., Path]
DAYS = [dt.date(2025, 11, 1) + dt.timedelta(days=k) for k in range(61)]
DEMAND = "item_id,date,quantity\n" + "".join(f"{item},{day},2\n" for item in "AB" for day in DAYS)
RULES = Rules(as_of=dt.date(2026, 1, 2))


def read(folder: Write, stock: str, **files: str) -> DatasetInput:
    (made,) = read_folder(folder(demand=DEMAND, estoque=stock, **files), rules=RULES).datasets.values()
    return made


def on_hand(made: DatasetInput) -> Mapping[tuple[str, str], float | None]:
    rows: list[dict[str, Any]] = made.tables["fact_inventory"].to_pylist()
    return {(row["item_id"], str(row["date"])[5:]): row["on_hand"] for row in rows}


def codes(made: DatasetInput) -> set[str]:
    return {line.words.code for line in made.report}


def test_depots_that_were_counted_on_different_days_are_added_up(folder: Write) -> None:
    made = read(folder, "item;depósito;data;saldo\nA;PE;2025-12-31;40\nA;BA;2025-12-28;60\nB;BA;2025-12-28;9\n")
    assert on_hand(made) == {("A", "12-28"): 60, ("A", "12-31"): 100, ("B", "12-28"): 9}
    (said,) = (line for line in made.report if line.words.code == "depots_earlier")
    assert (said.severity, said.examples) == ("warning", ("BA (2025-12-28)",))


@pytest.mark.parametrize(("review", "expected"), [("", None), ("A,30\n", 100)])
def test_a_depot_counted_long_ago_makes_the_stock_unknown(folder: Write, review: str, expected: float | None) -> None:
    stock = "item;depósito;data;saldo\nA;PE;2025-12-31;40\nA;BA;2025-12-18;60\nB;PE;2025-12-31;9\n"
    made = read(folder, stock, items=f"item_id,review_period_days\n{review}B,\n")
    assert on_hand(made)["A", "12-31"] == expected


def test_the_last_report_of_a_depot_counts_until_the_next(folder: Write) -> None:
    """PE reports each day, BA not on two of them; what BA's report leaves out, it has no more; RJ is closed."""
    rows = [f"{item};PE;2025-12-{day};{day}" for day in range(24, 32) for item in "AB"]
    rows += [f"A;BA;2025-12-{day};100" for day in range(24, 31) if day != 26]
    rows += ["B;BA;2025-12-24;7", "A;RJ;2025-10-01;1000", "A;RJ;2025-10-02;1000"]
    made = read(folder, "item;depósito;data;saldo\n" + "\n".join(rows) + "\n")
    stock = on_hand(made)
    assert [stock["A", f"12-{day}"] for day in range(24, 32)] == [100 + day for day in range(24, 32)]
    assert [stock["B", f"12-{day}"] for day in range(24, 32)] == [31, *range(25, 32)]


@pytest.mark.parametrize("form", ["%Y-%m-%d %H:%M:%S", "%d/%m/%Y %I:%M %p", "%Y-%m-%dT%H:%M"])
def test_of_several_times_of_a_day_the_last_counts(folder: Write, form: str) -> None:
    counts = [("A", 9, 40), ("A", 18, 35), ("B", 8, 4), ("A", 11, 38)]
    rows = [f"{item};{dt.datetime(2025, 12, 31, hour):{form}};{stock}" for item, hour, stock in counts]
    made = read(folder, "item;data;saldo\n" + "\n".join(rows) + "\n")
    assert on_hand(made) == {("A", "12-31"): 35, ("B", "12-31"): 4}
    assert "stock_latest" in codes(made)


def test_places_counted_at_different_times_are_added_up(folder: Write) -> None:
    rows = ["A;X1;2025-12-31 08:00;40", "A;X2;2025-12-31 09:30;5", "A;X2;2025-12-31 17:30;3", "A;X2;2025-12-31 17:30;3"]
    made = read(folder, "item;endereço;data;saldo\n" + "\n".join(rows) + "\n")
    assert on_hand(made) == {("A", "12-31"): 43}
