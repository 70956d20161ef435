"""The lake that every server of the benchmark reads: items x 4 sources x 90 days of forecasts, seeded."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakecast_lake import commit, publish
from lakecast_lake.commit import Commit
from lakecast_lake.storage import Lake
from lakecast_schema.contract import Table
from lakecast_schema.tables import DEMAND, DIM_ITEM, FACT_FORECAST, FACT_METRICS, FACT_REPLENISHMENT, MODEL_RUN

DATASET = "bench"
SOURCES = ("arima", "ensemble", "lstm", "prophet")
HORIZON = 90
HISTORY = 180
TOTAL_DAYS_OF_PAGE = 30
CATEGORIES = 12
SUPPLIERS = 40
FIRST_DAY = np.datetime64("2026-01-01")
MADE_AT = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
RUN = "bench-run"


def item_id(number: int) -> str:
    """Name of an item, counted from 0 in the order of the lake."""
    return f"ITEM-{number:06d}"


def item_ids(items: int) -> list[str]:
    """Names of the first so many items."""
    return [item_id(number) for number in range(items)]


def build(folder: Path, items: int, seed: int = 7) -> Lake:
    """The lake in `folder`, made if it is not there yet."""
    lake = Lake.open(str(folder))
    if (folder / "snapshot").exists():
        return lake
    rng = np.random.default_rng(seed)
    level = rng.lognormal(3.0, 1.0, items)
    commits = [
        commit.replace(lake, DIM_ITEM, _items(items, rng), {"dataset_id": DATASET}, RUN),
        commit.replace(lake, DEMAND, _demand(items, level, rng), {"dataset_id": DATASET}, RUN),
        commit.replace(lake, FACT_METRICS, _metrics(items, rng), {"dataset_id": DATASET}, RUN),
        commit.replace(lake, FACT_REPLENISHMENT, _replenishment(items, level, rng), {"dataset_id": DATASET}, RUN),
        commit.replace(lake, MODEL_RUN, _runs(), {"dataset_id": DATASET}, RUN),
        *(republish_source(lake, source, items, level, rng) for source in SOURCES),
    ]
    publish.publish(lake, RUN, DATASET, commits, {})
    return lake


def change_one_source(lake: Lake, items: int, seed: int) -> int:
    """Publish a snapshot in which one source of four has other forecasts; returns its id."""
    rng = np.random.default_rng(seed)
    changed = republish_source(lake, SOURCES[seed % len(SOURCES)], items, rng.lognormal(3.0, 1.0, items), rng)
    return publish.publish(lake, f"{RUN}-{seed}", DATASET, [changed], {})


def republish_source(lake: Lake, source: str, items: int, level: np.ndarray, rng: np.random.Generator) -> Commit:
    """Commit one source's forecasts of all items."""
    days = np.arange(HORIZON)
    week = 1 + 0.25 * np.sin(2 * np.pi * days / 7)
    mean = level[:, None] * week * rng.lognormal(0.0, 0.1, (items, HORIZON))
    width = 0.2 * mean + 0.1 * level[:, None]
    rows = items * HORIZON
    batch = _table(
        FACT_FORECAST,
        {
            "date": pa.array(np.tile(FIRST_DAY + days, items), pa.date32()),
            "item_id": _repeated(item_ids(items), HORIZON),
            "forecast": mean.ravel(),
            "median": 0.98 * mean.ravel(),
            **{
                name: np.maximum(mean + factor * width, 0.0).ravel()
                for name, factor in (("lower_95", -2.0), ("lower_80", -1.3), ("upper_80", 1.3), ("upper_95", 2.0))
            },
            "source": source,
            "model_version": "v1.0.0",
            "generated_at": MADE_AT,
            "dataset_id": DATASET,
            "kind": "live",
            "cutoff": (FIRST_DAY - 1).astype(dt.date),
            "run_id": RUN,
        },
        rows,
    )
    return commit.replace(lake, FACT_FORECAST, batch, {"dataset_id": DATASET, "source": source}, RUN)


def _items(items: int, rng: np.random.Generator) -> pa.Table:
    numbers = np.arange(items)
    return _table(
        DIM_ITEM,
        {
            "dataset_id": DATASET,
            "item_id": item_ids(items),
            "sku": [f"SKU-{number}" for number in numbers],
            "name": [f"Product {number}" for number in numbers],
            "category": [f"category {number % CATEGORIES}" for number in numbers],
            "supplier": [f"supplier {number % SUPPLIERS}" for number in numbers],
            "unit": "un",
            "lead_time_days": rng.integers(3, 60, items).astype(float),
            "lead_time_std_days": rng.integers(0, 9, items).astype(float),
            "service_level": 0.95,
            "review_period_days": 7.0,
            "min_order_quantity": 1.0,
            "unit_cost": rng.lognormal(3.0, 1.0, items),
            "frequency": "daily",
            "demand_class": [("smooth", "erratic", "intermittent", "lumpy")[number % 4] for number in numbers],
        },
        items,
    )


