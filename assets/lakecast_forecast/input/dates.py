"""Dates that cannot be: a few rows, years away from all others."""

import numpy as np
from numpy.typing import NDArray

from lakecast_schema.periods import Dates

Bools = NDArray[np.bool_]

FAR_YEARS = 5
"""A gap of this length in which no item has any demand parts dates that belong together from those that do not."""
_FEW = 0.02
_ENOUGH = 12


def far_from_the_rest(days: Dates) -> Bools:
    """(n,) rows on the small side of a gap of more than `FAR_YEARS`: at most one, or one row in fifty.

    days: (n,), NaT where a row has no date.
    """
    known = np.flatnonzero(~np.isnat(days))
    far = np.zeros(days.size, dtype=bool)
    if known.size < _ENOUGH:
        return far
    numbers = days[known].astype(np.int64)
    seen, counts = np.unique(numbers, return_counts=True)
    few = max(1.0, _FEW * known.size)
    low, high = 0, seen.size - 1
    for gap in np.flatnonzero(np.diff(seen) > FAR_YEARS * 365.25).tolist():
        before, after = int(counts[: gap + 1].sum()), int(counts[gap + 1 :].sum())
        if before <= few and before < after:
            low = gap + 1
        elif after <= few and after < before:
            high = min(high, gap)
    far[known] = (numbers < seen[low]) | (numbers > seen[high])
    return far
