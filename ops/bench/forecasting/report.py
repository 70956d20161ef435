"""Writes the benchmark's tables as Markdown: what must hold, and every method on every set.

PYTHONPATH=ops .venv-ml/bin/python -m bench.forecasting.report --data DIR --ours DIR --peers DIR --out FILE

With `--scale FILE`, also what `bench.forecasting.scale` measured.
"""

import argparse
import json
import os
import platform
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bench.forecasting import found, sets, verdicts
from bench.forecasting.found import Found
from bench.forecasting.measures import score
from bench.forecasting.plans import QUICK
from bench.forecasting.predictions import Predictions
from bench.markdown import processor, table

OURS = ("ensemble", "ensemble without nets", "lstm", "arima", "prophet", "seasonal_naive")
"""Sources that are shown, in this order; the ensemble's other members follow."""
MEASURES = (
    "quantile loss",
    "coverage 80",
    "coverage 95",
    "interval score 95",
    "RMSSE",
    "forecast / demand",
    "MASE",
    "sMAPE",
)
_SPARE_PARTS = ("carparts", "raf", "auto")


def main() -> None:
    reads = argparse.ArgumentParser(description=__doc__)
    for name in ("data", "ours", "peers", "out"):
        reads.add_argument(f"--{name}", type=Path, required=True)
    reads.add_argument("--scale", type=Path)
    asked = reads.parse_args()
    names = [name for name in sets.KINDS if (asked.ours / name).is_dir()]
    results = {name: found.read(asked.data, asked.ours, asked.peers, name) for name in names}
    judged = list(verdicts.all_of(results, asked.data))
    parts = [_head(), _verdicts(judged), *(_set(one) for one in results.values())]
    if asked.scale and asked.scale.exists():
        parts.append(_scale([json.loads(line) for line in asked.scale.read_text(encoding="utf-8").splitlines()]))
    parts += [_runs(results, asked.ours, asked.peers), _versions(results)]
    asked.out.write_text("\n\n".join(parts) + "\n", encoding="utf-8")
    missed = [verdict.measure for verdict in judged if not verdict.holds]
    print(f"wrote {asked.out}: {len(judged) - len(missed)} of {len(judged)} requirements hold")
    for measure in missed:
        print(f"missed: {measure}")


def _head() -> str:
    return (
        "# Forecasting benchmark\n\n"
        "Made by `make bench-forecasting` (`FULL=1` for all series; the quick one runs slow peers on samples). The "
        "test window is the last `horizon` periods of each series, which no method sees; pools and weights come from "
        "rolling origins inside the training part. The four sets of M3 are run as one folder with four data sets, so "
        "that one net of each kind is trained for all of them, at a cost that is divided by items; the other sets are "
        "run one by one. Every comparison is on the same items, one thread each; what ran when stands at the end. The "
        "median is judged by MASE and sMAPE, the mean by RMSSE; lower is better.\n\n"
        f"Machine: {processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}. Other work ran beside it: ratios are fairer than seconds."
    )


def _verdicts(judged: Sequence[verdicts.Verdict]) -> str:
    head = ("measure", "peer", "items", "ours", "theirs", "ratio", "must", "aim", "reached")
    return "## What must hold\n\n" + table(head, [verdict.row() for verdict in judged])


def _set(one: Found) -> str:
    spare = one.whole.name in _SPARE_PARTS
    measures = [name for name in MEASURES if not (spare and name in ("MASE", "sMAPE"))]
    head = ("method", "items", *measures, "CPU s per 1,000", "live only")
    shown = [name for name in OURS if name in one.ours]
    shown += sorted(set(one.ours) - set(shown))
    rows = [_row(one, f"**{name}**", one.ours[name], measures, one.live_seconds.get(name)) for name in shown]
    rows += [_row(one, name, made, measures, made.seconds_per_thousand) for name, made in sorted(one.peers.items())]
    if spare:
        rows.append(_row(one, "always zero", _zero(one), measures, 0.0))
    kind = one.whole.kind
    note = (
        "\n\nsMAPE and MASE are left out: a forecast of zero wins both where most periods have no demand."
        if spare
        else ""
    )
    title = f"## {one.whole.name}: {len(one.whole)} series, horizon {kind.horizon}, season {kind.season}"
    return f"{title}\n\n{table(head, rows)}{note}"


def _row(one: Found, name: str, made: Predictions, measures: Sequence[str], live: float | None) -> Sequence[str]:
    figures = score(one.items(made), made)
    costs = (made.seconds_per_thousand, live)
    seconds = ("–" if value is None or np.isnan(value) else f"{value:.1f}" for value in costs)
    return (name, f"{len(made.item_ids):,}", *(_figure(figures[measure]) for measure in measures), *seconds)


