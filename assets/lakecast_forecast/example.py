"""A few rows of demand to try a model on."""

import datetime as dt

import pyarrow as pa

_SEASON = (20, 22, 25, 24, 28, 31, 30, 27, 26, 24, 21, 19)


def example_demand() -> pa.Table:
    """Four years of monthly demand of two items: a steady one with a season, and one that is rarely bought.

    Columns: item_id, date, quantity.

    >>> from lakecast_forecast import example_demand
    >>> example_demand().group_by("item_id").aggregate([("quantity", "sum")]).to_pylist()
    [{'item_id': 'SFP-10G', 'quantity_sum': 1308.0}, {'item_id': 'FUSE-5A', 'quantity_sum': 21.0}]
    """
    months = [dt.date(2020 + k // 12, 1 + k % 12, 1) for k in range(48)]
    steady = [float(_SEASON[k % 12] + k // 12 + (5 * k) % 3) for k in range(48)]
    rare = [float((k // 5) % 3 + 1) if k % 5 == 2 or k % 17 == 0 else 0.0 for k in range(48)]
    return pa.table({"item_id": ["SFP-10G"] * 48 + ["FUSE-5A"] * 48, "date": months * 2, "quantity": steady + rare})
