"""What can be asked of one snapshot: one function per field of the contract's `LakeReader`.

Every function takes a `View` first (the snapshot, and whether it is read under `Query.snapshot`) and the field's
arguments under their snake_case names. It returns objects whose attributes are the contract's fields in
snake_case, so that GraphQL types resolve each leaf with `getattr`, and whose rows render themselves at once for
the columnar executor.

Arguments
    where: a Strawberry input object or a nested mapping with snake_case keys; a field that is null or left out
        does not filter. `not` is spelt `not_`, `and` `and_`, `or` `or_`, `in` `in_` (either spelling is taken).
    order_by: sequence of objects with `field` and `direction` (or of pairs), members or values of the
        enums of `lakecast_schema.vocabulary`.
    first, after: page size (0 to 10,000, else BAD_USER_INPUT) and an opaque cursor. A cursor names the snapshot
        that it began in: `read.snapshot_of(after)` tells which view to pass, before the call.

Errors are `errors.ApiError`. Values: dates are `datetime.date`, instants aware `datetime` in UTC, enums members of
`lakecast_schema.vocabulary`, missing values None.

    snapshot_info(record, history) -> SnapshotInfo: id, snapshot_id, committed_at, run_id, dataset_ids, tables
        [dataset_id, name, version, row_count, committed_at], model_versions [dataset_id, source, model_version,
        generated_at], accuracy [dataset_id, wape, rmsse, quantile_loss, coverage_80, coverage_95, skill],
        previous (SnapshotInfo or None). `record` is a SnapshotRecord, `history` all retained ones, oldest first.
    snapshots(history, first, after) -> Connection of SnapshotInfo, newest first
    item(view, item_id, sku, dataset_id) -> Item or None
    items(view, where, order_by, first, after) -> Connection of Item
    forecasts(view, where, kind, order_by, first, after) -> Connection of Forecast
    forecast_series(view, where, kind, grain, first, after) -> Connection of ForecastSeries
    forecast_totals(view, where, source, kind, group_by, grain, having, order_by, first, after) -> Connection
    metrics(view, where, order_by, first, after) -> Connection of Metric
    leaderboard(view, measure, group_by, where) -> [LeaderboardRow]
    replenishment(view, where, order_by, first, after) -> Connection of Replenishment
    replenishment_totals(view, where, group_by, first) -> [ReplenishmentTotals]
    facets(view, where) -> Facets: categories, suppliers, demand_classes, abc_classes, alerts, actions, each of
        [value, item_count]
    what_if(view, scenario, where, order_by, first, after) -> WhatIfConnection: also `totals`
    demand_totals(view, group_by, where, grain, first, after, from, to) -> Connection of DemandTotals
    alert_changes(view, before: View or None, where, first, after) -> Connection of AlertChange
    reading_reports(view, dataset_id) -> [ReadingReport]: dataset_id, run_id, read_at, lines [severity, code, count,
        examples; method message(language)]
    overview(view, where) -> Overview
    sources(view, dataset_id) -> [Source]
    model_runs(view, dataset_id, source) -> [ModelRun]
    stale_days(view, now) -> days since the oldest data set's last observation, or None
    left_out(view) -> [LeftOut: dataset_id, source, reason]
    forecast_diff(before: View, after_view: View, where, first, after) -> Connection of ForecastChange
    forecast_history(view, item_id, dataset_id, date, source) -> [ForecastRevision] or None

Connection: nodes, edges [cursor, node], page_info [has_next_page, has_previous_page, start_cursor, end_cursor],
    total_count, snapshot_id.

Rows have every scalar field of the contract's type of that name as an attribute, and
    Item: id; methods history(last=90, grain), inventory(last=90), forecast(source=None, horizon=None),
        forecast_series(sources=None, kind, grain), metrics(sources=None); attribute replenishment
    Forecast, Replenishment, WhatIfResult, AlertChange: attribute item
    Replenishment: method reason(language)
    DemandSeries: dates, quantities; method moving_average(window=7)
    WhatIfResult: baseline, scenario (Replenishment), order_delta, order_value_delta
Interfaces of Strawberry check `isinstance` unless the type defines `is_type_of`: rows are no Strawberry instances.
"""

from lakecast_graphql.read.alert_changes import alert_changes
from lakecast_graphql.read.changes import forecast_diff, forecast_history
from lakecast_graphql.read.demand_totals import demand_totals
from lakecast_graphql.read.forecasts import forecast_series, forecasts
from lakecast_graphql.read.items import item, items
from lakecast_graphql.read.leaderboard import leaderboard
from lakecast_graphql.read.metrics import metrics
from lakecast_graphql.read.overview import overview, sources
from lakecast_graphql.read.paging import snapshot_of
from lakecast_graphql.read.provenance import model_runs, snapshot_info, snapshots
from lakecast_graphql.read.reading_reports import reading_reports
from lakecast_graphql.read.replenishment import replenishment
from lakecast_graphql.read.service import decision_calibration, service_curve
from lakecast_graphql.read.state import left_out, stale_days
from lakecast_graphql.read.stock_totals import facets, replenishment_totals
from lakecast_graphql.read.totals import forecast_totals
from lakecast_graphql.read.what_if import what_if

__all__ = [
    "alert_changes",
    "decision_calibration",
    "demand_totals",
    "facets",
    "forecast_diff",
    "forecast_history",
    "forecast_series",
    "forecast_totals",
    "forecasts",
    "item",
    "items",
    "leaderboard",
    "left_out",
    "metrics",
    "model_runs",
    "overview",
    "reading_reports",
    "replenishment",
    "replenishment_totals",
    "service_curve",
    "snapshot_info",
    "snapshot_of",
    "snapshots",
    "sources",
    "stale_days",
    "what_if",
]
