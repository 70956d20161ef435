"""How a file was read: its form, which column is which field, and a date and a number as they stand in it."""

from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lakecast_forecast.input import messages, names
from lakecast_forecast.input.files import InputFile
from lakecast_forecast.input.forms import in_portuguese
from lakecast_forecast.input.report import Line, Words, line
from lakecast_schema.grammar import count_of

_FIRST = 100_000
"""Rows among which examples are looked for."""


def understood(
    file: InputFile, date: str, day: NDArray[np.datetime64] | None, figures: Mapping[str, NDArray[np.float64]]
) -> Line:
    """A line about one file.

    date: the name of its column of days, whose values are `day` (n,); figures: name -> (n,) the numbers of a column.
    """
    others = [f"{field} is {name}" for field, name in file.columns.items() if name != field]
    outras = [f"{field} é {name}" for field, name in file.columns.items() if name != field]
    readings = [] if day is None else _date(file.table[date], day)
    for name, values in figures.items():
        if name in file.table.column_names and len(readings) < 2:
            readings += _number(file.table[name], values)
    also = names.alike("date", file.ignored) if date else []
    if also:
        others.append(f"{' and '.join(also)} may be dates, too, and are not used")
        outras.append(f"{' e '.join(also)} também podem ser datas e não são usadas")
    words = messages.FILE
    count = file.table.num_rows
    filled = {
        "file": file.name,
        "rows": count_of(count, "[row|rows]"),
        "linhas": count_of(count, "[linha|linhas]"),
        "form": file.form,
    }
    preenchido = {**filled, "form": in_portuguese(file.form)}
    return line(
        "info",
        Words(
            words.code,
            words.english.format(**filled, columns=_listed(others), readings=_listed(readings, " is read as ")),
            words.portuguese.format(**preenchido, columns=_listed(outras), readings=_listed(readings, " é lido como ")),
        ),
        count=0,
    )


def _listed(parts: list[str] | list[tuple[str, str]], sign: str = "") -> str:
    texts = [part if isinstance(part, str) else sign.join(part) for part in parts]
    return f"; {', '.join(texts)}" if texts else ""


def _date(column: pa.ChunkedArray, day: NDArray[np.datetime64]) -> list[tuple[str, str]]:
    """A day of a text column that is not written as ISO 8601 writes it, and how it was read."""
    if not pa.types.is_string(column.type):
        return []
    first: list[tuple[str, str]] = []
    for text, value in zip(column.slice(0, _FIRST).to_pylist(), day[:_FIRST].astype(object), strict=False):
        if text and value is not None and text.strip() != str(value):
            first = first or [(text.strip(), str(value))]
            if value.day != value.month:  # 01/01/2024 does not tell whether days come first
                return [(text.strip(), str(value))]
    return first


def _number(column: pa.ChunkedArray, values: NDArray[np.float64]) -> list[tuple[str, str]]:
    """The first number of a text column that a program would read otherwise, or not at all, and how it was read."""
    if not pa.types.is_string(column.type):
        return []
    marked = pc.match_substring_regex(column.slice(0, _FIRST), r"[^\d\s]").fill_null(False).to_numpy()
    for place in np.flatnonzero(marked & ~np.isnan(values[:_FIRST])).tolist():
        text = column[place].as_py().strip()
        if values[place] != _plain(text):
            return [(text, f"{values[place]:.15g}")]
    return []


def _plain(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
