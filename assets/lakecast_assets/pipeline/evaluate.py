"""Group `evaluate`: what the sources said as contracted tables, with their errors on the backtest."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from lakecast_assets.pipeline import commits, glimpses
from lakecast_assets.pipeline.as_published import AS_PUBLISHED
from lakecast_assets.pipeline.features import active_items, panel_of
from lakecast_assets.pipeline.forecast import asset_name
from lakecast_assets.pipeline.inputs import WITHDRAWAL, digest, withdrawal
from lakecast_assets.pipeline.io import HandedOver, LakeIO
from lakecast_assets.pipeline.pictures import markdown, of_forecasts, of_metrics
from lakecast_assets.pipeline.progress import Progress
from lakecast_assets.pipeline.settings import RunSettings
from lakecast_assets.pipeline.table_asset import HAND_OVER, LAKE_IO, table_asset
from lakecast_assets.pipeline.training import BASELINE
from lakecast_assets.tables.forecasts import forecast_table
from lakecast_assets.tables.metrics import metrics_table
from lakecast_assets.tables.model_run import Ran, model_run_table, with_champion, with_history, without_forecast
from lakecast_assets.tables.outcome import Outcome
from lakecast_forecast.panel import Panel
from lakecast_lake import checkpoints, snapshots
from lakecast_lake.published import with_actuals
from lakecast_lake.storage import Lake
from lakecast_schema.contract import Table
from lakecast_schema.tables import DEMAND, FACT_FORECAST, FACT_METRICS, MODEL_RUN

GROUP = "evaluate"
_PANEL = {"panel": dg.AssetIn("panel", input_manager_key=HAND_OVER)}
_DIM_ITEM = {"dim_item": dg.AssetIn("dim_item", input_manager_key=LAKE_IO)}


def evaluate_assets(sources: tuple[str, ...]) -> list[dg.AssetsDefinition]:
    """The assets `fact_forecast`, `fact_metrics` and `model_run` of these sources."""
    handed = {name: dg.AssetIn(asset_name(name), input_manager_key=HAND_OVER) for name in sources}

    @table_asset(FACT_FORECAST.name, GROUP, {**_PANEL, **handed}, deps=[DEMAND.name])
    def fact_forecast(
        context: dg.AssetExecutionContext,
        settings: RunSettings,
        lake_io: dg.ResourceParam[LakeIO],
        panel: HandedOver,
        **sources: HandedOver,
    ) -> dg.Output[Any]:
        if panel.is_as_published:
            return dg.Output(AS_PUBLISHED)
        if all(handed.load() is None for handed in sources.values()):
            return _filled_in(context, lake_io)
        data = panel_of(panel, lake_io, context.partition_key, settings)
        tables, failures = [FACT_FORECAST.schema.empty_table()], []
        for outcome in _outcomes(sources, settings):
            tables.append(forecast_table(outcome, data, commits.run_id(context.instance, context.run)))
            failures += _failure(outcome)
        rows = pa.concat_tables(tables)
        if rows.num_rows == 0:
            raise _without_sources(failures)
        gone = _withdrawn(lake_io.lake, FACT_FORECAST, data, settings, rows)
        shown = _shown(
            context, lambda: {**glimpses.of_forecasts(rows, data), "pictures": markdown(of_forecasts(rows, data))}
        )
        return dg.Output(rows, metadata={**shown, **gone})

    @table_asset(FACT_METRICS.name, GROUP, {**_PANEL, **handed})
    def fact_metrics(
        context: dg.AssetExecutionContext,
        settings: RunSettings,
        lake_io: dg.ResourceParam[LakeIO],
        panel: HandedOver,
        **sources: HandedOver,
    ) -> dg.Output[Any]:
        if panel.is_as_published:
            return dg.Output(AS_PUBLISHED)
        data = panel_of(panel, lake_io, context.partition_key, settings)
        baseline = sources[BASELINE].load() if BASELINE in sources else None
        now = dt.datetime.now(dt.UTC)
        tables, failures = [FACT_METRICS.schema.empty_table()], []
        for outcome in _outcomes(sources, settings):
            tables.append(metrics_table(outcome, data, baseline, commits.run_id(context.instance, context.run), now))
            failures += _failure(outcome)
        rows = pa.concat_tables(tables)
        if rows.num_rows == 0:
            raise _without_sources(failures)
        gone = _withdrawn(lake_io.lake, FACT_METRICS, data, settings, rows)
        shown = _shown(context, lambda: {"pictures": markdown(of_metrics(rows))})
        return dg.Output(rows, metadata={**shown, **gone})

    @table_asset(MODEL_RUN.name, GROUP, {**_PANEL, **_DIM_ITEM, **handed})
    def model_run(
        context: dg.AssetExecutionContext,
        settings: RunSettings,
        progress: dg.ResourceParam[Progress],
        lake_io: dg.ResourceParam[LakeIO],
        panel: HandedOver,
        dim_item: pa.Table,
        **sources: HandedOver,
    ) -> Any:
        older = lake_io.published(context.partition_key, MODEL_RUN.name)
        if panel.is_as_published:
            rows = with_champion(older, settings.champion)
            return AS_PUBLISHED if rows.equals(older) else rows
        data = panel_of(panel, lake_io, context.partition_key, settings)
        run_id = commits.run_id(context.instance, context.run)
        active = set(active_items(dim_item).to_pylist())
        idle = {item: without_forecast(item in active) for item in dim_item["item_id"].to_pylist()}
        for item in data.item_ids:
            idle.pop(item, None)
        ran = Ran(run_id, digest(data), settings.parameters)
        trained = [
            model_run_table(outcome, data, idle, ran, _keep(lake_io.lake, data.dataset_id, run_id, outcome))
            for outcome in _outcomes(sources, settings)
        ]
        progress.update(GROUP, 1, 1, "step")
        return with_history(pa.concat_tables([MODEL_RUN.schema.empty_table(), *trained]), older)

    return [fact_forecast, fact_metrics, model_run]


def _shown(context: dg.AssetExecutionContext, pictures: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    """The pictures of a materialisation; nobody looks at those of a run that leaves no record."""
    return {} if context.instance.is_ephemeral else pictures()


def _filled_in(context: dg.AssetExecutionContext, lake_io: LakeIO) -> dg.Output[Any]:
    """Published forecasts with the actuals that this run's demand knows: no source was run."""
    lake, dataset_id = lake_io.lake, context.partition_key
    record = snapshots.newest_or_none(lake)
    if record is None or record.entry(dataset_id, FACT_FORECAST.name) is None:
        raise _without_sources(())
    demand = lake_io.current(context, DEMAND.name)
    rows = with_actuals(lake, record, dataset_id, demand)
    return dg.Output(AS_PUBLISHED if rows is None else rows, metadata={"trained": False})


