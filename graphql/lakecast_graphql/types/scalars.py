"""Scalars of the contract: dates as ISO 8601 days, instants as ISO 8601 in UTC, and JSON."""

import datetime as dt
from collections.abc import Mapping

import strawberry
from strawberry.exceptions import StrawberryInputCoercionError
from strawberry.scalars import JSON
from strawberry.types.scalar import ScalarDefinition


def _parse_date(value: object) -> dt.date:
    if isinstance(value, str) and len(value) == 10:
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            pass
    raise StrawberryInputCoercionError(f"Date cannot represent {_shown(value)}. Write a calendar date as 2026-01-31.")


def _parse_instant(value: object) -> dt.datetime:
    if isinstance(value, str):
        try:
            instant = dt.datetime.fromisoformat(value)
            # An instant without zone is read as UTC, as everywhere in Lakecast.
            return instant.replace(tzinfo=dt.UTC) if instant.tzinfo is None else instant.astimezone(dt.UTC)
        except (ValueError, OverflowError):  # no instant, or one whose year in UTC is before 1 or after 9999
            pass
    raise StrawberryInputCoercionError(
        f"DateTime cannot represent {_shown(value)}. Write an instant as 2026-01-31T12:00:00Z."
    )


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:40]}..."


SCALARS: Mapping[object, ScalarDefinition] = {
    dt.date: strawberry.scalar(
        name="Date",
        description="ISO 8601 calendar date, as 2026-01-31",
        serialize=dt.date.isoformat,
        parse_value=_parse_date,
    ),
    dt.datetime: strawberry.scalar(
        name="DateTime",
        description="ISO 8601 instant in UTC, as 2026-01-31T12:00:00+00:00",
        serialize=dt.datetime.isoformat,
        parse_value=_parse_instant,
    ),
    JSON: strawberry.scalar(
        name="JSON",
        description="Any JSON value",
        serialize=lambda value: value,
        parse_value=lambda value: value,
    ),
}
"""For `StrawberryConfig(scalar_map=...)`."""
