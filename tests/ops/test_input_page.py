"""The example folders of docs/reference/input.md are read as the page says."""

import re
from pathlib import Path

import pytest

from lakecast_assets.ingest.folder import Ingested, read_folder
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.rules import Rules

PAGE = Path(__file__).resolve().parents[2] / "docs" / "reference" / "input.md"
_FILE = re.compile(r"<!-- file: (\S+)( [^>]*?)? -->\n```(?:csv|yaml)\n(.*?)```", re.DOTALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Every file of the page, where its comment says."""
    root = tmp_path / "My demand"
    for name, _, content in _FILE.findall(PAGE.read_text()):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root


def only(ingested: Ingested, dataset: str) -> dict[str, int]:
    """Rows per table of the one data set that was read."""
    assert list(ingested.datasets) == [dataset]
    return {name: table.num_rows for name, table in ingested.datasets[dataset].tables.items()}


def test_the_small_example(folder: Path) -> None:
    rows = only(read_folder(folder), "my_demand")
    assert rows["rejected_rows"] == 0
    assert (rows["demand"], rows["dim_item"], rows["fact_inventory"]) == (9, 2, 2)
    assert read_folder(folder).datasets["my_demand"].frequency == "monthly"


def test_drivers_reach_into_the_future(folder: Path) -> None:
    rows = only(read_folder(folder / "with-drivers"), "with_drivers")
    assert (rows["demand"], rows["driver"], rows["rejected_rows"]) == (3, 5, 0)


def test_rejections(folder: Path) -> None:
    said = re.search(r"with-rejections/demand.csv rejected: (\d+)", PAGE.read_text())
    assert said
    assert only(read_folder(folder / "with-rejections", rules=Rules(allow_rejected=0.5)), "with_rejections")[
        "rejected_rows"
    ] == int(said[1])


def test_settings_beside_the_demand(folder: Path) -> None:
    made = read_folder(folder / "with-settings")
    assert only(made, "with_settings")["rejected_rows"] == 0
    one = made.datasets["with_settings"]
    assert one.frequency == "monthly"
    assert one.tables["demand"]["quantity"].to_pylist() == [1200.5, 800.0, 950.0]
    assert one.tables["dim_item"]["unit"].to_pylist() == ["MT"]


def test_a_fiscal_calendar(folder: Path) -> None:
    made = read_folder(folder / "with-calendar")
    assert only(made, "with_calendar")["rejected_rows"] == 0
    rows = made.datasets["with_calendar"].tables["demand"].to_pylist()
    assert {str(row["date"]): row["quantity"] for row in rows} == {
        "2024-01-01": 4.0, "2024-02-01": 6.0, "2024-03-01": 7.0, "2024-04-01": 5.0,
    }  # fmt: skip


def test_a_missing_column_stops(folder: Path) -> None:
    with pytest.raises(InputError, match=r"demand\.csv, column quantity: .*found are: item, day, sold"):
        read_folder(folder / "without-column")
