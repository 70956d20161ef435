"""Service promised and held: by data set, demand class and category, several data sets by their windows."""

from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import made_lake
import pyarrow as pa
import pytest

from lakecast_graphql import read
from lakecast_graphql.errors import ApiError
from lakecast_graphql.read.view import View
from lakecast_lake import columns, snapshots
from lakecast_schema.tables import DECISION_CALIBRATION

ROWS = [
    # data set, group, class, held, fill rate, items, windows
    ("alpha", "all", None, 0.9, 0.8, 10, 30),
    ("alpha", "lumpy", "lumpy", 0.7, None, 4, 12),
    ("alpha", "category/power", None, 0.95, 0.9, 3, 9),
    ("alpha", "category/all", None, 0.5, 0.5, 1, 1),
    ("beta", "all", None, 0.6, 0.6, 5, 10),
    ("beta", "category/power", None, 0.65, None, 2, 3),
]


@cache
def view() -> View:
    with TemporaryDirectory() as folder:
        lake = made_lake.make(Path(folder) / "lake", items=3, datasets=("alpha", "beta"))
        snapshot = columns.load(lake, snapshots.newest(lake))
    rows = [
        {
            "dataset_id": dataset, "group": group, "demand_class": kind, "promised": 0.95, "held": held,
            "fill_rate": fill, "items": items, "cycles": cycles, "run_id": "r",
        }
        for dataset, group, kind, held, fill, items, cycles in ROWS
    ]  # fmt: skip
    return View(replace(snapshot, calibration=pa.Table.from_pylist(rows, DECISION_CALIBRATION.schema)))


def told(group: str, **where: Any) -> list[tuple[Any, ...]]:
    rows = read.decision_calibration(view(), group, where)
    return [(row.group, row.promised, round(row.achieved, 6), row.item_count, row.cycles) for row in rows]


def test_all_items_by_the_windows_of_their_data_sets() -> None:
    assert told("all") == [(None, 0.95, (0.9 * 30 + 0.6 * 10) / 40, 15, 40)]
    assert told("dataset_id") == [("alpha", 0.95, 0.9, 10, 30), ("beta", 0.95, 0.6, 5, 10)]
    assert told("all", dataset_id={"eq": "beta"}) == [(None, 0.95, 0.6, 5, 10)]


def test_classes_and_categories_apart() -> None:
    assert told("demand_class") == [("LUMPY", 0.95, 0.7, 4, 12)]
    power = (0.95 * 9 + 0.65 * 3) / 12
    assert told("category") == [("all", 0.95, 0.5, 1, 1), ("power", 0.95, pytest.approx(power), 5, 12)]
    assert told("all", category={"eq": "power"}) == [(None, 0.95, pytest.approx(power), 5, 12)]
    assert told("dataset_id", demand_class={"eq": "lumpy"}) == [("alpha", 0.95, 0.7, 4, 12)]


def test_fill_rates_count_where_they_are_known() -> None:
    (row,) = read.decision_calibration(view(), "category", {"category": {"eq": "power"}})
    assert row.fill_rate == pytest.approx(0.9)


@pytest.mark.parametrize(
    ("group", "where"),
    [("category", {"demand_class": {"eq": "lumpy"}}), ("all", {"supplier": {"eq": "x"}})],
)
def test_what_was_not_counted_is_refused(group: str, where: Any) -> None:
    with pytest.raises(ApiError, match=r"datasetId.*demandClass.*category"):
        told(group, **where)
