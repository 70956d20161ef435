"""One data set written in 200 forms reads the same 200 times, or stops with both readings named."""

import csv
import datetime as dt
import io
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from lakecast_assets.ingest.folder import read_folder
from lakecast_forecast.input.errors import InputError

DELIMITERS = (",", ";", "\t", "|")
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "cp1252")
HEADERS = (("item_id", "date", "quantity"), ("Código", "Data", "Qtde"), ("PRODUTO", "COMPETÊNCIA", "Consumo"))
MONTHS = ("jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez")
DATES: dict[str, Callable[[dt.date], str]] = {
    "iso": str,
    "compact": lambda day: f"{day:%Y%m%d}",
    "day first": lambda day: f"{day:%d/%m/%Y}",
    "month first": lambda day: f"{day:%m/%d/%Y}",
    "points": lambda day: f"{day:%d.%m.%Y}",
    "named": lambda day: f"{day.day:02d}/{MONTHS[day.month - 1]}/{day.year}",
    "serial": lambda day: str((day - dt.date(1899, 12, 30)).days),
    "at a time": lambda day: f"{day}T08:30:00",
}
NUMBERS: dict[str, Callable[[float], str]] = {
    "point": lambda number: f"{number:.15g}",
    "thousands and point": lambda number: f"{number:,.2f}",
    "comma": lambda number: f"{number:.15g}".replace(".", ","),
    "thousands and comma": lambda number: f"{number:,.2f}".translate(str.maketrans(",.", ".,")),
}
CLEAR = tuple(NUMBERS)
NUMBERS["whole with points"] = lambda number: f"{number:,.0f}".replace(",", ".")
Row = tuple[str, dt.date, float]


@dataclass(frozen=True)
class Form:
    """How a file is written."""

    delimiter: str
    encoding: str
    header: tuple[str, ...]
    date: str
    number: str
    states_delimiter: bool
    quotes_all: bool


def forms(count: int) -> list[Form]:
    """So many different forms out of all, each choice about as often as any other."""
    every = list(itertools.product(DELIMITERS, ENCODINGS, HEADERS, DATES, CLEAR, (False, True), (False, True)))
    chosen = np.random.default_rng(7).choice(len(every), count, replace=False)
    return [Form(*every[place]) for place in chosen.tolist()]


def written(form: Form, rows: Sequence[Row]) -> bytes:
    """The file's bytes."""
    file = io.StringIO()
    if form.states_delimiter:
        file.write(f"sep={form.delimiter}\r\n")
    quoting = csv.QUOTE_ALL if form.quotes_all else csv.QUOTE_MINIMAL
    writer = csv.writer(file, delimiter=form.delimiter, quoting=quoting, lineterminator="\r\n")
    writer.writerow(form.header)
    writer.writerows((item, DATES[form.date](day), NUMBERS[form.number](number)) for item, day, number in rows)
    return file.getvalue().encode(form.encoding)


def demand(first: dt.date, quantities: Sequence[float]) -> list[Row]:
    """Daily demand of two items, one with a name that needs its encoding."""
    days = [first + dt.timedelta(days=k) for k in range(len(quantities))]
    return [
        (item, day, number) for item in ("00123", "Cabo óptico ç") for day, number in zip(days, quantities, strict=True)
    ]


def read(folder: Path, form: Form, rows: Sequence[Row]) -> list[Row]:
    (folder / "demand.csv").write_bytes(written(form, rows))
    (made,) = read_folder(folder).datasets.values()
    assert made.rejected == 0
    table = made.tables["demand"].to_pylist()
    return [(row["item_id"], row["date"], row["quantity"]) for row in table]


@pytest.mark.slow
def test_clear_data_read_the_same_in_200_forms(tmp_path: Path) -> None:
    rows = demand(
        dt.date(2024, 1, 5), [1150.5, 0.25, 850, 12, 1234567.75, 0, 3, 8, 10000, 7.5, 99, 1, 2, 3, 4, 5, 6, 7, 8, 9]
    )
    for form in forms(200):
        assert read(tmp_path, form, rows) == rows, form


@pytest.mark.slow
def test_doubtful_data_stop_with_both_readings_or_read_right(tmp_path: Path) -> None:
    """Days up to the twelfth only, and numbers that may be thousands or decimals."""
    rows = demand(dt.date(2024, 3, 1), [1150.0, 2300.0, 4125.0, 1150.0, 3250.0, 1500.0, 2250.0, 1125.0])
    doubts = 0
    for form in forms(200):
        whole = replace(form, number="whole with points") if form.number == "thousands and comma" else form
        try:
            assert read(tmp_path, whole, rows) == rows, form
        except InputError as error:
            doubts += 1
            text = str(error)
            number = whole.number == "whole with points" and "may be" in text and "--decimal comma" in text
            date = whole.date in ("day first", "month first") and "may be" in text and "--dates dmy" in text
            assert number or date, (form, text)
    assert 60 < doubts < 140
