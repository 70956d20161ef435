"""What a unit missed weighs in the order of priority."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

DEFAULT_CRITICALITY = 3.0


def missed_weights(unit_cost: Array, groups: NDArray[np.int64], criticality: Array) -> Array:
    """(n,) value of one missed unit of each item of one data set, for the order of priority.

    Its cost, the median of its group (n,) where it has none (of all items where nobody of the group has one), 1
    where no item has a cost; times criticality / 3, which is 1 where unknown.
    """
    known = np.isfinite(unit_cost)
    cost = np.full_like(unit_cost, np.median(unit_cost[known]) if known.any() else 1.0)
    for group in np.unique(groups[known & (groups >= 0)]) if known.any() else ():
        mine = groups == group
        cost[mine] = np.median(unit_cost[mine & known])
    urgency = np.where(np.isfinite(criticality), criticality, DEFAULT_CRITICALITY) / DEFAULT_CRITICALITY
    return np.where(known, unit_cost, cost) * urgency
