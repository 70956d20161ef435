"""One of several that publish into one data set at once: `python racer.py import|run URI`.

Reads the folder of each round from a line of standard input, and answers with a line of JSON: what it says that it has
published, or why it has not.
"""

import contextlib
import json
import sys
from pathlib import Path
from typing import Any

from lakecast_lake.handover import import_
from lakecast_lake.storage import Lake

DATASET = "alpha"
SOURCE = "seasonal_naive"


def imported(uri: str, folder: Path) -> dict[str, Any]:
    """Import a folder of results."""
    report = import_(Lake(uri), folder)
    return {"snapshot": report.snapshot_id, "run": report.run_id, "sources": report.sources}


def run(uri: str, folder: Path) -> dict[str, Any]:
    """Train on a folder of demand, and publish."""
    from lakecast_assets.pipeline import run as pipeline

    (report,) = pipeline.run(folder, uri, sources=(SOURCE,), dataset=DATASET, retrain=True, country="").datasets
    return {"snapshot": report.snapshot_id, "run": report.run_id, "sources": report.sources}


def main(kind: str, uri: str) -> None:
    work = imported if kind == "import" else run
    answers = sys.stdout
    with contextlib.redirect_stdout(sys.stderr):
        for line in sys.stdin:
            try:
                said = work(uri, Path(line.strip()))
            except Exception as error:  # told to the test, which decides what it may be
                said = {"kind": type(error).__name__, "error": str(error)}
            print(json.dumps(said), file=answers, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
