"""Arguments of a field, checked and in one canonical form: filters, orders, page sizes, names."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

from lakecast_graphql.errors import ApiError, ErrorCode, bad_input
from lakecast_lake.columns import Snapshot
from lakecast_lake.columns.where import LIST_CONDITIONS, count
from lakecast_schema.bounds import MAX_PAGE

MAX_CONDITIONS = 300
"""Conditions of a filter: SQL of many takes long to plan, and each is computed for each row."""


class Filter(dict[str, Any]):
    """A filter in canonical form: without nulls, enums as their values, keys spelt as the read functions do.

    Made of dicts, lists and plain values only, so that equal filters have equal forms.
    """

    _equalities: Mapping[str, str] | None = None
    _has_more = False

    @property
    def equalities(self) -> Mapping[str, str] | None:
        """Column -> value where the filter is nothing but equalities of texts; else None."""
        # Remembered by hand: `cached_property` takes a lock, which costs more than the rest.
        if self._equalities is None and not self._has_more:
            texts = {}
            for name, test in self.items():
                text = test.get("eq") if type(test) is Filter and len(test) == 1 else None
                if type(text) is not str:
                    self._has_more = True
                    return None
                texts[name] = text
            self._equalities = texts
        return self._equalities

    def reads_index(self, columns: frozenset[str]) -> bool:
        """Whether it is nothing but equalities of some columns that are indexed: no query is needed for it."""
        return self.equalities is not None and columns.issuperset(self)


NO_FILTER = Filter()
Order = tuple[tuple[str, bool], ...]
"""(column, descending) in order of precedence."""


def canonical(where: Any) -> Filter:
    """The filter that a mapping or an object of attributes means.

    Null and what is left out are no condition. Inside `not` and `or` null would change the meaning in silence (no
    condition holds for every row), so that it is BAD_USER_INPUT there. More than `MAX_CONDITIONS` are
    QUERY_TOO_COMPLEX.
    """
    if type(where) is Filter:
        return where
    conditions = _canonical(where)
    # Most filters are a few equalities, and are asked for so often that counting would show.
    if conditions.equalities is None and count(conditions) > MAX_CONDITIONS:
        raise ApiError(
            ErrorCode.QUERY_TOO_COMPLEX,
            f"A filter makes more than {MAX_CONDITIONS} conditions: each comparison is one, each word of a search, and "
            f"an `in` list of any length is {LIST_CONDITIONS} at most. Write many values of one field as an `in` list, "
            "or ask in several operations.",
            argument="where",
        )
    return conditions


def _canonical(where: Any) -> Filter:
    if type(where) is Filter:
        return where
    if not where:
        return NO_FILTER
    fields: Mapping[str, Any] = where if type(where) is dict or isinstance(where, Mapping) else vars(where)
    conditions, last, sorted_by_name = Filter(), "", True
    for field, value in fields.items():
        plain = value if type(value) in _PLAIN else _plain(value)
        if plain is None:
            continue
        name = _SPELT.get(field, field)
        if name in _TURNING:
            for part in value if isinstance(value, list | tuple) else (value,):
                _refuse_nulls(part)
        conditions[name] = plain
        sorted_by_name = sorted_by_name and name > last
        last = name
    return conditions if sorted_by_name else Filter(sorted(conditions.items()))


_PLAIN = frozenset({str, bool, int, float, dt.date})
_SPELT = {name: name + "_" for name in ("and", "or", "not", "in")}


_TURNING = frozenset({"or_", "not_"})
"""Where no condition would mean something else than leaving it out."""


def _refuse_nulls(value: Any) -> None:
    """Refuse null at any depth."""
    if isinstance(value, list | tuple | Mapping):
        for entry in value.values() if isinstance(value, Mapping) else value:
            _refuse_nulls(entry)
    elif value is None:
        raise bad_input(
            "A condition inside `not` or `or` is null, which would match everything. Give it a value, or leave the "
            "`not` or the part of `or` out.",
            argument="where",
        )


def _plain(value: Any) -> Any:
    if type(value) is dict:
        return _canonical(value)
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | bool | int | float | dt.date):
        return value
    if isinstance(value, Mapping):
        return _canonical(value)
    if isinstance(value, Sequence):
        return [_plain(entry) for entry in value if entry is not None]
    if type(value).__name__ == "UnsetType":
        return None
    return _canonical(value)


def word(value: Any) -> str:
    """An enum argument as the lake's string."""
    text: str = value.value if isinstance(value, Enum) else value
    return text


def order(order_by: Iterable[Any] | None) -> Order:
    """An order as (column, descending) pairs; later mentions of a column do not matter and are left out."""
    if not order_by:
        return ()
    directions: dict[str, bool] = {}
    for entry in order_by:
        field, direction = entry if isinstance(entry, tuple) else _parts(entry)
        directions.setdefault(word(field), word(direction) == "desc")
    return tuple(directions.items())


def _parts(entry: Any) -> tuple[Any, Any]:
    if isinstance(entry, Mapping):
        return entry["field"], entry.get("direction", "asc")
    return entry.field, entry.direction


def page_size(first: int, argument: str = "first") -> int:
    """`first`, refused where it is not 0 to 10,000."""
    if not 0 <= first <= MAX_PAGE:
        raise bad_input(f"`{argument}` must be from 0 to {MAX_PAGE:,}, not {first:,}.", argument=argument)
    return first


def dataset(snapshot: Snapshot, dataset_id: str | None, argument: str = "datasetId") -> None:
    """Refuses a data set that the snapshot does not have."""
    if dataset_id is not None and dataset_id not in snapshot.datasets:
        raise bad_input(
            f"There is no data set {dataset_id!r} in snapshot {snapshot.snapshot_id}.",
            argument=argument,
            known=snapshot.datasets,
        )


def source(snapshot: Snapshot, name: str | None, argument: str = "source") -> None:
    """Refuses a source that the snapshot does not have."""
    if name is None or name in snapshot.source_names:
        return
    known = sorted(snapshot.source_names)
    raise bad_input(f"There is no source {name!r} in snapshot {snapshot.snapshot_id}.", argument=argument, known=known)


def names_in(snapshot: Snapshot, where: Filter, argument: str = "where") -> None:
    """Refuses data sets and sources that a filter names with `eq` or `in` and the snapshot does not have."""
    for name, value in where.items():
        check = _CHECKS.get(name)
        if check is not None:
            if "eq" in value:
                check(snapshot, value["eq"], argument)
            for text in value.get("in_", ()):
                check(snapshot, text, argument)
        elif name in ("and_", "or_"):
            for part in value:
                names_in(snapshot, part, argument)
        elif name in ("not_", "item"):
            names_in(snapshot, value, argument)


_CHECKS = {"dataset_id": dataset, "source": source}
