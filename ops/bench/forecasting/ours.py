"""Runs our sources on the public sets, one core each, as a user's run would: backtest, calibration, live forecasts.

OMP_NUM_THREADS=1 PYTHONPATH=ops .venv-ml/bin/python -m bench.forecasting.ours --data FOLDER --cache FOLDER
"""

import argparse
import json
import pickle
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

import numpy as np

from bench.forecasting import predictions, sets
from bench.forecasting.predictions import Predictions
from bench.forecasting.sets import Set
from lakecast_forecast import ensemble, registry
from lakecast_forecast.ensemble.components import NETS
from lakecast_forecast.evaluation import origins
from lakecast_forecast.evaluation.backtest import OtherPanel, SourceForecasts, run_source
from lakecast_forecast.interface import JointModel
from lakecast_forecast.panel import Panel
from lakecast_schema.frequency import recognise
from lakecast_schema.periods import Frequency

M3 = ("m3_yearly", "m3_quarterly", "m3_monthly", "m3_other")
"""Sets of one collection: a user has them in one folder, and runs them together."""
SETS = (*M3, "carparts", "raf", "recruit_daily")
PUBLISHED = ("seasonal_naive", "prophet", "arima", "lstm")
WITHOUT_NETS = "ensemble without nets"


def main() -> None:
    reads = argparse.ArgumentParser(description=__doc__)
    reads.add_argument("--data", type=Path, required=True)
    reads.add_argument("--cache", type=Path, required=True)
    reads.add_argument("--sets", nargs="*", default=list(SETS))
    reads.add_argument("--without", nargs="*", default=[], help="sources to leave out")
    reads.add_argument("--apart", action="store_true", help="run the sets of M3 one by one, each with nets of its own")
    reads.add_argument("--fresh", action="store_true", help="run again what the same version ran before")
    asked = reads.parse_args()
    together = [name for name in asked.sets if name in M3 and not asked.apart]
    for names in [together, *([name] for name in asked.sets if name not in together)]:
        run([sets.read(asked.data, name) for name in names], asked.cache, asked.without, asked.fresh)


def panel(whole: Set) -> Panel:
    """The history of a set as the models read it. M3's "other" series, whose dates are invented, count as yearly."""
    longest = max(len(values) for values in whole.history)
    values = np.full((len(whole), longest), np.nan)
    for row, series in enumerate(whole.history):
        values[row, longest - len(series) :] = series
    lengths = np.array([len(series) for series in whole.history], dtype=np.int64)
    frequency = Frequency.YEARLY if whole.name == "m3_other" else recognise(np.concatenate(whole.dates[:50]))
    ends = np.array([dates[-1] for dates in whole.dates])
    return Panel(whole.name, frequency, whole.item_ids, values, lengths, ends)


@dataclass(frozen=True)
class Task:
    """A set as a run reads it."""

    whole: Set
    panel: Panel
    plan: origins.Origins
    members: tuple[str, ...]

    @classmethod
    def of(cls, whole: Set, without: Sequence[str]) -> Self:
        ours = panel(whole)
        plan = origins.plan(ours.lengths, ours.frequency, whole.kind.horizon)
        return cls(whole, ours, plan, tuple(name for name in ensemble.member_names(ours) if name not in without))

    @property
    def other_panel(self) -> OtherPanel:
        return OtherPanel(self.panel, self.plan, self.whole.kind.horizon)


Ran = tuple[SourceForecasts, dict[str, float]]
"""What a source said, and the CPU seconds that it took."""


