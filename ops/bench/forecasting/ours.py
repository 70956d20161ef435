"""Runs our sources on the public sets, one core each, as a user's run would: backtest, calibration, live forecasts.

OMP_NUM_THREADS=1 PYTHONPATH=ops .venv-ml/bin/python -m bench.forecasting.ours --data FOLDER --cache FOLDER
"""

import argparse
import json
import pickle
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bench.forecasting import predictions, sets
from bench.forecasting.predictions import Predictions
from bench.forecasting.sets import Set
from lakecast_assets.models import ensemble, origins, registry
from lakecast_assets.models.backtest import SourceForecasts, run_source
from lakecast_assets.models.base import Panel
from lakecast_assets.models.voices import NETS
from lakecast_schema.frequency import recognise
from lakecast_schema.periods import Frequency

SETS = ("m3_yearly", "m3_quarterly", "m3_monthly", "m3_other", "carparts", "raf", "recruit_daily")
PUBLISHED = ("seasonal_naive", "prophet", "arima", "lstm")
WITHOUT_NETS = "ensemble without nets"


def main() -> None:
    reads = argparse.ArgumentParser(description=__doc__)
    reads.add_argument("--data", type=Path, required=True)
    reads.add_argument("--cache", type=Path, required=True)
    reads.add_argument("--sets", nargs="*", default=list(SETS))
    reads.add_argument("--without", nargs="*", default=[], help="sources to leave out")
    reads.add_argument("--fresh", action="store_true", help="run again what the same version ran before")
    asked = reads.parse_args()
    for name in asked.sets:
        run(sets.read(asked.data, name), asked.cache, asked.without, asked.fresh)


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


def run(whole: Set, cache: Path, without: Sequence[str] = (), fresh: bool = False) -> None:
    """Run every published source and the ensemble's members, combine them, and keep what they said and cost.

    A source that the same version ran on the same items before is not run again, unless `fresh`.
    """
    ours = panel(whole)
    plan = origins.plan(ours.lengths, ours.frequency, whole.kind.horizon)
    members = [name for name in ensemble.member_names(ours) if name not in without]
    found: dict[str, SourceForecasts] = {}
    spent: dict[str, dict[str, float]] = {}
    for name in sorted({*PUBLISHED, *members} - set(without)):
        kept = None if fresh else _kept(cache, whole, name, plan)
        found[name], spent[name] = kept or _timed(ours, whole, name, plan)
        if kept is None:
            _keep_run(cache, whole, name, found[name], spent[name])
        _keep(whole, found[name], name, spent[name], cache)
    for title, chosen in (
        (ensemble.NAME, members),
        (WITHOUT_NETS, [name for name in members if name not in NETS]),
    ):
        started = time.process_time()
        combined = ensemble.combine([found[name] for name in chosen], ours)
        combining = time.process_time() - started
        spent[title] = {key: combining + sum(spent[name][key] for name in chosen) for key in ("with backtest", "live")}
        _keep(whole, combined, title, spent[title], cache)
    (cache / whole.name / "seconds.json").write_text(json.dumps(spent))


def _timed(ours: Panel, whole: Set, name: str, plan: origins.Origins) -> tuple[SourceForecasts, dict[str, float]]:
    started = time.process_time()
    said = run_source(registry.get(name), ours, plan, whole.kind.horizon)
    whole_run = time.process_time() - started
    live = float("nan") if name in NETS else _live_seconds(name, ours, whole)  # training a net again costs minutes
    return said, {"with backtest": whole_run, "live": live}


def _kept(cache: Path, whole: Set, name: str, plan: origins.Origins) -> tuple[SourceForecasts, dict[str, float]] | None:
    """What a former run of the same version said about the same items from the same origins."""
    file = cache / whole.name / f"{name}.pickle"
    if not file.exists():
        return None
    item_ids, said, spent = pickle.loads(file.read_bytes())
    same = item_ids == whole.item_ids and said.origins == plan and said.version == registry.get(name).version
    return (said, spent) if same else None


def _keep_run(cache: Path, whole: Set, name: str, said: SourceForecasts, spent: dict[str, float]) -> None:
    (cache / whole.name).mkdir(parents=True, exist_ok=True)
    (cache / whole.name / f"{name}.pickle").write_bytes(pickle.dumps((whole.item_ids, said, spent)))


def _live_seconds(name: str, ours: Panel, whole: Set) -> float:
    """CPU seconds of the forecasts alone: no backtest and no calibration, which no peer has."""
    started = time.process_time()
    run_source(registry.get(name), ours, origins.Origins((), 0), whole.kind.horizon)
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
