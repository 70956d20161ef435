"""The contract of every table in the lake: columns, types, keys, partitions, and the rules of their values."""

from collections.abc import Mapping

import pyarrow as pa

from lakecast_schema.contract import (
    COUNT,
    DATE,
    INSTANT,
    REAL,
    TEXT,
    Column,
    Rule,
    Table,
    dataset_column,
    generated_at_column,
    item_column,
    measure,
    model_version_column,
    run_column,
)  # fmt: skip

_LANDED_ROW = (
    dataset_column(),
    Column("file_digest", TEXT, "SHA-256 of the input file's bytes", rule=Rule.NOT_EMPTY),
    Column("file_name", TEXT, "Name of the input file", rule=Rule.NOT_EMPTY),
    Column("row", COUNT, "Number of the row in the file; the first row after the header is 1"),
    Column("ingested_at", INSTANT, "When the file was read"),
)

LANDED_DEMAND = Table(
    "landed_demand",
    "bronze",
    "a row of an input file, as it came",
    (
        *_LANDED_ROW,
        Column("item_id", TEXT, "As it came", nullable=True),
        Column("date", TEXT, "As it came", nullable=True),
        Column("quantity", TEXT, "As it came", nullable=True),
        Column("drivers", TEXT, "The `x_*` columns as they came, as a JSON object", nullable=True),
    ),
    key=("file_digest", "row"),
)

REJECTED_ROWS = Table(
    "rejected_rows",
    "bronze",
    "a row that broke the input contract, with the reason in words",
    (
        *_LANDED_ROW,
        Column("column", TEXT, "Column that broke the contract", nullable=True),
        Column("value", TEXT, "The offending value as it came", nullable=True),
        Column("reason", TEXT, "Why the row was rejected and what to do", rule=Rule.NOT_EMPTY),
        Column("content", TEXT, "The whole row as it came, as a JSON object"),
    ),
    key=("file_digest", "row"),
)

DEMAND = Table(
    "demand",
    "silver",
    "demand of an item in a period, on a gap-free grid",
    (
        dataset_column(),
        item_column(),
        Column("date", DATE, "The period's first day"),
        Column("quantity", REAL, "In the item's unit; null where unknown", nullable=True, rule=Rule.NOT_NEGATIVE),
    ),
    key=("dataset_id", "item_id", "date"),
)

DRIVER = Table(
    "driver",
    "silver",
    "a known-in-advance value of an item, or of all items, in a period",
    (
        dataset_column(),
        Column("item_id", TEXT, "Null where the value holds for all items", nullable=True),
        Column("date", DATE, "The period's first day"),
        Column("name", TEXT, "Name of the input column without `x_`", rule=Rule.NOT_EMPTY),
        Column("value", REAL, "The known value", rule=Rule.FINITE),
    ),
    key=("dataset_id", "item_id", "date", "name"),
)

DIM_ITEM = Table(
    "dim_item",
    "silver",
    "an item",
    (
        dataset_column(),
        item_column(),
        Column("sku", TEXT, "Stock keeping unit", nullable=True),
        Column("name", TEXT, "Name for people", nullable=True),
        Column("category", TEXT, "Category", nullable=True),
        Column("unit", TEXT, "Unit of its quantities", nullable=True),
        Column("supplier", TEXT, "Supplier", nullable=True),
        measure("lead_time_days", "Mean days from order to arrival"),
        measure("lead_time_std_days", "Standard deviation of the lead time in days"),
        measure("service_level", "Wanted probability of no stockout in a cycle", Rule.FRACTION),
        measure("review_period_days", "Days between two looks at the stock"),
        measure("min_order_quantity", "Smallest order that the supplier takes"),
        measure("unit_cost", "Cost of one unit"),
        Column("frequency", TEXT, "Length of a period", rule=Rule.FREQUENCY),
        Column("demand_class", TEXT, "Syntetos-Boylan class", nullable=True, rule=Rule.DEMAND_CLASS),
        Column("is_active", pa.bool_(), "False for an item whose demand has ended; null counts as true", nullable=True),
        measure("order_multiple", "What orders are multiples of"),
        Column("service_measure", TEXT, "What service_level promises", nullable=True, rule=Rule.SERVICE_MEASURE),
        Column("criticality", COUNT, "1 to 5, 5 the gravest", nullable=True, rule=Rule.CRITICALITY),
        Column("location", TEXT, "Where it is kept", nullable=True),
        Column("currency", TEXT, "Of unit_cost, an ISO 4217 code", nullable=True, rule=Rule.CURRENCY),
        Column("attributes", TEXT, "Other columns of the items file, as a JSON object of texts", nullable=True),
        measure("yearly_demand", "Demand of the data set's last 365 days"),
        Column("champion", TEXT, "Source that decides for it", nullable=True),
    ),
    key=("dataset_id", "item_id"),
)