def run(wholes: Sequence[Set], cache: Path, without: Sequence[str] = (), fresh: bool = False) -> None:
    """Run every published source and the ensemble's members on the sets of one folder, combine them, and keep what
    they said and cost.

    A source that the same version ran on the same items before is not run again, unless `fresh`.
    """
    tasks = [Task.of(whole, without) for whole in wholes]
    found: list[dict[str, Ran]] = [{} for _ in tasks]
    for name in sorted({*PUBLISHED, *(name for task in tasks for name in task.members)} - set(without)):
        concerned = [k for k, task in enumerate(tasks) if name in (*PUBLISHED, *task.members)]
        kept = [None if fresh else _kept(cache, tasks[k], name) for k in concerned]
        known = [each for each in kept if each is not None]
        ran = known if len(known) == len(kept) else _timed([tasks[k] for k in concerned], name)
        for k, one in zip(concerned, ran, strict=True):
            found[k][name] = one
            _keep_run(cache, tasks[k].whole, name, *one)
            _keep(tasks[k].whole, one[0], name, one[1], cache)
    for task, said in zip(tasks, found, strict=True):
        _combine(task, said, cache)


def _combine(task: Task, found: Mapping[str, Ran], cache: Path) -> None:
    spent = {name: seconds for name, (_, seconds) in found.items()}
    for title, chosen in (
        (ensemble.NAME, task.members),
        (WITHOUT_NETS, [name for name in task.members if name not in NETS]),
    ):
        started = time.process_time()
        combined = ensemble.combine([found[name][0] for name in chosen], task.panel)
        combining = time.process_time() - started
        spent[title] = {key: combining + sum(spent[name][key] for name in chosen) for key in ("with backtest", "live")}
        _keep(task.whole, combined, title, spent[title], cache)
    (cache / task.whole.name / "seconds.json").write_text(json.dumps(spent))


def _timed(tasks: Sequence[Task], name: str) -> list[Ran]:
    """A source on the sets of a folder; what is trained for all of them is divided by their items."""
    model = registry.get(name)
    said, seconds = [], []
    for task in tasks:
        others = [other.other_panel for other in tasks if other is not task]
        started = time.process_time()
        said.append(run_source(model, task.panel, task.plan, task.whole.kind.horizon, others=others))
        seconds.append(time.process_time() - started)
    if isinstance(model, JointModel) and len(tasks) > 1:  # whichever comes first pays for the training
        items = sum(len(task.whole) for task in tasks)
        seconds = [sum(seconds) * len(task.whole) / items for task in tasks]
    live = [float("nan") if name in NETS else _live_seconds(name, task) for task in tasks]  # a training more
    return [
        (one, {"with backtest": whole_run, "live": alone})
        for one, whole_run, alone in zip(said, seconds, live, strict=True)
    ]


def _kept(cache: Path, task: Task, name: str) -> Ran | None:
    """What a former run of the same version said about the same items from the same origins."""
    whole = task.whole
    file = cache / whole.name / f"{name}.pickle"
    if not file.exists():
        return None
    item_ids, said, spent = pickle.loads(file.read_bytes())
    same = item_ids == whole.item_ids and said.origins == task.plan and said.version == registry.get(name).version
    return (said, spent) if same else None


def _keep_run(cache: Path, whole: Set, name: str, said: SourceForecasts, spent: dict[str, float]) -> None:
    (cache / whole.name).mkdir(parents=True, exist_ok=True)
    (cache / whole.name / f"{name}.pickle").write_bytes(pickle.dumps((whole.item_ids, said, spent)))


def _live_seconds(name: str, task: Task) -> float:
    """CPU seconds of the forecasts alone: no backtest and no calibration, which no peer has."""
    started = time.process_time()
    run_source(registry.get(name), task.panel, origins.Origins((), 0), task.whole.kind.horizon)
    return time.process_time() - started


def _keep(whole: Set, said: SourceForecasts, title: str, spent: dict[str, float], cache: Path) -> None:
    made = Predictions(
        title,
        whole.item_ids,
        said.live.mean,
        said.live.quantiles,
        spent["with backtest"],
        {f"lakecast {said.source}": said.version},
    )
    predictions.save(cache, whole.name, made)
    live = replace(made, cpu_seconds=spent["live"])
    print(
        f"{whole.name} {title}: CPU seconds per 1,000 series {live.seconds_per_thousand:.1f}, "
        f"with backtest {made.seconds_per_thousand:.1f}",
        flush=True,
    )


if __name__ == "__main__":
    main()
