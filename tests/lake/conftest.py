"""Lakes to write to, and rows to write."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pytest

from lakecast_lake.storage import Lake
from lakecast_schema.tables import FACT_FORECAST, FACT_METRICS

GENERATED_AT = datetime(2026, 1, 31, 12, 30, 15, 123456, tzinfo=UTC)


@pytest.fixture
def lake(tmp_path: Path) -> Lake:
    return Lake(str(tmp_path / "lake"))


@pytest.fixture(scope="session")
def forecasts() -> Callable[..., pa.Table]:
    """A builder of rows of fact_forecast: daily items with one live cutoff and one backtest window before it."""
    return forecast_rows


@pytest.fixture(scope="session")
def metrics() -> Callable[..., pa.Table]:
    """A builder of rows of fact_metrics."""
    return metric_rows


def forecast_rows(
    dataset_id: str = "alpha",
    sources: Sequence[str] = ("arima", "ensemble"),
    items: Sequence[str] = ("a", "b"),
    cutoff: date = date(2026, 1, 31),
    horizon: int = 3,
    run_id: str = "run-1",
    kinds: Sequence[str] = ("live", "backtest"),
    level: float = 10.0,
    model_version: str = "v1.0.0",
) -> pa.Table:
    rows = []
    for source in sources:
        for number, item in enumerate(items):
            for kind in kinds:
                seen = cutoff if kind == "live" else cutoff - timedelta(days=horizon)
                for step in range(1, horizon + 1):
                    mean = level + number + step / 4
                    rows.append(
                        {
                            "date": seen + timedelta(days=step),
                            "item_id": item,
                            "forecast": mean,
                            "actual": None if kind == "live" else mean + 1,
                            "source": source,
                            "model_version": model_version,
                            "generated_at": GENERATED_AT,
                            "dataset_id": dataset_id,
                            "median": mean,
                            "lower_80": mean * 0.8,
                            "upper_80": mean * 1.2,
                            "lower_95": mean * 0.6,
                            "upper_95": mean * 1.4,
                            "kind": kind,
                            "cutoff": seen,
                            "run_id": run_id,
                        }
                    )
    return pa.Table.from_pylist(rows, schema=FACT_FORECAST.schema)


def metric_rows(
    dataset_id: str = "alpha",
    sources: Sequence[str] = ("arima", "ensemble"),
    items: Sequence[str] = ("a", "b"),
    run_id: str = "run-1",
    loss: float = 0.5,
) -> pa.Table:
    rows = [
        {
            **dict.fromkeys(FACT_METRICS.column_names),
            "dataset_id": dataset_id,
            "item_id": item,
            "source": source,
            "windows": 3,
            "observations": 9,
            "mae": 1.25,
            "wape": 0.25,
            "rmsse": 0.75 + number,
            "scaled_quantile_loss": loss + number,
            "model_version": "v1.0.0",
            "generated_at": GENERATED_AT,
            "run_id": run_id,
        }
        for number, source in enumerate(sources)
        for item in items
    ]
    return pa.Table.from_pylist(rows, schema=FACT_METRICS.schema)