FACT_INVENTORY = Table(
    "fact_inventory",
    "silver",
    "stock of an item on a day",
    (
        dataset_column(),
        item_column(),
        Column("date", DATE, "Day of the count"),
        measure("on_hand", "Stock that can be used at once", Rule.FINITE),
        measure("on_order", "Ordered and not yet arrived"),
    ),
    key=("dataset_id", "item_id", "date"),
)

OPEN_ORDER = Table(
    "open_order",
    "silver",
    "quantity on its way of an item on a due date",
    (
        dataset_column(),
        item_column(),
        Column("due_date", DATE, "Day on which it is expected; an overdue order keeps its date"),
        Column("quantity", REAL, "Sum of the orders of the day, in the item's unit", rule=Rule.NOT_NEGATIVE),
    ),
    key=("dataset_id", "item_id", "due_date"),
)

READING_REPORT = Table(
    "reading_report",
    "silver",
    "a line of what a run understood of its files, left out, or found doubtful",
    (
        run_column(),
        dataset_column(),
        Column("line", COUNT, "1, 2, 3, ..."),
        Column("severity", TEXT, "How grave it is", rule=Rule.SEVERITY),
        Column("code", TEXT, "What the line says, for programs", rule=Rule.NOT_EMPTY),
        Column("count", COUNT, "Rows, values or items that it is about; 0 where it counts nothing"),
        Column("message_en", TEXT, "The line in English", rule=Rule.NOT_EMPTY),
        Column("message_pt", TEXT, "The line in Brazilian Portuguese", rule=Rule.NOT_EMPTY),
        Column("examples", pa.list_(TEXT), "At most two"),
        Column("read_at", INSTANT, "When the files were read"),
    ),
    key=("run_id", "dataset_id", "line"),
)

BOUNDS = ("lower_95", "lower_80", "median", "upper_80", "upper_95")
"""Quantile columns of `fact_forecast` in ascending order, of levels `BOUND_LEVELS`."""
BOUND_LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)
PUBLISHED_COLUMNS = (
    "date", "item_id", "forecast", "actual", "source", "model_version", "generated_at", "dataset_id",
)  # fmt: skip
"""The published results contract: the eight columns that are enough for an import."""

FACT_FORECAST = Table(
    "fact_forecast",
    "gold",
    "a forecast for an item, source and date",
    (
        Column("date", DATE, "The period's first day"),
        item_column(),
        Column("forecast", REAL, "Mean of the predicted demand", rule=Rule.NOT_NEGATIVE),
        Column("actual", REAL, "Observed demand; null until known", nullable=True, rule=Rule.FINITE),
        Column("source", TEXT, "Model that made the forecast", rule=Rule.FOLDER_NAME),
        model_version_column(),
        generated_at_column("When the model produced the forecast"),
        dataset_column(),
        *(
            measure(name, f"Quantile {level:g} of the predicted demand")
            for name, level in sorted(zip(BOUNDS, BOUND_LEVELS, strict=True), key=lambda b: abs(b[1] - 0.5))
        ),
        Column(
            "kind",
            TEXT,
            "live: of the newest run; past: live in an older one; backtest: from a rolling origin",
            rule=Rule.FORECAST_KIND,
        ),
        Column("cutoff", DATE, "Last observed period of this item that the model saw"),
        run_column(),
    ),
    key=("dataset_id", "item_id", "source", "kind", "cutoff", "date"),
    partition_by=("dataset_id", "source", "kind"),
    ascending=BOUNDS,
    after=(("date", "cutoff"),),
)

METRICS = (
    "windows", "observations", "mae", "rmse", "wape", "smape", "mape", "mase", "rmsse", "bias",
    "scaled_quantile_loss", "interval_score_80", "coverage_80", "coverage_95", "skill", "fit_seconds",
)  # fmt: skip
"""Columns of `fact_metrics` that hold figures."""

