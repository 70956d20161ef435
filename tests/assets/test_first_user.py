"""Advice on the first user's own purchases, where demand is rarest and the year the shortest."""

import datetime as dt
from pathlib import Path

import first_user
import pytest

from lakecast_assets.pipeline.run import run
from lakecast_lake import snapshots
from lakecast_lake.storage import Lake


@pytest.mark.slow
@pytest.mark.parametrize("sources", [("seasonal_naive",), ("seasonal_naive", "negative_binomial")])
def test_every_item_in_use_has_a_reorder_point_and_an_order_in_whole_pieces(
    sources: tuple[str, ...], tmp_path: Path
) -> None:
    """Of the naive alone, too: it forecasts nothing for most of these items."""
    months = first_user.write(tmp_path)
    lake = Lake.open(str(tmp_path / "lake"))
    run(tmp_path, lake.uri, dataset="purchases", sources=sources)
    rows = snapshots.read(lake, snapshots.newest(lake), "fact_replenishment").to_pylist()
    items = snapshots.read(lake, snapshots.newest(lake), "dim_item").to_pylist()
    unit = {row["item_id"]: row["unit"] for row in items}
    year = max(month for each in months.values() for month in each) - dt.timedelta(days=365)
    used = {item for item, each in months.items() if max(each) > year}
    assert {row["item_id"] for row in rows} >= used  # an item whose demand has ended has no orders
    assert {row["source"] for row in rows} == {sources[-1]}
    for row in rows:
        step = (
            0.001 if unit[row["item_id"]].upper() in ("MT", "M", "KG", "M2", "M3", "M²", "M³", "LT", "HR", "VB") else 1
        )
        assert row["safety_stock"] >= 0
        assert row["reorder_point"] > 0 or row["item_id"] not in used
        assert row["recommended_order"] / step == pytest.approx(round(row["recommended_order"] / step), abs=1e-6)
