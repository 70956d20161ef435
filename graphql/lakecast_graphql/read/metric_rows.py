"""Rows of backtest errors."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from lakecast_graphql.read.view import View
from lakecast_graphql.rows.column import Coded, Column, Counts, Numbers, Values
from lakecast_graphql.rows.rows import KeyRange, Rows, Space
from lakecast_lake.columns.facts import Facts
from lakecast_lake.columns.segment import Ints
from lakecast_schema.tables import METRICS

RENAMED = {"scaled_quantile_loss": "quantile_loss"}
"""Column of `fact_metrics` -> field of the contract, where they differ."""
_COUNTS = ("windows", "observations")


def metric_rows(view: View, rows: Ints) -> Rows:
    """Rows of the contract's `Metric`, by row number of the snapshot's `metrics`."""
    basis = _Basis(view.snapshot.metrics, rows)
    return Rows(len(rows), _FIELDS, of=basis)


def metrics_between(view: View, first: int, last: int) -> Rows:
    """The rows first:last of the snapshot's `metrics`."""
    rows = metric_rows(view, np.arange(first, last))
    rows.keys = KeyRange(view.space("metric", _space), first, last, first, last)
    return rows


def _space(view: View, name: Hashable) -> Space:
    """All rows of `metrics`."""

    def rows_of(units: range) -> Rows:
        return metric_rows(view, np.arange(units.start, units.stop))

    return Space(name, len(view.snapshot.metrics.item), rows_of)


@dataclass(frozen=True, slots=True, eq=False)
class _Basis:
    """What the columns of some rows are made from."""

    facts: Facts
    rows: Ints


def _values(name: str) -> Callable[[_Basis], Column]:
    return lambda of: Values(of.facts.table[name].take(pa.array(of.rows)).to_pylist())


def _coded(name: str) -> Callable[[_Basis], Column]:
    def make(of: _Basis) -> Column:
        names, codes = of.facts.coded(name)
        return Coded(names, codes[of.rows])

    return make


def _numbers(name: str) -> Callable[[_Basis], Column]:
    return lambda of: Numbers(of.facts.numbers(name)[of.rows])


def _counts(name: str) -> Callable[[_Basis], Column]:
    def make(of: _Basis) -> Column:
        values = of.facts.numbers(name)[of.rows]
        missing = np.isnan(values)
        return Counts(np.where(missing, 0, values).astype(np.int64), missing if missing.any() else None)

    return make


_FIELDS: Mapping[str, Callable[[_Basis], Column]] = {
    **{name: _values(name) for name in ("item_id", "model_version", "generated_at")},
    **{name: _coded(name) for name in ("dataset_id", "source")},
    **{RENAMED.get(name, name): (_counts if name in _COUNTS else _numbers)(name) for name in METRICS},
}
