"""The newest stock of items, and what is on its way to them."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_assets.tables.terms import figures
from lakecast_forecast.input.values import numpy
from lakecast_schema.inbound import Arrivals, arrivals
from lakecast_schema.periods import Dates

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Stock:
    """Stock of items (n,), NaN and NaT where there is none. newest: the data set's newest day of stock.

    orders: what is on its way by date, of items by their place.
    """

    day: Dates
    on_hand: Array
    on_order: Array
    newest: np.datetime64
    orders: Arrivals

    @classmethod
    def of(cls, inventory: pa.Table, open_orders: pa.Table | None, items: tuple[str, ...]) -> "Stock":
        newest: dict[str, int] = {}
        days = numpy(inventory["date"]).astype("datetime64[D]")
        for row, name in enumerate(inventory["item_id"].to_pylist()):
            if name not in newest or days[row] > days[newest[name]]:
                newest[name] = row
        rows = np.array([newest.get(name, -1) for name in items], dtype=np.int64)
        day = np.r_[days, np.datetime64("NaT", "D")][rows]
        on_hand, on_order = (np.r_[figures(inventory, name), np.nan][rows] for name in ("on_hand", "on_order"))
        orders = _orders(open_orders, items)
        # Orders count where both are given: they say when.
        on_order = np.where(np.isnan(orders.total), on_order, orders.total)
        return cls(day, on_hand, on_order, days.max() if len(days) else np.datetime64("NaT", "D"), orders)

    def inbound(self, as_of: Dates) -> tuple[Array, Array]:
        """(n, k) days after `as_of` (n,) at which orders are due, and their quantities."""
        return self.orders.after(as_of)

    def is_stale(self, review_days: Array) -> NDArray[np.bool_]:
        """(n,) whether stock is older than a review period against the data set's newest."""
        age = (self.newest - self.day).astype("timedelta64[D]").astype(np.float64)
        return np.isfinite(self.on_hand) & (age > review_days)


def _orders(open_orders: pa.Table | None, items: tuple[str, ...]) -> Arrivals:
    if open_orders is None or not len(open_orders):
        nothing = np.zeros(0)
        return arrivals(np.zeros(0, np.int64), nothing.astype("datetime64[D]"), nothing, len(items))
    place = {name: row for row, name in enumerate(items)}
    item = np.array([place.get(name, -1) for name in open_orders["item_id"].to_pylist()], np.int64)
    kept = item >= 0
    due = numpy(open_orders["due_date"]).astype("datetime64[D]")
    return arrivals(item[kept], due[kept], figures(open_orders, "quantity")[kept], len(items))