def _demand(items: int, level: np.ndarray, rng: np.random.Generator) -> pa.Table:
    days = FIRST_DAY - HISTORY + np.arange(HISTORY)
    return _table(
        DEMAND,
        {
            "dataset_id": DATASET,
            "item_id": _repeated(item_ids(items), HISTORY),
            "date": pa.array(np.tile(days, items), pa.date32()),
            "quantity": (level[:, None] * rng.lognormal(0.0, 0.2, (items, HISTORY))).ravel(),
        },
        items * HISTORY,
    )


def _metrics(items: int, rng: np.random.Generator) -> pa.Table:
    count = items * len(SOURCES)
    error = np.abs(rng.normal(10.0, 3.0, count)) + 0.1
    measured = {name: error / divisor for name, divisor in (
        ("mae", 1.0), ("rmse", 0.7), ("wape", 40.0), ("smape", 45.0), ("mape", 38.0), ("mase", 10.0), ("rmsse", 12.0),
        ("scaled_quantile_loss", 15.0), ("interval_score_80", 0.4),
    )}  # fmt: skip
    return _table(
        FACT_METRICS,
        {
            "dataset_id": DATASET,
            "item_id": _repeated(item_ids(items), len(SOURCES)),
            "source": list(SOURCES) * items,
            "windows": np.full(count, 3),
            "observations": np.full(count, 3 * HORIZON),
            **measured,
            "bias": rng.normal(0.0, 0.1, count),
            "coverage_80": rng.uniform(0.7, 0.9, count),
            "coverage_95": rng.uniform(0.9, 1.0, count),
            "skill": rng.normal(0.2, 0.2, count),
            "fit_seconds": rng.uniform(0.0, 0.1, count),
            "model_version": "v1.0.0",
            "generated_at": MADE_AT,
            "run_id": RUN,
        },
        count,
    )


def _replenishment(items: int, level: np.ndarray, rng: np.random.Generator) -> pa.Table:
    lead_time = rng.integers(3, 60, items).astype(float)
    return _table(
        FACT_REPLENISHMENT,
        {
            "dataset_id": DATASET,
            "item_id": item_ids(items),
            "as_of": (FIRST_DAY - 1).astype(dt.date),
            "source": "ensemble",
            "on_hand": level * rng.uniform(0.0, 60.0, items),
            "on_order": level * rng.uniform(0.0, 10.0, items),
            "lead_time_days": lead_time,
            "lead_time_std_days": lead_time / 8,
            "review_period_days": 7.0,
            "service_level": 0.95,
            "min_order_quantity": 1.0,
            "unit_cost": rng.lognormal(3.0, 1.0, items),
            "distribution": ["negative_binomial" if number % 4 > 1 else "normal" for number in range(items)],
            "daily_demand": level,
            "demand_std": level * 0.4,
            "lead_time_demand": level * lead_time,
            "safety_stock": level * 2,
            "reorder_point": level * (lead_time + 2),
            "recommended_order": level,
            "recommended_order_value": level * 3,
            "alert": [("critical", "high", "medium", "ok")[number % 4] for number in range(items)],
            "generated_at": MADE_AT,
            "run_id": RUN,
        },
        items,
    )


def _runs() -> pa.Table:
    columns = {
        "run_id": RUN, "dataset_id": DATASET, "source": list(SOURCES), "model_version": "v1.0.0",
        "generated_at": MADE_AT, "parameters": "{}", "members": [[]] * 4, "loss_curve": [[]] * 4, "issues": [[]] * 4,
    }  # fmt: skip
    return _table(MODEL_RUN, columns, len(SOURCES))


def _repeated(values: list[str], times: int) -> pa.Array:
    codes = np.repeat(np.arange(len(values), dtype=np.int32), times)
    return pc.cast(pa.DictionaryArray.from_arrays(codes, pa.array(values)), pa.string())


def _table(table: Table, columns: dict[str, object], rows: int) -> pa.Table:
    """A batch in the shape of its contract: single values stand for all rows, columns left out are null."""

    def arrays() -> Iterator[pa.Array]:
        for column in table.columns:
            value = columns.get(column.name)
            if isinstance(value, pa.Array | np.ndarray | list):
                yield pa.array(value, column.type)
            else:
                yield pa.repeat(pa.scalar(value, column.type), rows)

    return pa.Table.from_arrays(list(arrays()), schema=table.schema)
