"""What starts runs by itself: new files in the landing folder, a daily schedule, results made elsewhere."""

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
from dagster._core.storage.tags import PARTITION_NAME_TAG

from lakecast_assets.ingest.folder import slug
from lakecast_assets.ingest.settings_file import read_settings
from lakecast_assets.pipeline.forecast import asset_name
from lakecast_assets.pipeline.ingest import FROM_DEMAND, UPSTREAM
from lakecast_assets.pipeline.io import LakeIO
from lakecast_assets.pipeline.landing import UNSETTLED, Waiting, dataset_ids, waiting
from lakecast_assets.pipeline.partitions import datasets
from lakecast_assets.pipeline.places import Place
from lakecast_assets.pipeline.settings import RunSettings, WrongSettings
from lakecast_assets.pipeline.training import ENSEMBLE, models_for
from lakecast_forecast import registry
from lakecast_forecast.input.errors import InputError
from lakecast_lake import snapshots
from lakecast_lake.handover import ImportReport, import_
from lakecast_lake.storage import Lake
from lakecast_schema.tables import FACT_FORECAST, FACT_METRICS, SNAPSHOT, TABLES

JOB, STOCK_ONLY, NEW_ACTUALS, IMPORT = "run", "stock_only", "new_actuals", "import_results"
HANDED_OVER = ("panel", "spread")
"""Assets that are neither tables nor sources."""
TIME_ZONE = "America/Sao_Paulo"
LANDING, RESULTS = "LAKECAST_LANDING", "LAKECAST_RESULTS"
"""Environment variables: folders of input, and folders of results made elsewhere, that the sensors watch."""
WATCH_SECONDS = "LAKECAST_WATCH_SECONDS"
"""Environment variable: how often they look."""
DATA = "lakecast/data"
"""Tag of a run: the folder that it reads."""

Context = dg.SensorEvaluationContext | dg.ScheduleEvaluationContext

everything = dg.define_asset_job(
    JOB,
    dg.AssetSelection.all(),
    description="From files to a published snapshot, for one data set.",
)


stock_only = dg.define_asset_job(
    STOCK_ONLY,
    dg.AssetSelection.assets(*(set(UPSTREAM) - FROM_DEMAND), "fact_replenishment", "snapshot"),
    description="New stock and terms of one data set become new advice, from the forecasts that are published.",
)


new_actuals = dg.define_asset_job(
    NEW_ACTUALS,
    dg.AssetSelection.assets(*UPSTREAM, "fact_forecast", "fact_replenishment", "snapshot"),
    description="New demand of one data set fills in what published forecasts did not know; nothing is trained.",
)


def watch_seconds(environ: Mapping[str, str] = os.environ) -> int:
    """Seconds between two looks at the folders. Raises `WrongSettings` for what is no whole number from 1 on."""
    stated = environ.get(WATCH_SECONDS, "30")
    if not stated.isdecimal() or int(stated) < 1:
        raise WrongSettings(f"{WATCH_SECONDS} is {stated!r}. Give whole seconds, at least 1.")
    return int(stated)


@dg.op(config_schema={"folder": str})
def import_folder(context: dg.OpExecutionContext, lake_io: dg.ResourceParam[LakeIO]) -> None:
    """Check a folder of results made elsewhere and publish it; its tables are materialised by that, too."""
    with Place(context.op_config["folder"]).local() as folder:
        report = import_(lake_io.lake, str(folder))
    context.log.info(str(report))
    if not report.unchanged:
        context.instance.add_dynamic_partitions(datasets.name or "", list(report.dataset_ids))
        for event in _imported(lake_io.lake, report, context.op_config["folder"]):
            context.log_event(event)


def _imported(lake: Lake, report: ImportReport, folder: str) -> Iterator[dg.AssetMaterialization]:
    """What an import has published, as materialisations of the assets that a run would have made."""
    record = snapshots.get(lake, report.snapshot_id)
    named: dict[str, Any] = {
        "imported from": folder,
        "lakecast/run_id": report.run_id,
        "snapshot_id": record.snapshot_id,
    }
    for name in report.dataset_ids:
        for entry in record.entries:
            if entry.dataset_id == name and entry.table in (FACT_FORECAST.name, FACT_METRICS.name):
                noted = {
                    **named,
                    "sources": ", ".join(report.sources),
                    "dagster/row_count": entry.rows,
                    "delta/version": entry.version,
                    "dagster/table_name": f"lake.{entry.table}",
                    "dagster/uri": lake.table_uri(entry.table),
                }
                yield dg.AssetMaterialization(entry.table, partition=name, metadata=noted)
        yield dg.AssetMaterialization(SNAPSHOT.name, partition=name, metadata=named)


@dg.job(name=IMPORT, description="Publish a folder of forecasts that was made elsewhere.")
def import_job() -> None:
    import_folder()


