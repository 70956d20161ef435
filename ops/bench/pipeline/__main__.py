"""What a run costs beside training: many small data sets, nothing new, new stock only, and fanning out to Dask."""

import argparse
import datetime as dt
import os
import platform
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any
from unittest.mock import patch

import dagster as dg
import numpy as np

from bench.markdown import table
from bench.pipeline import cluster
from bench.pipeline.verdict import verdict
from lakecast_assets.definitions import defs
from lakecast_assets.pipeline import automation, forecast, partitions, training
from lakecast_assets.pipeline.definitions import definitions
from lakecast_assets.pipeline.landing import Folders
from lakecast_assets.pipeline.progress import Progress, Silent
from lakecast_assets.pipeline.run import QUIET, RunReport, run
from lakecast_assets.pipeline.settings import RunSettings
from lakecast_forecast.decisions import learning
from lakecast_lake import snapshots
from lakecast_lake.storage import Lake

PARTS = ("small", "dagster", "stock", "dask")
SOURCES = ("seasonal_naive", "theta")
AS_OF = "2025-12-31"
OVERHEAD_SECONDS, STOCK_SECONDS = 1.0, 20.0
"""What has to hold: CPU s per data set beyond training, and seconds from new stock to new advice."""


@dataclass
class Spent:
    """CPU s of training and backtest, of what decisions learn from past demand, and the sources that were trained."""

    models: float = 0.0
    decisions: float = 0.0
    trained: list[str] = field(default_factory=list)


@contextmanager
def counted() -> Iterator[Spent]:
    """Measures the training of runs meanwhile."""
    spent, learn = Spent(), learning.learn

    def timed(name: str, function: Callable[..., Any], *arguments: Any) -> Any:
        began = time.process_time()
        try:
            return function(*arguments)
        finally:
            setattr(spent, name, getattr(spent, name) + time.process_time() - began)

    def trained(source: str, *arguments: Any) -> Any:
        spent.trained.append(source)
        return timed("models", training.train, source, *arguments)

    def learned(*arguments: Any) -> Any:
        return timed("decisions", learn, *arguments)

    with patch.object(forecast, "train", trained), patch.object(learning, "learn", learned):
        yield spent


def write_demand(folder: Path, datasets: range, items: int, periods: int, period: str) -> None:
    """Demand of so many data sets and items; period: a unit of numpy, `D` or `M`. Stock of one day."""
    folder.mkdir(parents=True, exist_ok=True)
    last = np.datetime64(AS_OF).astype(f"datetime64[{period}]")
    dates = (last - np.arange(periods)[::-1]).astype("datetime64[D]").astype(str)
    lines, stock = ["dataset_id,item_id,date,quantity"], ["dataset_id,item_id,date,on_hand"]
    for number in datasets:
        draw = np.random.default_rng(number).poisson(5.0, (items, periods)).astype(str)
        for item in range(items):
            name = f"set-{number:03},item-{item:05}"
            lines += [f"{name},{date},{quantity}" for date, quantity in zip(dates, draw[item], strict=True)]
            stock.append(f"{name},{dates[-1]},{item % 40}")
    (folder / "demand.csv").write_text("\n".join(lines) + "\n")
    (folder / "stock.csv").write_text("\n".join(stock) + "\n")


def measured(folder: Path, lake: Path) -> tuple[RunReport, Spent, float, float]:
    """A run with its CPU and wall seconds."""
    cpu, wall = time.process_time(), time.monotonic()
    with counted() as spent:
        report = run(folder, str(lake), sources=SOURCES, as_of=AS_OF)
    return report, spent, time.process_time() - cpu, time.monotonic() - wall


def published(lake: Path) -> int:
    """How many snapshots a lake has."""
    return len(snapshots.history(Lake.open(str(lake))))


def many_small(cache: Path, datasets: int, items: int) -> list[list[str]]:
    """Rows on many small data sets: all new, all unchanged, one more."""
    folder, lake = cache / "small", cache / "small-lake"
    write_demand(folder, range(datasets), items, 365, "D")
    _, spent, cpu, _ = measured(folder, lake)
    overhead = (cpu - spent.models - spent.decisions) / datasets
    rows = [
        ["CPU s per data set: training and backtest", f"{spent.models / datasets:.2f}", ""],
        ["CPU s per data set: what decisions learn", f"{spent.decisions / datasets:.2f}", ""],
        ["CPU s per data set: all else", f"{overhead:.2f}", verdict(overhead, OVERHEAD_SECONDS)],
    ]
    before = published(lake)
    _, spent, cpu, _ = measured(folder, lake)
    new = published(lake) - before
    rows += [
        ["the same again: sources trained, snapshots published", f"{len(spent.trained)}, {new}",
         verdict(len(spent.trained) + new, 0)],
        ["the same again: CPU s per data set", f"{cpu / datasets:.2f}", ""],
    ]  # fmt: skip
    write_demand(folder, range(datasets + 1), items, 365, "D")
    _, spent, _, _ = measured(folder, lake)
    trained = len(spent.trained) / len(SOURCES)
    rows.append(["one more data set in the file: data sets trained", f"{trained:g}", verdict(trained, 1)])
    return rows


