"""Conditions on partition columns, as delta-rs reads them."""

from collections.abc import Mapping, Sequence

Where = Mapping[str, str | Sequence[str]]
"""Column -> the one value, or the several values, that its rows may have."""


def listed(values: str | Sequence[str]) -> tuple[str, ...]:
    """One or several values as a tuple."""
    return (values,) if isinstance(values, str) else tuple(values)


def sql(where: Where) -> str:
    """`where` as a SQL condition: all columns must match. Values are quoted, so that any text is safe."""
    return " AND ".join(f"{column} IN ({', '.join(map(_quoted, listed(v)))})" for column, v in where.items())


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
