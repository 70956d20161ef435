"""Rows of demand and drivers as aligned arrays: every value stands in its own period."""

import numpy as np
import pyarrow as pa
import pytest

from lakecast_forecast.input.panel import build_panel
from lakecast_schema.periods import Frequency, grid_index, shift
from lakecast_schema.tables import DEMAND, DRIVER

START = np.datetime64("2024-01-01")


def table(contract: pa.Schema, **columns: object) -> pa.Table:
    size = max(len(values) for values in columns.values() if not isinstance(values, str))  # type: ignore[arg-type]
    filled = {name: [values] * size if isinstance(values, str) else values for name, values in columns.items()}
    return pa.table([pa.array(filled[field.name], field.type) for field in contract], schema=contract)


@pytest.mark.parametrize("frequency", list(Frequency))
def test_drivers_stand_in_the_period_that_they_are_known_for(frequency: Frequency) -> None:
    """A driver that counts periods, for items of different ends: one value for all items, and B's own."""
    days = shift(np.full(12, START), np.arange(12), frequency)
    owners, dates = np.repeat(["A", "B"], (6, 4)), np.r_[days[:6], days[4:8]]
    demand = table(DEMAND.schema, dataset_id="d", item_id=owners, date=dates, quantity=np.arange(10.0))
    count = grid_index(days, frequency).astype(float)
    driver = table(
        DRIVER.schema,
        dataset_id="d",
        item_id=[*[None] * 12, *["B"] * 3],
        date=np.r_[days, days[5:8]],
        name=["x_count"] * 15,
        value=np.r_[count, count[5:8] + 1000],
    )
    built = build_panel("d", frequency, demand, driver, horizon=3)
    np.testing.assert_array_equal(built.values, [[0, 1, 2, 3, 4, 5], [np.nan, np.nan, 6, 7, 8, 9]])
    np.testing.assert_array_equal(built.ends, days[[5, 7]])
    expected = [count[:9], np.r_[count[2:5], count[5:8] + 1000, count[8:11]]]
    np.testing.assert_array_equal(built.drivers["x_count"], expected)


def test_what_no_driver_says_is_unknown() -> None:
    days = START + np.arange(4)
    demand = table(DEMAND.schema, dataset_id="d", item_id=["A"] * 4, date=days, quantity=np.ones(4))
    driver = table(
        DRIVER.schema,
        dataset_id="d",
        item_id=["A", "A", "nobody"],
        date=np.r_[days[2], days[3] + 1, days[3]],
        name=["x_promo"] * 3,
        value=[1.0, 2.0, 5.0],
    )
    known = build_panel("d", Frequency.DAILY, demand, driver, horizon=1).drivers["x_promo"]
    np.testing.assert_array_equal(known, [[np.nan, np.nan, 1, np.nan, 2]])
