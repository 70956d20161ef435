"""The rows of a demand file: judged one by one, all at once."""

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_forecast.input import messages
from lakecast_forecast.input.day_forms import OrderUnclear
from lakecast_forecast.input.decimals import decide, with_point
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.files import DRIVER_PREFIX, InputFile, data_files, find, read
from lakecast_forecast.input.fiscal import FiscalCalendar
from lakecast_forecast.input.marks import DAYS, PERCENT, UNITS, without_marks
from lakecast_forecast.input.names import PARTS, is_total, plain
from lakecast_forecast.input.rejections import Rejections
from lakecast_forecast.input.report import Words
from lakecast_forecast.input.rules import OF_DEMAND, Rules
from lakecast_forecast.input.values import Identifiers, Numbers, days, identifiers, numbers
from lakecast_schema.names import MOST_CHARACTERS, is_folder_name, is_name, shown

Bools = NDArray[np.bool_]
_NO = ("0", "0 0", "no", "n", "false", "nao", "f")
_YES = ("1", "1 0", "yes", "y", "true", "sim", "s", "t")
_SHORTENED = re.compile(r"\d([.,]\d+)?[eE]\+\d+")
"""An id as Excel shows a long number."""
_KEPT_APART = re.compile(r"[^a-z0-9]+")

REQUIRED, OPTIONAL = OF_DEMAND[:3], OF_DEMAND[3:]
EARLIEST, LATEST = np.datetime64("1600-01-01"), np.datetime64("2100-01-01")


@dataclass(frozen=True)
class DemandRows:
    """All rows of a demand file, in its order.

    datasets, items: of each row; day: (n,) NaT where there is none; quantity: (n,) NaN where there is none to use;
    drivers: name without `x_` -> (n,), NaN where unknown; verdicts: which rows are rejected, and why.
    """

    file: InputFile
    datasets: Identifiers
    items: Identifiers
    day: NDArray[np.datetime64]
    quantity: NDArray[np.float64]
    drivers: Mapping[str, NDArray[np.float64]]
    verdicts: Rejections
    locations: Identifiers | None = None
    calendar: FiscalCalendar | None = None
    available: Bools | None = None
    """(n,) False where the row says that its item was out of stock; None where no row tells."""
    unit: str = ""
    """What stands beside the quantities."""

    @property
    def placed(self) -> Bools:
        """Rows whose item and period are known, even where the row is rejected for what else it says."""
        placed: Bools = (self.items.codes >= 0) & ~np.isnat(self.day)
        return placed


def read_demand(
    folder: Path,
    dataset: str,
    today: dt.date,
    rules: Rules,
    facts: Sequence[str] = (),
    calendar: FiscalCalendar | None = None,
) -> DemandRows:
    """Read and judge the demand file of a folder; rows that name no data set belong to `dataset`.

    today: demand of later days is rejected. facts: columns about items that the file may have, too, for want of
    another file of items. calendar: of the periods, where they are fiscal.

    Raises `InputError` where there is no such file, or it cannot be read, or no row of it can be used.
    """
    path = find(folder, "demand")
    if path is None:
        remedy = f"Put demand.csv or demand.parquet there, with the columns {', '.join(REQUIRED)}"
        if folder.is_file():
            raise InputError(str(folder), "is a file, not a folder", f"Name the folder. {remedy}")
        if not folder.is_dir():
            raise InputError(str(folder), "is no folder", remedy)
        others = [path.name for path in data_files(folder)]
        if others:
            some = ", ".join(others[:5])
            remedy = f"{remedy}, or rename the one of demand (there are {some})"
        raise InputError(str(folder), "holds no demand.csv or demand.parquet", remedy)
    stated = rules.columns_of("demand", (*REQUIRED, *OPTIONAL, *PARTS, *facts))
    file = read(path, REQUIRED, OPTIONAL, drivers=True, stated=stated, spare=facts, sheet=rules.sheet)
    rows = judge(file, dataset, today, rules, calendar)
    if np.all(np.isnan(rows.quantity)):
        found = rows.verdicts.first()
        number, column, reason = found if found else (None, "quantity", messages.NO_QUANTITY.english)
        problem, _, remedy = reason.partition("; ")
        if reason == messages.BAD_DATE.english:
            remedy += ", or describe periods with names of their own in a calendar.csv (period, start, end)"
        raise InputError(
            path.name,
            f"no row can be used; in the first, {problem}",
            remedy[:1].upper() + remedy[1:],
            row=number,
            column=column,
        )
    return rows


