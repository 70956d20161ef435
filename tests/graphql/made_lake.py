"""A small lake with something of everything: frequencies, cutoffs, nulls, text that needs escaping, two data sets."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from lakecast_lake import commit, publish
from lakecast_lake.storage import Lake
from lakecast_schema.contract import Table
from lakecast_schema.periods import Frequency, shift
from lakecast_schema.tables import (
    DEMAND,
    DIM_ITEM,
    FACT_FORECAST,
    FACT_INVENTORY,
    FACT_METRICS,
    FACT_REPLENISHMENT,
    METRICS,
    MODEL_RUN,
    OPEN_ORDER,
    READING_REPORT,
)

MADE_AT = datetime(2026, 2, 1, 6, 30, 15, 123456, tzinfo=UTC)
SOURCES = ("arima", "ensemble", "prophet", "seasonal_naive")
NAMES = (None, 'Cabo "RF" 1/2"', "Conexão óptica\\SC", "Poste\n10 m", "Bateria 12 V", "日本語 %b {x}")
CATEGORIES = (None, "power", "fibre", 'a "b"')
SUPPLIERS = (None, "Fornecedor Ltda.", "Über AG")
CLASSES = (None, "smooth", "erratic", "intermittent", "lumpy")
ALERTS = ("critical", "high", "medium", "ok", "unknown")
_LAST = {
    Frequency.DAILY: date(2026, 1, 31),
    Frequency.WEEKLY: date(2026, 1, 26),
    Frequency.MONTHLY: date(2026, 1, 1),
    Frequency.QUARTERLY: date(2025, 10, 1),
    Frequency.YEARLY: date(2025, 1, 1),
}


def make(
    folder: Path,
    items: int = 12,
    seed: int = 1,
    datasets: tuple[str, ...] = ("alpha", "béta 2"),
    kind: type["Run"] | None = None,
) -> Lake:
    """A lake with one snapshot per data set; the newest has them all."""
    lake = Lake(str(folder))
    for number, dataset in enumerate(datasets):
        add_run(lake, dataset, items=items, seed=seed + number, run_id=f"run-{number + 1}", kind=kind)
    return lake


def add_run(
    lake: Lake,
    dataset: str,
    *,
    items: int = 12,
    seed: int = 1,
    run_id: str = "run-1",
    later: int = 0,
    sources: tuple[str, ...] = SOURCES,
    kind: type["Run"] | None = None,
) -> int:
    """Commit and publish a run of a data set; `later` periods pass between runs. The new snapshot's id.

    kind: what makes the rows, for a lake that differs.
    """
    random = np.random.default_rng(seed)
    made = (kind or Run)(dataset, items, random, run_id, later, sources)
    where = {"dataset_id": dataset}
    commits = [
        commit.replace(lake, DIM_ITEM, made.dim_item(), where, run_id),
        commit.replace(lake, DEMAND, made.demand(), where, run_id),
        commit.replace(lake, READING_REPORT, made.reports(), where, run_id),
        commit.replace(lake, FACT_INVENTORY, made.inventory(), where, run_id),
        commit.replace(lake, OPEN_ORDER, made.open_orders(), where, run_id),
        commit.forecasts(lake, made.forecasts(), dataset, sources, run_id),
        commit.replace(lake, FACT_METRICS, made.metrics(), {**where, "source": list(sources)}, run_id),
        commit.replace(lake, FACT_REPLENISHMENT, made.replenishment(), where, run_id),
        commit.replace(lake, MODEL_RUN, made.runs(), where, run_id),
    ]
    summary = {
        "dataset_id": dataset,
        "run_id": run_id,
        "model_versions": [{"source": s, "model_version": "v1.2.3", "generated_at": MADE_AT} for s in sources],
        **dict.fromkeys(("wape", "rmsse", "quantile_loss", "coverage_80", "coverage_95", "skill"), 0.5),
    }
    return publish.publish(lake, run_id, dataset, commits, summary)


class Run:
    """The rows of a run."""

    periods = 30
    horizon = 4

    def __init__(
        self, dataset: str, items: int, random: np.random.Generator, run_id: str, later: int, sources: tuple[str, ...]
    ) -> None:
        self.dataset, self.random, self.run_id, self.later, self.sources = dataset, random, run_id, later, sources
        # The first item id is the same in every data set; the last item has neither forecasts nor errors.
        self.ids = ["shared", *(f"{dataset[0]}-{n:03d}" for n in range(1, items))]
        self.frequency = [tuple(Frequency)[n % 5 if n % 3 == 0 else 0] for n in range(items)]

    def dim_item(self) -> pa.Table:
        pick = self._pick
        return self._table(
            DIM_ITEM,
            [
                {
                    "item_id": item,
                    "sku": f"SKU {n}" if n % 2 else None,
                    "name": NAMES[n % len(NAMES)],
                    "category": pick(CATEGORIES),
                    "unit": pick((None, "un", "m")),
                    "supplier": pick(SUPPLIERS),
                    "lead_time_days": pick((None, 7.0, 14.0, 30.5)),
                    "unit_cost": pick((None, 1.5, 20.0, 999.99)),
                    "frequency": self.frequency[n].value,
                    "demand_class": pick(CLASSES),
                    **(self._described(n) if n % 3 else {}),
                }
                for n, item in enumerate(self.ids)
            ],
        )

    def _described(self, n: int) -> dict[str, Any]:
        """What versions of an older contract do not have."""
        return {
            "lead_time_std_days": 2.5,
            "service_level": (None, 0.95, 0.99)[n % 3],
            "review_period_days": 7.0,
            "min_order_quantity": float(n % 4),
            "order_multiple": (12.0, None)[n % 2],
            "service_measure": (None, "cycle", "fill")[n % 3],
            "criticality": (None, 1, 3, 5)[n % 4],
            "location": ("Recife", None)[n % 2],
            "currency": (None, "BRL", "USD")[n % 3],
            "attributes": ('{"Cor": "azul \\"1\\"", "Ncm": "8504"}', None, "{}", None)[n % 4],
            "yearly_demand": (None, 100.5)[n % 2],
            "is_active": (True, False, None, True, True)[n % 5],
        }

    def reports(self) -> pa.Table:
        lines = (
            ("info", "file", 0, ()),
            ("warning", "inactive_items", 2, ("shared", 'a "b"')),
            ("warning", "stale_stock", 1, ("ç",)),
            ("rejected", "no_date", 3, ()),
        )
        return self._table(
            READING_REPORT,
            [
                {
                    "line": number,
                    "severity": severity,
                    "code": code,
                    "count": count,
                    "message_en": f"{count} of {code}",
                    "message_pt": f"{count} de {code} não",
                    "examples": list(examples),
                    "read_at": MADE_AT,
                }
                for number, (severity, code, count, examples) in enumerate(lines[self.later % 2 :], start=1)
            ],
        )

    def demand(self) -> pa.Table:
        rows = []
        for n, item in enumerate(self.ids):
            days = shift(self._last(n), -np.arange(self.periods)[::-1], self.frequency[n])
            for day in days.tolist():
                quantity = None if self.random.random() < 0.05 else float(self.random.poisson(3))
                rows.append({"item_id": item, "date": day, "quantity": quantity})
        return self._table(DEMAND, rows)

    def inventory(self) -> pa.Table:
        rows = [
            {
                "item_id": item,
                "date": day,
                "on_hand": float(self.random.integers(0, 9)),
                "on_order": self._pick((None, 2.0)),
            }
            for item in self.ids[::2]
            for day in (date(2026, 1, 29), date(2026, 1, 30))
        ]
        return self._table(FACT_INVENTORY, rows)

    def open_orders(self) -> pa.Table:
        """What every fourth decision has on order, half of it overdue, half of it due a week after the decision."""
        days = (date(2026, 1, 20), date(2026, 2, 6))
        return self._table(
            OPEN_ORDER,
            [{"item_id": item, "due_date": day, "quantity": 0.5} for item in self.ids[:-1:4] for day in days],
        )

    def forecasts(self) -> pa.Table:
        rows: list[dict[str, Any]] = []
        for n, item in enumerate(self.ids[:-1]):
            for source in self.sources:
                if self.random.random() < 0.15 and source != "ensemble":
                    continue
                for kind, back in (("live", 0), ("backtest", 3), ("backtest", 5)):
                    cutoff = shift(self._last(n), -back, self.frequency[n])
                    for step in range(1, self.horizon + 1):
                        rows.append(self._forecast(n, item, source, kind, cutoff, step))
        return self._table(FACT_FORECAST, rows)

    def _forecast(self, n: int, item: str, source: str, kind: str, cutoff: Any, step: int) -> dict[str, Any]:
        mean = round(float(self.random.gamma(2.0)), int(self.random.integers(0, 12)))
        bounds = sorted(float(self.random.gamma(2.0)) for _ in range(5))
        names = ("lower_95", "lower_80", "median", "upper_80", "upper_95")
        bare = n % 4 == 3
        return {
            "item_id": item,
            "date": shift(cutoff, step, self.frequency[n]).item(),
            "forecast": mean,
            "actual": float(self.random.poisson(3)) if kind == "backtest" and step < 4 else None,
            "source": source,
            "model_version": "v1.2.3" if n % 2 else "v1.2.3+x",
            "generated_at": MADE_AT,
            **({} if bare else dict(zip(names, bounds, strict=True))),
            "kind": kind,
            "cutoff": cutoff.item(),
        }

    def metrics(self) -> pa.Table:
        rows = []
        for item in self.ids[:-1]:
            for source in self.sources:
                if self.random.random() < 0.2:
                    continue
                figures = {name: float(np.round(self.random.random(), 2)) for name in METRICS}
                figures |= {"windows": 2, "observations": 6}
                figures |= {name: None for name in METRICS if self.random.random() < 0.1}
                made = {"model_version": "v1.2.3", "generated_at": MADE_AT}
                rows.append({"item_id": item, "source": source, **figures, **made})
        return self._table(FACT_METRICS, rows)

    def replenishment(self) -> pa.Table:
        rows = []
        for n, item in enumerate(self.ids[:-1]):
            unknown = n % 5 == 4
            rows.append(
                {
                    "item_id": item,
                    "as_of": date(2026, 1, 30),
                    "source": "ensemble",
                    "on_hand": None if unknown else float(n),
                    "on_order": None if unknown else 1.0,
                    "lead_time_days": 30.0 + n,
                    "lead_time_std_days": 7.5,
                    "review_period_days": 7.0,
                    "service_level": 0.95,
                    "min_order_quantity": float(n % 3),
                    "unit_cost": self._pick((None, 2.5)),
                    "distribution": "normal",
                    "dispersion": None,
                    "daily_demand": 0.5,
                    "demand_std": 0.4,
                    "lead_time_demand": 15.0,
                    "safety_stock": 3.25,
                    "reorder_point": 18.25,
                    "days_to_stockout": self._pick((None, 3.0, 12.5)),
                    "recommended_order": None if unknown else float(self.random.integers(0, 40)),
                    "recommended_order_value": self._pick((None, 100.0, 55.5)),
                    "alert": "unknown" if unknown else self._pick(ALERTS[:4]),
                    **(self._learned(unknown) if n % 3 else {}),
                    "generated_at": MADE_AT,
                }
            )
        return self._table(FACT_REPLENISHMENT, rows)

    def _learned(self, unknown: bool) -> dict[str, Any]:
        """What versions of an older contract do not have."""
        day = date(2026, 1, 30)
        learned = {
            "service_measure": self._pick((None, "cycle")),
            "order_multiple": self._pick((1.0, 4.0)),
            "noise_variance": self._pick((0.3, 2.0)),
            "level_variance": 0.01,
            "demand_size": 2.0,
            "long_run_rate": 0.4,
            "long_run_weight": self._pick((0.0, 0.5)),
            "largest_window": self._pick((None, 9.0, 900.0)),
            "order_up_to": 22.0,
            "expected_fill_rate": 0.97,
            "stockout_probability": None if unknown else 0.25,
            "stockout_cost": None if unknown else float(self.random.integers(0, 500)) / 4,
            "excess": None if unknown else self._pick((0.0, 12.0)),
            "action": "check_data" if unknown else self._pick(("order", "watch", "reduce", "none", "expedite")),
            "order_by_date": None if unknown else day + timedelta(days=int(self.random.integers(0, 40))),
            "stockout_date": self._pick((None, day + timedelta(days=12))),
            "arrival_date": day + timedelta(days=30),
        }
        return learned | ({"excess": 12.0} if learned["action"] == "reduce" else {})

    def runs(self) -> pa.Table:
        return self._table(
            MODEL_RUN,
            [
                {
                    "source": source,
                    "model_version": "v1.2.3",
                    "generated_at": MADE_AT,
                    "fit_seconds": 1.5,
                    "parameters": '{"p": [1, null, "ç"]}',
                    "members": [{"source": "arima", "demand_class": None, "weight": 0.25}]
                    if source == "ensemble"
                    else [],
                    "loss_curve": [1.0, 0.5],
                    "issues": [{"item_id": self.ids[-1], "reason": "only 3 observations"}],
                }
                for source in self.sources
            ],
        )

    def _pick(self, values: Any) -> Any:
        return values[int(self.random.integers(len(values)))]

    def _last(self, n: int) -> np.datetime64:
        return shift(np.datetime64(_LAST[self.frequency[n]]), self.later, self.frequency[n])

    def _table(self, table: Table, rows: list[dict[str, Any]]) -> pa.Table:
        known = {"dataset_id": self.dataset, "run_id": self.run_id}
        nulls = dict.fromkeys(table.column_names)
        full = [{name: {**nulls, **known, **row}[name] for name in table.column_names} for row in rows]
        return pa.Table.from_pylist(full, schema=table.schema)
