"""Advice on purchases as the first user's own, where demand is rarest and the history the shortest."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import first_user
import pytest

from lakecast_assets.pipeline.run import run
from lakecast_lake import snapshots
from lakecast_lake.storage import Lake
from lakecast_schema.units import is_counted


@pytest.mark.parametrize("sources", [("seasonal_naive",), ("seasonal_naive", "negative_binomial")])
@pytest.mark.parametrize("write", [first_user.generate, pytest.param(first_user.write, marks=pytest.mark.slow)])
def test_every_item_in_use_has_a_reorder_point_and_an_order_in_whole_pieces(
    write: Callable[[Path], first_user.Purchases], sources: tuple[str, ...], tmp_path: Path
) -> None:
    """Of the naive alone, too: it forecasts nothing for most of these items."""
    months = write(tmp_path)
    lake = Lake.open(str(tmp_path / "lake"))
    run(tmp_path, lake.uri, dataset="purchases", sources=sources, as_of="2026-01-01")
    rows = snapshots.read(lake, snapshots.newest(lake), "fact_replenishment").to_pylist()
    items = snapshots.read(lake, snapshots.newest(lake), "dim_item").to_pylist()
    unit = {row["item_id"]: row["unit"] for row in items}
    year = max(month for each in months.values() for month in each) - dt.timedelta(days=365)
    used = {item for item, each in months.items() if max(each) > year}
    assert {row["item_id"] for row in rows} >= used  # an item whose demand has ended has no orders
    assert {row["source"] for row in rows} == {sources[-1]}
    for row in rows:
        step = 1 if is_counted(unit[row["item_id"]]) else 0.001
        assert row["safety_stock"] >= 0
        assert row["reorder_point"] > 0 or row["item_id"] not in used
        assert row["reorder_point"] == pytest.approx(row["lead_time_demand"] + row["safety_stock"])
        for quantity in (row["recommended_order"], row["reorder_point"], row["order_up_to"]):
            assert quantity / step == pytest.approx(round(quantity / step), abs=1e-6)
        assert row["alert"] != "critical" or row["action"] in ("order", "expedite")
    assert len({row["action"] for row in rows}) >= 3
