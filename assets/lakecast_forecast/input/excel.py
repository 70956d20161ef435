"""A sheet of an Excel workbook as a typed table."""

import datetime as dt
from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook

from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.forms import LOOK


def read(
    path: Path, sheet: str = "", is_header: Callable[[Sequence[str]], bool] = lambda _: True
) -> tuple[str, list[str], list[pa.ChunkedArray]]:
    """Name, header and columns of a sheet: its first row that is not empty, and the rows below it.

    sheet: its name, case aside; empty for the first. is_header: whether cells are a header; the first such row of the
    first `LOOK` is it, where titles stand above. Columns that hold numbers or dates only are typed as such, others
    are text. Raises `InputError`.
    """
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        title = _title(path.name, workbook.sheet_names, sheet)
        rows = workbook.get_sheet_by_name(title).to_python(skip_empty_area=True)
    except (CalamineError, OSError, ValueError) as error:
        problem = f"is no readable Excel workbook ({str(error).strip() or type(error).__name__})"
        raise InputError(path.name, problem, "Save it anew as .xlsx or as CSV") from error
    if not rows:
        raise InputError(path.name, "is empty", "Write a header and rows")
    headers = [[str(cell).strip() for cell in row] for row in rows[:LOOK]]
    top = next((place for place, header in enumerate(headers) if is_header(header)), 0)
    header = headers[top]
    return title, header, [_column([row[place] for row in rows[top + 1 :]]) for place in range(len(header))]


def _title(file: str, titles: list[str], wanted: str) -> str:
    if not titles:
        raise InputError(file, "holds no sheet", "Save it anew as .xlsx or as CSV")
    found = [title for title in titles if title.strip().lower() == wanted.strip().lower()]
    if wanted and not found:
        raise InputError(file, f"has no sheet {wanted}", f"Name one of: {', '.join(titles)}")
    return found[0] if wanted else titles[0]


def _column(cells: list[object]) -> pa.ChunkedArray:
    values = [None if cell is None or cell == "" else cell for cell in cells]
    kinds = {type(value) for value in values if value is not None}
    if kinds and kinds <= {int, float}:
        if all(value is None or float(value) == int(value) for value in values):  # type: ignore[arg-type, call-overload]
            return pa.chunked_array([pa.array(values, pa.float64()).cast(pa.int64())])
        return pa.chunked_array([pa.array(values, pa.float64())])
    if kinds and kinds <= {dt.date, dt.datetime}:
        days = [value.date() if isinstance(value, dt.datetime) else value for value in values]
        return pa.chunked_array([pa.array(days, pa.date32())])
    return pa.chunked_array([pa.array([None if value is None else _text(value) for value in values], pa.string())])


def _text(value: object) -> str:
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value)
