"""Items whose alert is another one than in an earlier snapshot, and why."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from lakecast_graphql.read import arguments, paging
from lakecast_graphql.read.item_rows import item_rows
from lakecast_graphql.read.paging import Connection
from lakecast_graphql.read.replenishment import matching
from lakecast_graphql.read.view import View
from lakecast_graphql.read.what_if_inputs import as_of, stored
from lakecast_graphql.rows.column import Enums, Values
from lakecast_graphql.rows.rows import Rows
from lakecast_lake.columns import Snapshot
from lakecast_lake.columns.segment import Ints
from lakecast_lake.pieces import listed
from lakecast_schema.decision_inputs import Inputs
from lakecast_schema.replenishment import decide
from lakecast_schema.vocabulary import ChangeCause

Key = tuple[str, str]
"""Data set and item id."""
_STOCK = ("on_hand", "on_order", "inbound_days", "inbound")
_TERMS = (
    "lead_time_days", "lead_time_std_days", "review_period_days", "service_level", "is_fill", "min_order_quantity",
    "order_multiple", "step", "days_to_review",
)  # fmt: skip


def alert_changes(
    view: View, before: View | None, where: Any = None, first: int = 100, after: str | None = None
) -> Connection[Rows]:
    """A page of items whose alert level differs from that in `before` (None: nothing does), by data set and item id.

    An item that one of the snapshots has no decision about has no level there; an item that is gone is shown as the
    earlier snapshot knew it. `where` is judged in this snapshot, by the earlier one for items that are gone.
    """
    arguments.page_size(first)
    filtered = arguments.canonical(where)
    question = paging.Question(view.snapshot.record, "alertChanges", before and before.snapshot.snapshot_id, filtered)
    begin = paging.start(after, question)
    changes = [] if before is None else _changes(view, before, filtered)
    page = changes[begin : begin + first]
    causes = [] if before is None else _causes(view.snapshot, before.snapshot, page)
    rows = Rows(
        len(page),
        {
            "item": lambda _: Values([_item(view, before, change.key) for change in page]),
            "before": lambda _: Enums(Values([change.before for change in page])),
            "after": lambda _: Enums(Values([change.after for change in page])),
            "cause": lambda _: Enums(Values([cause.value for cause in causes])),
        },
    )
    return Connection(rows, begin, len(changes), question)


@dataclass(frozen=True)
class _Change:
    """An item's levels, None where there is no decision about it."""

    key: Key
    before: str | None
    after: str | None


def _changes(view: View, before: View, where: arguments.Filter) -> list[_Change]:
    names, older_names = _keys(view.snapshot), _keys(before.snapshot)
    now, then = _alerts(view.snapshot, names), _alerts(before.snapshot, older_names)
    keys = (key for key in then.keys() | now.keys() if then.get(key) != now.get(key))
    if where:
        here = {names[row] for row in matching(view, where).tolist()}
        there = {older_names[row] for row in matching(before, where).tolist()}
        keys = (key for key in keys if (key in here if key in now else key in there))
    return [_Change(key, then.get(key), now.get(key)) for key in sorted(keys)]


def _keys(snapshot: Snapshot) -> list[Key]:
    """Of all decisions."""
    table = snapshot.replenishment.table
    return list(zip(listed(table["dataset_id"]), listed(table["item_id"]), strict=True))


def _alerts(snapshot: Snapshot, keys: list[Key]) -> dict[Key, str]:
    return dict(zip(keys, listed(snapshot.replenishment.table["alert"]), strict=True))


def _item(view: View, before: View | None, key: Key) -> Any:
    known = view if before is None or key in view.snapshot.items.index else before
    return item_rows(known, np.array([known.snapshot.items.index[key]], np.int64))[0]


def _causes(now: Snapshot, then: Snapshot, changes: list[_Change]) -> list[ChangeCause]:
    """Why each level is another one: what alone, put into the earlier decision, gives the later level.

    Stock is asked for first, with the day of its count, then terms; where neither alone does it, another source or
    newer formulas, else the forecast.
    """
    causes = [
        ChangeCause.NEW if change.before is None else ChangeCause.GONE if change.after is None else ChangeCause.FORECAST
        for change in changes
    ]
    both = [place for place, cause in enumerate(causes) if cause is ChangeCause.FORECAST]
    if not both:
        return causes
    rows = [_rows(snapshot, [changes[place].key for place in both]) for snapshot in (then, now)]
    old, new = (stored(snapshot).inputs.take(mine) for snapshot, mine in zip((then, now), rows, strict=True))
    moved = (as_of(now)[rows[1]] - as_of(then)[rows[0]]).astype(np.float64)
    counted = replace(old, path=old.path.after(old.path.start + moved), **{name: getattr(new, name) for name in _STOCK})
    alerts = np.array([changes[place].after for place in both])
    sources = [
        np.array(listed(each.replenishment.table["source"].take(mine)), dtype=object)
        for each, mine in zip((then, now), rows, strict=True)
    ]
    learned = [
        np.isfinite(each.replenishment.numbers("noise_variance")[mine])
        for each, mine in zip((then, now), rows, strict=True)
    ]
    tests = (
        (ChangeCause.METHOD, _level(old) == alerts),
        (ChangeCause.STOCK, _level(counted) == alerts),
        (ChangeCause.TERMS, _level(_with_terms(old, new)) == alerts),
        (ChangeCause.STOCK, _level(_with_terms(counted, new)) == alerts),
        (ChangeCause.METHOD, (sources[0] != sources[1]) | (learned[0] != learned[1])),
    )
    for cause, holds in reversed(tests):
        for place in np.flatnonzero(holds).tolist():
            causes[both[place]] = cause
    return causes


def _with_terms(inputs: Inputs, others: Inputs) -> Inputs:
    return replace(inputs, **{name: getattr(others, name) for name in _TERMS})


def _level(inputs: Inputs) -> Any:
    return decide(inputs).alert


def _rows(snapshot: Snapshot, keys: list[Key]) -> Ints:
    codes = np.array([snapshot.items.index[key] for key in keys], np.int64)
    return snapshot.replenishment.first[codes]
