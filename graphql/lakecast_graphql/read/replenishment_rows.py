"""Rows of reorder decisions, as stored or under a scenario."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa

from lakecast_graphql.errors import bad_input
from lakecast_graphql.read import arguments
from lakecast_graphql.read.projection import LONGEST, project
from lakecast_graphql.read.view import View
from lakecast_graphql.read.what_if_inputs import inbound_of, order_multiple, stored
from lakecast_graphql.rows.column import Column, Dates, Enums, Lists, Numbers, Values
from lakecast_graphql.rows.nested import Nested, NestedLists
from lakecast_graphql.rows.rows import Rows
from lakecast_lake.columns.segment import Floats, Ints
from lakecast_lake.pieces import listed
from lakecast_schema import explanation, reasons
from lakecast_schema.alert import Action, Alert
from lakecast_schema.decision_dates import dates_of
from lakecast_schema.decision_inputs import CYCLE, FILL
from lakecast_schema.inbound import Arrivals
from lakecast_schema.replenishment import FIGURES, Decision, decide

ItemRows = Callable[[View, Ints], Rows]

_TERMS = (
    "lead_time_days", "lead_time_std_days", "review_period_days", "service_level", "min_order_quantity", "on_order",
    "unit_cost",
)  # fmt: skip
_DATES = ("order_by_date", "stockout_date", "arrival_date")


class _Decisions:
    """What the columns of some decisions are made from.

    Args:
        rows: row numbers of the snapshot's `replenishment`.
        item_rows: makes the rows of items by their codes.
        scenario: the same decisions under other assumptions; None for those that are stored.
    """

    def __init__(self, view: View, rows: Ints, item_rows: ItemRows, scenario: Decision | None) -> None:
        self.view, self.rows, self.item_rows, self.scenario = view, rows, item_rows, scenario
        self.facts, self.items = view.snapshot.replenishment, view.snapshot.items
        self.codes = self.facts.item[rows].astype(np.int64)

    @cached_property
    def decision(self) -> Decision:
        """The decision with everything that is not stored: the scenario's, or the stored one computed again."""
        return self.scenario or decide(stored(self.view.snapshot).inputs.take(self.rows))

    def texts(self, name: str) -> list[Any]:
        return listed(self.facts.table[name].take(pa.array(self.rows)))

    def of_items(self, name: str) -> list[Any]:
        table = self.items.table
        return listed(table[name].take(pa.array(self.codes))) if name in table.column_names else [None] * len(self.rows)

    def stored(self, name: str) -> Floats:
        """A stored figure, with its fallback in versions that do not have it."""
        if name == "order_multiple":
            return order_multiple(self.view.snapshot)[self.rows]
        values = self.facts.numbers(name)[self.rows]
        if name == "order_up_to" and np.isnan(values).any():
            daily, review, point = (self.stored(n) for n in ("daily_demand", "review_period_days", "reorder_point"))
            return np.where(np.isnan(values), point + daily * review, values)
        return values

    def figure(self, name: str) -> Floats:
        """(rows,) a figure of the contract's `Replenishment`."""
        if name == "position":
            return self.figure("on_hand") + np.nan_to_num(self.figure("on_order"))
        if name == "on_hand_value":
            return self.figure("on_hand") * self.figure("unit_cost")
        if name == "excess_value":
            return self.figure("excess") * self.figure("unit_cost")
        if self.scenario is None:
            return self.stored(name)
        if name == "on_hand":
            return np.where(np.isnan(self.scenario.inputs.on_hand), self.stored(name), self.scenario.inputs.on_hand)
        values: Floats = getattr(self.scenario if name in FIGURES else self.scenario.inputs, name)
        return values

    def alerts(self) -> list[str]:
        return self.texts("alert") if self.scenario is None else self.scenario.alert.tolist()

    def actions(self) -> list[str]:
        if self.scenario is not None:
            names: list[str] = self.scenario.action.tolist()
            return names
        fallback = {"unknown": Action.CHECK_DATA, "critical": Action.EXPEDITE, "medium": Action.WATCH}
        orders = self.stored("recommended_order")
        return [
            action or (Action.ORDER if order > 0 else fallback.get(alert, Action.NONE)).value
            for action, alert, order in zip(self.texts("action"), self.alerts(), orders, strict=True)
        ]

    def measures(self) -> list[str]:
        if self.scenario is not None:
            return [FILL if fill else CYCLE for fill in self.scenario.inputs.is_fill.tolist()]
        return [measure or CYCLE for measure in self.texts("service_measure")]

    def as_of(self) -> Ints:
        days: Ints = self.facts.table["as_of"].take(pa.array(self.rows)).cast(pa.int32()).to_numpy().astype(np.int64)
        return days

    def dates(self, name: str) -> Dates:
        if self.scenario is None:
            taken = self.facts.table[name].take(pa.array(self.rows)).cast(pa.int32())
            return Dates(taken.fill_null(0).to_numpy(), taken.is_null().to_numpy())
        days = dates_of(self.scenario, self.as_of().astype("datetime64[D]"))[name]
        missing = np.isnat(days)
        return Dates(np.where(missing, np.datetime64(0, "D"), days).astype(np.int64), missing)

    def stock_as_of(self) -> Column:
        return Dates(self.as_of(), np.isnan(self.figure("on_hand")))

    def inbound(self) -> Column:
        """Open orders by their dates; else what stock says is on order, which does not say when."""
        due, quantity = self.arrivals.due, self.arrivals.quantity
        undated = np.where(np.isnan(self.arrivals.total), np.nan_to_num(self.figure("on_order")), 0.0)
        due = np.concatenate([due, np.full((len(due), 1), np.datetime64("NaT"))], axis=1)
        quantity = np.concatenate([quantity, undated[:, None]], axis=1)
        there = quantity > 0
        days = due[there]
        missing = np.isnat(days)
        rows = Rows(
            len(days),
            {
                "date": lambda _: Dates(np.where(missing, np.datetime64(0, "D"), days).astype(np.int64), missing),
                "quantity": lambda _: Numbers(quantity[there]),
            },
        )
        return NestedLists(rows, np.append(0, np.cumsum(there.sum(axis=1))))

    @cached_property
    def arrivals(self) -> Arrivals:
        """What is on its way to the items."""
        return inbound_of(self.view.snapshot).take(self.rows)

    def told(self) -> list[reasons.Facts]:
        """What a sentence about each decision names."""
        figures = {
            name: Numbers(self.figure(name))
            for name in (
                "on_hand", "on_order", "daily_demand", "lead_time_demand", "reorder_point", "order_up_to",
                "recommended_order", "recommended_order_value", "excess", "excess_value",
            )
        }  # fmt: skip
        dates = {
            short: self.dates(name) for short, name in zip(("order_by", "stockout", "arrival"), _DATES, strict=True)
        }
        mask = (
            np.isfinite(self.decision.inputs.ordered) if self.scenario is not None else np.zeros(len(self.rows), bool)
        )
        days, alerts, actions = Dates(self.as_of()), self.alerts(), self.actions()
        units, currencies = self.of_items("unit"), self.of_items("currency")
        next_due, fixed = self._next_due(), np.isfinite(self.facts.numbers("days_to_review")[self.rows])
        return [
            reasons.Facts(
                alert=Alert(alerts[row]),
                action=Action(actions[row]),
                as_of=days[row],  # type: ignore[arg-type]  # every decision has a day
                unit=units[row],
                currency=currencies[row],
                next_due=next_due[row],
                is_chosen=bool(mask[row]),
                has_review_day=bool(fixed[row]),
                **{name: column[row] for name, column in figures.items()},  # type: ignore[arg-type]
                **{name: column[row] for name, column in dates.items()},  # type: ignore[arg-type]
            )
            for row in range(len(self.rows))
        ]

    def _next_due(self) -> Column:
        """The first day on which something is due."""
        due = self.arrivals.due
        first = due[:, 0] if due.shape[1] else np.full(len(due), np.datetime64("NaT", "D"))
        missing = np.isnat(first)
        return Dates(np.where(missing, np.datetime64(0, "D"), first).astype(np.int64), missing)

    def reason(self, language: Any = "en") -> Column:
        say = reasons.portuguese if arguments.word(language) == "pt" else reasons.english
        return Values([say(facts) for facts in self.told()])

    def explanation(self, language: Any = "en") -> Column:
        portuguese = arguments.word(language) == "pt"
        bills = [explanation.bill(facts, portuguese=portuguese) for facts in self.told()]
        lines = [line for bill in bills for line in bill]
        rows = Rows(
            len(lines),
            {
                "code": lambda _: Values([line.code for line in lines]),
                "label": lambda _: Values([line.label for line in lines]),
                "value": lambda _: Numbers(np.array([line.value for line in lines])),
                "unit": lambda _: Values([line.unit for line in lines]),
            },
        )
        return NestedLists(rows, np.cumsum([0, *(len(bill) for bill in bills)]))

    def projection(self, days: int = 90) -> Column:
        if not 0 <= days <= LONGEST:
            raise bad_input(f"`days` must be from 0 to {LONGEST:,}, not {days:,}.", argument="days")
        known = np.flatnonzero(np.isfinite(self.decision.position))
        self.view.check_deadline()
        projected = project(self.decision, known, days, self.figure("recommended_order")[known])
        start = np.arange(len(known) + 1) * days
        first = self.as_of()[known, None] + 1 + np.arange(days)[None, :]
        rows = Rows(
            len(known),
            {
                "dates": lambda _: Lists(Dates(first.reshape(-1)), start),
                **{name: _numbers(values.reshape(-1), start) for name, values in projected.items()},
            },
        )
        index = np.full(len(self.rows), -1, np.int64)
        index[known] = np.arange(len(known))
        return Nested(rows, index)

    def item(self) -> Column:
        return Nested(self.item_rows(self.view, self.codes))


