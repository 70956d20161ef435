"""Group `publish`: the reorder decisions, and the one commit that makes a run visible."""

import datetime as dt

import dagster as dg
import pyarrow as pa

from lakecast_assets.pipeline import commits
from lakecast_assets.pipeline.announce import announce
from lakecast_assets.pipeline.features import frequency_of
from lakecast_assets.pipeline.io import WHERE, HandedOver, LakeIO, read_current
from lakecast_assets.pipeline.partitions import datasets
from lakecast_assets.pipeline.progress import Progress
from lakecast_assets.pipeline.retries import RETRIES, retried
from lakecast_assets.pipeline.settings import RunSettings
from lakecast_assets.pipeline.table_asset import (
    CODE_VERSION,
    HAND_OVER,
    LAKE_IO,
    LAYER,
    OWNERS,
    table_asset,
    table_description,
)
from lakecast_assets.tables.champions import with_champions
from lakecast_assets.tables.replenishment import Tables, published_learned, replenishment_table
from lakecast_forecast.decisions.learned import Learned
from lakecast_lake.commit import Commit, replace
from lakecast_lake.publish import publish
from lakecast_lake.summary import summarise
from lakecast_schema.tables import DIM_ITEM, FACT_FORECAST, FACT_METRICS, FACT_REPLENISHMENT, SNAPSHOT, TABLES

GROUP = "publish"
PUBLISHED = tuple(name for name in TABLES if name != SNAPSHOT.name)


@table_asset(
    "fact_replenishment",
    GROUP,
    {
        "live": dg.AssetIn("fact_forecast", input_manager_key=LAKE_IO, metadata={WHERE: {"kind": "live"}}),
        **{
            name: dg.AssetIn(name, input_manager_key=LAKE_IO)
            for name in ("fact_metrics", "dim_item", "fact_inventory", "open_order", "demand")
        },
        "spread": dg.AssetIn("spread", input_manager_key=HAND_OVER),
    },
)
def fact_replenishment(
    context: dg.AssetExecutionContext,
    settings: RunSettings,
    live: pa.Table,
    fact_metrics: pa.Table,
    dim_item: pa.Table,
    fact_inventory: pa.Table,
    open_order: pa.Table,
    demand: pa.Table,
    lake_io: dg.ResourceParam[LakeIO],
    spread: HandedOver,
) -> pa.Table:
    if not live.num_rows or not fact_metrics.num_rows:
        raise dg.Failure(
            f"no forecasts of {context.partition_key} are published, nor made in this run; materialise all its assets",
            allow_retries=False,
        )
    tables = Tables(live, fact_metrics, dim_item, fact_inventory, demand, open_order)
    now = dt.datetime.now(dt.UTC)
    learned = spread.load()
    if not isinstance(learned, Learned):  # nothing was learned in this run
        learned = published_learned(lake_io.published(context.partition_key, FACT_REPLENISHMENT.name))
    run_id = commits.run_id(context.instance, context.run)
    frequency, day = frequency_of(dim_item), settings.order_day
    return replenishment_table(tables, learned, frequency, run_id, now, day, settings.champion)


@dg.asset(
    group_name=GROUP,
    partitions_def=datasets,
    owners=OWNERS,
    kinds={"deltalake"},
    tags={LAYER: SNAPSHOT.layer},
    code_version=CODE_VERSION,
    description=f"{table_description('snapshot')} Committed last: until then nothing of a run can be seen.",
    deps=list(PUBLISHED),
    retry_policy=RETRIES,
    pool="table_snapshot",
)
@retried
def snapshot(
    context: dg.AssetExecutionContext,
    settings: RunSettings,
    lake_io: dg.ResourceParam[LakeIO],
    progress: dg.ResourceParam[Progress],
) -> dg.MaterializeResult[None]:
    dataset_id, lake = context.partition_key, lake_io.lake
    run_id, runs = commits.run_id(context.instance, context.run), commits.run_ids(context.instance, context.run)
    events = {name: commits.of_run(context.instance, runs, dataset_id, name) for name in PUBLISHED}
    commits_of_run = [commit for commit in events.values() if isinstance(commit, Commit)]
    tables_gone = [name for name, event in events.items() if isinstance(event, commits.NoRows)]
    if not commits_of_run:
        raise dg.Failure("this run has made no table; materialise those that are new with it", allow_retries=False)
    live = read_current(lake, dataset_id, FACT_FORECAST.name, events[FACT_FORECAST.name], {"kind": "live"})
    metrics = read_current(lake, dataset_id, FACT_METRICS.name, events[FACT_METRICS.name], {})
    if not live.num_rows or not metrics.num_rows:
        raise dg.Failure(
            f"no forecasts of {dataset_id} are published, nor made in this run; materialise all its assets",
            allow_retries=False,
        )
    dim_item = read_current(lake, dataset_id, DIM_ITEM.name, events[DIM_ITEM.name], {})
    decided = with_champions(dim_item, metrics, live, settings.champion)
    if dim_item.num_rows and not decided.equals(dim_item):
        named = replace(lake, DIM_ITEM, decided, {"dataset_id": dataset_id}, run_id)
        commits_of_run = [*(each for each in commits_of_run if each.table != DIM_ITEM.name), named]
    summary = summarise(live, metrics, settings.champion)
    # Rows of other files stay in bronze even where this run has added none.
    without = [name for name in tables_gone if TABLES[name].layer != "bronze"]
    snapshot_id = publish(lake, run_id, dataset_id, commits_of_run, summary, without=without)
    progress.update(GROUP, 1, 1, "step")
    metadata = {name: value for name, value in summary.items() if isinstance(value, float)}
    return dg.MaterializeResult(
        metadata={
            "snapshot_id": snapshot_id,
            "servers": announce(snapshot_id),
            "dagster/uri": lake.table_uri(SNAPSHOT.name),
            "dagster/table_name": f"lake.{SNAPSHOT.name}",
            "tables": ", ".join(f"{commit.table} v{commit.version}" for commit in commits_of_run),
            **metadata,
        }
    )
