"""Group `evaluate`: what past forecasts teach about decisions."""

from typing import Any

import dagster as dg
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lakecast_assets.pipeline import commits
from lakecast_assets.pipeline.as_published import AS_PUBLISHED, AsPublished
from lakecast_assets.pipeline.features import frequency_of, panel_of
from lakecast_assets.pipeline.io import HandedOver, LakeIO
from lakecast_assets.pipeline.partitions import datasets
from lakecast_assets.pipeline.settings import RunSettings
from lakecast_assets.pipeline.table_asset import CODE_VERSION, HAND_OVER, LAKE_IO, OWNERS, table_asset
from lakecast_assets.tables.terms import protection_days
from lakecast_forecast.decisions.learned import Learned
from lakecast_schema.tables import DECISION_CALIBRATION, DIM_ITEM, FACT_REPLENISHMENT

GROUP = "evaluate"


@dg.asset(
    group_name=GROUP,
    partitions_def=datasets,
    io_manager_key=HAND_OVER,
    owners=OWNERS,
    kinds={"numpy"},
    code_version=CODE_VERSION,
    ins={
        "panel": dg.AssetIn("panel", input_manager_key=HAND_OVER),
        "dim_item": dg.AssetIn("dim_item", input_manager_key=LAKE_IO),
    },
)
def spread(
    context: dg.AssetExecutionContext,
    settings: RunSettings,
    lake_io: dg.ResourceParam[LakeIO],
    panel: HandedOver,
    dim_item: pa.Table,
) -> dg.Output[Any]:
    """How far demand strays from its forecast, and what service past decisions would have held."""
    from lakecast_forecast.decisions.calibration import ALL
    from lakecast_forecast.decisions.learning import learn  # Dagster loads this module, and no model with it

    data = panel_of(panel, lake_io, context.partition_key, settings)
    days = protection_days(dim_item, data.item_ids, settings.order_day)
    categories = _categories(dim_item, data.item_ids)
    if panel.is_as_published and _is_learned(lake_io, context.partition_key, data.item_ids, days, categories):
        return dg.Output(AS_PUBLISHED, metadata={"learned": False})
    learned = learn(data, settings.horizon_for(frequency_of(dim_item)), days, categories)
    figures = {f"held_{held.promised:g}": held.held for held in learned.calibration if held.group == ALL}
    return dg.Output(learned, metadata=figures)


def _categories(dim_item: pa.Table, items: tuple[str, ...]) -> list[str | None]:
    category = dict(zip(dim_item["item_id"].to_pylist(), dim_item["category"].to_pylist(), strict=True))
    return [category.get(item) for item in items]


def _is_learned(
    lake_io: LakeIO, dataset_id: str, items: tuple[str, ...], days: NDArray[np.float64], categories: list[str | None]
) -> bool:
    """Whether published decisions have learned from days to protect (n,) and categories as these."""
    decided = lake_io.published(dataset_id, FACT_REPLENISHMENT.name)
    terms = pc.add(decided["lead_time_days"], decided["review_period_days"])
    before = dict(zip(decided["item_id"].to_pylist(), terms.to_pylist(), strict=True))
    published = [before.get(item) for item in items]
    return published == days.tolist() and categories == _categories(lake_io.published(dataset_id, DIM_ITEM.name), items)


@table_asset(DECISION_CALIBRATION.name, GROUP, {"spread": dg.AssetIn("spread", input_manager_key=HAND_OVER)})
def decision_calibration(context: dg.AssetExecutionContext, spread: HandedOver) -> Any:
    learned: Learned | AsPublished | None = spread.load()
    if isinstance(learned, AsPublished):
        return learned
    if learned is None:
        raise dg.Failure("nothing was learnt in this run; materialise `spread` with it", allow_retries=False)
    rows = [
        {"dataset_id": context.partition_key, "run_id": commits.run_id(context.instance, context.run), **vars(held)}
        for held in learned.calibration
    ]
    return pa.Table.from_pylist(rows, DECISION_CALIBRATION.schema)
