"""Demand that has moved to another level for half a year: what decides goes by the new one."""

from pathlib import Path

import numpy as np
import pytest

from lakecast_assets.pipeline.run import run
from lakecast_lake import snapshots
from lakecast_lake.storage import Lake

LEVELS = {"rose": (100, 300), "fell": (300, 100), "stayed": (100, 100)}


@pytest.mark.slow
def test_the_champion_follows_a_level_that_moved_six_months_ago(tmp_path: Path, lake: str) -> None:
    draw = np.random.default_rng(3)
    months = np.datetime64("2023-11") + np.arange(36)
    lines = ["item_id,date,quantity"]
    for name, (before, now) in LEVELS.items():
        mean = np.where(np.arange(36) < 30, before, now)
        for item in range(4):
            quantities = np.maximum(draw.normal(mean, mean / 10).round(), 0)
            lines += [f"{name}_{item},{month}-01,{value:g}" for month, value in zip(months, quantities, strict=True)]
    (tmp_path / "towers").mkdir()
    (tmp_path / "towers" / "demand.csv").write_text("\n".join(lines) + "\n")
    run(tmp_path / "towers", lake)
    newest = snapshots.newest(Lake.open(lake))

    def rows(table: str, **where: str) -> list[dict[str, object]]:
        entry = newest.entry("towers", table)
        assert entry is not None
        scanned: list[dict[str, object]] = snapshots.scan(
            Lake.open(lake), entry, {"dataset_id": "towers", **where}
        ).to_pylist()
        return scanned

    champions = {row["item_id"]: row["champion"] for row in rows("dim_item")}
    live = [row for row in rows("fact_forecast", kind="live") if row["source"] == champions[row["item_id"]]]
    for name, (_, now) in LEVELS.items():
        forecast = np.mean([row["forecast"] for row in live if str(row["item_id"]).startswith(name)])
        assert abs(forecast / now - 1) < 0.15, (name, forecast)
    daily = {row["item_id"]: row["daily_demand"] for row in rows("fact_replenishment")}
    assert abs(np.mean([daily[f"rose_{item}"] for item in range(4)]) * 365.25 / 12 / 300 - 1) < 0.15