def judge(
    file: InputFile,
    dataset: str,
    today: dt.date | None,
    rules: Rules | None = None,
    calendar: FiscalCalendar | None = None,
) -> DemandRows:
    """Read every row, and reject those that break the contract; a bad value costs that value only.

    today: demand of later days is rejected; None for no such limit. calendar: of the periods, where they are fiscal.
    """
    verdicts = Rejections(file)
    items = identifiers(file.table["item_id"])
    date = file.table["date"]
    rules = rules or Rules()
    day = days_of(file, rules, calendar=calendar)
    figures = figures_of(_with_numbers(file), ("quantity", *file.drivers), rules)
    quantity, drivers = figures["quantity"], {name: figures[name] for name in file.drivers}

    reject_items(verdicts, items)
    no_day = np.isnat(day)
    if no_day.any():
        empty = _empty(date)
        verdicts.reject(no_day & empty, "date", messages.NO_DATE)
        verdicts.reject(_totals(date, no_day, items), "date", messages.TOTAL)
        verdicts.reject(no_day, "date", messages.BAD_DATE)
    far = (day < EARLIEST) | (day >= LATEST)
    verdicts.reject(far, "date", messages.DATE_OUTSIDE.of(earliest=EARLIEST, latest=LATEST))
    day[far] = np.datetime64("NaT")
    available = _available(verdicts) if "available" in file.table.column_names else None
    told = np.zeros(file.rows.size, dtype=bool) if available is None else ~available
    _judge_numbers(verdicts, quantity, drivers, told, returns=rules.negative == "net")
    if today is not None:
        future = (day > np.datetime64(today)) & ~np.isnan(quantity.values)
        remedy = "leave the quantity of rows of the future empty"
        verdicts.reject_values(future, "date", messages.FUTURE.of(today=today, remedy=remedy))
        quantity.values[future] = np.nan
    if calendar is not None:
        outside = calendar.period(day) < 0
        verdicts.reject(outside, "date", messages.NO_PERIOD.of(file=calendar.file))
        day[outside] = np.datetime64("NaT")
    for known in (quantity, *drivers.values()):
        known.values[verdicts.rejected] = np.nan
    values = quantity.values
    return DemandRows(
        file,
        datasets_of(file, dataset, by=rules.by),
        items,
        day,
        values,
        {name.removeprefix(DRIVER_PREFIX): known.values for name, known in drivers.items()},
        verdicts,
        identifiers(file.table["location"]) if "location" in file.table.column_names else None,
        calendar,
        available,
        quantity.unit,
    )


def _with_numbers(file: InputFile) -> InputFile:
    """A file whose drivers say 1 and 0 where a column says yes and no, or sim and não."""
    table = file.table
    for name in file.drivers:
        words = identifiers(table[name])
        lower = [plain(word) for word in words.names]
        if lower and set(lower) <= {*_YES, *_NO} and not set(lower) <= {"0", "1", "0 0", "1 0"}:
            numbers = np.array([*(1.0 if word in _YES else 0.0 for word in lower), np.nan])[words.codes]
            column = pa.chunked_array([pa.array(numbers, pa.float64(), from_pandas=True)])
            table = table.set_column(table.column_names.index(name), name, column)
    return replace(file, table=table)


def _available(verdicts: Rejections) -> Bools:
    words = identifiers(verdicts.file.table["available"])
    lower = [plain(name) for name in words.names]
    no = np.array([*(name in _NO for name in lower), False])[words.codes]
    verdicts.reject_values(
        np.array([*(name not in (*_NO, *_YES) for name in lower), False])[words.codes],
        "available",
        messages.BAD_AVAILABLE,
    )
    return ~no


def days_of(
    file: InputFile, rules: Rules, column: str = "date", calendar: FiscalCalendar | None = None
) -> NDArray[np.datetime64]:
    """A column of days of a file. Raises `InputError` where day and month cannot be told apart.

    calendar: of periods whose names may stand for their first days.
    """
    named = None if calendar is None else calendar.named(file.table[column])
    if named is not None and not np.isnat(named).any():
        return named
    try:
        day = days(file.table[column], rules.dates)
        return day if named is None else np.where(np.isnat(named), day, named)
    except OrderUnclear as error:
        remedy = "Write dates as 2024-01-31, or state --dates dmy or --dates mdy"
        raise InputError(file.name, str(error), remedy, column=column) from error


def figures_of(file: InputFile, columns: Sequence[str], rules: Rules) -> dict[str, Numbers]:
    """Columns of numbers of a file, which share their decimal sign. Raises `InputError` where it cannot be told."""
    texts = {name: file.table[name] for name in columns}
    decimal = decide(file.name, texts, rules.decimal)
    figures = {name: numbers(with_point(column, decimal)) for name, column in texts.items()}
    if not any(each.unclear.any() for each in figures.values()):
        return figures
    alone = {
        name: without_marks(column, _units(name))
        if pa.types.is_string(column.type) and figures[name].unclear.any()
        else (column, "")
        for name, column in texts.items()
    }
    decimal = decide(file.name, {name: column for name, (column, _) in alone.items()}, rules.decimal)
    return {name: replace(numbers(with_point(each, decimal)), unit=unit) for name, (each, unit) in alone.items()}


