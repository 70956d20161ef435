"""Each item's champion, as `dim_item` names it."""

import pyarrow as pa

from lakecast_assets.tables.replenishment import choose
from lakecast_schema.tables import DIM_ITEM


def with_champions(dim_item: pa.Table, metrics: pa.Table, live: pa.Table, champion: str = "") -> pa.Table:
    """Rows of `dim_item` with the source that decides for each item; null for items without forecast and errors.

    metrics, live: rows of `fact_metrics` and live rows of `fact_forecast` of the same data set. champion: as a person
    has named it; empty for none.
    """
    chosen = choose(metrics, live, champion)
    source = dict(zip(chosen.items, chosen.sources.tolist(), strict=True))
    names = pa.array([source.get(item) for item in dim_item["item_id"].to_pylist()], pa.string())
    place = DIM_ITEM.schema.get_field_index("champion")
    return dim_item.set_column(place, DIM_ITEM.schema.field(place), names)
