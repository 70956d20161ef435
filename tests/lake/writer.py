"""A writer in a process of its own: `python writer.py URI OPTIONS DATASET FIRST COUNT [PAUSE]`.

Run n of the data set commits forecasts and metrics of level n, then publishes; ids are printed, one per line. PAUSE
seconds lie between the commits, so that a killer finds its moment.
"""

import json
import sys
import time

from conftest import forecast_rows, metric_rows

from lakecast_lake import commit, publish
from lakecast_lake.storage import Lake
from lakecast_schema.tables import FACT_METRICS


def main(uri: str, options: str, dataset_id: str, first: str, count: str, pause: str = "0") -> None:
    lake = Lake(uri, json.loads(options))
    for number in range(int(first), int(first) + int(count)):
        run = f"{dataset_id}-{number}"
        sources = ["arima", "ensemble"]
        forecasts = forecast_rows(dataset_id, sources=sources, run_id=run, level=float(number))
        done = [commit.forecasts(lake, forecasts, dataset_id, sources, run)]
        time.sleep(float(pause))
        metrics = metric_rows(dataset_id, run_id=run, loss=float(number))
        done.append(commit.replace(lake, FACT_METRICS, metrics, {"dataset_id": dataset_id}, run))
        time.sleep(float(pause))
        print(publish.publish(lake, run, dataset_id, done, {"rmsse": float(number)}), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
