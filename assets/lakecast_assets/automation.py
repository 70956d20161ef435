"""What starts runs by itself: new files in the landing folder, a daily schedule, results made elsewhere."""

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from lakecast_assets.io import LakeIO
from lakecast_assets.landing import Waiting, dataset_ids, waiting
from lakecast_assets.partitions import datasets
from lakecast_forecast.input.errors import InputError
from lakecast_lake.handover import import_

JOB, IMPORT = "run", "import_results"
TIME_ZONE = "America/Sao_Paulo"
LANDING, RESULTS = "LAKECAST_LANDING", "LAKECAST_RESULTS"
"""Environment variables: folders of input, and folders of results made elsewhere, that the sensors watch."""

everything = dg.define_asset_job(
    JOB,
    dg.AssetSelection.all(),
    description="From files to a published snapshot, for one data set.",
    tags={"dagster/max_retries": "2"},
)


@dg.op(config_schema={"folder": str})
def import_folder(context: dg.OpExecutionContext, lake_io: dg.ResourceParam[LakeIO]) -> None:
    """Check a folder of results made elsewhere and publish it."""
    report = import_(lake_io.lake, context.op_config["folder"])
    context.log.info(str(report))


@dg.job(name=IMPORT, description="Publish a folder of forecasts that was made elsewhere.")
def import_job() -> None:
    import_folder()


@dg.sensor(job_name=JOB, minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def landing(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Launches a run of each data set whose files in the landing folder are new, by their content."""
    root = Path(os.environ.get(LANDING, "landing"))
    known = _cursor(context)
    found = list(waiting(root, "demand", known))
    requests: list[dg.RunRequest] = []
    names: list[str] = []
    for folder in found:
        if known.get(str(folder.path), ("", ""))[1] == folder.digest:
            continue
        try:
            own = dataset_ids(folder.path)
        except InputError as error:
            context.log.error(f"{folder.path} is left out until it changes: {error}")
            continue
        names += own
        requests += [
            dg.RunRequest(
                run_key=f"{name}:{folder.digest}",
                partition_key=name,
                run_config=_run_config(folder.path),
                tags={"lakecast/data": str(folder.path)},
            )
            for name in own
        ]
    if not found:
        return dg.SkipReason(f"no folder with a demand file in {root}")
    return dg.SensorResult(
        run_requests=requests,
        dynamic_partitions_requests=[datasets.build_add_request(names)] if names else [],
        cursor=_bounded(found),
    )


@dg.sensor(job_name=IMPORT, minimum_interval_seconds=30, default_status=dg.DefaultSensorStatus.RUNNING)
def results(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Imports folders of results made elsewhere, once per content."""
    root = Path(os.environ.get(RESULTS, "results"))
    known = _cursor(context)
    found = list(waiting(root, "fact_forecast", known))
    if not found:
        return dg.SkipReason(f"no folder with fact_forecast.parquet in {root}")
    fresh = [folder for folder in found if known.get(str(folder.path), ("", ""))[1] != folder.digest]
    return dg.SensorResult(
        run_requests=[
            dg.RunRequest(
                run_key=f"results:{folder.digest}",
                run_config={"ops": {"import_folder": {"config": {"folder": str(folder.path)}}}},
            )
            for folder in fresh
        ],
        cursor=_bounded(found),
    )


@dg.schedule(job_name=JOB, cron_schedule="0 5 * * *", execution_timezone=TIME_ZONE)
def daily(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
    """Runs every data set of the landing folder anew each morning. Off unless it is turned on: the sensor already
    runs whatever is new."""
    root = Path(os.environ.get(LANDING, "landing"))
    known = set(context.instance.get_dynamic_partitions(datasets.name or ""))
    for folder in waiting(root, "demand", {}):
        for name in dataset_ids(folder.path):
            if name in known:
                when = context.scheduled_execution_time.date().isoformat()
                yield dg.RunRequest(run_key=f"{name}:{when}", partition_key=name, run_config=_run_config(folder.path))


def _run_config(folder: Path) -> Mapping[str, Any]:
    return {"resources": {"settings": {"config": {"data": str(folder)}}}}


def _cursor(context: dg.SensorEvaluationContext) -> dict[str, tuple[str, str]]:
    """Folder -> (stamp, digest) from the last evaluation."""
    kept = json.loads(context.cursor) if context.cursor else {}
    return {path: (stamp, digest) for path, (stamp, digest) in kept.items()}


def _bounded(found: list[Waiting]) -> str:
    """The next cursor: only folders that are still there, so that it does not grow for ever."""
    return json.dumps({str(folder.path): (folder.stamp, folder.digest) for folder in found})
