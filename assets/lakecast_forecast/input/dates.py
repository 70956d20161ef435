"""Dates that cannot be: a few rows, years away from all others."""

import numpy as np
from numpy.typing import NDArray

from lakecast_schema.periods import Dates

Bools = NDArray[np.bool_]

FAR_YEARS = 5
"""A gap of this length in which no item has any demand parts dates that belong together from those that do not."""
ALONE = 20
"""A single date that lies so many times as far away as any two others do from each other does not belong, either."""
_LONG_ALONE = 180
DECADES = 20
"""Beyond a gap of this length, any minority of the rows does not belong: 1900-01-01 stands for no date."""
_FEW = 0.02
_ENOUGH = 12


def far_from_the_rest(days: Dates) -> Bools:
    """(n,) rows on the small side of a gap of more than `FAR_YEARS`: at most one of twelve, or one row in fifty.

    Beyond `DECADES` they may be as many as are not the most. The first or last date, of a single row, is far where it
    is more than `_LONG_ALONE` days and `ALONE` times the longest other gap away: 2022 was typed for 2025.

    days: (n,), NaT where a row has no date.
    """
    if days.size and _is_together(days):
        return np.zeros(days.size, dtype=bool)
    known = np.flatnonzero(~np.isnat(days))
    far = np.zeros(days.size, dtype=bool)
    if not known.size:
        return far
    numbers = days[known].astype(np.int64)
    seen, counts = np.unique(numbers, return_counts=True)
    enough = max(1.0, _FEW * known.size) if known.size >= _ENOUGH else 0.0
    low, high = 0, seen.size - 1
    gaps = np.diff(seen)
    if seen.size > _ENOUGH:
        low += int(counts[0] == 1 and _is_alone(gaps[0], gaps[1:-1]))
        high -= int(counts[-1] == 1 and _is_alone(gaps[-1], gaps[1:-1]))
    for gap in np.flatnonzero(gaps > FAR_YEARS * 365.25).tolist():
        few = np.inf if gaps[gap] > DECADES * 365.25 else enough
        before, after = int(counts[: gap + 1].sum()), int(counts[gap + 1 :].sum())
        if before <= few and before < after:
            low = max(low, gap + 1)
        elif after <= few and after < before:
            high = min(high, gap)
    far[known] = (numbers < seen[low]) | (numbers > seen[high])
    return far


def _is_together(days: Dates) -> bool:
    """Whether nothing is far, told at once of millions of rows."""
    first, last = np.fmin.reduce(days), np.fmax.reduce(days)
    if last - first > np.timedelta64(FAR_YEARS * 365, "D"):
        return False
    if last - first <= np.timedelta64(_LONG_ALONE, "D"):
        return True
    return bool(np.count_nonzero(days == first) > 1 and np.count_nonzero(days == last) > 1)


def _is_alone(gap: np.int64, others: NDArray[np.int64]) -> bool:
    return bool(gap > max(_LONG_ALONE, ALONE * int(others.max())))
