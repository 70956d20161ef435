"""The Dagster code location: the only module that Dagster loads. It imports no model."""

import os
from pathlib import Path

import dagster as dg

from lakecast_assets.io import HandOver, LakeIO
from lakecast_assets.models import registry
from lakecast_assets.progress import Progress, Silent
from lakecast_assets.settings import RunSettings
from lakecast_assets.steps import checking, features, ingest, publish
from lakecast_assets.steps.evaluate import evaluate_assets
from lakecast_assets.steps.forecast import ensemble_asset, source_asset
from lakecast_assets.training import ENSEMBLE

JOB = "run"
SOURCES = (*registry.names(), ENSEMBLE)

assets: list[dg.AssetsDefinition] = [
    ingest.ingest,
    features.panel,
    *(source_asset(name) for name in registry.names()),
    ensemble_asset(registry.names()),
    *evaluate_assets(SOURCES),
    publish.fact_replenishment,
    publish.snapshot,
]


def definitions(
    lake: str,
    hand_over: str,
    settings: RunSettings,
    progress: Progress,
    selection: dg.AssetSelection | None = None,
) -> dg.Definitions:
    """All assets with what they run with, and the job `run` of those selected, by default of all.

    lake: its address; hand_over: folder for arrays between steps.
    """
    return dg.Definitions(
        assets=assets,
        asset_checks=checking.ALL,
        jobs=[dg.define_asset_job(JOB, selection or dg.AssetSelection.all())],
        resources={
            "settings": settings,
            "progress": dg.ResourceDefinition.hardcoded_resource(progress),
            "lake_io": LakeIO(uri=lake),
            "hand_over": HandOver(folder=hand_over),
        },
    )


def _hand_over_folder() -> str:
    home = os.environ.get("DAGSTER_HOME")
    return str(Path(home) / "hand_over") if home else ".dagster/hand_over"


defs = definitions(os.environ.get("LAKECAST_LAKE", "lake"), _hand_over_folder(), RunSettings(), Progress(Silent()))
