"""Text or typed columns to arrays: identifiers, days and numbers, with what could not be understood set apart."""

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lakecast_forecast.input import day_forms
from lakecast_forecast.input.day_forms import Order
from lakecast_forecast.input.files import as_text

Column: TypeAlias = pa.ChunkedArray | pa.Array
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$"
_TIME = r"^.{10}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|UTC|[+-]\d{2}:?\d{2})?$"
_DAY_LENGTH = 10
_MONTH = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True)
class Identifiers:
    """Names of a column: `codes` (n,) index `names`, which are distinct and sorted; -1 where there is none."""

    codes: NDArray[np.int64]
    names: tuple[str, ...]

    def unusable(self, is_good: Callable[[str], bool]) -> NDArray[np.bool_]:
        """Rows (n,) whose name is none by a rule."""
        bad = np.array([*(not is_good(name) for name in self.names), False])
        rows: NDArray[np.bool_] = bad[self.codes]
        return rows

    def select(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> "Identifiers":
        """The identifiers of some rows, with only the names that they use."""
        codes = self.codes[rows]
        used = np.flatnonzero(np.bincount(codes[codes >= 0], minlength=len(self.names)))
        place = np.full(len(self.names) + 1, -1, dtype=np.int64)  # the last place is that of code -1
        place[used] = np.arange(used.size)
        return Identifiers(place[codes], tuple(self.names[code] for code in used))

    def renamed(self, other: Mapping[str, str]) -> "Identifiers":
        """The identifiers with some names written otherwise."""
        if not other:
            return self
        full = [other.get(name, name) for name in self.names]
        names = tuple(sorted(set(full)))
        order = {name: code for code, name in enumerate(names)}
        place = np.array([*(order[name] for name in full), -1], dtype=np.int64)
        return Identifiers(place[self.codes], names)


def identifiers(column: Column) -> Identifiers:
    """Identifiers of a column; blanks around a name do not count, an empty name is none."""
    encoded = _dictionary(as_text(column))
    trimmed = [(name or "").strip() for name in encoded.dictionary.to_pylist()]
    names = tuple(sorted({name for name in trimmed if name}))
    order = {name: code for code, name in enumerate(names)}
    place = np.array([*(order.get(name, -1) for name in trimmed), -1], dtype=np.int64)
    return Identifiers(place[_indices(encoded)], names)


def days(column: Column, first: Order = "auto") -> NDArray[np.datetime64]:
    """Days of a column, NaT where it holds none: dates, timestamps (their day), or text.

    Understood are 2024-01-31, 20240131, 2024-01 (its first day), what `day_forms` knows, and a day followed by a time
    of day. first: whether days or months come first in 01/02/2024; auto: as the whole column tells. Raises
    `OrderUnclear` where it does not.
    """
    if pa.types.is_date(column.type) or pa.types.is_timestamp(column.type):
        if pa.types.is_timestamp(column.type) and column.type.tz:
            column = pc.local_timestamp(column)
        numbers = column.cast(pa.date32(), safe=False).cast(pa.int32())
        filled = numpy(pc.fill_null(numbers, 0)).astype(np.int64).astype("datetime64[D]")
        filled[numpy(pc.is_null(column))] = np.datetime64("NaT")
        return filled
    text = pc.utf8_trim_whitespace(as_text(column))
    longest = pc.max(pc.utf8_length(text)).as_py() or 0
    if longest > _DAY_LENGTH:
        timed = pc.match_substring_regex(text, _TIME)
        short = pc.less_equal(pc.utf8_length(text), _DAY_LENGTH)
        text = pc.if_else(pc.or_(timed, short), pc.utf8_slice_codeunits(text, 0, _DAY_LENGTH), text)
    encoded = _dictionary(text)
    words = encoded.dictionary.to_pylist()
    found = [_day(word) for word in words]
    others = [place for place, day in enumerate(found) if day is None and words[place]]
    if others and len(others) == sum(map(bool, words)) and day_forms.years(words[place] for place in others):
        for place in others:
            found[place] = dt.date(int(words[place]), 1, 1)
    elif others:
        chosen = day_forms.order(words[place] for place in others) if first == "auto" else first
        for place in others:
            found[place] = day_forms.day(words[place], chosen)
    known = np.array([*found, None], dtype="datetime64[D]")
    return known[_indices(encoded)]


def _day(text: str | None) -> dt.date | None:
    word = text or ""
    try:
        if match := _MONTH.fullmatch(word):
            return dt.date(int(match[1]), int(match[2]), 1)
        return dt.date.fromisoformat(word)
    except ValueError:
        return None


@dataclass(frozen=True)
class Numbers:
    """Numbers of a column. values: (n,), NaN where `empty` (null or blank) or `unclear` (no number at all).

    unit: what stands beside them.
    """

    values: NDArray[np.float64]
    empty: NDArray[np.bool_]
    unclear: NDArray[np.bool_]
    unit: str = ""

    @property
    def not_finite(self) -> NDArray[np.bool_]:
        """Where the column says NaN or infinity."""
        return ~np.isfinite(self.values) & ~self.empty & ~self.unclear


def numbers(column: Column) -> Numbers:
    """Numbers of a column, of a numeric type or as text with a decimal point."""
    if not (pa.types.is_string(column.type) or pa.types.is_null(column.type)):
        try:
            return _finish(column, column.cast(pa.float64(), safe=False))
        except pa.ArrowException:
            column = as_text(column)
    try:
        return _finish(column, column.cast(pa.float64()))
    except pa.ArrowException:
        column = pc.utf8_trim_whitespace(column)
        column = pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)
        lower = pc.utf8_lower(column)
        special = pc.is_in(lower, pa.array(["nan", "inf", "-inf", "+inf", "infinity", "-infinity"]))
        usable = pc.or_(pc.match_substring_regex(column, _NUMBER), special)
        text = pc.if_else(usable, lower, pa.scalar(None, pa.string()))
        return _finish(column, pc.replace_substring(text, "+inf", "inf").cast(pa.float64()))


def _finish(column: Column, parsed: Column) -> Numbers:
    empty = numpy(pc.is_null(column))
    unclear = numpy(pc.is_null(parsed)) & ~empty
    return Numbers(numpy(pc.fill_null(parsed, float("nan"))).astype(np.float64), empty, unclear)


def numpy(column: Column) -> NDArray[Any]:
    """An Arrow column as a writable NumPy array."""
    return np.array(column.to_numpy(zero_copy_only=False) if isinstance(column, pa.Array) else column.to_numpy())


def _dictionary(text: Column) -> pa.DictionaryArray:
    chunked = text if isinstance(text, pa.ChunkedArray) else pa.chunked_array([text])
    combined = chunked.dictionary_encode().combine_chunks()
    if isinstance(combined, pa.ChunkedArray):  # combine_chunks of no chunks
        return pa.array([], pa.string()).dictionary_encode()
    return combined


def _indices(encoded: pa.DictionaryArray) -> NDArray[np.int64]:
    """Indices into the dictionary, -1 (the last place of a table one longer) where null."""
    return numpy(pc.fill_null(encoded.indices, -1)).astype(np.int64)
