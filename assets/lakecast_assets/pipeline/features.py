"""Group `features`: what models see."""

from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from lakecast_assets.pipeline.partitions import datasets
from lakecast_assets.pipeline.settings import RunSettings
from lakecast_assets.pipeline.table_asset import HAND_OVER, LAKE_IO, OWNERS
from lakecast_forecast.input.panel import build_panel
from lakecast_forecast.panel import Panel
from lakecast_schema.periods import Frequency

GROUP = "features"


@dg.asset(
    group_name=GROUP,
    partitions_def=datasets,
    io_manager_key=HAND_OVER,
    owners=OWNERS,
    kinds={"numpy"},
    ins={name: dg.AssetIn(name, input_manager_key=LAKE_IO) for name in ("demand", "driver", "dim_item")},
)
def panel(
    context: dg.AssetExecutionContext,
    settings: RunSettings,
    demand: pa.Table,
    driver: pa.Table,
    dim_item: pa.Table,
) -> dg.Output[Panel]:
    """Demand and known-in-advance values as right-aligned arrays, one row per active item, with the calendar."""
    frequency = frequency_of(dim_item)
    horizon = settings.horizon_for(frequency)
    going_on = demand.filter(pc.is_in(demand["item_id"], active_items(dim_item)))
    built = build_panel(context.partition_key, frequency, going_on, driver, horizon, settings.country or None)
    shown: dict[str, Any] = {
        "items": len(built),
        "periods": int(built.values.shape[1]),
        "frequency": str(frequency),
        "horizon": horizon,
        "drivers": ", ".join(built.drivers) or "none",
        "country": built.country or "none",
    }
    return dg.Output(built, metadata=shown)


def frequency_of(dim_item: pa.Table) -> Frequency:
    """The frequency of a data set, from its items."""
    return Frequency(dim_item["frequency"][0].as_py())


def active_items(dim_item: pa.Table) -> pa.ChunkedArray:
    """Items whose demand has not ended: only those are forecast."""
    if "is_active" not in dim_item.column_names:
        return dim_item["item_id"]
    return dim_item["item_id"].filter(pc.fill_null(dim_item["is_active"], True))
