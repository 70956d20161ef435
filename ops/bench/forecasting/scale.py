"""Time and memory of the default sources on many items of daily demand, by batches in this process.

    OMP_NUM_THREADS=1 PYTHONPATH=ops .venv-ml/bin/python -m bench.forecasting.scale --items 1000 10000 --out FILE

Each source and size runs in a process of its own, so that its peak memory is its own. FILE gets a line of JSON for
each; `report --scale FILE` shows them.
"""

import argparse
import json
import resource
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from lakecast_forecast import registry
from lakecast_forecast.evaluation import origins
from lakecast_forecast.evaluation.backtest import run_source
from lakecast_forecast.panel import Array, Panel
from lakecast_schema.periods import Frequency

HORIZON = 28
SOURCES = ("seasonal_naive", "prophet", "arima", "lstm", "ets", "empirical", "negative_binomial")
"""What publishing the default sources of daily demand computes, the ensemble's members included."""
_BLOCK = 500


def main() -> None:
    reads = argparse.ArgumentParser(description=__doc__)
    reads.add_argument("--items", nargs="*", type=int, default=[1000, 10_000])
    reads.add_argument("--days", type=int, default=1096)
    reads.add_argument("--batch-size", type=int, default=1000)
    reads.add_argument("--windows", type=int, default=6, help="past windows at most; a user's run has six")
    reads.add_argument("--sources", nargs="*", default=list(SOURCES))
    reads.add_argument("--out", type=Path, required=True)
    asked = reads.parse_args()
    for items in asked.items:
        for source in asked.sources:
            with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as alone:
                row = alone.submit(measured, source, items, asked.days, asked.batch_size, asked.windows).result()
            with asked.out.open("a", encoding="utf-8") as lines:
                print(json.dumps(row), file=lines)
            print(row, flush=True)


def measured(source: str, items: int, days: int, batch_size: int, windows: int) -> Mapping[str, object]:
    """What a source costs from panel to calibrated forecasts, its backtest included; memory in MB."""
    panel = simulated(items, days)
    whole = origins.plan(panel.lengths, panel.frequency, HORIZON)
    plan = origins.Origins(whole.offsets[:windows], min(whole.scored, windows))
    cpu, wall = time.process_time(), time.perf_counter()
    run_source(registry.get(source), panel, plan, HORIZON, batch_size=batch_size)
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024  # kilobytes on Linux
    return {
        "source": source,
        "items": items,
        "days": days,
        "batch size": batch_size,
        "windows": len(plan.offsets),
        "CPU s": round(cpu, 1),
        "wall s": round(wall, 1),
        "peak MB": round(peak),
        "panel MB": round(panel.values.nbytes / 2**20),
    }


def simulated(items: int, days: int) -> Panel:
    """Seeded daily counts of every kind: from one piece a month to hundreds a day, with a week and a year.

    Fewer items are the first of more. Drawn in blocks, so that drawing needs less memory than what is measured.
    """
    blocks = [_counts(block, days) for block in range(-(-items // _BLOCK))]
    values = np.concatenate(blocks)[:items]
    ids = tuple(f"item-{row:06d}" for row in range(items))
    ends = np.full(items, np.datetime64("2024-12-31"))
    return Panel("scale", Frequency.DAILY, ids, values, np.full(items, days), ends)


def _counts(block: int, days: int) -> Array:
    rng = np.random.default_rng([0, block])
    time_ = np.arange(days)
    level = rng.lognormal(0.5, 2.0, _BLOCK)[:, None]
    week = rng.dirichlet(np.full(7, 8.0), _BLOCK)[:, time_ % 7] * 7
    year = 1 + 0.3 * np.sin(2 * np.pi * (time_ / 365.25 + rng.random(_BLOCK)[:, None]))
    return rng.negative_binomial(2, 2 / (2 + level * week * year)).astype(np.float64)


if __name__ == "__main__":
    main()
