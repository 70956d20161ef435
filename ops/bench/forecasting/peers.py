"""Runs the peers of the benchmark, each in one thread, and keeps their predictions and processor seconds.

    PYTHONPATH=ops .venv-bench/bin/python -m bench.forecasting.peers --data FOLDER --cache FOLDER [--full]

Needs only requirements.txt beside this file, nothing of Lakecast. Slow peers run on fixed samples, whose size the
plans state. What the same versions predicted before is not run again, and what was interrupted goes on.
"""

import argparse
import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
from threadpoolctl import threadpool_limits

from bench.forecasting.contenders import CONTENDERS
from bench.forecasting.plans import FULL, QUICK
from bench.forecasting.predictions import Predictions, load, save
from bench.forecasting.scum import scum
from bench.forecasting.sets import Set, read

_PACKAGES = {"Prophet": ("prophet",), "SARIMAX": ("statsmodels",)}
_SLICE = 100  # items after which a run is saved
_WARM_UP = 2  # items of an untimed first run, which loads and compiles


def main() -> None:
    parser = argparse.ArgumentParser(description="Run the peers of the forecasting benchmark.")
    parser.add_argument("--data", type=Path, required=True, help="folder of the public sets")
    parser.add_argument("--cache", type=Path, required=True, help="folder that keeps the predictions")
    parser.add_argument("--full", action="store_true", help="larger samples, about an hour instead of minutes")
    parser.add_argument("--sets", nargs="*", help="only these sets")
    chosen = parser.parse_args()
    plan = FULL if chosen.full else QUICK
    with threadpool_limits(limits=1):
        for name, methods in plan.items():
            if chosen.sets and name not in chosen.sets:
                continue
            whole = read(chosen.data, name)
            for method, count in methods.items():
                print(_line(whole, run(chosen.cache, whole.first(count), method)), flush=True)
            combined = scum(chosen.cache, name)
            if combined is not None:
                print(_line(whole, combined), flush=True)


def run(cache: Path, series: Set, method: str) -> Predictions:
    """Predictions of a peer for these items at least: what the cache lacks of them is run, a slice at a time.

    Every slice is saved, so that a run that was interrupted goes on where it stood. Predictions of other versions
    are made again.
    """
    versions = {package: version(package) for package in _PACKAGES.get(method, ("statsforecast",))}
    made = load(cache, series.name, method)
    if made is not None and (made.versions != versions or not _begins_alike(made.item_ids, series.item_ids)):
        made = None
    contender = CONTENDERS[method]
    done = len(made.item_ids) if made is not None else 0
    if done < len(series):
        contender(series.first(_WARM_UP))
    while done < len(series):
        part = series.between(done, min(done + _SLICE, len(series)))
        before = _processor_seconds()
        mean, quantiles = contender(part)
        spent = _processor_seconds() - before
        slice_made = Predictions(method, part.item_ids, mean, quantiles, spent, versions)
        made = slice_made if made is None else made.followed_by(slice_made)
        save(cache, series.name, made)
        done += len(part)
    assert made is not None
    return made


def _begins_alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether one of two samples is the beginning of the other."""
    n = min(len(one), len(other))
    return tuple(one[:n]) == tuple(other[:n])


def _processor_seconds() -> float:
    """Processor time of this process and of its finished children: Prophet's optimiser is one."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _line(series: Set, made: Predictions) -> str:
    n = len(made.item_ids)
    error = np.abs(made.mean - series.future[:n]).mean() / np.abs(series.future[:n]).mean()
    return (
        f"{series.name:15s} {made.method:22s} {n:5d} items  {made.seconds_per_thousand:8.1f} s/1000"
        f"  error {100 * error:5.1f} % of demand"
    )


if __name__ == "__main__":
    main()
