"""Columns of an answer: read value by value where GraphQL completes leaves, or as JSON all at once.

`column[i]` is the Python value that a resolver returns; `column.cells()` are the same values as JSON text. Both say
the same of every value: that is tested.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from lakecast_graphql.rows.interleaving import Digits, Picks, Source, interleave
from lakecast_lake.lru import LruCache

NULL = b"null"
_EPOCH = date(1970, 1, 1)
_INSTANT = datetime(1970, 1, 1, tzinfo=UTC)


class Column(ABC):
    """Values of one field of some rows."""

    @abstractmethod
    def __len__(self) -> int: ...

    @abstractmethod
    def __getitem__(self, row: int) -> Any:
        """The value as a resolver returns it."""

    @abstractmethod
    def cells(self) -> Sequence[bytes]:
        """(rows,) the values as JSON."""

    def source(self) -> Source:
        """(rows,) the same for `interleave`, without an object per row where that is possible."""
        return self.constant() or list(self.cells())

    def constant(self) -> bytes | None:
        """The one cell that all rows share; None where rows may differ."""
        return None


class Numbers(Column):
    """float64 with NaN for null."""

    def __init__(self, values: NDArray[np.float64]) -> None:
        self.values = values

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, row: int) -> float | None:
        value = float(self.values[row])
        return None if value != value else value

    def cells(self) -> Sequence[bytes]:
        # orjson writes the shortest text that reads back as the same float, and NaN as null.
        return _split(self.values)

    def source(self) -> Source:
        return Digits(_digits(self.values))


class Counts(Column):
    """Whole numbers; `missing` marks nulls."""

    def __init__(self, values: NDArray[Any], missing: NDArray[np.bool_] | None = None) -> None:
        self.values = values
        self.missing = missing

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, row: int) -> int | None:
        return None if self.missing is not None and self.missing[row] else int(self.values[row])

    def cells(self) -> Sequence[bytes]:
        cells = _split(self.values.astype(np.int64, copy=False))
        return cells if self.missing is None else _nulled(cells, self.missing)

    def source(self) -> Source:
        if self.missing is not None:
            return list(self.cells())
        return Digits(_digits(self.values.astype(np.int64, copy=False)))


class Dates(Column):
    """Days since 1970-01-01; `missing` marks nulls."""

    def __init__(self, days: NDArray[Any], missing: NDArray[np.bool_] | None = None) -> None:
        self.days = days
        self.missing = missing

    def __len__(self) -> int:
        return len(self.days)

    def __getitem__(self, row: int) -> date | None:
        if self.missing is not None and self.missing[row]:
            return None
        return _EPOCH + timedelta(int(self.days[row]))

    def cells(self) -> Sequence[bytes]:
        cells = list(map(_iso, self.days.tolist()))
        return cells if self.missing is None else _nulled(cells, self.missing)

    def source(self) -> Source:
        if self.missing is not None or not len(self.days):
            return list(self.cells())
        days = self.days.astype(np.int32, copy=False)
        if len(days) > _CLOSE:
            return _picks(days)
        name = days.tobytes()
        source = PICKS.get(name)
        if source is None:
            source = _picks(days)
            PICKS.put(name, source)
        return source


class Coded(Column):
    """Few distinct values: `values[codes[row]]`. The values are what resolvers return, None included."""

    def __init__(self, values: Sequence[Any], codes: NDArray[Any], names: Sequence[str | None] | None = None) -> None:
        self.values = values
        self.codes = codes
        self._names = names

    def __len__(self) -> int:
        return len(self.codes)

    def __getitem__(self, row: int) -> Any:
        return self.values[int(self.codes[row])]

    def cells(self) -> Sequence[bytes]:
        known = self._texts()
        return [known[code] for code in self.codes.tolist()]

    def source(self) -> Source:
        return self.constant() or Picks(self._texts(), self.codes.astype(np.int32))

    def constant(self) -> bytes | None:
        return self._texts()[0] if len(self.values) == 1 else None

    def _texts(self) -> list[bytes]:
        return [cell(value) for value in (self.values if self._names is None else self._names)]


class Values(Column):
    """Any values, one per row."""

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = values

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, row: int) -> Any:
        return self.values[row]

    def cells(self) -> Sequence[bytes]:
        return [orjson.dumps(value) if type(value) is str else cell(value) for value in self.values]


class Constant(Column):
    """One value in every row."""

    def __init__(self, value: Any, count: int) -> None:
        self.value = value
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, row: int) -> Any:
        return self.value

    def cells(self) -> Sequence[bytes]:
        return [cell(self.value)] * self._count

    def constant(self) -> bytes | None:
        return cell(self.value)


class Enums(Column):
    """A column of lake strings whose GraphQL names are the strings in upper case."""

    def __init__(self, inner: Column) -> None:
        self.inner = inner

    def __len__(self) -> int:
        return len(self.inner)

    def __getitem__(self, row: int) -> Any:
        return self.inner[row]

    def cells(self) -> Sequence[bytes]:
        return _upper(self.inner.cells())

    def source(self) -> Source:
        inner = self.inner.source()
        if isinstance(inner, Picks):
            return Picks(_upper(inner.texts), inner.codes)
        return self.constant() or _upper(self.inner.cells())

    def constant(self) -> bytes | None:
        text = self.inner.constant()
        return text if text is None or text == NULL else text.upper()


class Lists(Column):
    """Lists that are runs of a longer column: row i is flat[start[i]:start[i + 1]]."""

    def __init__(self, flat: Column, start: NDArray[np.int64]) -> None:
        self.flat = flat
        self.start = start

    def __len__(self) -> int:
        return len(self.start) - 1

    def __getitem__(self, row: int) -> list[Any]:
        return [self.flat[place] for place in range(int(self.start[row]), int(self.start[row + 1]))]

    def cells(self) -> Sequence[bytes]:
        return [b"[%b]" % text for text in interleave([self.flat.source()], np.diff(self.start).tolist())]


def instants(values: Sequence[Any]) -> list[datetime | None]:
    """Microseconds since 1970 as instants."""
    return [None if value is None else _INSTANT + timedelta(microseconds=value) for value in values]


def cell(value: Any) -> bytes:
    """A value as JSON, the way GraphQL serialises it."""
    if isinstance(value, str):
        return orjson.dumps(value)
    if isinstance(value, datetime):
        return b'"' + value.isoformat().encode() + b'"'
    if isinstance(value, float) and value != value:
        return NULL
    return orjson.dumps(value)


def _split(values: NDArray[Any]) -> list[bytes]:
    return _digits(values)[1:-1].split(b",") if len(values) else []


def _digits(values: NDArray[Any]) -> bytes:
    if not values.flags.c_contiguous:
        values = np.ascontiguousarray(values)
    return orjson.dumps(values, option=orjson.OPT_SERIALIZE_NUMPY)


def _upper(texts: Sequence[bytes]) -> list[bytes]:
    return [text if text == NULL else text.upper() for text in texts]


def _nulled(cells: list[bytes], missing: NDArray[np.bool_]) -> list[bytes]:
    for place in np.flatnonzero(missing).tolist():
        cells[place] = NULL
    return cells


class _Days(dict[int, bytes]):
    """Day since 1970-01-01 -> its JSON, made when first asked for."""

    def __missing__(self, day: int) -> bytes:
        if len(self) > _MOST_DAYS:
            self.clear()
        text = self[day] = b'"' + (_EPOCH + timedelta(day)).isoformat().encode() + b'"'
        return text


def _picks(days: NDArray[np.int32]) -> Picks | list[bytes]:
    low, high = int(days.min()), int(days.max())
    if high - low > 4 * len(days) + _CLOSE:
        return list(map(_iso, days.tolist()))
    return Picks(list(map(_iso, range(low, high + 1))), days - np.int32(low))


PICKS: LruCache[Picks | list[bytes]] = LruCache(4_000_000, lambda days, source: 4 * len(days) + 8 * _texts_in(source))
"""The last short columns of days, as bytes: forecasts of one run share them."""


def _texts_in(source: Picks | list[bytes]) -> int:
    """Places for texts, which `_iso` keeps."""
    return len(source.texts if isinstance(source, Picks) else source)


_CLOSE = 400
"""Days of a series that others are likely to share."""
_MOST_DAYS = 20_000
_iso = _Days().__getitem__
