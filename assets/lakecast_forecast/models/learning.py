"""Rolling origins inside a training panel, from which the global statistical models learn what they share."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lakecast_forecast.evaluation.origins import MINIMUM_HISTORY, actuals, takes_part
from lakecast_forecast.interface import LEVELS
from lakecast_forecast.panel import Array, Panel
from lakecast_schema.accuracy import pinball, scales

_ORIGINS = 5
MOST = 2_000
"""Items that are learned from at most: what is learned are a few numbers, and all items' windows would not fit in
memory."""


@dataclass(frozen=True, eq=False)
class PastWindow:
    """What was known at an origin, and the demand (n, h) that followed."""

    seen: Panel
    actuals: Array

    @cached_property
    def scale(self) -> Array:
        """(n,) scale of each item's loss."""
        return scales(self.seen.values, self.seen.frequency.season_length)[0]

    def loss(self, quantiles: Array) -> float:
        """Mean scaled quantile loss of quantiles (n, h, levels); NaN where none is known."""
        loss = 2 * pinball(self.actuals, quantiles, LEVELS).mean(axis=2) / self.scale[:, None]
        known = np.isfinite(loss)
        return float(loss[known].mean()) if known.any() else float("nan")


def past_windows(panel: Panel, horizon: int) -> Iterator[PastWindow]:
    """Windows of the items with history enough; of many items, of every so manieth in the order of their ids.

    Up to five origins, a third of the horizon apart; none where the panel is too short.
    """
    if len(panel) > MOST:
        by_id = sorted(range(len(panel)), key=panel.item_ids.__getitem__)
        panel = panel.select(np.sort(np.array(by_id)[np.linspace(0, len(panel) - 1, MOST).astype(np.int64)]))
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
            yield PastWindow(part.until(offset), actuals(part, offset, horizon))
