"""Group `forecast`: one asset per source, with backtest and live forecasts for every item of a data set."""

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

import dagster as dg

from lakecast_assets.pipeline import other_panels, source_facts
from lakecast_assets.pipeline.as_published import AS_PUBLISHED, AsPublished
from lakecast_assets.pipeline.check_specs import spec_of
from lakecast_assets.pipeline.features import panel_of
from lakecast_assets.pipeline.io import HandedOver, LakeIO
from lakecast_assets.pipeline.landing import Folders
from lakecast_assets.pipeline.partitions import datasets
from lakecast_assets.pipeline.pictures import of_training
from lakecast_assets.pipeline.progress import Progress
from lakecast_assets.pipeline.retries import PASSING
from lakecast_assets.pipeline.settings import RunSettings
from lakecast_assets.pipeline.table_asset import CODE_VERSION, HAND_OVER, OWNERS, TRAINING_POOL
from lakecast_assets.pipeline.training import ENSEMBLE, failed, idle, is_needed, train, train_ensemble
from lakecast_assets.tables.outcome import Outcome
from lakecast_forecast.panel import Panel

GROUP = "forecast"
TRAINED = "trained"
FAILURE, ISSUES = "failure", "issues"
"""Metadata: why a source failed; how many items have a baseline only."""
ATTEMPTS = 2


def asset_name(source: str) -> str:
    return f"{source}_forecast"


def _check(source: str) -> dg.AssetCheckSpec:
    return spec_of(asset_name(source), TRAINED, "The source has forecasts; if not, the others are published")


def source_asset(source: str) -> dg.AssetsDefinition:
    """The asset of a registered model."""

    @dg.asset(
        name=asset_name(source),
        group_name=GROUP,
        partitions_def=datasets,
        io_manager_key=HAND_OVER,
        owners=OWNERS,
        kinds=source_facts.kinds(source),
        tags=source_facts.tags(source),
        code_version=CODE_VERSION,
        description=source_facts.description(source),
        ins={"panel": dg.AssetIn("panel", input_manager_key=HAND_OVER)},
        check_specs=[_check(source)],
        pool=TRAINING_POOL,
    )
    def forecast(
        context: dg.AssetExecutionContext,
        settings: RunSettings,
        folders: dg.ResourceParam[Folders],
        progress: dg.ResourceParam[Progress],
        lake_io: dg.ResourceParam[LakeIO],
        panel: HandedOver,
    ) -> Iterator[dg.Output[Any] | dg.AssetCheckResult]:
        if panel.is_as_published:
            yield from _unchanged(source)
            return
        data = panel_of(panel, lake_io, context.partition_key, settings)
        if not is_needed(source, settings.sources, data):
            context.log.info(f"{source} is neither asked for nor a member of the ensemble of this data set")
            yield dg.Output(idle(source), metadata={"needed": False})
            yield dg.AssetCheckResult(passed=True, check_name=TRAINED, asset_key=asset_name(source))
            return
        tell = partial(_tell, progress, data, source)
        others = partial(other_panels.of, data.dataset_id, folders, settings)
        yield from _finish(context, progress, data, source, lambda: train(source, data, settings, tell, others))

    return forecast


def ensemble_asset(members: Iterable[str]) -> dg.AssetsDefinition:
    """The asset that combines the members' forecasts."""
    names = tuple(members)

    @dg.asset(
        name=asset_name(ENSEMBLE),
        group_name=GROUP,
        partitions_def=datasets,
        io_manager_key=HAND_OVER,
        owners=OWNERS,
        kinds=source_facts.kinds(ENSEMBLE),
        tags=source_facts.tags(ENSEMBLE),
        code_version=CODE_VERSION,
        description=source_facts.description(ENSEMBLE),
        ins={
            "panel": dg.AssetIn("panel", input_manager_key=HAND_OVER),
            **{asset_name(name): dg.AssetIn(asset_name(name), input_manager_key=HAND_OVER) for name in names},
        },
        check_specs=[_check(ENSEMBLE)],
        pool=TRAINING_POOL,
    )
    def forecast(
        context: dg.AssetExecutionContext,
        settings: RunSettings,
        progress: dg.ResourceParam[Progress],
        lake_io: dg.ResourceParam[LakeIO],
        panel: HandedOver,
        **members: HandedOver,
    ) -> Iterator[dg.Output[Any] | dg.AssetCheckResult]:
        if panel.is_as_published:
            yield from _unchanged(ENSEMBLE)
            return
        data = panel_of(panel, lake_io, context.partition_key, settings)
        made = (member.load() for member in members.values())
        yield from _finish(context, progress, data, ENSEMBLE, lambda: train_ensemble(made, data))

    return forecast


def _unchanged(source: str) -> Iterator[dg.Output[AsPublished] | dg.AssetCheckResult]:
    """What a source's step gives whose forecasts are published already: no training."""
    yield dg.Output(AS_PUBLISHED, metadata={"trained": False})
    yield dg.AssetCheckResult(passed=True, check_name=TRAINED, asset_key=asset_name(source))


def _tell(progress: Progress, panel: Panel, source: str, done: int) -> None:
    progress.update(source, done, len(panel))


def _finish(
    context: dg.AssetExecutionContext,
    progress: Progress,
    panel: Panel,
    source: str,
    work: Callable[[], Outcome],
) -> Iterator[dg.Output[Outcome] | dg.AssetCheckResult]:
    """Run a source; where it fails for good, hand on the failure, so that the other sources are published."""
    started = time.monotonic()
    try:
        outcome = work()
    except Exception as error:
        if isinstance(error, PASSING) and context.retry_number < ATTEMPTS:
            raise dg.RetryRequested(max_retries=ATTEMPTS, seconds_to_wait=2.0**context.retry_number) from error
        context.log.exception(f"{source} failed")
        outcome = failed(source, error, time.monotonic() - started)
    if outcome.failure:
        progress.say(f"{source} failed and is left out: {outcome.failure}")
    progress.update(source, len(panel), len(panel))
    yield dg.Output(outcome, metadata=_metadata(outcome))
    yield dg.AssetCheckResult(
        passed=outcome.failure is None,
        check_name=TRAINED,
        asset_key=asset_name(source),
        metadata={"failure": outcome.failure or "none"},
    )


def _metadata(outcome: Outcome) -> dict[str, Any]:
    forecasts = outcome.forecasts
    metadata: dict[str, Any] = {"seconds": round(outcome.seconds, 2), "model_version": outcome.version}
    if forecasts is None:
        return metadata | {FAILURE: outcome.failure or "none"}
    return metadata | {
        "items": len(forecasts.live.issues),
        ISSUES: sum(issue is not None for issue in forecasts.live.issues),
        "windows": forecasts.origins.scored,
        "parameters": _json(forecasts.diagnostics.parameters),
        **of_training(outcome.source, forecasts.diagnostics),
        "cpu_seconds_per_1000_items": round(1000 * float(forecasts.seconds.mean()), 2),
    }


def _json(parameters: Mapping[str, object]) -> dg.JsonMetadataValue:
    return dg.MetadataValue.json(json.loads(json.dumps(dict(parameters), default=str)))