def _numbers(values: Floats, start: Ints) -> Callable[[Any], Column]:
    return lambda _: Lists(Numbers(values), start)


def _figure(name: str) -> Callable[[_Decisions], Column]:
    return lambda of: Numbers(of.figure(name))


def _date(name: str) -> Callable[[_Decisions], Column]:
    return lambda of: of.dates(name)


_FIELDS: Mapping[str, Callable[[_Decisions], Column]] = {
    "item_id": lambda of: Values(of.texts("item_id")),
    "dataset_id": lambda of: Values(of.texts("dataset_id")),
    "source": lambda of: Values(of.texts("source")),
    "as_of": lambda of: Dates(of.as_of()),
    "stock_as_of": _Decisions.stock_as_of,
    "alert": lambda of: Enums(Values(of.alerts())),
    "action": lambda of: Enums(Values(of.actions())),
    "service_measure": lambda of: Enums(Values(of.measures())),
    "inbound": _Decisions.inbound,
    "item": _Decisions.item,
    **{
        name: _figure(name)
        for name in (*_TERMS, *FIGURES, "on_hand", "order_multiple", "position", "on_hand_value", "excess_value")
    },
    **{name: _date(name) for name in _DATES},
}
_METHODS: Mapping[str, Callable[..., Column]] = {
    "reason": _Decisions.reason,
    "explanation": _Decisions.explanation,
    "projection": _Decisions.projection,
}


def replenishment_rows(view: View, rows: Ints, items: ItemRows, scenario: Decision | None = None) -> Rows:
    """Rows of the contract's `Replenishment`, by row number of the snapshot's `replenishment`.

    Args:
        items: makes the rows of items by their codes: an item has a decision, and a decision an item.
        scenario: the decisions about the same rows under other assumptions.
    """
    return Rows(len(rows), _FIELDS, _METHODS, _Decisions(view, rows, items, scenario))
