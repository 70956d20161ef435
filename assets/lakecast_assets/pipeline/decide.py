"""Group `evaluate`: what past forecasts teach about decisions."""

import dagster as dg
import pyarrow as pa

from lakecast_assets.pipeline.features import frequency_of, panel_of
from lakecast_assets.pipeline.io import HandedOver, LakeIO
from lakecast_assets.pipeline.partitions import datasets
from lakecast_assets.pipeline.settings import RunSettings
from lakecast_assets.pipeline.table_asset import CODE_VERSION, HAND_OVER, LAKE_IO, OWNERS, table_asset
from lakecast_assets.tables.terms import protection_days
from lakecast_forecast.decisions.learned import Learned
from lakecast_schema.tables import DECISION_CALIBRATION

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
) -> dg.Output[Learned]:
    """How far demand strays from its forecast, and what service past decisions would have held."""
    from lakecast_forecast.decisions.calibration import ALL
    from lakecast_forecast.decisions.learning import learn  # Dagster loads this module, and no model with it

    data = panel_of(panel, lake_io, context.partition_key, settings)
    days = protection_days(dim_item, data.item_ids, settings.order_day)
    category = dict(zip(dim_item["item_id"].to_pylist(), dim_item["category"].to_pylist(), strict=True))
    categories = [category.get(item) for item in data.item_ids]
    learned = learn(data, settings.horizon_for(frequency_of(dim_item)), days, categories)
    figures = {f"held_{held.promised:g}": held.held for held in learned.calibration if held.group == ALL}
    return dg.Output(learned, metadata=figures)


@table_asset(DECISION_CALIBRATION.name, GROUP, {"spread": dg.AssetIn("spread", input_manager_key=HAND_OVER)})
def decision_calibration(context: dg.AssetExecutionContext, spread: HandedOver) -> pa.Table:
    learned: Learned | None = spread.load()
    if learned is None:
        raise dg.Failure("nothing was learnt in this run; materialise `spread` with it", allow_retries=False)
    rows = [
        {"dataset_id": context.partition_key, "run_id": context.run.run_id, **vars(held)}
        for held in learned.calibration
    ]
    return pa.Table.from_pylist(rows, DECISION_CALIBRATION.schema)