def _units(name: str) -> Sequence[str]:
    """What may stand beside the numbers of a column; 48 h are no days."""
    if name == "service_level":
        return PERCENT
    return DAYS if name.endswith("_days") else UNITS


def reject_items(verdicts: Rejections, items: Identifiers) -> None:
    """Reject the rows of a file that name no item. Raises `InputError` for ids that a spreadsheet has shortened."""
    shortened = next((name for name in items.names if _SHORTENED.fullmatch(name)), None)
    if shortened is not None:
        raise InputError(
            verdicts.file.name,
            f"a spreadsheet has shortened ids such as {shortened}, so their last digits are lost",
            "Format the column as text in the spreadsheet, enter the ids anew and export again",
            column="item_id",
        )
    verdicts.reject(items.codes < 0, "item_id", messages.NO_ITEM)
    forms = {plain(name) for name in items.names}
    verdicts.reject(items.unusable(lambda name: not is_total(name, forms)), "item_id", messages.TOTAL)
    unusable = items.unusable(is_name)
    verdicts.reject(unusable, "item_id", messages.NO_NAME.of(column="item_id", most=MOST_CHARACTERS))


def datasets_of(file: InputFile, dataset: str, *, by: str = "") -> Identifiers:
    """The data set of each row: its column `dataset_id`, where that is missing or empty `dataset`.

    by: a column of the file whose values, after that name and an underscore, name data sets of their own.
    """
    named = _with_good_names(file, _named_datasets(file, dataset))
    if not by:
        return named
    if by not in file.table.column_names:
        raise InputError(file.name, "the column is missing", f"Add it, or leave out --by {by}", column=by)
    places = identifiers(file.table[by])
    words = [_KEPT_APART.sub("_", name.lower()).strip("_") for name in places.names] + ["without_location"]
    pairs, code = np.unique(np.column_stack([named.codes, places.codes]), axis=0, return_inverse=True)
    full = [f"{named.names[one]}_{words[other]}" for one, other in pairs.tolist()]
    names = tuple(sorted(set(full)))
    order = {name: number for number, name in enumerate(names)}
    whole = Identifiers(np.array([order[name] for name in full])[code.reshape(-1)], names)
    return _with_good_names(file, whole)


def _with_good_names(file: InputFile, datasets: Identifiers) -> Identifiers:
    if bad := [name for name in datasets.names if not is_folder_name(name)]:
        raise InputError(
            file.name,
            f"{shown(bad[0])} cannot name a data set",
            f"Use at most {MOST_CHARACTERS} letters and digits, without control characters",
            column="dataset_id",
        )
    return datasets


def _named_datasets(file: InputFile, dataset: str) -> Identifiers:
    if "dataset_id" not in file.table.column_names:
        return Identifiers(np.broadcast_to(np.int64(0), file.rows.size), (dataset,))
    named = identifiers(file.table["dataset_id"])
    if np.all(named.codes >= 0):
        return named
    names = tuple(sorted({*named.names, dataset}))
    place = np.array([*(names.index(name) for name in named.names), names.index(dataset)])
    return Identifiers(place[named.codes], names)


def _totals(column: pa.ChunkedArray, here: Bools, items: Identifiers) -> Bools:
    """(n,) where a column says, in one of the rows `here`, that the row is one of totals."""
    words = identifiers(column.filter(pa.array(here)))
    forms = {plain(name) for name in items.names}
    totals = np.zeros(here.size, dtype=bool)
    totals[here] = words.unusable(lambda word: not is_total(word, forms))
    return totals


def _empty(column: pa.ChunkedArray) -> Bools:
    empty: Bools = np.asarray(column.is_null().to_numpy())
    return empty


def _judge_numbers(
    verdicts: Rejections, quantity: Numbers, drivers: Mapping[str, Numbers], told: Bools, *, returns: bool
) -> None:
    """Note the values that cannot be used, and make them NaN. told: rows that say something without any number."""
    useless = quantity.empty & ~told
    for known in drivers.values():
        useless = useless & known.empty
    verdicts.reject_values(useless, "quantity", messages.NO_QUANTITY)
    _leave_out(verdicts, quantity, quantity.unclear, "quantity", messages.BAD_QUANTITY)
    _leave_out(verdicts, quantity, quantity.not_finite, "quantity", messages.NOT_FINITE)
    if not returns:
        _leave_out(verdicts, quantity, quantity.values < 0, "quantity", messages.NEGATIVE)
    for name, known in drivers.items():
        _leave_out(verdicts, known, known.unclear | known.not_finite, name, messages.BAD_DRIVER.of(column=name))


def _leave_out(verdicts: Rejections, numbers: Numbers, wrong: Bools, column: str, words: Words) -> None:
    verdicts.reject_values(wrong, column, words)
    numbers.values[wrong] = np.nan
