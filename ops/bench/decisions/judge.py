"""Judges every method on a set: level held, service and stock of a simulated course, orders, and what is ordered."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import numpy as np
from numpy.typing import NDArray

from bench.decisions import before
from bench.decisions.forecasts import Said
from bench.decisions.measures import figures
from bench.decisions.ours import Ours
from bench.decisions.peers import BEST, PEERS
from bench.decisions.sets import Kind
from bench.decisions.simulation import simulate
from lakecast_forecast.features.classify import CLASSES
from lakecast_forecast.panel import Array, Panel
from lakecast_schema.demand_path import DemandPath

PROMISED = (0.80, 0.90, 0.95, 0.98, 0.99)
JUDGED = (0.90, 0.95, 0.98)
"""Promised levels at which distances are judged; all of `PROMISED` make a method's curve of stock."""
OURS, OURS_FILL, BEFORE = "ours", "ours, fill rate", "before"
ALL = "all"
_FEWEST = 8
"""Items below which a class is not shown."""


@dataclass(frozen=True)
class Row:
    """Figures of one method, case and promised level, for all items of a set or one class of them.

    held: share of items and reviews whose demand over lead time and review period did not exceed the level.
    """

    set: str
    lead: int
    review: int
    method: str
    promised: float
    group: str
    items: int
    held: float
    cycle: float
    fill: float
    stock: float
    orders: float
    per_order: float


