"""The simulated Nova Corrente: deterministic, in all four classes, with its seasons, and said to be simulated."""

import datetime as dt
import itertools
import statistics
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lakecast_assets.ingest.folder import read_folder
from lakecast_assets.pipeline.run import run
from lakecast_assets.sample import DATASET, write_sample
from lakecast_assets.sample.catalogue import FAMILIES
from lakecast_assets.sample.simulate import simulate
from lakecast_forecast.input.rules import Rules
from lakecast_lake import snapshots
from lakecast_lake.storage import Lake

END = dt.date(2026, 6, 30)
SHARES = {"smooth": 0.25, "erratic": 0.15, "intermittent": 0.35, "lumpy": 0.25}
"""Of the items, how many are meant to be of each class."""
FILES = ("demand.csv", "items.csv", "stock.csv", "orders.csv", "README.md")


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sample(tmp_path_factory.mktemp("sample"), end=END)


def test_the_same_arguments_write_the_same_bytes(sample: Path, tmp_path: Path) -> None:
    again = write_sample(tmp_path / "again", end=END)
    other = write_sample(tmp_path / "other", end=END, seed=8, items=12, days=60)
    for name in FILES:
        assert (again / name).read_bytes() == (sample / name).read_bytes()
    assert (other / "demand.csv").read_bytes() != (sample / "demand.csv").read_bytes()


def test_it_ends_yesterday_unless_stated(tmp_path: Path) -> None:
    before = dt.date.today()
    text = (write_sample(tmp_path, items=1, days=28) / "stock.csv").read_text()
    assert any((day - dt.timedelta(days=1)).isoformat() in text for day in (before, dt.date.today()))


def test_it_says_everywhere_that_it_is_simulated(sample: Path) -> None:
    readme = (sample / "README.md").read_text(encoding="utf-8")
    assert "SIMULATED" in readme
    assert "SIMULADA" in readme
    assert "simulated" in DATASET
    (made,) = read_folder(sample).datasets.values()
    for row in made.tables["dim_item"].to_pylist():
        assert row["item_id"].startswith("SIM-")
        assert row["supplier"].endswith("(simulado)")


def test_it_reads_without_a_rejected_row_and_in_all_four_classes(sample: Path) -> None:
    (made,) = read_folder(sample).datasets.values()
    assert made.dataset_id == DATASET
    assert made.rejected == 0
    items = made.tables["dim_item"].to_pylist()
    assert len(items) == 300
    assert len({item["name"] for item in items}) == 300
    assert {item["category"] for item in items} == {family.category for family in FAMILIES}
    counts = {name: sum(item["demand_class"] == name for item in items) / 300 for name in SHARES}
    assert all(abs(counts[name] - share) < 0.08 for name, share in SHARES.items()), counts
    assert made.tables["fact_inventory"].num_rows == 300
    assert made.tables["demand"]["date"].to_pylist()[-1] == END


def test_a_telecom_engineer_would_not_laugh(sample: Path) -> None:
    """Units that fit the part, costs by part, quantities of maintenance, orders that are still to come."""
    (made,) = read_folder(sample, rules=Rules(as_of=END)).datasets.values()
    assert not [line for line in made.report if line.severity == "rejected" or line.words.code.startswith("on_order")]
    items = {row["item_id"]: row for row in made.tables["dim_item"].to_pylist()}
    for row in items.values():
        metres = row["name"].startswith(("Cabo óptico", "Cabo drop", "Cabo de aço"))
        assert row["unit"] == ("m" if metres else "par" if row["name"].startswith("Luva") else "un"), row["name"]
        low, high = next(
            part.unit_cost for family in FAMILIES for part in family.parts if row["name"].startswith(part.name)
        )
        assert low <= row["unit_cost"] <= high
        assert row["currency"] == "BRL"
        assert row["min_order_quantity"] % row["order_multiple"] == 0
        if row["name"].startswith(("Ar-condicionado", "Retificador", "Bateria")):
            assert row["yearly_demand"] < 600, row["name"]
    orders = made.tables["open_order"].to_pylist()
    assert 30 < len({row["item_id"] for row in orders}) < 150
    assert all(
        row["due_date"] > END and row["quantity"] % items[row["item_id"]]["order_multiple"] == 0 for row in orders
    )
    on_order = {row["item_id"]: row["on_order"] for row in made.tables["fact_inventory"].to_pylist()}
    assert sum(on_order.values()) == sum(row["quantity"] for row in orders)