def by_dagster(cache: Path, datasets: int) -> list[list[str]]:
    """A row on unchanged input whose runs the sensor, the schedule and a backfill start.

    The sensor has no cursor, as after a new installation: else it starts none.
    """
    folder, lake = cache / "landed", cache / "landed-lake"
    write_demand(folder, range(datasets), 10, 365, "D")
    (folder / "lakecast.yaml").write_text(f"sources: [{', '.join(SOURCES)}]\nas_of: {AS_OF}\n")
    for path in folder.iterdir():
        os.utime(path, (1, 1))
    measured(folder, lake)
    before = published(lake)
    settings = RunSettings(data=str(folder))
    loaded = definitions(str(lake), str(cache / "hand-over"), settings, Progress(Silent()), Folders())
    job = loaded.resolve_job_def(automation.JOB)
    names = [f"set-{number:03}" for number in range(datasets)]
    with (
        dg.instance_for_test() as instance,
        patch.dict(os.environ, {automation.LANDING: str(folder)}),
        counted() as spent,
        dg.build_sensor_context(instance, definitions=defs) as looks,
    ):
        instance.add_dynamic_partitions(partitions.datasets.name or "", names)
        morning = dg.build_schedule_context(
            instance, scheduled_execution_time=dt.datetime(2026, 1, 2, 8, tzinfo=dt.UTC)
        )
        seen: Any = automation.landing(looks)
        due: Any = automation.daily(morning)
        requests = [*seen.run_requests, *due, *(dg.RunRequest(partition_key=name) for name in names)]
        for each in requests:
            selection = [*each.asset_selection] if each.asset_selection else None
            job.execute_in_process(
                {**QUIET, **each.run_config}, instance, partition_key=each.partition_key, asset_selection=selection
            )
    new = published(lake) - before
    wrong = len(spent.trained) + new + abs(len(requests) - 3 * datasets)
    return [
        [f"the same again by sensor, schedule and backfill, {len(requests)} runs: sources trained, snapshots published",
         f"{len(spent.trained)}, {new}", verdict(wrong, 0)],
    ]  # fmt: skip


def new_stock(cache: Path, items: int) -> list[list[str]]:
    """A row on new stock of many items of monthly demand."""
    folder, lake = cache / "stock", cache / "stock-lake"
    write_demand(folder, range(1), items, 36, "M")
    measured(folder, lake)
    path = folder / "stock.csv"
    path.write_text(path.read_text().replace(",39\n", ",3\n"))
    _, spent, cpu, wall = measured(folder, lake)
    return [
        [f"new stock of {items:,} items: seconds to new advice", f"{wall:.1f} ({cpu:.1f} CPU s)",
         verdict(wall, STOCK_SECONDS)],
        ["new stock: sources trained", str(len(spent.trained)), verdict(len(spent.trained), 0)],
    ]  # fmt: skip


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="folder for input and lakes; emptied first")
    parser.add_argument("--out", type=Path, required=True, help="page to write")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--datasets", type=int, default=100)
    parser.add_argument("--items", type=int, default=50, help="items of each")
    parser.add_argument("--stock-items", type=int, default=10_000)
    parser.add_argument("--dask-items", type=int, default=10_000, help="items that are fanned out")
    parser.add_argument("--rounds", type=int, default=2, help="how often they are, by turns with one process")
    asked = parser.parse_args()
    os.environ.pop("DAGSTER_HOME", None)  # nothing of the runs is recorded
    shutil.rmtree(asked.cache, ignore_errors=True)
    parts: dict[str, Callable[[], list[list[str]]]] = {
        "small": lambda: many_small(asked.cache, asked.datasets, asked.items),
        "dagster": lambda: by_dagster(asked.cache, 3),
        "stock": lambda: new_stock(asked.cache, asked.stock_items),
        "dask": lambda: cluster.fan_out(asked.dask_items, asked.rounds),
    }
    rows = [row for part in PARTS if part in asked.parts for row in parts[part]()]
    versions = f"Python {platform.python_version()}, dagster {version('dagster')}, deltalake {version('deltalake')}"
    described = {
        "small": f"{asked.datasets} data sets of {asked.items} items, a year of days, "
        f"sources {' and '.join(SOURCES)}, in one process",
        "dagster": "three data sets of 10 items whose runs Dagster's sensor, schedule and partitions start",
        "stock": f"one of {asked.stock_items:,} items, three years of months",
        "dask": f"training alone of {asked.dask_items:,} items, three years of days, in one process and on "
        f"{cluster.WORKERS} Dask workers that run already, by turns,\n{asked.rounds} rounds; its CPU is that of the "
        "step, the scheduler and the workers",
    }
    parts_shown = ";\n".join(described[part] for part in PARTS if part in asked.parts)
    intro = f"`make bench-pipeline`: {parts_shown}. {versions}.\n\n"
    page = table(("", "measured", "has to hold"), rows)
    asked.out.write_text(f"# Running what is new\n\n{intro}{page}\n", encoding="utf-8")
    print(page)


if __name__ == "__main__":
    main()
