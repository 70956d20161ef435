"""A writer of one source of one data set: `python racing_writer.py URI OPTIONS COUNT SOURCE`; ids are printed.

A run that another one has overtaken is told so and is made again, as an operator or a retry policy would.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / "lake"))  # before this folder, which has a conftest, too

from conftest import forecast_rows

from lakecast_lake import commit, publish
from lakecast_lake.errors import Superseded
from lakecast_lake.storage import Lake


def main(uri: str, options: str, count: str, source: str) -> None:
    lake = Lake(uri, json.loads(options))
    for number in range(int(count)):
        run = f"{source}-{number}"
        rows = forecast_rows("alpha", sources=[source], run_id=run, level=float(number))
        while True:
            done = commit.forecasts(lake, rows, "alpha", [source], run)
            try:
                print(publish.publish(lake, run, "alpha", [done], {}), flush=True)
            except Superseded:
                continue
            break


if __name__ == "__main__":
    main(*sys.argv[1:])
