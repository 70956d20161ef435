"""How assets are described in the Dagster UI."""

from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

import dagster as dg

from lakecast_assets.pipeline.partitions import datasets
from lakecast_assets.pipeline.retries import RETRIES, retried
from lakecast_schema.tables import TABLES

OWNERS = ["team:forecasting"]
LAKE_IO, HAND_OVER = "lake_io", "hand_over"
TRAINING_POOL = "training"
CODE_VERSION = version("lakecast")
LAYER = "lakecast/layer"
"""Tag of a table's asset."""


def table_description(name: str) -> str:
    """What a row of a table is, from its contract."""
    table = TABLES[name]
    return f"One row is {table.row}. Key: {', '.join(table.key)}. Layer: {table.layer}."


def table_asset(
    name: str,
    group: str,
    ins: Mapping[str, dg.AssetIn],
    deps: Sequence[str] = (),
    io_manager_key: str | None = LAKE_IO,
) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """Decorates the function that makes a table's rows: the asset of the table's name."""
    table = TABLES[name]
    as_asset = dg.asset(
        name=name,
        group_name=group,
        ins=ins,
        deps=list(deps),
        io_manager_key=io_manager_key,
        description=table_description(name),
        kinds={"deltalake", table.layer} - {"control"},
        owners=OWNERS,
        tags={LAYER: table.layer},
        code_version=CODE_VERSION,
        partitions_def=datasets,
        retry_policy=RETRIES,
        pool=f"table_{name}",
    )

    def decorate(function: Callable[..., Any]) -> dg.AssetsDefinition:
        return as_asset(retried(function))

    return decorate
