"""The Dagster code location: the only module that Dagster loads. It imports no model."""

import os
from pathlib import Path

import dagster as dg

from lakecast_assets.pipeline import (
    asset_checks,
    automation,
    decide,
    features,
    ingest,
    lost_retries,
    maintenance,
    publish,
)
from lakecast_assets.pipeline.alerts import failures
from lakecast_assets.pipeline.evaluate import evaluate_assets
from lakecast_assets.pipeline.forecast import ensemble_asset, source_asset
from lakecast_assets.pipeline.io import HandOver, LakeIO
from lakecast_assets.pipeline.landing import Folders
from lakecast_assets.pipeline.progress import Progress, Silent
from lakecast_assets.pipeline.settings import RunSettings
from lakecast_assets.pipeline.training import ENSEMBLE, models_for
from lakecast_forecast import registry
from lakecast_lake import secret_files

PRELOADED = [
    "lakecast_assets.definitions",
    # What each step would load by itself, 1 to 2 CPU s of it: the instance's storage, and what reads tables.
    "dagster._cli",
    "dagster._core.instance.factory",
    "dagster._core.storage.sqlite_storage",
    "upath.core",
    "dagster._core.run_coordinator.queued_run_coordinator",
    "pyarrow.dataset",
]
"""Modules of the process that steps are forked from."""
EXECUTOR = dg.multiprocess_executor.configured(
    # Each step is a process of its own; forked from one that has loaded these modules, it starts at once.
    {"start_method": {"forkserver": {"preload_modules": PRELOADED}}}
)


def definitions(
    lake: str, hand_over: str, settings: RunSettings, progress: Progress, folders: Folders, only_needed: bool = True
) -> dg.Definitions:
    """The assets that publish the sources of `settings`, with what they run with, and the job that makes them all.

    lake: its address; hand_over: folder for arrays between steps; folders: input that is open already.
    only_needed: without the assets of models that publishing those sources cannot need.
    """
    sources = settings.sources
    models = models_for(sources) if only_needed else registry.names()
    return dg.Definitions(
        assets=[
            ingest.ingest,
            features.panel,
            *(source_asset(name) for name in models),
            *([ensemble_asset(models)] if ENSEMBLE in sources else []),
            *evaluate_assets((*models, *([ENSEMBLE] if ENSEMBLE in sources else []))),
            decide.spread,
            decide.decision_calibration,
            publish.fact_replenishment,
            publish.snapshot,
        ],
        asset_checks=asset_checks.ALL,
        executor=EXECUTOR,
        jobs=[automation.everything, automation.stock_only, automation.new_actuals],
        resources={
            "settings": settings,
            "folders": dg.ResourceDefinition.hardcoded_resource(folders),
            "progress": dg.ResourceDefinition.hardcoded_resource(progress),
            "lake_io": LakeIO(uri=lake),
            "hand_over": HandOver(folder=hand_over),
        },
    )


def _hand_over_folder() -> str:
    home = os.environ.get("DAGSTER_HOME")
    return str(Path(home) / "hand_over") if home else ".lakecast/hand_over"


secret_files.load()  # each process of Dagster begins here
defs = dg.Definitions.merge(
    definitions(
        os.environ.get("LAKECAST_LAKE", ".lakecast/lake"),
        _hand_over_folder(),
        RunSettings(),
        Progress(Silent()),
        Folders(),
        only_needed=False,
    ),
    dg.Definitions(
        jobs=[automation.import_job, *maintenance.JOBS],
        sensors=[automation.landing, automation.results, failures, *lost_retries.SENSORS],
        schedules=[automation.daily, *maintenance.SCHEDULES],
    ),
)
