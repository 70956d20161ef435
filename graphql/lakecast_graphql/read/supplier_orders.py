"""What is to be ordered from each supplier, or expedited: an item's page shows what else is due at its supplier."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lakecast_graphql.read import search
from lakecast_graphql.read.view import View
from lakecast_lake.columns.segment import Ints
from lakecast_lake.pieces import listed

_QUERY = f"""select i.supplier as supplier, r.row as n from replenishment r join item i on i.code = r.item
    where i.supplier is not null and {search.ACTION} in ('order', 'expedite')
    order by -r.stockout_cost nulls last, r.row"""


@dataclass(frozen=True, eq=False)
class SupplierOrders:
    """Rows of the snapshot's `replenishment` by supplier, those that a stockout would hurt most first."""

    rows: Mapping[str, Ints]

    @property
    def nbytes(self) -> int:
        """With the names, which the snapshot shares with nobody here."""
        return sum(rows.nbytes + 200 + len(name) for name, rows in self.rows.items())

    def of(self, supplier: str | None, without: int, first: int) -> Ints:
        """The first rows of a supplier without one of them; none of no supplier."""
        rows = self.rows.get(supplier or "", _NONE)
        others: Ints = rows[rows != without]
        return others[:first]


_NONE = np.zeros(0, np.int64)


def supplier_orders(view: View) -> SupplierOrders:
    """The orders of all suppliers, asked for once in a snapshot."""

    def orders() -> SupplierOrders:
        table = search.ask(view, _QUERY, uses=("replenishment", "item"))
        rows: dict[str, list[int]] = {}
        for name, row in zip(listed(table["supplier"]), listed(table["n"]), strict=True):
            rows.setdefault(name, []).append(row)
        return SupplierOrders({name: np.array(some, np.int64) for name, some in rows.items()})

    return view.snapshot.memo.value(("supplier_orders",), orders)
