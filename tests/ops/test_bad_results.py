"""Bad folders of results through `lakecast import`: refused with a message to act on, the lake as it was."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from refusal import refused

from lakecast_lake import handover
from lakecast_lake.storage import Lake

NAN, INFINITE = float("nan"), float("inf")

BAD: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "no source column": ({"source": None}, ("fact_forecast.parquet", "source")),
    "a NaN": ({"forecast": [7.1, NAN, 7.6]}, ("forecast", "finite")),
    "an infinity": ({"forecast": [7.1, INFINITE, 7.6]}, ("forecast", "finite")),
    "a null forecast": ({"forecast": [7.1, None, 7.6]}, ("forecast",)),
    "a negative forecast": ({"forecast": [7.1, -0.5, 7.6]}, ("forecast", "-0.5")),
    "text for numbers": ({"forecast": ["7.1", "many", "7.6"]}, ("forecast",)),
    "a date twice": ({"date": pa.array([dt.date(2024, 7, 1)] * 2 + [dt.date(2024, 9, 1)])}, ("2024-07-01",)),
    "a time of day": (
        {"date": pa.array([dt.datetime(2024, m, 1, 5) for m in (7, 8, 9)], pa.timestamp("us"))},
        ("date",),
    ),
    "an empty item": ({"item_id": ["SFP-10G", "", "SFP-10G"]}, ("item_id", "empty")),
    "an item with a zero byte": ({"item_id": ["a\0b"] * 3}, ("item_id", "control characters")),
    "a source that no folder can have": ({"source": ["s" * 300] * 3}, ("source", "longer than 200")),
    "a data set that no folder can have": ({"dataset_id": ["d" * 300] * 3}, ("dataset_id", "longer than 200")),
    "a version that is none": ({"model_version": ["latest"] * 3}, ("model_version", "v1.2.3", "latest")),
    "no data set": ({"dataset_id": [None] * 3}, ("dataset_id",)),
    "bounds that cross": (
        {"lower_80": [8.0, 8.0, 8.0], "upper_80": [9.0, 7.0, 9.0], "median": [8.5, 8.5, 8.5]},
        ("upper_80",),
    ),
}


@pytest.fixture
def lake(results: Callable[..., Path], tmp_path: Path) -> Path:
    """A lake that good results were published in."""
    handover.import_(Lake.open(str(tmp_path / "lake")), results())
    return tmp_path / "lake"


@pytest.mark.parametrize("kind", BAD)
def test_bad_results(
    kind: str,
    lake: Path,
    results: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    columns, told = BAD[kind]
    code, message = refused(monkeypatch, capsys, lake, "import", str(results(**columns)))
    assert code == 2
    for part in told:
        assert part in message


Broken = Callable[[Path], object]

BROKEN: dict[str, Broken] = {
    "no forecasts": lambda folder: (folder / "fact_forecast.parquet").unlink(),
    "a truncated file": lambda folder: (folder / "fact_forecast.parquet").write_bytes(b"PAR1"),
    "no rows": lambda folder: pq.write_table(
        pq.read_table(folder / "fact_forecast.parquet").slice(0, 0), folder / "fact_forecast.parquet"
    ),
    "metadata that is no JSON": lambda folder: (folder / "metadata.json").write_text("{"),
    "metadata of another data set": lambda folder: (folder / "metadata.json").write_text('{"dataset_id": "elsewhere"}'),
    "metrics of an unknown source": lambda folder: pq.write_table(
        pa.table({"dataset_id": ["towers"], "item_id": ["SFP-10G"], "source": ["unheard"], "rmsse": [0.5]}),
        folder / "fact_metrics.parquet",
    ),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_folders(
    kind: str,
    lake: Path,
    results: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = results(forecast=[1.0, 2.0, 3.0])
    BROKEN[kind](folder)
    code, message = refused(monkeypatch, capsys, lake, "import", str(folder))
    assert code == 2
    assert str(folder) in message or "fact_" in message or "metadata" in message


def test_good_results_are_not_refused(lake: Path, results: Callable[..., Path]) -> None:
    report = handover.import_(Lake.open(str(lake)), results(forecast=[1.0, 2.0, 3.0]))
    assert report.snapshot_id == 2
