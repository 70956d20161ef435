"""Which source is an item's champion: the one whose forecasts decide when none is asked for."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

FALLBACK = "ensemble"


def champions(
    item: NDArray[np.int64], source: Sequence[str], scaled_quantile_loss: ArrayLike, rmsse: ArrayLike
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The champion's row of each item.

    All arguments have one entry per (item, source): the item's code, the source's name, and its backtest errors,
    NaN where it has none. The champion has the lowest scaled quantile loss; where no source of the item has one,
    the lowest RMSSE; else it is `ensemble`, else the first name. Ties go to the first name.

    Returns (items, rows): the distinct codes in ascending order, and the index of each one's champion.
    """
    codes = np.asarray(item, dtype=np.int64)
    names = np.asarray(source, dtype=object).astype(str)
    loss = np.asarray(scaled_quantile_loss, dtype=np.float64)
    root = np.asarray(rmsse, dtype=np.float64)
    tier = np.select([np.isfinite(loss), np.isfinite(root), names == FALLBACK], [0, 1, 2], default=3)
    error = np.select([tier == 0, tier == 1], [loss, root], default=0.0)
    order = np.lexsort((names, error, tier, codes))
    items, first = np.unique(codes[order], return_index=True)
    return items, order[first]
