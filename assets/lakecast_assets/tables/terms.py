"""What master data say about items, with defaults where they say nothing."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_forecast.features.classify import STEADY
from lakecast_forecast.input.values import numpy
from lakecast_schema import decision_inputs
from lakecast_schema.decision_inputs import CYCLE, FILL
from lakecast_schema.priority import missed_weights
from lakecast_schema.review_day import ReviewDay
from lakecast_schema.units import steps

Array = NDArray[np.float64]

_FIGURES = (
    "lead_time_days", "lead_time_std_days", "review_period_days", "service_level", "min_order_quantity",
    "order_multiple", "unit_cost",
)  # fmt: skip
"""Columns of `dim_item` that are stored with the decision."""


@dataclass(frozen=True)
class Terms:
    """Terms of items (n,), defaults filled in.

    figures: those stored with a decision, by the column's name. measures: what each service level promises.
    step: what quantities are multiples of. weight: value of one unit missed. rare: whether demand is intermittent or
    lumpy.
    """

    figures: dict[str, Array]
    measures: list[str]
    step: Array
    weight: Array
    rare: NDArray[np.bool_]

    @classmethod
    def of(cls, dim_item: pa.Table, items: tuple[str, ...], review_day: ReviewDay | None = None) -> "Terms":
        """The terms of items of a data set; where orders have a fixed day, its interval is the review period."""
        place = {name: row for row, name in enumerate(dim_item["item_id"].to_pylist())}
        rows = np.array([place[name] for name in items], dtype=np.int64)
        terms = {name: figures(dim_item, name)[rows] for name in _FIGURES}
        step = steps(texts(dim_item, "unit"))[rows]
        lead = _or(terms["lead_time_days"], decision_inputs.DEFAULT_LEAD_TIME_DAYS)
        share = decision_inputs.DEFAULT_LEAD_TIME_STD_SHARE * lead
        defaults: dict[str, Array | float] = {
            "lead_time_days": lead,
            "lead_time_std_days": share,
            "review_period_days": decision_inputs.DEFAULT_REVIEW_PERIOD_DAYS,
            "service_level": decision_inputs.DEFAULT_SERVICE_LEVEL,
            "min_order_quantity": decision_inputs.DEFAULT_MIN_ORDER_QUANTITY,
            "order_multiple": step,
        }
        terms |= {name: _or(terms[name], default) for name, default in defaults.items()}
        if review_day is not None:
            terms["review_period_days"] = np.full(len(items), review_day.interval)
        terms["order_multiple"] = np.where(terms["order_multiple"] > 0, terms["order_multiple"], step)
        measures = [texts(dim_item, "service_measure")[row] or CYCLE for row in rows]
        _, category = np.unique(np.array([name or "" for name in texts(dim_item, "category")]), return_inverse=True)
        weight = missed_weights(
            figures(dim_item, "unit_cost"), category.astype(np.int64), figures(dim_item, "criticality")
        )
        kinds = np.array([kind or STEADY[0] for kind in texts(dim_item, "demand_class")])[rows]
        return cls(terms, measures, step, weight[rows], ~np.isin(kinds, STEADY))

    @property
    def is_fill(self) -> NDArray[np.bool_]:
        """(n,) whether the service level is a fill rate."""
        return np.array([measure == FILL for measure in self.measures], dtype=bool)


def protection_days(dim_item: pa.Table, items: tuple[str, ...], review_day: ReviewDay | None = None) -> Array:
    """(n,) days of lead time and review period."""
    terms = Terms.of(dim_item, items, review_day).figures
    return terms["lead_time_days"] + terms["review_period_days"]


def figures(table: pa.Table, name: str) -> Array:
    """A numeric column, NaN for null and for a column that the table has not got."""
    if name not in table.column_names:
        return np.full(len(table), np.nan)
    values: Array = numpy(table[name]).astype(np.float64)
    return values


def texts(table: pa.Table, name: str) -> list[str | None]:
    """A text column, None for null and for a column that the table has not got."""
    return table[name].to_pylist() if name in table.column_names else [None] * len(table)


def _or(values: Array, default: Array | float) -> Array:
    return np.where(np.isnan(values), default, values)
