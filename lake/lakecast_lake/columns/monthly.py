"""Sums of a segment's rows per block and calendar month: what totals by month, quarter and year are added up from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

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
        sums: column of `SUMS` -> (entries,) sums; not to be written to, and a single value where all are zero.
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
    rows = {"rows": np.diff(np.append(first, segment.rows)).astype(np.float64)}
    return Monthly(
        block=np.searchsorted(segment.start, first, "right") - 1,
        month=month[first].astype("datetime64[D]").astype(np.int32),
        sums=rows | {name: _sums(values, first) for name, values in _figures(segment)},
    )


def _sums(values: NDArray[Any] | None, first: Ints) -> Floats:
    if values is None:
        return np.broadcast_to(np.float64(0.0), len(first))
    return np.add.reduceat(values, first, dtype=np.float64)


def _figures(segment: Segment) -> Iterator[tuple[str, NDArray[Any] | None]]:
    """Each column of `SUMS` but the first per row, one after the other; None where it is zero in every row.

    One at a time: all of them together are several times the segment.
    """
    forecast, actual = segment.numbers["forecast"], segment.numbers["actual"]
    known = np.isfinite(actual)
    any_known = bool(known.any())
    yield "forecast", forecast
    yield "known", known if any_known else None
    yield "actual", np.where(known, actual, 0.0) if any_known else None
    yield "abs_error", np.abs(np.where(known, forecast - actual, 0.0)) if any_known else None
    yield "error", np.where(known, forecast - actual, 0.0) if any_known else None
    yield "abs_actual", np.abs(np.where(known, actual, 0.0)) if any_known else None
    for level in ("80", "95"):
        lower, upper = segment.numbers[f"lower_{level}"], segment.numbers[f"upper_{level}"]
        judged = known & np.isfinite(lower) & np.isfinite(upper) if any_known else None
        with np.errstate(invalid="ignore"):
            yield f"within_{level}", None if judged is None else judged & (lower <= actual) & (actual <= upper)
        yield f"judged_{level}", judged
