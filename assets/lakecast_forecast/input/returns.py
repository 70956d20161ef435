"""Returns and corrections: negative quantities taken off the demand of the periods just before."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Integers = NDArray[np.int64]


def net(items: Integers, total: Array) -> tuple[Array, float]:
    """Totals without negative ones, and what was left over where an item had too little demand before.

    items: (n,) owner of each total, in the order of item and period; total: (n,) NaN where unknown. A negative total
    becomes zero; what it lacks is taken off the item's totals before it, the newest first.
    """
    netted = total.copy()
    left_over = 0.0
    for place in np.flatnonzero(total < 0).tolist():
        lack = -netted[place]
        netted[place] = 0.0
        earlier = place - 1
        while lack > 0 and earlier >= 0 and items[earlier] == items[place]:
            if netted[earlier] > 0:
                taken = min(lack, netted[earlier])
                netted[earlier] -= taken
                lack -= taken
            earlier -= 1
        left_over += max(lack, 0.0)
    return netted, left_over
