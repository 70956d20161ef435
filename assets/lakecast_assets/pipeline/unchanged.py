"""Whether the files of a data set say anything that is not published already."""

import datetime as dt
from collections.abc import Collection

import numpy as np
import pyarrow as pa

from lakecast_assets.ingest.folder import DatasetInput
from lakecast_assets.pipeline import inputs
from lakecast_assets.pipeline.features import panel_from
from lakecast_assets.pipeline.io import LakeIO, read_current
from lakecast_assets.pipeline.settings import RunSettings
from lakecast_assets.tables.champions import with_champions
from lakecast_assets.tables.reading_report import report_table
from lakecast_forecast.input.values import numpy
from lakecast_schema.tables import DIM_ITEM, FACT_FORECAST, FACT_METRICS, FACT_REPLENISHMENT, READING_REPORT, TABLES

_FROM_FILES = ("demand", "driver", "dim_item", "fact_inventory", "open_order", READING_REPORT.name)
_OF_THE_RUN = {"run_id", "read_at", "champion"}
"""Columns of these tables that a run writes, and no file."""


def is_published(
    lake_io: LakeIO, read: DatasetInput, settings: RunSettings, wanted: Collection[str], *, trains: bool
) -> bool:
    """Whether all that a run of these settings would publish of a data set's files is published already.

    wanted: the tables of files that it publishes. trains: whether it makes forecasts.
    """
    if settings.retrain:
        return False
    name = read.dataset_id
    decided = lake_io.published(name, FACT_REPLENISHMENT.name)
    if not decided.num_rows or not _has_order_day(decided, settings):
        return False
    report = report_table(name, "", read.report, dt.datetime.now(dt.UTC))
    tables = {**read.tables, READING_REPORT.name: report}
    compared = [each for each in _FROM_FILES if each in wanted]
    if not all(_is_same(tables[each], lake_io.published(name, each), each) for each in compared):
        return False
    if not _has_champions(lake_io, name, settings):
        return False
    if not trains:
        return True
    demand, driver, dim_item = (read.tables[each] for each in ("demand", "driver", "dim_item"))
    return inputs.are_published(lake_io.lake, panel_from(name, settings, demand, driver, dim_item), settings)


def _is_same(rows: pa.Table, published: pa.Table, name: str) -> bool:
    """Whether both tables hold the same rows, but for what a run writes; `published` is ordered by the key."""
    if rows.num_rows != published.num_rows:
        return False
    columns = [each for each in TABLES[name].column_names if each not in _OF_THE_RUN]
    in_order = rows.sort_by([(each, "ascending") for each in TABLES[name].key if each not in _OF_THE_RUN])
    one, other = (
        table.select(columns).cast(TABLES[name].schema.empty_table().select(columns).schema)
        for table in (in_order, published)
    )
    return bool(one.equals(other))


def _has_champions(lake_io: LakeIO, name: str, settings: RunSettings) -> bool:
    """Whether published items have the champions that the settings make theirs."""
    dim_item, metrics = (lake_io.published(name, each) for each in (DIM_ITEM.name, FACT_METRICS.name))
    live = read_current(lake_io.lake, name, FACT_FORECAST.name, None, {"kind": "live"})
    return bool(with_champions(dim_item, metrics, live, settings.champion).equals(dim_item))


def _has_order_day(decided: pa.Table, settings: RunSettings) -> bool:
    """Whether published decisions were made for the day of orders that the settings have."""
    waits = decided["days_to_review"].to_numpy()
    if settings.order_day is None:
        return bool(np.isnan(waits).all())
    as_of = numpy(decided["as_of"]).astype("datetime64[D]")
    return bool(np.array_equal(waits, settings.order_day.days_from(as_of)))
