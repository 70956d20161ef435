"""Judges the advice on the public sets and the sample, beside the advice as it was and what people use.

OMP_NUM_THREADS=1 PYTHONPATH=ops .venv-ml/bin/python -m bench.decisions --data FOLDER --cache FOLDER --out FILE
"""

import argparse
import time
from pathlib import Path

from bench.decisions import sets
from bench.decisions.forecasts import said
from bench.decisions.judge import Judge
from bench.decisions.ours import Ours
from bench.decisions.report import missed, report
from bench.decisions.verdicts import Judged

QUICK = 0.4
"""Share of the items that the quick variant judges."""
_PROMISED = 0.95
"""Service promised by the any-day rule."""


def main() -> None:
    reads = argparse.ArgumentParser(description=__doc__)
    reads.add_argument("--data", type=Path, required=True)
    reads.add_argument("--cache", type=Path, required=True, help="where forecasts are kept between runs")
    reads.add_argument("--out", type=Path, required=True)
    reads.add_argument("--sets", nargs="*", default=list(sets.KINDS))
    reads.add_argument("--full", action="store_true", help="all items of the sets")
    asked = reads.parse_args()
    share = 1.0 if asked.full else QUICK
    panels = {name: sets.panel(asked.data, name, share) for name in asked.sets}
    judged = {}
    for name, panel in panels.items():
        forecasts, began = said(panel, name, asked.cache), time.process_time()
        kind = sets.KINDS[name]
        judge = Judge(name, kind, panel, forecasts, Ours(panel, kind, forecasts))
        parts = list(judge.rows()), list(judge.any_day(_PROMISED)), judge.zeros(), judge.unwhole()
        judged[name] = Judged(*parts, seconds=forecasts.seconds + time.process_time() - began)
        print(f"{name}: {judged[name].seconds:.0f} CPU seconds", flush=True)
    asked.out.write_text(report(judged, panels, share), encoding="utf-8")
    failing = missed(judged)
    print(f"wrote {asked.out}: " + ("all requirements hold" if not failing else "missed: " + "; ".join(failing)))


if __name__ == "__main__":
    main()