_TELLING = 0.5
"""Seconds below which a run is too short to be compared with."""


def _scale(rows: Sequence[Mapping[str, float]]) -> str:
    """What many items cost, and how the cost per item changes with their number."""
    smallest: dict[tuple[float, ...], Mapping[str, float]] = {}
    lines = []
    for row in sorted(
        rows, key=lambda row: (row["source"], row["days"], row["windows"], -row["batch size"], row["items"])
    ):
        kind = (row["source"], row["windows"], row["days"], row["batch size"])
        per_item = row["CPU s"] / row["items"]
        first = smallest.setdefault(kind, row)
        tells = first is not row and first["CPU s"] >= _TELLING
        change = f"{per_item / (first['CPU s'] / first['items']):.2f}" if tells else "–"
        sizes = (f"{row['items']:,}", f"{row['days']:,}", f"{row['windows']}", f"{row['batch size']:,}")
        costs = (f"{row['CPU s']:.1f}", f"{1000 * per_item:.2f}", change)
        lines.append((str(row["source"]), *sizes, *costs, f"{row['peak MB']:,}", f"{row['panel MB']}"))
    costs_head = ("CPU s", "CPU s per 1,000", "ratio to fewest", "peak MB", "panel MB")
    head = ("source", "items", "days", "windows", "batch", *costs_head)
    return (
        "## Many items\n\nSimulated daily demand (seeded; from one piece a month to hundreds a day), "
        "horizon 28, one thread: live forecasts, backtest over so many past windows (a user's run has six) and "
        "calibration. Peak memory is of the whole process, the "
        "interpreter with its libraries and the simulated panel included.\n\n" + table(head, lines)
    )


def _runs(results: Mapping[str, Found], ours: Path, peers: Path) -> str:
    """When each set was run, and what all of it cost."""
    rows, totals = [], [0.0, 0.0, 0.0]
    for name, one in results.items():
        spent = json.loads((ours / name / "seconds.json").read_text(encoding="utf-8"))
        mine = sum(
            cost["with backtest"] + np.nan_to_num(cost["live"])
            for source, cost in spent.items()
            if not source.startswith("ensemble")  # whose cost is that of its members
        )
        kept = {method: made for method, made in one.peers.items() if method != "SCUM"}
        theirs = sum(made.cpu_seconds for made in kept.values())
        quick = sum(
            kept[method].seconds_per_thousand * (len(one.whole) if count is None else count) / 1000
            for method, count in QUICK[name].items()
            if method in kept
        )
        totals = [total + part for total, part in zip(totals, (mine, theirs, quick), strict=True)]
        rows.append(
            (
                name,
                _between(ours / name, "pickle"),
                f"{mine:.0f}",
                _between(peers / name, "npz"),
                f"{theirs:.0f}",
                f"{quick:.0f}",
            )
        )
    rows.append(("all", "", f"{totals[0]:.0f}", "", f"{totals[1]:.0f}", f"{totals[2]:.0f}"))
    head = ("set", "ours ran (UTC)", "CPU s", "peers ran (UTC)", "CPU s", "CPU s of the quick variant's peers")
    return (
        "## Runs\n\nWhen the forecasts were made that these tables compare. The quick variant, ours and its samples of "
        f"the peers, takes {(totals[0] + totals[2]) / 60:.1f} minutes of one core.\n\n" + table(head, rows)
    )


def _between(folder: Path, kind: str) -> str:
    times = sorted(datetime.fromtimestamp(file.stat().st_mtime, UTC) for file in folder.glob(f"*.{kind}"))
    return f"{times[0]:%Y-%m-%d %H:%M} to {times[-1]:%H:%M}" if times else "–"


def _zero(one: Found) -> Predictions:
    """The forecast that a low RMSSE must be compared with."""
    nothing = np.zeros_like(one.whole.future)
    return Predictions("zero", one.whole.item_ids, nothing, None, 0.0, {})


def _figure(value: float) -> str:
    return "–" if np.isnan(value) else f"{value:.3f}" if abs(value) < 10 else f"{value:.2f}"


def _versions(results: Mapping[str, Found]) -> str:
    named: set[str] = set()
    for one in results.values():
        for made in (*one.ours.values(), *one.peers.values()):
            named |= {f"{package} {number}" for package, number in made.versions.items()}
    return "## Versions\n\n" + ", ".join(sorted(named)) + f", numpy {np.__version__}."


if __name__ == "__main__":
    main()
