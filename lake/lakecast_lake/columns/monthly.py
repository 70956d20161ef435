"""Sums of a segment's rows per block and calendar month: what totals by month, quarter and year are added up from."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lakecast_lake.columns.segment import Floats, Ints, Segment

SUMS = (
    "rows", "forecast", "known", "actual", "abs_error", "error", "abs_actual", "within_80", "judged_80",
    "within_95", "judged_95",
)  # fmt: skip
"""Columns that add up. known: rows with an actual; judged: those of them that have the interval, too; within: the
actuals inside of it. `error` is forecast - actual."""


@dataclass(frozen=True, eq=False)
class Monthly:
    """One entry per block and month that it has rows in, in the segment's order.

    Attributes:
        block: block number within the segment.
        month: first day of the month in days since 1970-01-01.
        sums: column of `SUMS` -> (entries,) sums.
    """

    block: Ints
    month: NDArray[np.int32]
    sums: dict[str, Floats]


def monthly(segment: Segment) -> Monthly:
    """Add up a segment with dates and blocks."""
    if not segment.rows:
        return Monthly(np.zeros(0, np.int64), np.zeros(0, np.int32), {name: np.zeros(0) for name in SUMS})
    month = segment.date.astype("datetime64[D]").astype("datetime64[M]")
    new = np.append(True, month[1:] != month[:-1])
    new[segment.start[:-1]] = True
    first = np.flatnonzero(new)
    figures = _figures(segment)
    return Monthly(
        block=np.searchsorted(segment.start, first, "right") - 1,
        month=month[first].astype("datetime64[D]").astype(np.int32),
        sums={name: np.add.reduceat(figures[name], first) for name in SUMS},
    )


def _figures(segment: Segment) -> dict[str, Floats]:
    forecast, actual = segment.numbers["forecast"], segment.numbers["actual"]
    known = np.isfinite(actual)
    error = np.where(known, forecast - actual, 0.0)
    figures = {
        "rows": np.ones(segment.rows),
        "forecast": forecast,
        "known": known.astype(np.float64),
        "actual": np.where(known, actual, 0.0),
        "abs_error": np.abs(error),
        "error": error,
        "abs_actual": np.abs(np.where(known, actual, 0.0)),
    }
    for level in ("80", "95"):
        lower, upper = segment.numbers[f"lower_{level}"], segment.numbers[f"upper_{level}"]
        judged = known & np.isfinite(lower) & np.isfinite(upper)
        with np.errstate(invalid="ignore"):
            figures[f"within_{level}"] = (judged & (lower <= actual) & (actual <= upper)).astype(np.float64)
        figures[f"judged_{level}"] = judged.astype(np.float64)
    return figures