FACT_METRICS = Table(
    "fact_metrics",
    "gold",
    "backtest errors of a source on an item, over all windows",
    (
        dataset_column(),
        item_column(),
        Column("source", TEXT, "Model that made the forecasts", rule=Rule.FOLDER_NAME),
        Column("windows", COUNT, "Rolling origins that were scored", nullable=True),
        Column("observations", COUNT, "Pairs of forecast and actual that were scored", nullable=True),
        measure("mae", "Mean absolute error of the forecast"),
        measure("rmse", "Root mean squared error of the forecast"),
        measure("wape", "Sum of absolute errors over sum of absolute actuals"),
        measure("smape", "Symmetric mean absolute percentage error, 0 to 2", Rule.TO_TWO),
        measure("mape", "Mean absolute percentage error; null where an actual is zero"),
        measure("mase", "Mean absolute scaled error"),
        measure("rmsse", "Root mean squared scaled error of the forecast"),
        measure("bias", "Sum of (forecast - actual) over sum of absolute actuals", Rule.FINITE),
        measure("scaled_quantile_loss", "Twice the mean pinball loss of the stored quantiles over the MASE scale"),
        measure("interval_score_80", "Mean interval score of the 80 % interval"),
        measure("coverage_80", "Share of actuals within the 80 % interval", Rule.FRACTION),
        measure("coverage_95", "Share of actuals within the 95 % interval", Rule.FRACTION),
        measure("skill", "1 - scaled quantile loss over that of seasonal naive", Rule.FINITE),
        measure("fit_seconds", "Seconds of computation for this item"),
        model_version_column(),
        generated_at_column("When the backtest was scored"),
        run_column(),
    ),
    key=("dataset_id", "item_id", "source"),
    partition_by=("dataset_id", "source"),
)

FACT_REPLENISHMENT = Table(
    "fact_replenishment",
    "gold",
    "the reorder decision for an item, with what is needed to recompute it",
    (
        dataset_column(),
        item_column(),
        Column("as_of", DATE, "The stock's date, else the item's last observed date"),
        Column("source", TEXT, "The item's champion", rule=Rule.FOLDER_NAME),
        measure("on_hand", "Null when stock is unknown", Rule.FINITE),
        measure("on_order", "Null when stock is unknown"),
        Column("lead_time_days", REAL, "Mean lead time", rule=Rule.NOT_NEGATIVE),
        Column("lead_time_std_days", REAL, "Standard deviation of the lead time", rule=Rule.NOT_NEGATIVE),
        Column("review_period_days", REAL, "Days between two looks at the stock", rule=Rule.NOT_NEGATIVE),
        Column("service_level", REAL, "Wanted probability of no stockout in a cycle", rule=Rule.FRACTION),
        Column("min_order_quantity", REAL, "Smallest order", rule=Rule.NOT_NEGATIVE),
        measure("unit_cost", "Cost of one unit"),
        Column("distribution", TEXT, "Not written any more", nullable=True, rule=Rule.DISTRIBUTION),
        measure("dispersion", "Not written any more"),
        Column("daily_demand", REAL, "Mean demand per calendar day", rule=Rule.NOT_NEGATIVE),
        Column("demand_std", REAL, "Standard deviation of the forecast error per day", rule=Rule.NOT_NEGATIVE),
        Column("lead_time_demand", REAL, "Expected demand over the lead time", rule=Rule.NOT_NEGATIVE),
        Column("safety_stock", REAL, "Stock above the expected lead-time demand", rule=Rule.FINITE),
        Column("reorder_point", REAL, "Lead-time demand + safety stock", rule=Rule.NOT_NEGATIVE),
        measure("days_to_stockout", "Null when stock is unknown or lasts"),
        measure("recommended_order", "Null when stock is unknown"),
        measure("recommended_order_value", "Recommended order x unit cost"),
        Column("alert", TEXT, "Urgency", rule=Rule.ALERT),
        generated_at_column("When the decision was computed"),
        run_column(),
        Column("service_measure", TEXT, "What service_level promises", nullable=True, rule=Rule.SERVICE_MEASURE),
        measure("order_multiple", "What orders are multiples of"),
        measure("noise_variance", "Variance per day of forecast errors that differ from day to day"),
        measure("level_variance", "Variance per day squared of the error that all days share"),
        measure("demand_size", "Mean demand of periods that have any"),
        measure("long_run_rate", "Mean demand per day of all history"),
        measure("long_run_weight", "Share of the long-run rate in the expected demand", Rule.FRACTION),
        measure("largest_window", "Largest demand of any window of lead time and review period"),
        measure("order_up_to", "What an order fills the position up to"),
        measure("expected_fill_rate", "Share of pieces that it is expected to deliver from stock", Rule.FRACTION),
        measure("stockout_probability", "Chance of running out before an order placed now arrives", Rule.FRACTION),
        measure("stockout_cost", "That chance x criticality x value of the demand that would be missed"),
        measure("excess", "Position above what could still be wanted"),
        Column("action", TEXT, "What to do", nullable=True, rule=Rule.ACTION),
        Column("order_by_date", DATE, "Last day to order so that the service level holds", nullable=True),
        Column("stockout_date", DATE, "Day at whose end nothing is expected to be left", nullable=True),
        Column("arrival_date", DATE, "When an order placed on as_of is expected", nullable=True),
        measure("days_to_review", "Days to the next fixed day of review; null where orders are placed on any day"),
    ),
    key=("dataset_id", "item_id"),
)

