"""Reorder decisions under other assumptions: the formula of the training side over the snapshot's columns."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_graphql.errors import bad_input
from lakecast_graphql.read import arguments, paging
from lakecast_graphql.read.item_rows import item_rows
from lakecast_graphql.read.overview import AlertCount
from lakecast_graphql.read.paging import Connection
from lakecast_graphql.read.replenishment import DEFAULT_ORDER, matching
from lakecast_graphql.read.replenishment_rows import replenishment_rows
from lakecast_graphql.read.view import View
from lakecast_graphql.read.what_if_inputs import stored
from lakecast_graphql.rows.column import Numbers
from lakecast_graphql.rows.nested import Nested
from lakecast_graphql.rows.rows import Rows
from lakecast_lake.columns import Snapshot
from lakecast_lake.columns.segment import Floats, Ints
from lakecast_lake.pieces import listed
from lakecast_schema.decision_inputs import Inputs, Scenario
from lakecast_schema.replenishment import Decision, decide
from lakecast_schema.vocabulary import AlertLevel

_MOST = 1e9
"""The largest figure of a scenario: what is computed from it stays finite, as the schema promises."""
_FIGURES = 64
"""Arrays that a decision has once everything was asked of it, and a few more."""
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
    question = paging.Question(snapshot.record, "whatIf", assumed, filtered, order)
    begin = paging.start(after, question)
    recomputed = snapshot.memo.value(
        ("what_if", paging.name_of("whatIf", assumed, filtered)),
        lambda: _recompute(view, matching(view, filtered), changed),
    )
    places = recomputed.ordered(order)[begin : begin + first]
    connection = WhatIfConnection(_rows(view, recomputed, places), begin, len(recomputed.rows), question)
    connection.totals = recomputed.totals
    return connection


def _checked(scenario: arguments.Filter) -> Scenario:
    for name, value in scenario.items():
        if name == "service_measure":
            continue
        level, above = name == "service_level", name == "order_multiple"
        good = 0 < value < 1 if level else (value > 0 if above else value >= 0) and value <= _MOST
        if not good:
            words = name.split("_")
            shown = words[0] + "".join(word.title() for word in words[1:])
            bounds = f"{'above' if above else 'from'} 0 {'and at most' if above else 'to'} {_MOST:,.0f}"
            bounds = "above 0 and below 1" if level else bounds
            raise bad_input(f"`{shown}` must be {bounds}, not {value}.", argument="scenario")
    return Scenario(**scenario)


@dataclass(frozen=True, eq=False)
class _Recomputed:
    """Decisions about some rows of the snapshot's `replenishment`, (rows,)."""

    snapshot: Snapshot
    rows: Ints
    scenario: Scenario
    decision: Decision

    @property
    def nbytes(self) -> int:
        """With every figure that may be asked of it later, without what it shares with the snapshot's decisions."""
        shared = set(map(id, _arrays(stored(self.snapshot).inputs)))
        own = sum([array.nbytes for array in _arrays(self.decision.inputs) if id(array) not in shared])
        return self.rows.nbytes * (1 + _FIGURES) + own

    def of(self, places: Ints) -> Decision:
        """Decisions of some of the rows, with everything that can be asked of them."""
        return decide(self.scenario.apply(stored(self.snapshot).inputs.take(self.rows[places])))

    def delta(self, name: str) -> Floats:
        """What the scenario adds to a stored figure."""
        values: Floats = getattr(self.decision, name) - self.snapshot.replenishment.numbers(name)[self.rows]
        return values

    def ordered(self, order: arguments.Order) -> Ints:
        """Places in order of the figures under the scenario, nulls last."""
        keys: list[Any] = [np.arange(len(self.rows))]
        for name, descending in reversed(order or DEFAULT_ORDER):
            values = self._sorted_by(name)
            # NaN sorts last, also when negated.
            keys.append(-values if descending else values)
        return np.lexsort(keys)

    def _sorted_by(self, name: str) -> Floats:
        decision = self.decision
        if name == "priority":
            return -decision.stockout_cost
        if name == "alert":
            return np.array([_LEVELS.index(level) for level in decision.alert.tolist()], np.float64)
        if name == "excess_value":
            return decision.excess * decision.inputs.unit_cost
        if name == "order_by_date":
            return self._days + decision.order_by_days
        if name == "stockout_date":
            return self._days + np.ceil(decision.days_to_stockout - 1e-9)
        if name == "last_demand_date":
            days: Floats = self._of_items(name).cast(pa.int32()).cast(pa.float64()).to_numpy()
            return days
        if name in ("item_id", "name", "category", "supplier", "abc_class"):
            return self._ranks(name)
        values: Floats = getattr(decision.inputs if hasattr(decision.inputs, name) else decision, name)
        return values

    @property
    def _days(self) -> Floats:
        days: Floats = self.snapshot.replenishment.table["as_of"].cast(pa.int32()).to_numpy()[self.rows].astype(float)
        return days

    def _of_items(self, name: str) -> pa.ChunkedArray:
        return self.snapshot.items.table[name].take(pa.array(self.snapshot.replenishment.item[self.rows]))

    def _ranks(self, name: str) -> Floats:
        """Places of a text in the order of people, accents and case aside; NaN for null."""
        texts = listed(self._of_items(name))
        if name == "name":
            ids = listed(self._of_items("item_id"))
            texts = [item if text is None else text for text, item in zip(texts, ids, strict=True)]
        plain = [None if text is None else text if name == "item_id" else _folded(text) for text in texts]
        place = {text: float(rank) for rank, text in enumerate(sorted({text for text in plain if text is not None}))}
        return np.array([np.nan if text is None else place[text] for text in plain])

    @cached_property
    def totals(self) -> WhatIfTotals:
        levels, counts = np.unique(self.decision.alert, return_counts=True)
        known = dict(zip(levels.tolist(), counts.tolist(), strict=True))
        return WhatIfTotals(
            [AlertCount(level, known.get(level, 0)) for level in _LEVELS],
            _sum(self.decision.recommended_order_value),
            _sum(self.delta("recommended_order_value")),
        )


def _arrays(inputs: Inputs) -> list[NDArray[Any]]:
    return [value for value in (*vars(inputs).values(), *vars(inputs.path).values()) if isinstance(value, np.ndarray)]


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in plain if not unicodedata.combining(c))


def _sum(values: Floats) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.sum()) if len(known) else None


def _recompute(view: View, rows: Ints, scenario: Scenario) -> _Recomputed:
    view.check_deadline()
    snapshot = view.snapshot
    own = stored(snapshot).inputs
    inputs = scenario.apply(own if len(rows) == len(own.on_hand) and _ascends(rows) else own.take(rows))
    return _Recomputed(snapshot, rows, scenario, decide(inputs))


def _ascends(rows: Ints) -> bool:
    return bool((rows[1:] > rows[:-1]).all())


def _rows(view: View, recomputed: _Recomputed, places: Ints) -> Rows:
    rows = recomputed.rows[places]
    facts = view.snapshot.replenishment
    return Rows(
        len(rows),
        {
            "item": lambda _: Nested(item_rows(view, facts.item[rows].astype(np.int64))),
            "baseline": lambda _: Nested(replenishment_rows(view, rows, item_rows)),
            "scenario": lambda _: Nested(replenishment_rows(view, rows, item_rows, recomputed.of(places))),
            "order_delta": lambda _: Numbers(recomputed.delta("recommended_order")[places]),
            "order_value_delta": lambda _: Numbers(recomputed.delta("recommended_order_value")[places]),
        },
    )