@dataclass(frozen=True)
class Judge:
    """A set, its forecasts, and the items that are judged."""

    name: str
    kind: Kind
    panel: Panel
    said: Said
    ours: Ours

    @property
    def first(self) -> int:
        return self.kind.first

    @property
    def demand(self) -> Array:
        """(n, P) of the judged time."""
        demand: Array = np.nan_to_num(self.panel.values[:, self.panel.values.shape[1] - self.first :])
        return demand

    def history(self, offset: int) -> Array:
        return self.panel.values[:, : self.panel.values.shape[1] - offset]

    def sizes(self) -> tuple[Array, NDArray[np.bool_]]:
        """(n,) typical demand before the first judged origin, and (n,) whether an item is judged."""
        past = self.history(self.first)
        sold = np.where(np.nan_to_num(past) > 0, past, np.nan)
        count = np.isfinite(sold).sum(axis=1)
        size = np.nansum(sold, axis=1) / np.maximum(count, 1)
        return np.maximum(size, 1e-9), (count > 0) & (np.isfinite(past).sum(axis=1) >= self.kind.enough)

    def groups(self) -> Mapping[str, NDArray[np.int64]]:
        """Judged items, all and by the class that they had at the first judged origin."""
        _, alive = self.sizes()
        classes = self.said.classes[0]
        parts = {name: np.flatnonzero(alive & (classes == name)) for name in CLASSES}
        return {ALL: np.flatnonzero(alive), **{name: rows for name, rows in parts.items() if len(rows) >= _FEWEST}}

    def rows(self, peers: Sequence[str] = tuple(PEERS)) -> Iterator[Row]:
        """With orders on review days up to a level over lead time and review period."""
        size, _ = self.sizes()
        for lead, review in self.kind.cases:
            offsets = [offset for offset in self.kind.judged if (self.first - offset) % review == 0]
            reviews = np.array([self.first - offset for offset in offsets])
            total = np.concatenate([np.zeros((len(self.panel), 1)), self.demand.cumsum(axis=1)], axis=1)
            inside = reviews + lead + review <= self.demand.shape[1]
            wanted = total[:, reviews[inside] + lead + review] - total[:, reviews[inside]]
            for method in (OURS, OURS_FILL, BEFORE, *peers):
                for promised in PROMISED:
                    levels = np.stack([self.level(method, each, lead, review, promised) for each in offsets], axis=1)
                    course = simulate(self.demand, levels, reviews, lead)
                    held = wanted <= levels[:, inside] + 1e-9
                    for group, rows in self.groups().items():
                        said = figures(course, self.demand, size, rows, lead, self.kind.year)
                        share = float(held[rows].mean())
                        yield Row(self.name, lead, review, method, promised, group, len(rows), share, **asdict(said))

    def level(self, method: str, offset: int, lead: int, review: int, promised: float) -> Array:
        """(n,) what a method orders up to."""
        if method in (OURS, OURS_FILL):
            decision = self.ours.decision(offset, lead, review, promised, fill=method == OURS_FILL, fixed=True)
            return decision.order_up_to
        if method == BEFORE:
            return self.before(offset, lead, review, promised)[1]
        known = self.history(offset)
        year = known if method.startswith("ERP") else known[:, -364:]
        return np.nan_to_num(PEERS[method](year, lead + review, promised))

    def before(self, offset: int, lead: int, review: int, promised: float) -> tuple[Array, Array]:
        """(n,) reorder point and order-up-to level of the advice as it was before."""
        at, frequency = self.said.offsets.index(offset), self.panel.frequency
        forecast = self.said.champion[at]
        path = DemandPath.of(forecast, np.full(forecast.shape, frequency.mean_days), frequency.season_length)
        days = frequency.mean_days
        terms = (self.said.champion_rmse[at], self.said.classes[at], lead * days, review * days, promised, days)
        return before.levels(path, *terms)

    def any_day(self, promised: float) -> Iterator[Row]:
        """With orders on any day, of busy items: those with demand in every review period or so."""
        if not self.kind.is_daily:
            return
        size, _ = self.sizes()
        offsets, periods = self.kind.judged, self.demand.shape[1]
        week = np.minimum(np.arange(periods) // self.kind.step, len(offsets) - 1)
        for lead, review in ((7, 28), (14, 14)):
            rate = np.nan_to_num(np.nanmean(self.history(self.first), axis=1))
            busy = np.intersect1d(self.groups()[ALL], np.flatnonzero(rate * review >= 1))
            for method in (OURS, BEFORE):
                at, up_to = (np.stack(each, axis=1)[:, week] for each in self._points(method, lead, review, promised))
                point = at if method == OURS else at - 1e-9
                course = simulate(self.demand, up_to, np.arange(periods), lead, reorder_at=point, whole=method == OURS)
                every = simulate(self.demand, up_to, np.arange(periods), lead, whole=method == OURS)
                said = figures(course, self.demand, size, busy, lead, self.kind.year)
                if method == BEFORE:  # followed every day, it is below its level every day
                    said = replace(said, orders=figures(every, self.demand, size, busy, lead, self.kind.year).orders)
                yield Row(self.name, lead, review, method, promised, "busy", len(busy), np.nan, **asdict(said))

    def _points(self, method: str, lead: int, review: int, promised: float) -> tuple[list[Array], list[Array]]:
        pairs = []
        for offset in self.kind.judged:
            if method == BEFORE:
                pairs.append(self.before(offset, lead, review, promised))
            else:
                decision = self.ours.decision(offset, lead, review, promised)
                pairs.append((decision.reorder_point, decision.order_up_to))
        return [pair[0] for pair in pairs], [pair[1] for pair in pairs]

    def zeros(self) -> Mapping[str, tuple[int, int]]:
        """Per method: item-origins with demand within the year whose level is 0 at .95, and all of them."""
        counts: dict[str, tuple[int, int]] = {}
        lead, review = self.kind.cases[0]
        for method in (OURS, BEFORE, BEST):
            none = total = 0
            for offset in self.kind.judged:
                used = self.ours.used(offset)
                if method == OURS:
                    level = self.ours.decision(offset, lead, review, 0.95).reorder_point
                elif method == BEFORE:
                    level = self.before(offset, lead, review, 0.95)[0]
                else:
                    level = self.level(method, offset, lead, review, 0.95)
                none += int((level[used] <= 0).sum())
                total += int(used.sum())
            counts[method] = none, total
        return counts

    def unwhole(self) -> Mapping[str, tuple[int, int]]:
        """Per method: orders that break the pack of 6 or the minimum of 10, and all orders."""
        lead, review = self.kind.cases[0]
        draw, wrong = np.random.default_rng(5), {OURS: (0, 0), BEFORE: (0, 0)}
        for offset in self.kind.judged[:3]:
            decision = self.ours.decision(offset, lead, review, 0.95)
            on_hand = np.floor(decision.order_up_to * draw.uniform(0, 1.2, len(self.panel)))
            terms = replace(
                decision.inputs,
                on_hand=on_hand,
                order_multiple=np.full_like(on_hand, 6.0),
                min_order_quantity=np.full_like(on_hand, 10.0),
            )
            mine = type(decision)(terms).recommended_order
            _, up_to = self.before(offset, lead, review, 0.95)
            old = np.where(up_to > on_hand, np.maximum(up_to - on_hand, 10.0), 0.0)
            for method, order in ((OURS, mine), (BEFORE, old)):
                placed = order[order > 0]
                bad = (np.abs(placed / 6 - np.round(placed / 6)) > 1e-6) | (placed < 10 - 1e-9)
                wrong[method] = wrong[method][0] + int(bad.sum()), wrong[method][1] + len(placed)
        return wrong
