"""How assets are described in the Dagster UI."""

import dagster as dg

from lakecast_assets.partitions import datasets
from lakecast_schema.tables import TABLES

OWNERS = ["team:forecasting"]
LAKE_IO, HAND_OVER = "lake_io", "hand_over"
TRAINING_POOL = "training"
RETRIES = dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL, jitter=dg.Jitter.PLUS_MINUS)


def table_description(name: str) -> str:
    """What a row of a table is, from its contract."""
    table = TABLES[name]
    return f"One row is {table.row}. Key: {', '.join(table.key)}. Layer: {table.layer}."


def table_spec(name: str, group: str, deps: list[str], *, skippable: bool = False) -> dg.AssetSpec:
    """The asset of a table."""
    return dg.AssetSpec(
        name,
        deps=deps,
        group_name=group,
        description=table_description(name),
        kinds={"deltalake", TABLES[name].layer} - {"control"},
        owners=OWNERS,
        partitions_def=datasets,
        skippable=skippable,
    )
