"""What these tests share, and which of these modules this environment can run: `make test` runs the folder in both."""

import datetime as dt
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

# Left out, not skipped: the other environment runs them, so that nothing goes untested.
TRAINING = [
    "test_audit.py",
    "test_bad_input.py",
    "test_check_command.py",
    "test_dashboard.py",
    "test_input_page.py",
    "test_kubernetes.py",
    "test_portuguese.py",
    "test_reference_pages.py",
    "test_run_command.py",
    "test_site.py",
]
collect_ignore = [] if find_spec("dagster") else TRAINING


def eight_columns(**columns: Any) -> dict[str, Any]:
    """Three months of forecasts of one item, as a plain script writes them; columns replace those of the same name."""
    midnights = [dt.datetime(2024, month, 1) for month in (7, 8, 9)]
    rows = {
        "date": pa.array(midnights, pa.timestamp("ns")),
        "item_id": ["SFP-10G"] * 3,
        "forecast": [7.1, 7.3, 7.6],
        "actual": pa.nulls(3),
        "source": ["my_model"] * 3,
        "model_version": ["v1.0.0"] * 3,
        "generated_at": pa.array([dt.datetime(2024, 6, 30, 18)] * 3, pa.timestamp("us")),
        "dataset_id": ["towers"] * 3,
    }
    return {name: value for name, value in {**rows, **columns}.items() if value is not None}


@pytest.fixture
def results(tmp_path: Path) -> Callable[..., Path]:
    """Writes a folder of results; columns replace or, where None, remove those that a good folder has."""

    def write(**columns: Any) -> Path:
        folder = tmp_path / "results"
        folder.mkdir(exist_ok=True)
        pq.write_table(pa.table(eight_columns(**columns)), folder / "fact_forecast.parquet")
        return folder

    return write
