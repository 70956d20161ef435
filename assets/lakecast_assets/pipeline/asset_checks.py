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
    checks.NOT_SHRUNK: "Most of the demand and nearly all items that were published last are there again",
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

    def nothing(self, what: str) -> dg.Failure:
        """A check that has nothing to look at; what: in the singular."""
        name = self.context.partition_key
        return dg.Failure(f"no {what} of {name} is published, nor made in this run", allow_retries=False)

    def items_with_forecasts(self) -> list[str]:
        """Items of which live forecasts are published, by a run or an import."""
        entry = snapshots.published(self.lake_io.lake, self.context.partition_key, FACT_FORECAST.name)
        if entry is None:
            return []
        where = {"dataset_id": self.context.partition_key, "kind": "live"}
        items: list[str] = pc.unique(
            snapshots.scan(self.lake_io.lake, entry, where, ["item_id"])["item_id"]
        ).to_pylist()
        return items


def _specs(asset: str, names: Iterable[str]) -> list[dg.AssetCheckSpec]:
    return [spec_of(asset, name, DESCRIPTIONS[name], blocking=name in BLOCKING) for name in names]


def _results(
    context: dg.AssetCheckExecutionContext, asset: str, verdicts: Iterable[Verdict]
) -> Iterator[dg.AssetCheckResult]:
    """The verdicts of the checks that are to be executed: all of an asset's in a run, one that a person executes."""
    names = {key.name for key in context.selected_asset_check_keys}
    yield from (_result(asset, verdict) for verdict in verdicts if verdict.name in names)


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
    name="demand_checks",
    specs=_specs("demand", [checks.NOT_SHRUNK, checks.SAME_ITEMS, checks.FRESHNESS]),
    can_subset=True,
)
def demand_checks(
    context: dg.AssetCheckExecutionContext, settings: RunSettings, lake_io: dg.ResourceParam[LakeIO]
) -> Iterator[dg.AssetCheckResult]:
    rows = _Rows(context, lake_io)
    yield from _results(context, "demand", _of_demand(rows, settings))


def _of_demand(rows: _Rows, settings: RunSettings) -> Iterator[Verdict]:
    demand, dim_item = rows.now(DEMAND.name), rows.now("dim_item")
    if not demand.num_rows or not dim_item.num_rows:
        raise rows.nothing("demand")
    frequency = frequency_of(dim_item)
    last = snapshots.published(rows.lake_io.lake, rows.context.partition_key, DEMAND.name)
    older = rows.before("dim_item", {})
    # Rows of another frequency are no measure of these.
    alike = last is not None and older.num_rows > 0 and frequency_of(older) is frequency
    published = last.rows if last is not None and alike and not settings.allow_loss else 0
    items = pc.unique(demand["item_id"]).to_pylist()
    forecast = [] if settings.allow_loss or settings.replace else rows.items_with_forecasts()
    yield checks.not_shrunk(demand.num_rows, published, items, forecast)
    before = [] if settings.replace else older["item_id"].to_pylist()
    yield checks.same_items(dim_item["item_id"].to_pylist(), before)
    yield checks.freshness(demand, frequency, dt.datetime.now(dt.UTC).date())


@dg.multi_asset_check(
    name="fact_forecast_checks",
    specs=_specs("fact_forecast", [checks.CONTRACT, checks.NO_ITEM_LOST, checks.NOT_WILDLY_OFF]),
    can_subset=True,
)
def forecast_checks(
    context: dg.AssetCheckExecutionContext, lake_io: dg.ResourceParam[LakeIO]
) -> Iterator[dg.AssetCheckResult]:
    yield from _results(context, "fact_forecast", _of_forecasts(_Rows(context, lake_io)))


def _of_forecasts(rows: _Rows) -> Iterator[Verdict]:
    committed, dim_item = rows.now(FACT_FORECAST.name), rows.now("dim_item")
    live = committed.filter(pc.equal(committed["kind"], "live"))
    if not live.num_rows or not dim_item.num_rows:
        raise rows.nothing("forecast")
    demand = rows.now(DEMAND.name)
    run_ids = pa.array(sorted(commits.run_ids(rows.context.instance, rows.context.run)))
    mine = live.filter(pc.is_in(live["run_id"], run_ids))
    items = set(demand["item_id"].to_pylist()) & set(active_items(dim_item).to_pylist())
    if not mine.num_rows:  # the run has made no forecasts: the published ones count, and new items have none yet
        mine, items = live, items & set(live["item_id"].to_pylist())
    sources = sorted(set(mine["source"].to_pylist()))
    yield checks.contract(FACT_FORECAST, committed)
    yield checks.no_item_lost(mine, sorted(items), sources)
    yield checks.not_wildly_off(mine, demand, rows.before(FACT_FORECAST.name, {"kind": "live"}))


@dg.multi_asset_check(
    name="fact_metrics_checks",
    specs=_specs("fact_metrics", [checks.CONTRACT, checks.COVERAGE, checks.BEATS_BASELINE]),
    can_subset=True,
)
def metrics_checks(
    context: dg.AssetCheckExecutionContext, lake_io: dg.ResourceParam[LakeIO]
) -> Iterator[dg.AssetCheckResult]:
    yield from _results(context, "fact_metrics", _of_metrics(_Rows(context, lake_io)))


def _of_metrics(rows: _Rows) -> Iterator[Verdict]:
    committed, dim_item = rows.now(FACT_METRICS.name), rows.now("dim_item")
    if not committed.num_rows:
        raise rows.nothing("error of a forecast")
    steady = dim_item["item_id"].filter(pc.is_in(dim_item["demand_class"], pa.array(STEADY)))
    yield checks.contract(FACT_METRICS, committed)
    yield checks.coverage(committed, steady.to_pylist())
    yield checks.beats_baseline(committed, BASELINE)


@dg.multi_asset_check(name="fact_replenishment_checks", specs=_specs("fact_replenishment", [checks.CONTRACT]))
def replenishment_checks(
    context: dg.AssetCheckExecutionContext, lake_io: dg.ResourceParam[LakeIO]
) -> Iterator[dg.AssetCheckResult]:
    committed = _Rows(context, lake_io).now(FACT_REPLENISHMENT.name)
    yield _result("fact_replenishment", checks.contract(FACT_REPLENISHMENT, committed))


ALL = (demand_checks, forecast_checks, metrics_checks, replenishment_checks)
