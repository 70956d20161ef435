"""The rows of a demand file: judged one by one, all at once."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.files import DRIVER_PREFIX, InputFile, find, read
from lakecast_forecast.input.rejections import Rejections
from lakecast_forecast.input.values import Identifiers, Numbers, days, identifiers, numbers

Bools = NDArray[np.bool_]

REQUIRED = ("item_id", "date", "quantity")
OPTIONAL = ("dataset_id",)
EARLIEST, LATEST = np.datetime64("1600-01-01"), np.datetime64("2100-01-01")

NO_ITEM = "item_id is empty; name the item"
NO_DATE = "date is empty; write the day as 2024-01-31"
BAD_DATE = "date is no day; write it as 2024-01-31"
FAR_DATE = f"date lies outside {EARLIEST} to {LATEST}; correct the year"
NO_QUANTITY = "quantity is empty; write the demand, 0 for none, or leave the row out"
BAD_QUANTITY = "quantity is no number; write it without unit or thousands sign and with a decimal point"
NOT_FINITE = "quantity is NaN or infinite; write the demand, or leave the row out"
NEGATIVE = "quantity is negative; demand is at least 0, so leave returns and corrections out or net them"


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

    @property
    def placed(self) -> Bools:
        """Rows whose item and period are known, even where the row is rejected for what else it says."""
        placed: Bools = (self.items.codes >= 0) & ~np.isnat(self.day)
        return placed


def read_demand(folder: Path, dataset: str, today: dt.date) -> DemandRows:
    """Read and judge the demand file of a folder; rows that name no data set belong to `dataset`.

    today: demand of later days is rejected.

    Raises `InputError` where there is no such file, or it cannot be read, or no row of it can be used.
    """
    path = find(folder, "demand")
    if path is None:
        remedy = f"Put demand.csv or demand.parquet there, with the columns {', '.join(REQUIRED)}"
        if folder.is_file():
            raise InputError(str(folder), "is a file, not a folder", f"Name the folder. {remedy}")
        what = "holds no demand.csv or demand.parquet" if folder.is_dir() else "is no folder"
        raise InputError(str(folder), what, remedy)
    rows = judge(read(path, REQUIRED, OPTIONAL, drivers=True), dataset, today)
    if np.all(np.isnan(rows.quantity)):
        found = rows.verdicts.first()
        number, column, reason = found if found else (None, "quantity", NO_QUANTITY)
        problem, _, remedy = reason.partition("; ")
        raise InputError(
            path.name,
            f"no row can be used; in the first, {problem}",
            remedy[:1].upper() + remedy[1:],
            row=number,
            column=column,
        )
    return rows


def judge(file: InputFile, dataset: str, today: dt.date | None) -> DemandRows:
    """Read every row, and reject those that break the contract; a bad value costs that value only.

    today: demand of later days is rejected; None for no such limit.
    """
    verdicts = Rejections(file)
    items = identifiers(file.table["item_id"])
    date = file.table["date"]
    day = days(date)
    quantity = numbers(file.table["quantity"])
    drivers = {name: numbers(file.table[name]) for name in file.drivers}

    verdicts.reject(items.codes < 0, "item_id", NO_ITEM)
    no_day = np.isnat(day)
    if no_day.any():
        empty = _empty(date)
        verdicts.reject(no_day & empty, "date", NO_DATE)
        verdicts.reject(no_day, "date", BAD_DATE)
    far = (day < EARLIEST) | (day >= LATEST)
    verdicts.reject(far, "date", FAR_DATE)
    day[far] = np.datetime64("NaT")
    _judge_numbers(verdicts, quantity, drivers)
    if today is not None:
        future = (day > np.datetime64(today)) & ~np.isnan(quantity.values)
        reason = in_future("date", today, "leave the quantity of rows of the future empty")
        verdicts.reject_values(future, "date", reason)
        quantity.values[future] = np.nan
    for known in (quantity, *drivers.values()):
        known.values[verdicts.rejected] = np.nan
    values = quantity.values
    return DemandRows(
        file,
        datasets_of(file, dataset),
        items,
        day,
        values,
        {name.removeprefix(DRIVER_PREFIX): known.values for name, known in drivers.items()},
        verdicts,
    )


def datasets_of(file: InputFile, dataset: str) -> Identifiers:
    """The data set of each row: its column `dataset_id`, where that is missing or empty `dataset`."""
    if "dataset_id" not in file.table.column_names:
        return Identifiers(np.zeros(file.rows.size, dtype=np.int64), (dataset,))
    named = identifiers(file.table["dataset_id"])
    if np.all(named.codes >= 0):
        return named
    names = tuple(sorted({*named.names, dataset}))
    place = np.array([*(names.index(name) for name in named.names), names.index(dataset)])
    return Identifiers(place[named.codes], names)


def _empty(column: pa.ChunkedArray) -> Bools:
    empty: Bools = np.asarray(column.is_null().to_numpy())
    return empty


def in_future(column: str, today: dt.date, remedy: str) -> str:
    """The reason why a value of a day that has not come is left out."""
    return f"{column} lies after {today}, the day of this run; correct it, {remedy}, or state --as-of"


def _judge_numbers(verdicts: Rejections, quantity: Numbers, drivers: Mapping[str, Numbers]) -> None:
    """Note the values that cannot be used, and make them NaN."""
    useless = quantity.empty
    for known in drivers.values():
        useless = useless & known.empty
    verdicts.reject(useless, "quantity", NO_QUANTITY)
    _leave_out(verdicts, quantity, quantity.unclear, "quantity", BAD_QUANTITY)
    _leave_out(verdicts, quantity, quantity.not_finite, "quantity", NOT_FINITE)
    _leave_out(verdicts, quantity, quantity.values < 0, "quantity", NEGATIVE)
    for name, known in drivers.items():
        reason = f"{name} is no finite number; write one with a decimal point, or leave it empty"
        _leave_out(verdicts, known, known.unclear | known.not_finite, name, reason)


def _leave_out(verdicts: Rejections, numbers: Numbers, wrong: Bools, column: str, reason: str) -> None:
    verdicts.reject_values(wrong, column, reason)
    numbers.values[wrong] = np.nan
