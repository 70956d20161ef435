"""Filters as SQL: the one way from a nested filter to a condition with bound parameters.

A filter is a mapping of field -> {operator: value}; `and_`, `or_` (lists) and `not_` (one) nest. A condition is
either true or false, never unknown: what compares with null does not hold, and `not_` of it does.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Filter = Mapping[str, Any]
Fields = Mapping[str, "str | Words | Mapping[str, str | Words]"]

SHORT_LIST = 4
"""Values of an `in` list up to which each is compared. A longer one is joined: one parameter, whatever its length."""
LIST_CONDITIONS = 20
"""Conditions as which a longer list counts: what joins cost to plan grows by the square of their number."""
_COMPARE = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


class UnknownField(KeyError):
    """The filter names a field or operator that the table does not have."""


@dataclass(frozen=True)
class Words:
    """A field whose filter is a text of words, all of which must stand in another text.

    Attributes:
        text: SQL of the text that is searched.
        word: SQL of a word as it stands there, with one `?`.
    """

    text: str
    word: str


def condition(where: Filter | None, fields: Fields) -> tuple[str, list[Any]]:
    """A SQL condition and its parameters in order.

    Args:
        where: the filter; None and {} hold for every row. Operators whose value is None do not filter.
        fields: field -> SQL expression of its value. A field whose filter is a plain value (`has_forecast`) has an
            expression with one `?`, one whose filter is a text of words has `Words`. A field whose filter nests another
            one has its fields.
    """
    parameters: list[Any] = []
    return _all(where or {}, fields, parameters), parameters


def count(where: Filter) -> int:
    """How many conditions `condition` makes of a filter: what SQL costs to plan and to compute for each row.

    Each comparison and each word of a search is one. A list is one for each value up to `SHORT_LIST`, a longer one
    `LIST_CONDITIONS`. Values that an `or` compares with the same field are one list.
    """
    total = 0
    for name, value in where.items():
        if name == "or_":
            total += sum(map(count, _joined(value)))
        elif name == "and_":
            total += sum(map(count, value))
        elif name == "in_":
            total += len(value) if len(value) <= SHORT_LIST else LIST_CONDITIONS
        elif name == "search":
            total += len(_words(value))
        else:
            total += count(value) if isinstance(value, Mapping) else 1
    return total


def _all(where: Filter, fields: Fields, parameters: list[Any]) -> str:
    parts = [_one(name, value, fields, parameters) for name, value in where.items() if value is not None]
    return " and ".join(parts) if parts else "true"


def _one(name: str, value: Any, fields: Fields, parameters: list[Any]) -> str:
    if name in ("and_", "or_"):
        entries = _joined(value) if name == "or_" else value
        inner = [f"({_all(part, fields, parameters)})" for part in entries]
        if name == "and_":
            return f"({' and '.join(inner)})" if inner else "true"
        return f"({' or '.join(inner)})" if inner else "false"
    if name == "not_":
        return f"not ({_all(value, fields, parameters)})"
    if name not in fields:
        raise UnknownField(name)
    column = fields[name]
    if isinstance(column, Words):
        words = _words(value)
        parameters.extend(words)
        return " and ".join([f"contains({column.text}, {column.word})"] * len(words)) or "true"
    if not isinstance(column, str):
        return f"({_all(value, column, parameters)})"
    if not isinstance(value, Mapping):
        parameters.append(value)
        return f"coalesce({column}, false)"
    parts = [_leaf(column, op, operand, parameters) for op, operand in value.items() if operand is not None]
    return f"({' and '.join(parts)})" if parts else "true"


def _leaf(column: str, operator: str, operand: Any, parameters: list[Any]) -> str:
    if operator == "in_":
        values: Sequence[Any] = list(operand)
        if not values:
            return "false"
        if len(values) > SHORT_LIST:
            parameters.append(values)
            return f"coalesce({column} in (select unnest(?)), false)"
        parameters.extend(values)
        return f"coalesce({column} in ({', '.join('?' * len(values))}), false)"
    parameters.append(operand)
    if operator == "is_null":
        return f"(({column}) is null) = ?"
    if operator == "contains":
        return f"coalesce(contains({column}, ?), false)"
    if operator == "starts_with":
        return f"coalesce(starts_with({column}, ?), false)"
    if operator not in _COMPARE:
        raise UnknownField(operator)
    return f"coalesce({column} {_COMPARE[operator]} ?, false)"


def _joined(parts: Sequence[Filter]) -> Sequence[Filter]:
    """The parts of an `or`, of which those that only compare one field with values are one list of these."""
    lists: dict[str, list[Any]] = {}
    others = []
    for part in parts:
        ((name, test),) = part.items() if len(part) == 1 else (("", None),)
        if isinstance(test, Mapping) and len(test) == 1 and test.get("eq", test.get("in_")) is not None:
            lists.setdefault(name, []).extend([test["eq"]] if "eq" in test else test["in_"])
        else:
            others.append(part)
    return [*({name: {"in_": values}} for name, values in lists.items()), *others]


def _words(text: str) -> Sequence[str]:
    """The words of a search, each once."""
    return list(dict.fromkeys(re.findall(r"[^ \t\n\f\r]+", text)))
