"""Reorder decisions under other assumptions: the formula of the training side over the snapshot's columns."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from lakecast_graphql.errors import bad_input
from lakecast_graphql.read import arguments, paging
from lakecast_graphql.read.item_rows import item_rows
from lakecast_graphql.read.overview import AlertCount
from lakecast_graphql.read.paging import Connection
from lakecast_graphql.read.replenishment import matching
from lakecast_graphql.read.replenishment_rows import STORED, replenishment_rows
from lakecast_graphql.read.view import View
from lakecast_graphql.read.what_if_inputs import stored
from lakecast_graphql.rows.column import Numbers
from lakecast_graphql.rows.nested import Nested
from lakecast_graphql.rows.rows import Rows
from lakecast_lake.columns import Snapshot
from lakecast_lake.columns.segment import Floats, Ints
from lakecast_schema.replenishment import Decision, Scenario, decide
from lakecast_schema.vocabulary import AlertLevel

_MOST = 1e9
"""The largest figure of a scenario: what is computed from it stays finite, as the schema promises."""
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
        good = 0 < value < 1 if level else 0 <= value <= _MOST
        if not good:
            words = name.split("_")
            shown = words[0] + "".join(word.title() for word in words[1:])
            wanted = "above 0 and below 1" if level else f"from 0 to {_MOST:,.0f}"
            raise bad_input(f"`{shown}` must be {wanted}, not {value}.", argument="scenario")
    return Scenario(**scenario)


@dataclass(frozen=True, eq=False)
class _Recomputed:
    """Decisions about some rows of the snapshot's `replenishment`; all arrays are (rows,).

    assumed: the figures of the contract's `Replenishment` that went into the decision.
    """

    snapshot: Snapshot
    rows: Ints
    assumed: dict[str, Floats]
    decision: Decision

    @property
    def nbytes(self) -> int:
        decided: list[Any] = list(vars(self.decision).values())
        return self.rows.nbytes + sum(int(array.nbytes) for array in [*self.assumed.values(), *decided])

    def figures(self, name: str) -> Floats:
        """A figure of the contract's `Replenishment` under the scenario."""
        values: Floats = self.assumed[name] if name in self.assumed else getattr(self.decision, name)
        return values

    def delta(self, name: str) -> Floats:
        """What the scenario adds to a stored figure."""
        return self.figures(name) - self.snapshot.replenishment.numbers(name)[self.rows]

    def ordered(self, order: arguments.Order) -> Ints:
        """Places in order of the figures under the scenario, nulls last."""
        if not order:
            return np.arange(len(self.rows))
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
    everything = stored(snapshot)
    own = everything.inputs
    inputs = scenario.apply(own if len(rows) == len(own.on_hand) and _ascends(rows) else own.take(rows))
    # The path of each item is as large as its forecast: it is not kept with the answer.
    assumed = {name: value for name, value in vars(inputs).items() if name in STORED}
    return _Recomputed(snapshot, rows, assumed, decide(inputs))


def _ascends(rows: Ints) -> bool:
    return bool((rows[1:] > rows[:-1]).all())


def _rows(view: View, found: _Recomputed, places: Ints) -> Rows:
    rows = found.rows[places]
    facts = view.snapshot.replenishment
    return Rows(
        len(rows),
        {
            "item": lambda _: Nested(item_rows(view, facts.item[rows].astype(np.int64))),
            "baseline": lambda _: Nested(replenishment_rows(view, rows, item_rows)),
            "scenario": lambda _: Nested(
                replenishment_rows(
                    view,
                    rows,
                    item_rows,
                    lambda name: found.figures(name)[places],
                    found.decision.alert[places].tolist(),
                )
            ),
            "order_delta": lambda _: Numbers(found.delta("recommended_order")[places]),
            "order_value_delta": lambda _: Numbers(found.delta("recommended_order_value")[places]),
        },
    )
