"""Group `evaluate`: what the sources said as contracted tables, with their errors on the backtest."""

import datetime as dt
from collections.abc import Iterator, Mapping

import dagster as dg
import pyarrow as pa

from lakecast_assets.io import HandedOver, LakeIO
from lakecast_assets.models.base import Panel
from lakecast_assets.partitions import datasets
from lakecast_assets.progress import Progress
from lakecast_assets.results.forecasts import forecast_table
from lakecast_assets.results.metrics import metrics_table
from lakecast_assets.results.model_run import model_run_table, with_history
from lakecast_assets.results.outcome import Outcome
from lakecast_assets.settings import RunSettings
from lakecast_assets.steps.forecast import asset_name
from lakecast_assets.steps.shown import HAND_OVER, LAKE_IO, OWNERS, RETRIES, table_description
from lakecast_assets.training import BASELINE
from lakecast_schema.tables import FACT_FORECAST, FACT_METRICS, MODEL_RUN

GROUP = "evaluate"


def evaluate_assets(sources: tuple[str, ...]) -> list[dg.AssetsDefinition]:
    """The assets `fact_forecast`, `fact_metrics` and `model_run` of these sources."""
    handed = {name: dg.AssetIn(asset_name(name), input_manager_key=HAND_OVER) for name in sources}
    panel_in = {"panel": dg.AssetIn("panel", input_manager_key=HAND_OVER)}
    common = {
        "group_name": GROUP,
        "partitions_def": datasets,
        "io_manager_key": LAKE_IO,
        "owners": OWNERS,
        "kinds": {"deltalake", "gold"},
        "retry_policy": RETRIES,
    }

    @dg.asset(description=table_description("fact_forecast"), ins={**panel_in, **handed}, **common)
    def fact_forecast(
        context: dg.AssetExecutionContext, settings: RunSettings, panel: HandedOver, **made: HandedOver
    ) -> pa.Table:
        data: Panel = panel.load()
        outcomes = list(_asked_for(made, settings))
        tables = [forecast_table(outcome, data, context.run_id) for outcome in outcomes]
        if not any(table.num_rows for table in tables):
            reasons = "; ".join(f"{outcome.source}: {outcome.failure}" for outcome in outcomes)
            raise dg.Failure(f"no source has forecasts, so nothing is published. {reasons or 'None was run'}")
        return pa.concat_tables([FACT_FORECAST.schema.empty_table(), *tables])

    @dg.asset(description=table_description("fact_metrics"), ins={**panel_in, **handed}, **common)
    def fact_metrics(
        context: dg.AssetExecutionContext, settings: RunSettings, panel: HandedOver, **made: HandedOver
    ) -> pa.Table:
        data: Panel = panel.load()
        baseline = made[BASELINE].load() if BASELINE in made else None
        now = dt.datetime.now(dt.UTC)
        tables = [metrics_table(outcome, data, baseline, context.run_id, now) for outcome in _asked_for(made, settings)]
        return pa.concat_tables([FACT_METRICS.schema.empty_table(), *tables])

    dim_item_in = {"dim_item": dg.AssetIn("dim_item", input_manager_key=LAKE_IO)}

    @dg.asset(
        description=table_description("model_run"),
        ins={**panel_in, **dim_item_in, **handed},
        deps=["fact_metrics"],
        **common,
    )
    def model_run(
        context: dg.AssetExecutionContext,
        settings: RunSettings,
        progress: dg.ResourceParam[Progress],
        lake_io: dg.ResourceParam[LakeIO],
        panel: HandedOver,
        dim_item: pa.Table,
        **made: HandedOver,
    ) -> pa.Table:
        data: Panel = panel.load()
        idle = sorted(set(dim_item["item_id"].to_pylist()) - set(data.item_ids))
        rows = [model_run_table(outcome, data, idle, context.run_id) for outcome in _asked_for(made, settings)]
        older = lake_io.published(context.partition_key, MODEL_RUN.name)
        progress.update(GROUP, 1, 1, "step")
        return with_history(pa.concat_tables(rows), older)

    return [fact_forecast, fact_metrics, model_run]


def _asked_for(made: Mapping[str, HandedOver], settings: RunSettings) -> Iterator[Outcome]:
    """What this run's sources have made, one at a time, those left out that only serve as members."""
    for source, handed in made.items():
        if source in settings.sources and (outcome := handed.load()) is not None:
            yield outcome
