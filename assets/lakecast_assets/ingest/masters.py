"""The optional files: items with their master data, and stock."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.input import messages
from lakecast_forecast.input.demand import EARLIEST, LATEST, datasets_of, days_of, figures_of
from lakecast_forecast.input.files import InputFile, as_text, find, read
from lakecast_forecast.input.rejections import Rejections
from lakecast_forecast.input.rules import Rules
from lakecast_forecast.input.values import Identifiers, Numbers, identifiers

TEXTS = ("sku", "name", "category", "unit", "supplier")
FIGURES = (
    "lead_time_days", "lead_time_std_days", "service_level", "review_period_days", "min_order_quantity",
    "unit_cost",
)  # fmt: skip
STOCK_FIGURES = ("on_hand", "on_order")


@dataclass(frozen=True)
class MasterRows:
    """The rows of an items or stock file, in its order; those rejected are to be left out.

    datasets: None where the file has no such column: then a row speaks of that item in every data set.
    day: (n,) of stock rows only. texts: name -> (n,) objects, None where empty; figures: name -> (n,), NaN where
    empty or not usable; not_usable: name -> (n,) where the file has a value that cannot be used.
    """

    file: InputFile
    datasets: Identifiers | None
    items: Identifiers
    day: NDArray[np.datetime64] | None
    texts: Mapping[str, NDArray[np.object_]]
    figures: Mapping[str, NDArray[np.float64]]
    not_usable: Mapping[str, NDArray[np.bool_]]
    verdicts: Rejections


def read_items(folder: Path, dataset: str, rules: Rules) -> MasterRows | None:
    """Read and judge the items file of a folder; None where there is none. Raises `InputError`."""
    path = find(folder, "items")
    if path is None:
        return None
    rows = _judge(read(path, ("item_id",), ("dataset_id", *TEXTS, *FIGURES)), dataset, FIGURES, None, rules)
    _reject_repeated(rows)
    return rows


def read_stock(folder: Path, dataset: str, today: dt.date, rules: Rules) -> MasterRows | None:
    """Read and judge the stock file of a folder; None where there is none. Raises `InputError`.

    today: stock of later days is rejected.
    """
    path = find(folder, "stock")
    if path is None:
        return None
    required = ("item_id", "date", "on_hand")
    file = read(path, required, ("dataset_id", "location", "on_order"))
    return _judge(file, dataset, STOCK_FIGURES, today, rules, rules.by)


def _judge(
    file: InputFile, dataset: str, figures: Sequence[str], today: dt.date | None, rules: Rules, by: str = ""
) -> MasterRows:
    """The rows of a file; today: where they have a date, the last that they may have."""
    verdicts = Rejections(file)
    has = file.table.column_names
    items = identifiers(file.table["item_id"])
    verdicts.reject(items.codes < 0, "item_id", messages.NO_ITEM)
    day = None
    if today is not None:
        day = days_of(file, rules)
        verdicts.reject(np.isnat(day) & file.table["date"].is_null().to_numpy(), "date", messages.NO_DATE)
        verdicts.reject(np.isnat(day), "date", messages.BAD_DATE)
        verdicts.reject(
            (day < EARLIEST) | (day >= LATEST), "date", messages.DATE_OUTSIDE.of(earliest=EARLIEST, latest=LATEST)
        )
        future = messages.FUTURE.of(today=today, remedy="remove the row")
        verdicts.reject(day > np.datetime64(today), "date", future)
    names = [name for name in figures if name in has]
    values = {name: _figure(verdicts, name, parsed) for name, parsed in figures_of(file, names, rules).items()}
    wrong = {name: each.not_usable for name, each in values.items()}
    texts = {name: _words(file, name) for name in TEXTS if name in has}
    datasets = datasets_of(file, dataset, by=by) if "dataset_id" in has or by else None
    return MasterRows(file, datasets, items, day, texts, {n: v.values for n, v in values.items()}, wrong, verdicts)


def _figure(verdicts: Rejections, name: str, parsed: Numbers) -> "_Figure":
    """A column of numbers, NaN where it is empty or its value cannot be used; a bad value costs that value only."""
    reasons = [(parsed.unclear | parsed.not_finite, messages.BAD_FIGURE.of(column=name))]
    if name != "on_hand":  # a negative stock on hand is a backlog
        reasons.append((parsed.values < 0, messages.NEGATIVE_FIGURE.of(column=name)))
    if name == "service_level":
        outside = (parsed.values >= 1) | (parsed.values == 0)
        reasons.append((outside, messages.SERVICE_LEVEL))
    not_usable = np.zeros(parsed.values.size, dtype=bool)
    for rows, words in reasons:
        verdicts.reject_values(rows, name, words)
        not_usable |= rows
    parsed.values[not_usable] = np.nan
    return _Figure(parsed.values, not_usable)


@dataclass(frozen=True)
class _Figure:
    values: NDArray[np.float64]
    not_usable: NDArray[np.bool_]


def _words(file: InputFile, name: str) -> NDArray[np.object_]:
    words = [(word or "").strip() or None for word in as_text(file.table[name]).to_pylist()]
    return np.array([*words, None], dtype=object)[:-1]


def _reject_repeated(rows: MasterRows) -> None:
    """Reject all rows but the first of a key (data set, item)."""
    good = np.flatnonzero(~rows.verdicts.rejected)
    parts = [rows.items.codes]
    if rows.datasets is not None:
        parts.append(rows.datasets.codes)
    keys = np.column_stack(parts)[good]
    _, first, inverse = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    late = np.flatnonzero(first[inverse.reshape(-1)] != np.arange(good.size))
    earlier = rows.file.rows[good[first[inverse.reshape(-1)[late]]]]
    reasons = [messages.REPEATED_ITEM.of(row=row) for row in earlier.tolist()]
    rows.verdicts.reject_each(good[late], "item_id", reasons)
