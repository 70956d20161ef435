"""Reorder decisions under other assumptions: the formula of the training side over the snapshot's columns."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from lakecast_graphql.errors import bad_input
from lakecast_graphql.read import arguments, paging
from lakecast_graphql.read.column import Nested, Numbers
from lakecast_graphql.read.item_rows import item_rows
from lakecast_graphql.read.overview import AlertCount
from lakecast_graphql.read.paging import Connection
from lakecast_graphql.read.replenishment import matching
from lakecast_graphql.read.replenishment_rows import replenishment_rows
from lakecast_graphql.read.rows import Rows
from lakecast_graphql.read.vocabulary import AlertLevel
from lakecast_graphql.view import View
from lakecast_lake.columns import Snapshot
from lakecast_lake.columns.items import FREQUENCIES
from lakecast_lake.columns.segment import Floats, Ints
from lakecast_schema.demand_path import DemandPath
from lakecast_schema.periods import days_in
from lakecast_schema.remaining import after_day
from lakecast_schema.replenishment import Decision, Inputs, Scenario, decide

_LEVELS = [level.value for level in AlertLevel]


@dataclass(frozen=True)
class WhatIfTotals:
    """Over all matching items, not only the page; values are None where no item's value is known."""

    alerts: list[AlertCount]
    recommended_order_value: float | None
    recommended_order_value_delta: float | None


class WhatIfConnection(Connection[Rows]):
    """A page of recomputed decisions, and the totals of all of them."""

    totals: WhatIfTotals


def what_if(
    view: View,
    scenario: Any,
    where: Any = None,
    order_by: Iterable[Any] | None = None,
    first: int = 50,
    after: str | None = None,
) -> WhatIfConnection:
    """A page of decisions under a scenario. `where` is judged before it, the order after it.

    Raises BAD_USER_INPUT for assumptions that no item can have.
    """
    arguments.page_size(first)
    filtered, order = arguments.canonical(where), arguments.order(order_by)
    assumed = arguments.canonical(scenario)
    changed = _checked(assumed)
    snapshot = view.snapshot
    asked = paging.Question("whatIf", assumed, filtered, order)
    begin = paging.start(after, snapshot.snapshot_id, asked)
    found = snapshot.memo.get(
        ("what_if", paging.question("whatIf", assumed, filtered)),
        lambda: _recompute(view, matching(view, filtered), changed),
    )
    places = found.ordered(order)[begin : begin + first]
    connection = WhatIfConnection(_rows(view, found, places), begin, len(found.rows), snapshot.snapshot_id, asked)
    connection.totals = found.totals
    return connection


def _checked(scenario: arguments.Filter) -> Scenario:
    for name, value in scenario.items():
        level = name == "service_level"
        good = 0 < value < 1 if level else 0 <= value < np.inf
        if not good:
            words = name.split("_")
            shown = words[0] + "".join(word.title() for word in words[1:])
            wanted = "above 0 and below 1" if level else "a finite number of at least 0"
            raise bad_input(f"`{shown}` must be {wanted}, not {value}.", argument="scenario")
    return Scenario(**scenario)


@dataclass(frozen=True, eq=False)
class _Recomputed:
    """Decisions about some rows of the snapshot's `replenishment`; all arrays are (rows,)."""

    snapshot: Snapshot
    rows: Ints
    inputs: Inputs
    decision: Decision

    @property
    def nbytes(self) -> int:
        return self.rows.nbytes * 20

    def figures(self, name: str) -> Floats:
        """A figure of the contract's `Replenishment` under the scenario."""
        source: Any = self.inputs if hasattr(self.inputs, name) else self.decision
        values: Floats = getattr(source, name)
        return values

    def delta(self, name: str) -> Floats:
        """What the scenario adds to a stored figure."""
        return self.figures(name) - self.snapshot.replenishment.numbers(name)[self.rows]

    def ordered(self, order: arguments.Order) -> Ints:
        """Places in order of the figures under the scenario, nulls last."""
        keys: list[Any] = [np.arange(len(self.rows))]
        for name, descending in reversed(order):
            if name == "item_id":
                values = np.unique(np.array(self._item_ids, dtype=object).astype(str), return_inverse=True)[1].astype(
                    float
                )
            elif name == "alert":
                values = np.array([_LEVELS.index(level) for level in self.decision.alert.tolist()], np.float64)
            else:
                values = self.figures(name)
            # NaN sorts last, also when negated.
            keys.append(-values if descending else values)
        return np.lexsort(keys)

    @property
    def _item_ids(self) -> list[str]:
        codes = self.snapshot.replenishment.item[self.rows]
        return [self.snapshot.items.item_id[code] for code in codes.tolist()]

    @cached_property
    def totals(self) -> WhatIfTotals:
        levels, counts = np.unique(self.decision.alert, return_counts=True)
        known = dict(zip(levels.tolist(), counts.tolist(), strict=True))
        return WhatIfTotals(
            [AlertCount(level, known.get(level, 0)) for level in _LEVELS],
            _sum(self.decision.recommended_order_value),
            _sum(self.delta("recommended_order_value")),
        )


