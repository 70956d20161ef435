"""A sheet of an Excel workbook as a typed table."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.forms import LOOK

_PARTED = re.compile(r"\D*\d+([.,]\d{3})*[.,]\d+\D*")
"""A text with a number that has a sign of thousands or decimals."""
_DAY_AND_MONTH = re.compile(r"\s*(\d{1,2})[/.-](\d{1,2})[/.-]\d{2,4}\b.*")
_FIRST_HALF = 12
"""Days that may be months, too."""
_FEW = 4
"""So many dates may lie in the first twelve days of their months by chance."""


@dataclass(frozen=True)
class Sheet:
    """A sheet as a table.

    title: its name; others: names of sheets that have such a header, too; exchanged: column, by its place -> one of its
    dates, where days and months have changed places (`_exchanged`).
    """

    title: str
    header: list[str]
    columns: list[pa.ChunkedArray]
    others: tuple[str, ...]
    exchanged: dict[int, dt.date]


def read(path: Path, sheet: str = "", is_header: Callable[[Sequence[str]], bool] = lambda _: True) -> Sheet:
    """A sheet: its first row that is not empty, and the rows below it.

    sheet: its name, case aside; empty for the first that has a header. is_header: whether cells are a header; the first
    such row of the first `LOOK` is it, where titles stand above. Columns that hold numbers or dates only are typed as
    such, others are text. Raises `InputError`.
    """
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        titles = [_title(path.name, workbook.sheet_names, sheet)] if sheet else workbook.sheet_names
        sheets = {title: workbook.get_sheet_by_name(title).to_python(skip_empty_area=True) for title in titles}
    except (CalamineError, OSError, ValueError) as error:
        problem = f"is no readable Excel workbook ({str(error).strip() or type(error).__name__})"
        raise InputError(path.name, problem, "Save it anew as .xlsx or as CSV") from error
    if not sheets:
        raise InputError(path.name, "holds no sheet", "Save it anew as .xlsx or as CSV")
    tops = {title: _top(rows, is_header) for title, rows in sheets.items()}
    tables = [title for title, top in tops.items() if top is not None and len(sheets[title]) > top + 1]
    title = next(iter(tables), titles[0])
    rows, top = sheets[title], tops[title] or 0
    if not rows:
        raise InputError(path.name, "is empty", "Write a header and rows")
    header = _texts(rows[top])
    cells = [[row[place] for row in rows[top + 1 :]] for place in range(len(header))]
    exchanged = {place: day for place, column in enumerate(cells) if (day := _exchanged(column)) is not None}
    return Sheet(title, header, [_column(column) for column in cells], tuple(tables[1:]), exchanged)


def _top(rows: Sequence[Sequence[object]], is_header: Callable[[Sequence[str]], bool]) -> int | None:
    return next((place for place, row in enumerate(rows[:LOOK]) if is_header(_texts(row))), None)


def _texts(row: Sequence[object]) -> list[str]:
    return [str(cell).strip() for cell in row]


def _exchanged(cells: Sequence[object]) -> dt.date | None:
    """A date of a column whose days and months have changed places, None where they have not.

    A spreadsheet in another language than the file that it opened takes 05/03/2024 for the 3 May, and leaves
    25/03/2024 as text: no date then has a day beyond 12, and no text one up to it.
    """
    dates = [cell for cell in cells if isinstance(cell, dt.date) and cell.day != cell.month]
    texts = [match for cell in cells if isinstance(cell, str) and (match := _DAY_AND_MONTH.fullmatch(cell))]
    if len(dates) <= _FEW or not texts or any(date.day > _FIRST_HALF for date in dates):
        return None
    beyond = [max(int(match[1]), int(match[2])) > _FIRST_HALF for match in texts]
    return dates[0] if all(beyond) else None


def _title(file: str, titles: list[str], wanted: str) -> str:
    found = [title for title in titles if title.strip().lower() == wanted.strip().lower()]
    if not found:
        raise InputError(file, f"has no sheet {wanted}", f"Name one of: {', '.join(titles)}")
    return found[0]


def _column(cells: Sequence[object]) -> pa.ChunkedArray:
    values = [None if cell is None or cell == "" else cell for cell in cells]
    kinds = {type(value) for value in values if value is not None}
    if kinds and kinds <= {int, float}:
        if all(value is None or float(value) == int(value) for value in values):  # type: ignore[arg-type, call-overload]
            return pa.chunked_array([pa.array(values, pa.float64()).cast(pa.int64())])
        return pa.chunked_array([pa.array(values, pa.float64())])
    if kinds and kinds <= {dt.date, dt.datetime}:
        if any(isinstance(value, dt.datetime) and value.time() != dt.time() for value in values):
            return pa.chunked_array([pa.array(values, pa.timestamp("us"))])
        days = [value.date() if isinstance(value, dt.datetime) else value for value in values]
        return pa.chunked_array([pa.array(days, pa.date32())])
    parted = any(isinstance(value, str) and _PARTED.fullmatch(value) for value in values)
    texts = [None if value is None else _text(value, parted) for value in values]
    return pa.chunked_array([pa.array(texts, pa.string())])


def _text(value: object, parted: bool) -> str:
    """A cell of a column of texts. parted: whether numbers with signs stand among these.

    A number among them is no text whose point may part thousands: 1.125 is 1125e-3, which reads one way only.
    """
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    if isinstance(value, float) and parted:
        _, digits, exponent = Decimal(repr(value)).as_tuple()
        return f"{'-' if value < 0 else ''}{''.join(map(str, digits))}e{exponent}"
    return str(value)
