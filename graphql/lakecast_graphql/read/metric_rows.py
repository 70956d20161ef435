"""Rows of backtest errors."""

from collections.abc import Callable

import numpy as np
import pyarrow as pa

from lakecast_graphql.read.column import Coded, Column, Counts, Numbers, Values
from lakecast_graphql.read.rows import Rows, Units
from lakecast_graphql.view import View
from lakecast_lake.columns.segment import Ints
from lakecast_schema.tables import METRICS

RENAMED = {"scaled_quantile_loss": "quantile_loss"}
"""Column of `fact_metrics` -> field of the contract, where they differ."""
_COUNTS = ("windows", "observations")


def metric_rows(view: View, rows: Ints) -> Rows:
    """Rows of the contract's `Metric`, by row number of the snapshot's `metrics`."""
    units = Units("metric", rows.tolist(), [1] * len(rows), lambda places: metric_rows(view, rows[list(places)]))
    return Rows(len(rows), lambda: _fields(view, rows), units=units)


def _fields(view: View, rows: Ints) -> dict[str, Callable[[], Column]]:
    facts = view.snapshot.metrics

    def values(name: str) -> Callable[[], Column]:
        return lambda: Values(facts.table[name].take(pa.array(rows)).to_pylist())

    def coded(name: str) -> Callable[[], Column]:
        def make() -> Column:
            names, codes = facts.coded(name)
            return Coded(names, codes[rows])

        return make

    def numbers(name: str) -> Callable[[], Column]:
        return lambda: Numbers(facts.numbers(name)[rows])

    def counts(name: str) -> Callable[[], Column]:
        def make() -> Column:
            found = facts.numbers(name)[rows]
            missing = np.isnan(found)
            return Counts(np.where(missing, 0, found).astype(np.int64), missing if missing.any() else None)

        return make

    fields = {name: values(name) for name in ("item_id", "model_version", "generated_at")}
    fields |= {name: coded(name) for name in ("dataset_id", "source")}
    fields |= {RENAMED.get(name, name): (counts if name in _COUNTS else numbers)(name) for name in METRICS}
    return fields
