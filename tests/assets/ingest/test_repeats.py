"""Copies, several rows of a day, locations and returns: no demand twice, none lost in silence."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakecast_assets.ingest.folder import DatasetInput, read_folder
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.returns import net
from lakecast_forecast.input.rules import Rules

Write = Callable[..., Path]
HEAD = "item_id,date,quantity\n"
TABLE = "".join(f"A,2025-01-{day:02d},{day}\n" for day in range(1, 29))


def read(folder: Path, **settings: object) -> DatasetInput:
    (made,) = read_folder(folder, rules=Rules(**settings)).datasets.values()  # type: ignore[arg-type]
    return made


def series(made: DatasetInput, item: str = "A") -> dict[str, float | None]:
    rows = made.tables["demand"].to_pylist()
    return {row["date"].isoformat(): row["quantity"] for row in rows if row["item_id"] == item}


def codes(made: DatasetInput) -> dict[str, int]:
    return {each.words.code: each.count for each in made.report}


def test_rows_that_are_copied_by_mistake_do_not_double_the_demand(folder: Write) -> None:
    log = "".join(f"B,2025-{month:02d}-{day:02d},{month}\n" for month in range(1, 9) for day in (3, 4, 19, 20))
    once = read(folder(demand=HEAD + log))
    half = "".join(log.splitlines(keepends=True)[:16])
    twice = read(folder(demand=HEAD + log + half))
    assert series(twice, "B") == series(once, "B")
    assert codes(twice)["copied_rows"] == 16
    added = read(folder(demand=HEAD + log + half), duplicates="sum")
    assert sum(series(added, "B").values()) == sum(series(once, "B").values()) + sum(4 * m for m in range(1, 5))


def test_rows_that_differ_in_a_column_that_is_not_used_are_no_copies(folder: Write) -> None:
    rows = "".join(f"A,2025-01-{day:02d},1,doc-{day}-{k}\n" for day in range(1, 20) for k in range(1 + day % 2))
    made = read(folder(demand="item_id,date,quantity,document\n" + rows))
    assert series(made)["2025-01-03"] == 2.0
    assert "copied_rows" not in codes(made)
    assert codes(made)["summed_rows"] == 10


def test_a_table_with_one_row_per_period_has_no_business_with_two(folder: Write) -> None:
    text = HEAD + TABLE + "A,2025-01-03,99\n"
    with pytest.raises(InputError, match=r"1 date of an item has several different rows.*A on 2025-01-03"):
        read(folder(demand=text))
    assert series(read(folder(demand=text), duplicates="sum"))["2025-01-03"] == 102.0
    first = read(folder(demand=text), duplicates="reject")
    assert series(first)["2025-01-03"] == 3.0
    assert first.rejected == 1


def test_two_depots_in_one_file_are_added_up_or_kept_apart(folder: Write) -> None:
    rows = "".join(f"A,2025-01-{day:02d},{10 + depot},Depot {depot}\n" for day in range(1, 15) for depot in (1, 2))
    stock = "item_id,date,on_hand,location\nA,2025-01-14,40,Depot 1\nA,2025-01-14,60,Depot 2\n"
    both = folder(demand="item_id,date,quantity,location\n" + rows, stock=stock)
    made = read(both)
    assert set(series(made).values()) == {23.0}
    assert made.tables["fact_inventory"]["on_hand"].to_pylist() == [100.0]
    assert codes(made)["locations_added_up"] == 2
    apart = read_folder(both, rules=Rules(by="location")).datasets
    assert sorted(apart) == ["tower_parts_depot_1", "tower_parts_depot_2"]
    assert set(series(apart["tower_parts_depot_2"]).values()) == {12.0}
    assert apart["tower_parts_depot_2"].tables["fact_inventory"]["on_hand"].to_pylist() == [60.0]
    with pytest.raises(InputError, match="leave out --by location"):
        read(folder(demand=HEAD + TABLE), by="location")


def test_rows_of_different_hours_are_added_up_to_the_day(folder: Write) -> None:
    rows = "".join(f"A,2025-01-{day:02d} {hour:02d}:00,1\n" for day in range(1, 20) for hour in (8, 9))
    assert set(series(read(folder(demand=HEAD + rows))).values()) == {2.0}


def test_returns_are_taken_off_the_demand_before_them(folder: Write) -> None:
    rows = "".join(f"A,2025-01-{day:02d},{-10 if day % 5 == 0 else 15}\n" for day in range(1, 26))
    made = read(folder(demand=HEAD + rows))
    assert sum(series(made).values()) == 20 * 15 - 50
    assert series(made)["2025-01-04"] == 5.0
    assert series(made)["2025-01-05"] == 0.0
    assert codes(made)["returns"] == 5
    with pytest.raises(InputError, match="5 of 25 rows"):
        read(folder(demand=HEAD + rows), negative="reject")


def test_returns_beyond_all_demand_before_them_are_said(folder: Write) -> None:
    rows = "".join(f"A,2025-01-{day:02d},{-50 if day == 3 else 15}\n" for day in range(1, 26))
    made = read(folder(demand=HEAD + rows))
    assert sum(series(made).values()) == 22 * 15
    (line,) = (line for line in made.report if line.words.code == "returns_beyond_demand")
    assert line.severity == "warning"
    assert "returns of 20 " in line.english
    assert "returns_beyond_demand" not in codes(read(folder(demand=HEAD + rows.replace("-50", "-30"))))


def test_what_is_mostly_negative_is_no_demand_with_returns(folder: Write) -> None:
    """Movements of a stock: ten go out every day, what comes in now and then is a little more."""
    rows = "".join(f"A,2025-01-{day:02d},{95 if day % 10 == 1 else -10}\n" for day in range(1, 31))
    with pytest.raises(
        InputError, match=r"column quantity: 27 quantities are negative, of 30.*Write demand as positive"
    ):
        read(folder(demand=HEAD + rows))


def test_numbers_of_rows_may_begin_anew_with_each_file(folder: Write) -> None:
    """Two exports that overlap by a week, their rows numbered from 0, one below the other."""
    days = [f"2025-{month:02d}-{day:02d}" for month in (1, 2) for day in range(1, 29) if day % 3]
    first, second = days[:24], days[20:]
    rows = "".join(f"{k},A,{day},2\n" for part in (first, second) for k, day in enumerate(part))
    made = read(folder(demand="id,item_id,date,quantity\n" + rows))
    assert sum(series(made).values()) == 2 * len(days)
    assert codes(made)["copied_rows"] == 4
    lines = "".join(f"{k},A,{day},2\n" for day in days for k in (1, 2))
    made = read(folder(demand="line,item_id,date,quantity\n" + lines))
    assert sum(series(made).values()) == 4 * len(days), "lines of documents are no copies"


def test_exports_that_overlap_are_asked_about(folder: Write) -> None:
    """A month, and the month before with its last week once more, each with the day of its export."""
    days = [f"2025-{month:02d}-{day:02d}" for month in (1, 2) for day in range(1, 29) if day % 3]
    need = {day: 2 + k % 4 for k, day in enumerate(days)}
    parts = {"03/02/2025": days[:24], "03/03/2025": days[16:]}
    rows = "".join(f"A,{day},{need[day]},{stamp}\n" for stamp, part in parts.items() for day in part)
    head = "item_id,date,quantity,extraido em\n"
    with pytest.raises(InputError, match=r"8 dates of items have the same demand in several of the parts 03/02/2025"):
        read(folder(demand=head + rows))
    added = read(folder(demand=head + rows), duplicates="sum")
    assert sum(series(added).values()) == sum(need.values()) + sum(need[day] for day in days[16:24])
    # Depots, one after the other, whose demand differs; and documents, in any order.
    depots = "".join(f"A,{day},{k % 5 + depot},{depot}\n" for depot in (1, 2) for k, day in enumerate(days))
    assert codes(read(folder(demand=head + depots)))["summed_rows"] == len(days)
    documents = "".join(f"A,{day},2,{stamp}\n" for day in days for stamp in ("x", "y"))
    assert codes(read(folder(demand=head + documents)))["summed_rows"] == len(days)


@pytest.mark.parametrize(("column", "words"), [("Tipo", ("E", "S")), ("movement_type", ("Receipt", "issue"))])
def test_a_column_that_says_in_and_out_is_said(folder: Write, column: str, words: tuple[str, str]) -> None:
    rows = [f"A,2025-01-{day:02d},{5 + day % 2},{words[day % 2]}" for day in range(1, 29)]
    made = read(folder(demand=f"item_id,date,quantity,{column}\n" + "\n".join(rows) + "\n"))
    (line,) = (line for line in made.report if line.words.code == "movements_both_ways")
    assert line.severity == "warning"
    assert f"column {column} go in and out ({words[0]}, {words[1]})" in line.english
    one_way = [row.replace(words[0], words[1]) for row in rows]
    made = read(folder(demand=f"item_id,date,quantity,{column}\n" + "\n".join(one_way) + "\n"))
    assert "movements_both_ways" not in codes(made)


def test_a_depot_whose_rows_end_is_said(folder: Write) -> None:
    def rows(depot: str, days: range, every: int = 1) -> str:
        return "".join(f"A,2025-01-{day:02d},{10 + day % 3},{depot}\n" for day in days if day % every == 0)

    head = "item_id,date,quantity,location\n"
    made = read(folder(demand=head + rows("PE", range(1, 29)) + rows("BA", range(1, 20)) + rows("RJ", range(1, 28), 9)))
    (line,) = (line for line in made.report if line.words.code == "locations_end_early")
    assert (line.severity, line.examples) == ("warning", ("BA (2025-01-19)",))
    made = read(folder(demand=head + rows("PE", range(1, 29)) + rows("BA", range(1, 28))))
    assert "locations_end_early" not in codes(made)


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-9, 9))))
def test_netting_keeps_what_each_item_used_in_all(cells: list[tuple[int, int]]) -> None:
    cells.sort(key=lambda cell: cell[0])
    items, totals = (np.array([cell[k] for cell in cells], dtype=np.int64) for k in (0, 1))
    netted, left_over = net(items, totals.astype(float))
    assert np.all(netted >= 0)
    assert netted.sum() - left_over == totals.sum()


def test_stock_that_is_old_or_far_ahead_is_unknown_rather_than_wrong(folder: Write) -> None:
    demand = HEAD + TABLE + TABLE.replace("A,", "B,") + TABLE.replace("A,", "C,")
    stock = "item_id,date,on_hand\nA,2025-01-28,5\nB,2024-02-01,70\nC,2025-01-22,9\n"
    made = read(folder(demand=demand, stock=stock))
    newest = {row["item_id"]: row["on_hand"] for row in made.tables["fact_inventory"].to_pylist()}
    assert newest == {"A": 5.0, "B": None, "C": 9.0}
    assert codes(made)["stale_stock"] == 1
    ahead = read(folder(demand=demand, stock="item_id,date,on_hand\nA,2025-06-30,5\n"))
    assert ahead.tables["fact_inventory"]["on_hand"].to_pylist() == [None]
    assert codes(ahead)["stale_demand"] == 1
