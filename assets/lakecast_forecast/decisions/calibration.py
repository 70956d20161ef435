"""Service promised against service held: what past origins would have stocked, and the demand that came."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.decisions.learned import Held
from lakecast_forecast.decisions.replay import Origin
from lakecast_forecast.decisions.spread import LEVELS, Spread
from lakecast_forecast.features.classify import CLASSES
from lakecast_forecast.panel import Array

ALL = "all"
CATEGORY = "category/"
"""What stands before a category's name in the name of its group."""


def calibration(spread: Spread, days: Array, categories: Sequence[str | None] = ()) -> Iterator[Held]:
    """For all items, each demand class and each category: levels over `days` (n,) of lead time and review period.

    An item's windows are those that its history holds; a group without any is left out. categories: (n,) of the items,
    empty where there are none.
    """
    panel = spread.replay.panel
    periods = np.maximum(np.round(days / panel.frequency.mean_days), 1.0)
    weight = spread.long_run_weight(spread.replay.present, int(np.median(periods))) if len(periods) else 0.0
    windows = [_window(spread, origin, periods, weight) for origin in spread.replay.past]
    for group in _groups(categories):
        for place, promised in enumerate(LEVELS):
            parts = [
                (np.flatnonzero(known & group.members(origin)), demand, stock[place], origin.size)
                for origin, known, demand, stock in windows
            ]
            rows = np.concatenate([each[0] for each in parts]) if parts else np.zeros(0, int)
            if rows.size == 0:
                continue
            demand, stock, size = (np.concatenate([each[part][each[0]] for each in parts]) for part in (1, 2, 3))
            scale = np.maximum(size, 1e-12)
            total = float((demand / scale).sum())
            short = float((np.maximum(demand - stock, 0.0) / scale).sum())
            yield Held(
                group=group.name,
                demand_class=group.demand_class,
                promised=promised,
                held=float((demand <= stock + 1e-9).mean()),
                fill_rate=1 - short / total if total > 0 else None,
                items=len(np.unique(rows)),
                cycles=int(rows.size),
            )


@dataclass(frozen=True)
class _Group:
    """Items that are judged together: those of a class at an origin, of a category, or all."""

    name: str
    demand_class: str | None = None
    of_category: NDArray[np.bool_] | None = None

    def members(self, origin: Origin) -> NDArray[np.bool_]:
        if self.demand_class is not None:
            return np.asarray(origin.kinds == self.demand_class)
        return np.ones(len(origin.kinds), bool) if self.of_category is None else self.of_category


def _groups(categories: Sequence[str | None]) -> Iterator[_Group]:
    yield _Group(ALL)
    yield from (_Group(name, demand_class=name) for name in CLASSES)
    names = np.array(categories, dtype=object)
    for name in sorted({name for name in categories if name}):
        yield _Group(CATEGORY + name, of_category=names == name)


def _window(
    spread: Spread, origin: Origin, periods: Array, weight: float
) -> tuple[Origin, np.ndarray, Array, list[Array]]:
    """Which items' windows are known, what was demanded in them, and the stock of each level at an origin."""
    values, start = spread.replay.panel.values, spread.replay.panel.values.shape[1] - origin.offset
    ends = start + periods.astype(np.int64)
    total = np.concatenate([np.zeros((len(values), 1)), np.nan_to_num(values).cumsum(axis=1)], axis=1)
    width = values.shape[1]
    demand = total[np.arange(len(values)), np.minimum(ends, width)] - total[:, max(start, 0)]
    known = (ends <= width) & (origin.size > 0)
    expected = spread.demand(origin, origin, spread.mean(origin, periods, weight), periods)
    return origin, known, demand, [_stock(expected.quantile(np.full(len(periods), level))) for level in LEVELS]


def _stock(quantile: Array) -> Array:
    whole: Array = np.ceil(quantile - 0.5)
    return whole