def _failure(outcome: Outcome) -> list[str]:
    return [] if outcome.failure is None else [f"{outcome.source}: {outcome.failure}"]


def _without_sources(failures: Sequence[str]) -> dg.Failure:
    """Why there is nothing to publish: no source was in the run, or none worked."""
    reasons = "; ".join(failures) or "none was run; materialise the forecasts of some with it"
    return dg.Failure(f"no source has forecasts, so nothing is published ({reasons})", allow_retries=False)


def _withdrawn(lake: Lake, table: Table, panel: Panel, settings: RunSettings, rows: pa.Table) -> Mapping[str, Any]:
    """What the output says of published sources that go."""
    gone = withdrawal(lake, table, panel, settings.sources, pc.unique(rows["source"]).to_pylist())
    return {} if gone is None else {WITHDRAWAL: vars(gone)}


def _keep(lake: Lake, dataset_id: str, run_id: str, outcome: Outcome) -> str | None:
    """Keep a source's trained model with the run; where it is, None for sources that have none."""
    content = None if outcome.forecasts is None else outcome.forecasts.diagnostics.checkpoint
    return None if content is None else checkpoints.keep(lake, dataset_id, run_id, outcome.source, content)


def _outcomes(sources: Mapping[str, HandedOver], settings: RunSettings) -> Iterator[Outcome]:
    """What this run's sources have made, one at a time, those left out that only serve as members."""
    for source, handed in sources.items():
        if source in settings.sources and (outcome := handed.load()) is not None:
            yield outcome
