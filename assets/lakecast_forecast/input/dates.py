"""Dates that cannot be: a few rows, years away from all others."""

import numpy as np
from numpy.typing import NDArray

from lakecast_schema.periods import Dates

Bools = NDArray[np.bool_]

FAR_YEARS = 5
"""A gap of this length in which no item has any demand parts dates that belong together from those that do not."""
DECADES = 20
"""Beyond a gap of this length, any minority of the rows does not belong: 1900-01-01 stands for no date."""
_FEW = 0.02
_ENOUGH = 12


def far_from_the_rest(days: Dates) -> Bools:
    """(n,) rows on the small side of a gap of more than `FAR_YEARS`: at most one of twelve, or one row in fifty.

    Beyond `DECADES` they may be as many as are not the most.

    days: (n,), NaT where a row has no date.
    """
    if days.size and np.fmax.reduce(days) - np.fmin.reduce(days) <= np.timedelta64(FAR_YEARS * 365, "D"):
        return np.zeros(days.size, dtype=bool)  # at once, of millions of rows
    known = np.flatnonzero(~np.isnat(days))
    far = np.zeros(days.size, dtype=bool)
    if not known.size:
        return far
    numbers = days[known].astype(np.int64)
    seen, counts = np.unique(numbers, return_counts=True)
    enough = max(1.0, _FEW * known.size) if known.size >= _ENOUGH else 0.0
    low, high = 0, seen.size - 1
    gaps = np.diff(seen)
    for gap in np.flatnonzero(gaps > FAR_YEARS * 365.25).tolist():
        few = np.inf if gaps[gap] > DECADES * 365.25 else enough
        before, after = int(counts[: gap + 1].sum()), int(counts[gap + 1 :].sum())
        if before <= few and before < after:
            low = gap + 1
        elif after <= few and after < before:
            high = min(high, gap)
    far[known] = (numbers < seen[low]) | (numbers > seen[high])
    return far
