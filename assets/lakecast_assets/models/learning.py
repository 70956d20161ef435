"""Rolling origins inside a training panel, from which the global statistical models learn what they share."""

from collections.abc import Iterator

import numpy as np

from lakecast_assets.models.base import LEVELS, Array, Panel
from lakecast_assets.models.origins import MINIMUM_HISTORY, actuals, takes_part
from lakecast_schema.accuracy import pinball, scales

_ORIGINS = 5


def past_windows(panel: Panel, horizon: int) -> Iterator[tuple[Panel, Array]]:
    """Pairs of what was known at an origin and the demand (n, h) that followed, of the items with history enough.

    Up to five origins, a third of the horizon apart; none where the panel is too short.
    """
    alive = panel.lengths[panel.lengths > 0]
    if not alive.size:
        return
    room = int(np.median(alive)) - MINIMUM_HISTORY[panel.frequency]
    step = max(horizon // 3, 1)
    for number in range(_ORIGINS):
        offset = horizon + number * step
        if offset > room:
            return
        rows = np.flatnonzero(takes_part(panel, offset))
        if rows.size:
            part = panel.select(rows)
            yield part.until(offset), actuals(part, offset, horizon)


def scaled_loss(panel: Panel, came: Array, quantiles: Array) -> float:
    """Mean scaled quantile loss of quantiles (n, h, levels) against what came (n, h); NaN where nothing did."""
    scale = scales(panel.values, panel.frequency.season_length)[0]
    loss = 2 * pinball(came, quantiles, LEVELS).mean(axis=2) / scale[:, None]
    known = np.isfinite(loss)
    return float(loss[known].mean()) if known.any() else float("nan")