@dg.sensor(job_name=JOB, minimum_interval_seconds=watch_seconds(), default_status=dg.DefaultSensorStatus.RUNNING)
def landing(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Launches a run of each data set whose files in the landing folder are new, by their content."""
    root = Place(os.environ.get(LANDING, "landing"))
    known = _cursor(context)
    folders = list(waiting(root, "demand", known))
    requests: list[dg.RunRequest] = []
    for folder in folders:
        if folder.digest != UNSETTLED and known.get(folder.place.uri, ("", ""))[1] != folder.digest:
            requests += _runs(folder.place, _datasets(context, folder.place), folder.digest)
    names = [str(request.partition_key) for request in requests]
    if not folders:
        return dg.SkipReason(f"no folder with a demand file in {root.uri}")
    return dg.SensorResult(
        run_requests=requests,
        dynamic_partitions_requests=[datasets.build_add_request(names)] if names else [],
        cursor=_bounded(folders),
    )


@dg.sensor(job_name=IMPORT, minimum_interval_seconds=watch_seconds(), default_status=dg.DefaultSensorStatus.RUNNING)
def results(context: dg.SensorEvaluationContext) -> dg.SensorResult | dg.SkipReason:
    """Imports folders of results made elsewhere, once per content."""
    root = Place(os.environ.get(RESULTS, "results"))
    known = _cursor(context)
    folders = list(waiting(root, "fact_forecast", known))
    if not folders:
        return dg.SkipReason(f"no folder with fact_forecast.parquet in {root.uri}")
    settled = [folder for folder in folders if folder.digest != UNSETTLED]
    fresh = [folder for folder in settled if known.get(folder.place.uri, ("", ""))[1] != folder.digest]
    return dg.SensorResult(
        run_requests=[
            dg.RunRequest(
                run_key=f"results:{folder.digest}",
                run_config={"ops": {"import_folder": {"config": {"folder": folder.place.uri}}}},
            )
            for folder in fresh
        ],
        cursor=_bounded(folders),
    )


@dg.schedule(job_name=JOB, cron_schedule="0 5 * * *", execution_timezone=TIME_ZONE)
def daily(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest]:
    """Runs every data set of the landing folder anew each morning. Off unless it is turned on: the sensor already
    runs whatever is new."""
    root = Place(os.environ.get(LANDING, "landing"))
    when = context.scheduled_execution_time.date().isoformat()
    for folder in waiting(root, "demand", {}):
        names = _datasets(context, folder.place)
        known = set(context.instance.get_dynamic_partitions(datasets.name or ""))
        yield from _runs(folder.place, [name for name in names if name in known], when)


def _datasets(context: Context, place: Place) -> Sequence[str]:
    """The data sets of a folder. One that cannot be read gets a run nonetheless, of a data set that it had before or
    is named like it: that run fails where everybody sees it, and says why; the other folders are not concerned."""
    try:
        with place.local() as folder:
            return dataset_ids(folder)
    except Exception as error:
        context.log.error(f"{place.uri} cannot be read, and its run will fail: {error}")
        runs = context.instance.get_runs(dg.RunsFilter(tags={DATA: place.uri}), limit=100)
        before = {run.tags[PARTITION_NAME_TAG] for run in runs if PARTITION_NAME_TAG in run.tags}
        own = slug(place.name)
        name = own if own in before or not before else min(before)
        context.instance.add_dynamic_partitions(datasets.name or "", [name])
        return [name]


def _runs(place: Place, names: Sequence[str], key: str) -> list[dg.RunRequest]:
    stated = _stated(place)
    config = {"resources": {"settings": {"config": {"data": place.uri, **stated}}}}
    tags = {DATA: place.uri}
    needed = selection(stated.get("sources", registry.DEFAULT_SOURCES))
    return [
        dg.RunRequest(run_key=f"{name}:{key}", partition_key=name, run_config=config, tags=tags, asset_selection=needed)
        for name in names
    ]


def _stated(place: Place) -> dict[str, Any]:
    """The settings of a folder's `lakecast.yaml`; none where it cannot be read: the run fails then, and says why."""
    try:
        with place.local() as folder:
            return RunSettings().beside(read_settings(folder)).stated
    except (InputError, WrongSettings):
        return {}


def selection(sources: Sequence[str]) -> list[dg.AssetKey]:
    """The assets of a run that publishes these sources, without the steps of models that it cannot need."""
    models = [*models_for(sources), *([ENSEMBLE] if ENSEMBLE in sources else [])]
    return [dg.AssetKey(name) for name in (*TABLES, *HANDED_OVER, *map(asset_name, models))]


def _cursor(context: dg.SensorEvaluationContext) -> dict[str, tuple[str, str]]:
    """Folder -> (stamp, digest) from the last evaluation."""
    cursor = json.loads(context.cursor) if context.cursor else {}
    return {path: (stamp, digest) for path, (stamp, digest) in cursor.items()}


def _bounded(folders: list[Waiting]) -> str:
    """The next cursor: only folders that are still there, so that it does not grow for ever."""
    return json.dumps({folder.place.uri: (folder.stamp, folder.digest) for folder in folders})