def _sum(values: Floats) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.sum()) if len(known) else None


def _recompute(view: View, rows: Ints, scenario: Scenario) -> _Recomputed:
    view.check_deadline()
    snapshot = view.snapshot
    everything = snapshot.memo.get("replenishment inputs", lambda: _Stored(snapshot))
    inputs = scenario.apply(everything.inputs.take(rows))
    return _Recomputed(snapshot, rows, inputs, decide(inputs))


class _Stored:
    """What the stored decisions were made from: their own columns, and the demand that each source forecast."""

    def __init__(self, snapshot: Snapshot) -> None:
        facts = snapshot.replenishment
        names = (
            "demand_std", "lead_time_days", "lead_time_std_days", "review_period_days", "service_level",
            "min_order_quantity", "unit_cost", "on_hand", "on_order",
        )  # fmt: skip
        self.inputs = Inputs(
            path=_path(snapshot),
            counts=np.array(facts.table["distribution"].to_pylist(), dtype=object) == "negative_binomial",
            **{name: facts.numbers(name) for name in names},
        )

    @property
    def nbytes(self) -> int:
        return self.inputs.path.edges.nbytes * 2 + 9 * self.inputs.demand_std.nbytes


def _path(snapshot: Snapshot) -> DemandPath:
    """Expected demand after each decision's `as_of`, from the newest live forecast of its source."""
    facts, blocks = snapshot.replenishment, snapshot.live
    sources = facts.table["source"].to_pylist()
    mine = [blocks.of(item, name)[:1] for item, name in zip(facts.item.tolist(), sources, strict=True)]
    sizes = np.array([int(blocks.at[b[0] + 1] - blocks.at[b[0]]) if len(b) else 0 for b in mine], np.int64)
    shape = (len(mine), max(int(sizes.max(initial=0)), 1))
    mean, starts = np.full(shape, np.nan), np.zeros(shape, "datetime64[D]")
    for row, block in enumerate(mine):
        if len(block):
            segment = blocks.segments[blocks.segment[block[0]]]
            begin = int(blocks.begin[block[0]])
            mean[row, : sizes[row]] = segment.numbers["forecast"][begin : begin + sizes[row]]
            starts[row, : sizes[row]] = segment.date[begin : begin + sizes[row]].astype("datetime64[D]")
    days, season = np.ones(shape), np.ones(len(mine), np.int64)
    frequency = snapshot.items.frequency[facts.item]
    for code in np.unique(frequency).tolist():
        rows = frequency == code
        days[rows] = days_in(starts[rows], FREQUENCIES[code])
        season[rows] = FREQUENCIES[code].season_length
    as_of = facts.table["as_of"].to_numpy().astype("datetime64[D]")
    forecast, left = after_day(mean, starts, days, as_of)
    return DemandPath.of(forecast, left, season)


def _rows(view: View, found: _Recomputed, places: Ints) -> Rows:
    rows = found.rows[places]
    facts = view.snapshot.replenishment
    return Rows(
        len(rows),
        lambda: {
            "item": lambda: Nested(item_rows(view, facts.item[rows].astype(np.int64))),
            "baseline": lambda: Nested(replenishment_rows(view, rows)),
            "scenario": lambda: Nested(
                replenishment_rows(
                    view, rows, lambda name: found.figures(name)[places], found.decision.alert[places].tolist()
                )
            ),
            "order_delta": lambda: Numbers(found.delta("recommended_order")[places]),
            "order_value_delta": lambda: Numbers(found.delta("recommended_order_value")[places]),
        },
    )
