"""Filters as SQL: the one way from a nested filter to a condition with bound parameters.

A filter is a mapping of field -> {operator: value}; `and_`, `or_` (lists) and `not_` (one) nest. A condition is
either true or false, never unknown: what compares with null does not hold, and `not_` of it does.
"""

from collections.abc import Mapping, Sequence
from typing import Any

Filter = Mapping[str, Any]
Fields = Mapping[str, "str | Mapping[str, str]"]

_COMPARE = {"eq": "=", "gt": ">", "gte": ">=", "lt": "<", "lte": "<="}


class UnknownField(KeyError):
    """The filter names a field or operator that the table does not have."""


def condition(where: Filter | None, fields: Fields) -> tuple[str, list[Any]]:
    """A SQL condition and its parameters in order.

    Args:
        where: the filter; None and {} hold for every row. Operators whose value is None do not filter.
        fields: field -> SQL expression of its value. A field whose filter is a plain value (`search`,
            `has_forecast`) has an expression with one `?`. A field whose filter nests another one has its fields.
    """
    parameters: list[Any] = []
    return _all(where or {}, fields, parameters), parameters


def _all(where: Filter, fields: Fields, parameters: list[Any]) -> str:
    parts = [_one(name, value, fields, parameters) for name, value in where.items() if value is not None]
    return " and ".join(parts) if parts else "true"


def _one(name: str, value: Any, fields: Fields, parameters: list[Any]) -> str:
    if name in ("and_", "or_"):
        inner = [f"({_all(part, fields, parameters)})" for part in value]
        if name == "and_":
            return f"({' and '.join(inner)})" if inner else "true"
        return f"({' or '.join(inner)})" if inner else "false"
    if name == "not_":
        return f"not ({_all(value, fields, parameters)})"
    if name not in fields:
        raise UnknownField(name)
    column = fields[name]
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
