"""Asset checks: they read back what a run has committed, before the snapshot makes it visible."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from lakecast_assets.pipeline import checks, commits
from lakecast_assets.pipeline.check_specs import spec_of
from lakecast_assets.pipeline.checks import Verdict
from lakecast_assets.pipeline.features import active_items, frequency_of
from lakecast_assets.pipeline.io import LakeIO, read_current
from lakecast_assets.pipeline.settings import RunSettings
from lakecast_assets.pipeline.training import BASELINE
from lakecast_assets.pipeline.violations import violations_table
from lakecast_forecast.features.classify import STEADY
from lakecast_lake import snapshots
from lakecast_schema.tables import DEMAND, FACT_FORECAST, FACT_METRICS, FACT_REPLENISHMENT

DESCRIPTIONS = {
    checks.CONTRACT: "The committed rows keep the table's contract",
    checks.NO_ITEM_LOST: "Every item with demand has a forecast of every source",
    checks.NOT_WILDLY_OFF: "No source is ten times above or below both recent demand and its last forecast",
    checks.COVERAGE: "The 80 % and 95 % intervals cover what they promise, and not much more where demand is steady",
    checks.BEATS_BASELINE: "The best source beats the seasonal naive forecast",
    checks.NOT_SHRUNK: "Most of the demand that was published last is there again",
    checks.SAME_ITEMS: "Some item that was published last under this name is there again",
    checks.FRESHNESS: "The newest demand is not old",
}
BLOCKING = {checks.CONTRACT, checks.NOT_SHRUNK, checks.SAME_ITEMS, checks.NO_ITEM_LOST, checks.NOT_WILDLY_OFF}


@dataclass(frozen=True)
class _Rows:
    """Rows of this run's commits, or of published ones where it has made none."""

    context: dg.AssetCheckExecutionContext
    lake_io: LakeIO

    def now(self, table: str, where: Mapping[str, str] | None = None) -> pa.Table:
        instance, dataset_id = self.context.instance, self.context.partition_key
        event = commits.of_run(instance, commits.run_ids(instance, self.context.run), dataset_id, table)
        return read_current(self.lake_io.lake, dataset_id, table, event, dict(where or {}))

    def before(self, table: str, where: Mapping[str, str]) -> pa.Table:
        return read_current(self.lake_io.lake, self.context.partition_key, table, None, dict(where))


def _specs(asset: str, names: Iterable[str]) -> list[dg.AssetCheckSpec]:
    return [spec_of(asset, name, DESCRIPTIONS[name], blocking=name in BLOCKING) for name in names]


def _result(asset: str, verdict: Verdict) -> dg.AssetCheckResult:
    metadata: dict[str, dg.RawMetadataValue] = dict(verdict.shown)
    if verdict.violations:
        metadata["broken rules"] = violations_table(verdict.violations)
    return dg.AssetCheckResult(
        asset_key=asset,
        check_name=verdict.name,
        passed=verdict.passed,
        severity=dg.AssetCheckSeverity.ERROR if verdict.name in BLOCKING else dg.AssetCheckSeverity.WARN,
        metadata=metadata,
    )


@dg.multi_asset_check(
    name="demand_checks", specs=_specs("demand", [checks.NOT_SHRUNK, checks.SAME_ITEMS, checks.FRESHNESS])
)
def demand_checks(
    context: dg.AssetCheckExecutionContext, settings: RunSettings, lake_io: dg.ResourceParam[LakeIO]
) -> Iterator[dg.AssetCheckResult]:
    rows = _Rows(context, lake_io)
    demand, dim_item = rows.now(DEMAND.name), rows.now("dim_item")
    frequency = frequency_of(dim_item)
    last = snapshots.published(lake_io.lake, context.partition_key, DEMAND.name)
    older = rows.before("dim_item", {})
    # Rows of another frequency are no measure of these.
    alike = last is not None and older.num_rows > 0 and frequency_of(older) is frequency
    published = last.rows if last is not None and alike and not settings.allow_loss else 0
    yield _result("demand", checks.not_shrunk(demand.num_rows, published))
    before = [] if settings.replace else older["item_id"].to_pylist()
    yield _result("demand", checks.same_items(dim_item["item_id"].to_pylist(), before))
    today = dt.datetime.now(dt.UTC).date()
    yield _result("demand", checks.freshness(demand, frequency, today))


@dg.multi_asset_check(
    name="fact_forecast_checks",
    specs=_specs("fact_forecast", [checks.CONTRACT, checks.NO_ITEM_LOST, checks.NOT_WILDLY_OFF]),
)
def forecast_checks(
    context: dg.AssetCheckExecutionContext, lake_io: dg.ResourceParam[LakeIO]
) -> Iterator[dg.AssetCheckResult]:
    rows = _Rows(context, lake_io)
    committed = rows.now(FACT_FORECAST.name)
    live = committed.filter(pc.equal(committed["kind"], "live"))
    demand = rows.now(DEMAND.name)
    run_ids = pa.array(sorted(commits.run_ids(context.instance, context.run)))
    mine = live.filter(pc.is_in(live["run_id"], run_ids))
    items = set(demand["item_id"].to_pylist()) & set(active_items(rows.now("dim_item")).to_pylist())
    if not mine.num_rows:  # the run has made no forecasts: the published ones count, and new items have none yet
        mine, items = live, items & set(live["item_id"].to_pylist())
    sources = sorted(set(mine["source"].to_pylist()))
    yield _result("fact_forecast", checks.contract(FACT_FORECAST, committed))
    yield _result("fact_forecast", checks.no_item_lost(mine, sorted(items), sources))
    previous = rows.before(FACT_FORECAST.name, {"kind": "live"})
    yield _result("fact_forecast", checks.not_wildly_off(mine, demand, previous))


@dg.multi_asset_check(
    name="fact_metrics_checks",
    specs=_specs("fact_metrics", [checks.CONTRACT, checks.COVERAGE, checks.BEATS_BASELINE]),
)
def metrics_checks(
    context: dg.AssetCheckExecutionContext, lake_io: dg.ResourceParam[LakeIO]
) -> Iterator[dg.AssetCheckResult]:
    rows = _Rows(context, lake_io)
    committed, dim_item = rows.now(FACT_METRICS.name), rows.now("dim_item")
    steady = dim_item["item_id"].filter(pc.is_in(dim_item["demand_class"], pa.array(STEADY)))
    yield _result("fact_metrics", checks.contract(FACT_METRICS, committed))
    yield _result("fact_metrics", checks.coverage(committed, steady.to_pylist()))
    yield _result("fact_metrics", checks.beats_baseline(committed, BASELINE))


@dg.multi_asset_check(name="fact_replenishment_checks", specs=_specs("fact_replenishment", [checks.CONTRACT]))
def replenishment_checks(
    context: dg.AssetCheckExecutionContext, lake_io: dg.ResourceParam[LakeIO]
) -> Iterator[dg.AssetCheckResult]:
    committed = _Rows(context, lake_io).now(FACT_REPLENISHMENT.name)
    yield _result("fact_replenishment", checks.contract(FACT_REPLENISHMENT, committed))


ALL = (demand_checks, forecast_checks, metrics_checks, replenishment_checks)
