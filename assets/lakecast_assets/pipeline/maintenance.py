"""Jobs that keep a lake small and watched: old snapshots, small files, stale demand, data sets that are no more."""

import datetime as dt

import dagster as dg
from pydantic import Field

from lakecast_assets.pipeline import checks
from lakecast_assets.pipeline.features import frequency_of
from lakecast_assets.pipeline.io import LakeIO
from lakecast_assets.pipeline.partitions import datasets
from lakecast_lake import retention, snapshots
from lakecast_lake.retire import retire
from lakecast_schema.tables import DEMAND

MAINTENANCE, FRESHNESS, RETIRE = "maintenance", "freshness", "retire_dataset"
TIME_ZONE = "America/Sao_Paulo"


class Retention(dg.Config):
    """Which snapshots stay: the newest of them, and the young ones."""

    keep: int = Field(default=retention.KEEP_COUNT, ge=1, description="The newest snapshots that stay, however old")
    keep_days: float = Field(default=retention.KEEP_DAYS, ge=0, description="Younger snapshots stay, too")


@dg.op
def remove_old_snapshots(context: dg.OpExecutionContext, config: Retention, lake_io: dg.ResourceParam[LakeIO]) -> bool:
    """Forgets old snapshots and removes the files that no retained one names; False where nothing was published yet."""
    if snapshots.newest_or_none(lake_io.lake) is None:
        context.log.info("nothing has been published yet")
        return False
    context.log.info(str(retention.vacuum(lake_io.lake, config.keep, config.keep_days)))
    return True


@dg.op
def join_small_files(context: dg.OpExecutionContext, lake_io: dg.ResourceParam[LakeIO], published: bool) -> None:
    """Joins the files of the table of snapshots, which gains one with each."""
    if published:
        context.log.info(f"{retention.compact(lake_io.lake)} files of one row each were joined")


@dg.job(
    name=MAINTENANCE, description="Forget old snapshots, remove files that no retained one names, join small files."
)
def maintenance_job() -> None:
    join_small_files(remove_old_snapshots())


@dg.op
def look_at_demand(context: dg.OpExecutionContext, lake_io: dg.ResourceParam[LakeIO]) -> None:
    """Evaluates the check `freshness` of every published data set, by its own frequency."""
    record = snapshots.newest_or_none(lake_io.lake)
    today = dt.datetime.now(dt.UTC).date()
    for name in () if record is None else record.dataset_ids:
        demand, dim_item = (lake_io.published(name, table) for table in (DEMAND.name, "dim_item"))
        if not demand.num_rows or not dim_item.num_rows:
            continue  # imported: nothing is known of its demand
        verdict = checks.freshness(demand, frequency_of(dim_item), today)
        context.instance.report_runless_asset_event(
            dg.AssetCheckEvaluation(
                asset_key=dg.AssetKey(DEMAND.name),
                check_name=checks.FRESHNESS,
                passed=verdict.passed,
                metadata={key: dg.MetadataValue.text(str(value)) for key, value in verdict.shown.items()},
                severity=dg.AssetCheckSeverity.WARN,
                partition=name,
            )
        )
        context.log.info(f"{name}: {'fresh' if verdict.passed else 'stale'}, {dict(verdict.shown)}")


@dg.job(name=FRESHNESS, description="See whether the demand of any data set has grown old, by its own frequency.")
def freshness_job() -> None:
    look_at_demand()


class Retired(dg.Config):
    """The data set that is no more."""

    dataset_id: str = Field(description="Data set to take out of the lake")


@dg.op
def take_out_dataset(context: dg.OpExecutionContext, config: Retired, lake_io: dg.ResourceParam[LakeIO]) -> None:
    """Publishes a snapshot without a data set, deletes its rows, and forgets its partition."""
    snapshot_id = retire(lake_io.lake, config.dataset_id, context.run_id)
    context.instance.delete_dynamic_partition(datasets.name or "", config.dataset_id)
    context.log.info(f"{config.dataset_id} is not in snapshot {snapshot_id} any more; remove its folder of demand, too")


@dg.job(name=RETIRE, description="Take a data set out of the lake; older snapshots show it until they are forgotten.")
def retire_job() -> None:
    take_out_dataset()


nightly = dg.ScheduleDefinition(
    name="nightly_maintenance",
    job=maintenance_job,
    cron_schedule="30 3 * * *",
    execution_timezone=TIME_ZONE,
    description="Off unless it is turned on: it deletes files.",
)
every_morning = dg.ScheduleDefinition(
    name="daily_freshness",
    job=freshness_job,
    cron_schedule="0 7 * * *",
    execution_timezone=TIME_ZONE,
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Stale demand starts no run, so nothing else would notice it.",
)
JOBS, SCHEDULES = (maintenance_job, freshness_job, retire_job), (nightly, every_morning)
