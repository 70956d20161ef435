"""Time and memory of the default sources on many items of daily demand, by batches in this process.

    OMP_NUM_THREADS=1 PYTHONPATH=ops .venv-ml/bin/python -m bench.forecasting.scale --items 1000 10000 --out FILE

Each source and size runs in a process of its own, so that its peak memory is its own.
"""

import argparse
import resource
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from lakecast_assets.models import origins, registry
from lakecast_assets.models.backtest import run_source
from lakecast_assets.models.base import Panel
from lakecast_schema.periods import Frequency

HORIZON = 28
SOURCES = ("seasonal_naive", "prophet", "arima", "lstm", "ets", "empirical", "negative_binomial")
"""What publishing the default sources of daily demand computes, the ensemble's members included."""


def main() -> None:
    reads = argparse.ArgumentParser(description=__doc__)
    reads.add_argument("--items", nargs="*", type=int, default=[1000, 10_000])
    reads.add_argument("--days", type=int, default=1096)
    reads.add_argument("--batch-size", type=int, default=1000)
    reads.add_argument("--sources", nargs="*", default=list(SOURCES))
    reads.add_argument("--out", type=Path, required=True)
    asked = reads.parse_args()
    head = ("source", "items", "CPU s", "CPU s per 1,000", "wall s", "peak MB", "MB for the panel")
    lines = ["| " + " | ".join(head) + " |", "| " + " | ".join("---" for _ in head) + " |"]
    for items in asked.items:
        for source in asked.sources:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
                row = alone.submit(measured, source, items, asked.days, asked.batch_size).result()
            lines.append("| " + " | ".join(row) + " |")
            print(lines[-1], flush=True)
    about = f"# Scale\n\n{asked.days} days per item, horizon {HORIZON}, batches of {asked.batch_size:,} items."
    asked.out.write_text(about + "\n\n" + "\n".join(lines) + "\n", encoding="utf-8")


def measured(source: str, items: int, days: int, batch_size: int) -> Sequence[str]:
    """One line: what a source costs from panel to calibrated forecasts, its whole backtest included."""
    panel = simulated(items, days)
    plan = origins.plan(panel.lengths, panel.frequency, HORIZON)
    cpu, wall = time.process_time(), time.perf_counter()
    run_source(registry.get(source), panel, plan, HORIZON, batch_size=batch_size)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # kilobytes on Linux
    size = panel.values.nbytes / 2**20
    return source, f"{items:,}", f"{cpu:.1f}", f"{1000 * cpu / items:.1f}", f"{wall:.1f}", f"{peak:.0f}", f"{size:.0f}"


def simulated(items: int, days: int) -> Panel:
    """Seeded daily counts of every kind: from one piece a month to hundreds a day, with a week and a year."""
    rng = np.random.default_rng(0)
    time_ = np.arange(days)
    level = rng.lognormal(0.5, 2.0, items)[:, None]
    week = rng.dirichlet(np.full(7, 8.0), items)[:, time_ % 7] * 7
    year = 1 + 0.3 * np.sin(2 * np.pi * (time_ / 365.25 + rng.random(items)[:, None]))
    values = rng.negative_binomial(2, 2 / (2 + level * week * year)).astype(np.float64)
    ids = tuple(f"item-{row:06d}" for row in range(items))
    ends = np.full(items, np.datetime64("2024-12-31"))
    return Panel("scale", Frequency.DAILY, ids, values, np.full(items, days), ends)


if __name__ == "__main__":
    main()
