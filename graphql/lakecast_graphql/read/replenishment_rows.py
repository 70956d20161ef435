"""Rows of reorder decisions."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_graphql.read import arguments
from lakecast_graphql.read.view import View
from lakecast_graphql.rows.column import Column, Dates, Enums, Numbers, Values
from lakecast_graphql.rows.nested import Nested
from lakecast_graphql.rows.rows import Rows, of_single_rows
from lakecast_lake.columns.segment import Ints
from lakecast_schema import reasons
from lakecast_schema.replenishment import Alert

ItemRows = Callable[[View, Ints], Rows]

STORED = (
    "on_hand", "on_order", "lead_time_days", "lead_time_std_days", "review_period_days", "service_level",
    "daily_demand", "lead_time_demand", "demand_std", "safety_stock", "reorder_point", "days_to_stockout",
    "recommended_order", "recommended_order_value",
)  # fmt: skip
"""Figures of a decision under their names in table and contract."""


def replenishment_rows(
    view: View,
    rows: Ints,
    items: ItemRows,
    figures: Callable[[str], NDArray[np.float64]] | None = None,
    alerts: Any = None,
) -> Rows:
    """Rows of the contract's `Replenishment`, by row number of the snapshot's `replenishment`.

    Args:
        items: makes the rows of items by their codes: an item has a decision, and a decision an item.
        figures: name -> (rows,) figures instead of the stored ones, for scenarios.
        alerts: (rows,) alert levels instead of the stored ones.
    """
    facts = view.snapshot.replenishment
    stored = figures or (lambda name: facts.numbers(name)[rows])

    def values(name: str) -> list[Any]:
        found: list[Any] = facts.table[name].take(pa.array(rows)).to_pylist()
        return found

    def numbers(name: str) -> Callable[[Any], Column]:
        return lambda _: Numbers(stored(name))

    def levels() -> list[str]:
        return values("alert") if alerts is None else list(alerts)

    def reason(_: Any, language: Any = "en") -> Column:
        say = reasons.portuguese if arguments.word(language) == "pt" else reasons.english
        named = ("on_hand", "on_order", "lead_time_days", "daily_demand", "reorder_point", "review_period_days",
                 "days_to_stockout", "recommended_order")  # fmt: skip
        columns = [Numbers(stored(name)) for name in named]
        told = [reasons.Facts(Alert(level), **_figures(named, columns, row)) for row, level in enumerate(levels())]
        return Values([say(facts) for facts in told])

    def item() -> Column:
        return Nested(items(view, facts.item[rows].astype(np.int64)))

    def days() -> Any:
        return facts.table["as_of"].take(pa.array(rows)).cast(pa.int32()).to_numpy()

    return Rows(
        len(rows),
        {
            "item_id": lambda _: Values(values("item_id")),
            "dataset_id": lambda _: Values(values("dataset_id")),
            "as_of": lambda _: Dates(days()),
            "alert": lambda _: Enums(Values(levels())),
            "item": lambda _: item(),
            **{name: numbers(name) for name in STORED},
        },
        {"reason": reason},
    )


def decisions_between(view: View, items: ItemRows, first: int, last: int) -> Rows:
    """The rows first:last of the snapshot's `replenishment`."""
    rows = replenishment_rows(view, np.arange(first, last), items)
    rows.keys = of_single_rows(
        ("replenishment", view.bound),
        len(view.snapshot.replenishment.item),
        lambda units: replenishment_rows(view, np.arange(units.start, units.stop), items),
        first,
        last,
    )
    return rows


def _figures(names: tuple[str, ...], columns: list[Numbers], row: int) -> dict[str, Any]:
    return {name: column[row] for name, column in zip(names, columns, strict=True)}
