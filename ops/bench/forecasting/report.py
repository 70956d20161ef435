"""Writes the benchmark's tables as Markdown: what must hold, and every method on every set.

PYTHONPATH=ops .venv-ml/bin/python -m bench.forecasting.report --data DIR --ours DIR --peers DIR --out FILE
"""

import argparse
import os
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from bench.forecasting import found, sets, verdicts
from bench.forecasting.found import Found
from bench.forecasting.measures import score
from bench.forecasting.predictions import Predictions

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
    asked = reads.parse_args()
    names = [name for name in sets.KINDS if (asked.ours / name).is_dir()]
    results = {name: found.read(asked.data, asked.ours, asked.peers, name) for name in names}
    judged = list(verdicts.all_of(results, asked.data))
    parts = [_head(), _verdicts(judged), *(_set(one) for one in results.values()), _versions(results)]
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
        "rolling origins inside the training part. Every comparison is on the same items, one thread each. Scores: "
        "the median is judged by MASE and sMAPE, the mean by RMSSE; lower is better.\n\n"
        f"Machine: {_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}. Other work ran beside it: ratios are fairer than seconds."
    )


def _verdicts(judged: Sequence[verdicts.Verdict]) -> str:
    head = ("measure", "peer", "items", "ours", "theirs", "ratio", "must", "aim", "reached")
    return "## What must hold\n\n" + _table(head, [verdict.row() for verdict in judged])


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
    return f"{title}\n\n{_table(head, rows)}{note}"


def _row(one: Found, name: str, made: Predictions, measures: Sequence[str], live: float | None) -> Sequence[str]:
    figures = score(one.items(made), made)
    costs = (made.seconds_per_thousand, live)
    seconds = ("–" if value is None or np.isnan(value) else f"{value:.1f}" for value in costs)
    return (name, f"{len(made.item_ids):,}", *(_figure(figures[measure]) for measure in measures), *seconds)


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


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    named = (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    return next(named, platform.processor() or "unknown processor")


if __name__ == "__main__":
    main()