DECISION_CALIBRATION = Table(
    "decision_calibration",
    "gold",
    "service promised and held of a group, by decisions that past origins would have made",
    (
        dataset_column(),
        Column("group", TEXT, "all, the demand class, or category/ and its name", rule=Rule.NOT_EMPTY),
        Column("demand_class", TEXT, "Null for all items", nullable=True, rule=Rule.DEMAND_CLASS),
        Column("promised", REAL, "Service level", rule=Rule.FRACTION),
        measure("held", "Share of windows in which demand did not exceed the level", Rule.FRACTION),
        measure("fill_rate", "Share of pieces that the level would have delivered", Rule.FRACTION),
        Column("items", COUNT, "Items that have windows"),
        Column("cycles", COUNT, "Windows of lead time and review period"),
        run_column(),
    ),
    key=("dataset_id", "group", "promised"),
)

MODEL_RUN = Table(
    "model_run",
    "gold",
    "a training run of a source",
    (
        run_column(),
        dataset_column(),
        Column("source", TEXT, "Model that was trained", rule=Rule.FOLDER_NAME),
        model_version_column(),
        generated_at_column("When the run of the source ended"),
        measure("fit_seconds", "Seconds of computation"),
        Column("parameters", TEXT, "Hyperparameters and what was estimated, as a JSON object"),
        Column(
            "members",
            pa.list_(pa.struct([("source", TEXT), ("demand_class", TEXT), ("weight", REAL)])),
            "Ensemble weights; demand_class null means all classes",
        ),
        Column("loss_curve", pa.list_(REAL), "Validation loss per epoch"),
        Column(
            "issues",
            pa.list_(pa.struct([("item_id", TEXT), ("reason", TEXT)])),
            "Items without a model of their own, and why",
        ),
        Column("input_digest", TEXT, "SHA-256 of the demand and drivers that the run saw", nullable=True),
        Column("settings", TEXT, "Settings of the run, as a JSON object", nullable=True),
        Column("code_version", TEXT, "Version of Lakecast that ran", nullable=True),
    ),
    key=("run_id", "dataset_id", "source"),
)

ENTRY = pa.struct(
    [("dataset_id", TEXT), ("table", TEXT), ("version", COUNT), ("rows", COUNT), ("committed_at", INSTANT)]
)
"""A table's Delta version that a snapshot names for one data set."""
_MODEL = pa.struct([("source", TEXT), ("model_version", TEXT), ("generated_at", INSTANT)])
_FIGURES = ("wape", "rmsse", "quantile_loss", "coverage_80", "coverage_95", "skill")
SUMMARY = pa.struct(
    [
        ("dataset_id", TEXT),
        ("run_id", TEXT),
        ("model_versions", pa.list_(_MODEL)),
        *((name, REAL) for name in _FIGURES),
    ]
)
"""What a list of snapshots shows of a data set without loading it: means over each item's champion."""

SNAPSHOT = Table(
    "snapshot",
    "control",
    "a published set of table versions",
    (
        Column("snapshot_id", COUNT, "1, 2, 3, ..."),
        Column("committed_at", INSTANT, "When the snapshot was published"),
        run_column(),
        Column("entries", pa.list_(ENTRY), "Table versions, per data set"),
        Column("datasets", pa.list_(SUMMARY), "Model versions and accuracy, per data set"),
    ),
    key=("snapshot_id",),
    partition_by=(),
)

PIN = Table(
    "pin",
    "control",
    "who pinned which snapshot when, or unpinned",
    (
        Column("sequence", COUNT, "1, 2, 3, ...; the highest holds"),
        Column("committed_at", INSTANT, "When it was pinned or unpinned"),
        Column("author", TEXT, "Who did it: a key by its id, or a user of the command line", rule=Rule.NAME),
        Column("snapshot_id", COUNT, "The pinned snapshot; null: unpinned", nullable=True),
        Column("snapshot_run_id", TEXT, "Its run: a lake made anew has other snapshots of its number", nullable=True),
        Column("snapshot_committed_at", INSTANT, "When it was published", nullable=True),
    ),
    key=("sequence",),
    partition_by=(),
)
"""What is served instead of the newest snapshot. No run writes it: it stands in no snapshot and is no asset."""

TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        LANDED_DEMAND, REJECTED_ROWS, DEMAND, DRIVER, DIM_ITEM, FACT_INVENTORY, OPEN_ORDER, READING_REPORT,
        FACT_FORECAST, FACT_METRICS, FACT_REPLENISHMENT, DECISION_CALIBRATION, MODEL_RUN, SNAPSHOT,
    )
}  # fmt: skip
