"""Group `features`: what models see."""

from typing import Any

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from lakecast_assets.pipeline import inputs
from lakecast_assets.pipeline.as_published import AS_PUBLISHED, AsPublished, makes
from lakecast_assets.pipeline.io import HandedOver, LakeIO
from lakecast_assets.pipeline.partitions import datasets
from lakecast_assets.pipeline.progress import Progress
from lakecast_assets.pipeline.settings import RunSettings
from lakecast_assets.pipeline.table_asset import CODE_VERSION, HAND_OVER, LAKE_IO, OWNERS
from lakecast_forecast.input.panel import build_panel
from lakecast_forecast.panel import Panel
from lakecast_schema.periods import Frequency
from lakecast_schema.tables import SNAPSHOT

GROUP = "features"


@dg.asset(
    group_name=GROUP,
    partitions_def=datasets,
    io_manager_key=HAND_OVER,
    owners=OWNERS,
    kinds={"numpy"},
    code_version=CODE_VERSION,
    ins={name: dg.AssetIn(name, input_manager_key=LAKE_IO) for name in ("demand", "driver", "dim_item")},
)
def panel(
    context: dg.AssetExecutionContext,
    settings: RunSettings,
    progress: dg.ResourceParam[Progress],
    lake_io: dg.ResourceParam[LakeIO],
    demand: pa.Table,
    driver: pa.Table,
    dim_item: pa.Table,
) -> dg.Output[Any]:
    """Demand and known-in-advance values as right-aligned arrays, one row per active item, with the calendar."""
    built = panel_from(context.partition_key, settings, demand, driver, dim_item)
    for note in built.notes:
        progress.say(note)
    shown: dict[str, Any] = {
        "items": len(built),
        "periods": int(built.values.shape[1]),
        "frequency": str(built.frequency),
        "horizon": settings.horizon_for(built.frequency),
        "drivers": ", ".join(built.drivers) or "none",
        "country": built.country or "none",
    }
    if built.notes:
        shown["notes"] = "\n".join(built.notes)
    is_new = settings.retrain or not inputs.are_published(lake_io.lake, built, settings)
    if makes(context, SNAPSHOT.name) and not is_new:
        progress.say("models have seen this demand already: their forecasts stay as published")
        return dg.Output(AS_PUBLISHED, metadata={**shown, "trained": False})
    return dg.Output(built, metadata=shown)


def panel_of(handed: HandedOver, lake_io: LakeIO, dataset_id: str, settings: RunSettings) -> Panel:
    """This run's panel, else one of what is published. Raises `dg.Failure` where nothing is."""
    made: Panel | AsPublished | None = handed.load()
    if isinstance(made, Panel):
        return made
    demand, driver, dim_item = (lake_io.published(dataset_id, name) for name in ("demand", "driver", "dim_item"))
    if not demand.num_rows:
        raise dg.Failure(
            f"no demand of {dataset_id} is published, nor read in this run; materialise `demand` and `panel` with it",
            allow_retries=False,
        )
    return panel_from(dataset_id, settings, demand, driver, dim_item)


def panel_from(dataset_id: str, settings: RunSettings, demand: pa.Table, driver: pa.Table, dim_item: pa.Table) -> Panel:
    """The panel of a data set's items whose demand goes on. Raises `dg.Failure` where there is none."""
    frequency = frequency_of(dim_item)
    going_on = demand.filter(pc.is_in(demand["item_id"], active_items(dim_item)))
    if not going_on.num_rows:
        raise dg.Failure(
            f"no item of {dataset_id} has demand that goes on, so there is nothing to forecast", allow_retries=False
        )
    return build_panel(
        dataset_id, frequency, going_on, driver, settings.horizon_for(frequency), settings.country or None
    )


def frequency_of(dim_item: pa.Table) -> Frequency:
    """The frequency of a data set, from its items."""
    return Frequency(dim_item["frequency"][0].as_py())


def active_items(dim_item: pa.Table) -> pa.ChunkedArray:
    """Items whose demand has not ended: only those are forecast."""
    if "is_active" not in dim_item.column_names:
        return dim_item["item_id"]
    return dim_item["item_id"].filter(pc.fill_null(dim_item["is_active"], True))