@pytest.fixture(scope="module")
def advice(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Decisions about the sample's items, with what is known of the items."""
    folder = tmp_path_factory.mktemp("advice")
    lake = Lake.open(str(folder / "lake"))
    write_sample(folder / "sample", end=END, days=400)
    run(folder / "sample", lake.uri, sources=["seasonal_naive", "negative_binomial"], as_of=END.isoformat())
    newest = snapshots.newest(lake)
    items = {row["item_id"]: row for row in snapshots.read(lake, newest, "dim_item").to_pylist()}
    return [items[row["item_id"]] | row for row in snapshots.read(lake, newest, "fact_replenishment").to_pylist()]


@pytest.mark.slow
def test_most_items_are_fine_on_the_first_day(advice: list[dict[str, Any]]) -> None:
    share = sum(row["recommended_order"] > 0 for row in advice) / len(advice)
    assert 0.02 < share <= 0.15


@pytest.mark.slow
def test_what_is_critical_has_an_action_and_what_costs_most_comes_first(advice: list[dict[str, Any]]) -> None:
    """The first ten lines by priority are what is to be ordered, not what lies there in excess."""
    critical = [row for row in advice if row["alert"] == "critical"]
    assert len(critical) >= 3
    assert all(row["action"] in ("order", "expedite") for row in critical)
    first = sorted(advice, key=lambda row: -row["stockout_cost"])[:10]
    assert all(row["stockout_cost"] > 0 for row in first)
    # One that is full may be dear enough to stand among them with a chance of one in twenty.
    assert sum(row["recommended_order"] > 0 for row in first) >= 9
    assert first[0]["alert"] == "critical"
    # A are the items of the first 80 % of the value used in a year, C those of the last 5 %.
    value = {row["item_id"]: row["yearly_demand"] * row["unit_cost"] for row in advice}
    order = sorted(value, key=lambda item: -value[item])
    before = dict(zip(order, itertools.accumulate((value[item] for item in order), initial=0.0), strict=False))
    dear, cheap = (
        [row["stockout_cost"] for row in critical if low <= before[row["item_id"]] / sum(value.values()) < high]
        for low, high in ((0, 0.8), (0.95, 1))
    )
    assert dear
    assert cheap
    assert statistics.median(dear) > max(cheap)


def test_items_fall_into_the_class_that_they_were_meant_for() -> None:
    from lakecast_forecast.features.classify import classify
    from lakecast_forecast.panel import Panel
    from lakecast_schema.periods import Frequency

    days = np.datetime64(END) - np.arange(730)[::-1]
    items = simulate(200, days, 7)
    values = np.array([item.demand for item in items])
    panel = Panel(
        "d", Frequency.DAILY, tuple(item.item_id for item in items), values,
        730 - np.isnan(values).sum(axis=1), np.full(200, days[-1]),
    )  # fmt: skip
    meant = np.array([item.demand_class for item in items])
    assert (classify(panel) == meant).mean() > 0.95


def test_the_seasons_can_be_seen_in_the_demand() -> None:
    days = np.datetime64("2026-12-31") - np.arange(3 * 365)[::-1]
    items = [item for item in simulate(240, days, 1) if item.demand_class == "smooth"]
    total = np.nansum([item.demand / np.nanmean(item.demand) for item in items], axis=0)
    weekday = (days.astype(np.int64) + 3) % 7
    month = days.astype("datetime64[M]").astype(int) % 12
    assert total[weekday == 6].mean() < 0.6 * total[weekday < 5].mean(), "Sundays are quiet"
    christmas = np.isin(days, np.array(["2024-12-25", "2025-12-25", "2026-12-25"], dtype="datetime64[D]"))
    assert total[christmas].mean() < 0.5 * total[weekday < 5].mean(), "holidays are quiet"
    towers = [item.demand / np.nanmean(item.demand) for item in items if item.category in ("EPI", "Ferragens de torre")]
    renewed = np.nansum(towers, axis=0)
    assert renewed[month == 6].mean() > 1.15 * renewed[np.isin(month, (4, 5, 8, 9))].mean(), "July renewals"
    power = np.nansum([item.demand / np.nanmean(item.demand) for item in items if item.category == "Energia"], axis=0)
    assert power[month == 0].mean() > 1.5 * power[month == 6].mean(), "more surge protectors in the rains"


def test_a_sample_that_makes_no_sense_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="at least 1 item and 28 days, got 0 and 730"):
        write_sample(tmp_path, items=0)
