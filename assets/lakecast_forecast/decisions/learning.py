"""Learns from a panel's past what decisions about its items are made from."""

from collections.abc import Sequence

import numpy as np

from lakecast_forecast.decisions.calibration import calibration
from lakecast_forecast.decisions.learned import Learned
from lakecast_forecast.decisions.replay import replay
from lakecast_forecast.decisions.spread import Spread
from lakecast_forecast.panel import Array, Panel


def learn(panel: Panel, horizon: int, days: Array, categories: Sequence[str | None] = ()) -> Learned:
    """Learn from a panel's past; `days` (n,): lead time and review period of each item.

    categories: (n,) of the items, by which service held is told, too.
    """
    return learned(Spread(replay(panel, horizon)), days, categories)


def learned(spread: Spread, days: Array, categories: Sequence[str | None] = ()) -> Learned:
    """What a replayed past teaches; as `learn`."""
    panel = spread.replay.panel
    now, per_period = spread.replay.present, panel.frequency.mean_days
    noise, level = spread.components(now, now)
    periods = np.maximum(days / per_period, 1.0)
    weight = spread.long_run_weight(now, int(np.median(np.round(periods)))) if len(panel) else 0.0
    return Learned(
        item_ids=panel.item_ids,
        noise_variance=noise / per_period,
        level_variance=level / per_period**2,
        demand_size=np.where(now.size > 0, now.size, np.nan),
        long_run_rate=now.long_run / per_period,
        long_run_weight=np.where(now.rare, weight, 0.0),
        largest_window=largest_window(panel.values, np.ceil(periods - 1e-9).astype(np.int64)),
        calibration=tuple(calibration(spread, days, categories)),
    )


def largest_window(values: Array, periods: np.ndarray) -> Array:
    """(n,) the largest sum of `periods` (n,) successive values of each row.

    Of a row that has fewer, what they would hold at its pace: a history begins with a demand, which counts once, and
    what came after it in proportion. NaN of a row without values.
    """
    width = values.shape[1]
    total = np.concatenate([np.zeros((len(values), 1)), np.nan_to_num(values).cumsum(axis=1)], axis=1)
    largest = np.full(len(values), np.nan)
    length = np.isfinite(values).sum(axis=1)
    begun = np.isfinite(values).argmax(axis=1)
    for window in np.unique(periods).tolist():
        rows = np.flatnonzero((periods == window) & (length > 0) & (begun + window <= width))
        if rows.size:
            largest[rows] = (total[rows, window:] - total[rows, : width - window + 1]).max(axis=1)
    short = (length > 0) & (begun + periods > width)
    size = total[:, -1] / np.maximum((np.nan_to_num(values) > 0).sum(axis=1), 1)
    at_its_pace: Array = size + (total[:, -1] - size) * periods / np.maximum(length, 1)
    return np.where(short, at_its_pace, largest)
