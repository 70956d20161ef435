"""The optional files: items with their master data, stock, and open orders."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from lakecast_forecast.input import messages
from lakecast_forecast.input.dates import FAR_YEARS
from lakecast_forecast.input.demand import EARLIEST, LATEST, datasets_of, days_of, figures_of, reject_items
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.files import InputFile, as_text, find, read
from lakecast_forecast.input.names import PARTS, normal, plain
from lakecast_forecast.input.rejections import Rejections
from lakecast_forecast.input.rules import Rules
from lakecast_forecast.input.values import Identifiers, Numbers, identifiers

TEXTS = ("sku", "name", "category", "unit", "supplier", "location", "service_measure", "currency")
FIGURES = (
    "lead_time_days", "lead_time_std_days", "service_level", "review_period_days", "min_order_quantity",
    "order_multiple", "unit_cost", "criticality",
)  # fmt: skip
STOCK_FIGURES = ("on_hand", "on_order")
ORDER_FIGURES = ("quantity",)
DAYS_IN_YEAR = 365.25
LONGEST_YEARS = 5
"""Lead times and review periods that are longer are mistyped."""
_IN_DAYS = ("lead_time_days", "lead_time_std_days", "review_period_days")
_OPEN = (
    "saldo", "saldo a receber", "saldo do pedido", "saldo pendente", "pendente", "a receber", "em aberto", "aberto",
    "quantidade pendente", "qtd pendente", "qtde pendente", "quantidade em aberto", "qtd em aberto", "qtde em aberto",
    "quantidade a receber", "qtd a receber", "open", "open quantity", "open qty", "remaining", "outstanding",
)  # fmt: skip
"""What the part of an order that is still to come may be called, as `names.plain` writes it."""
_MEASURES = {"cycle": "cycle", "ciclo": "cycle", "fill": "fill", "fill rate": "fill"}
_CURRENCIES = {"R$": "BRL", "US$": "USD", "€": "EUR"}


@dataclass(frozen=True)
class MasterRows:
    """The rows of a file of items, stock or orders, in its order; those rejected are to be left out.

    datasets: None where the file has no such column: then a row speaks of that item in every data set.
    day: (n,) of stock, or on which an order is due; None of items. texts: name -> (n,) objects, None where empty;
    figures: name -> (n,), NaN where empty or not usable; not_usable: name -> (n,) where the file has a value that
    cannot be used.
    """

    file: InputFile
    datasets: Identifiers | None
    items: Identifiers
    day: NDArray[np.datetime64] | None
    texts: Mapping[str, NDArray[np.object_]]
    figures: Mapping[str, NDArray[np.float64]]
    not_usable: Mapping[str, NDArray[np.bool_]]
    verdicts: Rejections
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Id as the file has it -> the item that it stands for, of those that are taken loosely."""
    unit: str = ""
    """What stands beside the quantities."""


def read_items(folder: Path, dataset: str, rules: Rules, demand_ids: Sequence[str]) -> MasterRows | None:
    """Read and judge the items file of a folder; None where there is none. Raises `InputError`.

    demand_ids: what those of the file may stand for by `rules.ids`; so for `read_stock` and others.
    """
    path = find(folder, "items")
    if path is None:
        return None
    file = _read(path, "items", ("item_id",), ("dataset_id", *TEXTS, *FIGURES), rules)
    rows = _judge(_items_judged(file), dataset, FIGURES, rules, demand_ids)
    _reject_repeated(rows)
    return rows


def read_stock(
    folder: Path, dataset: str, today: dt.date, rules: Rules, demand_ids: Sequence[str]
) -> MasterRows | None:
    """Read and judge the stock file of a folder; None where there is none. Raises `InputError`.

    today: stock of later days is rejected.
    """
    path = find(folder, "stock")
    if path is None:
        return None
    required = ("item_id", "date", "on_hand")
    verdicts = _items_judged(_read(path, "stock", required, ("dataset_id", "location", "on_order"), rules, ("unit",)))
    day = _days(verdicts, "date", rules)
    verdicts.reject(day > np.datetime64(today), "date", messages.FUTURE.of(today=today, remedy="remove the row"))
    rows = _judge(verdicts, dataset, STOCK_FIGURES, rules, demand_ids, day, rules.by)
    if rules.duplicates != "sum":
        _reject_copies(rows)
    return rows


def read_orders(
    folder: Path, dataset: str, today: dt.date, rules: Rules, demand_ids: Sequence[str]
) -> MasterRows | None:
    """Read and judge the file of open orders of a folder; None where there is none. Raises `InputError`.

    today: orders that are due years before or after it are rejected.
    """
    path = find(folder, "orders")
    if path is None:
        return None
    required = ("item_id", "due_date", "quantity")
    file = _read(path, "orders", required, ("dataset_id", "location"), rules, ("unit",))
    if "orders.quantity" not in rules.columns:
        _refuse_ordered_and_open(file)
    verdicts = _items_judged(file)
    day = _days(verdicts, "due_date", rules)
    far = np.abs((day - np.datetime64(today)).astype(np.float64)) > FAR_YEARS * DAYS_IN_YEAR
    verdicts.reject(far & ~np.isnat(day), "due_date", messages.FAR_DUE_DATE.of(years=FAR_YEARS, today=today))
    rows = _judge(verdicts, dataset, ORDER_FIGURES, rules, demand_ids, day, rules.by)
    if rules.duplicates != "sum":
        _reject_copies(rows)
    empty = np.isnan(rows.figures["quantity"]) & ~rows.not_usable["quantity"]
    verdicts.reject(empty, "quantity", messages.NO_ORDER_QUANTITY)
    return rows


def _refuse_ordered_and_open(file: InputFile) -> None:
    """Raise `InputError` where what was ordered and what of it is still to come stand side by side."""
    both = [name for name in file.ignored if plain(name) in _OPEN]
    if both:
        ordered = file.columns["quantity"]
        raise InputError(
            file.name,
            f"the columns {ordered} and {both[0]} may both be quantity: what was ordered, or what is still to come",
            f"Say which one is meant: --column orders.quantity={both[0]}",
            column="quantity",
        )


def _read(
    path: Path, kind: str, required: Sequence[str], optional: Sequence[str], rules: Rules, spare: Sequence[str] = ()
) -> InputFile:
    parts = PARTS if "date" in required else ()
    stated = rules.columns_of(kind, (*required, *optional, *spare, *parts))
    return read(path, required, optional, stated=stated, spare=spare, kind=kind)


def _items_judged(file: InputFile) -> Rejections:
    """Verdicts on a file, of which rows that name no item are the first to be rejected."""
    verdicts = Rejections(file)
    reject_items(verdicts, identifiers(file.table["item_id"]))
    return verdicts


def _days(verdicts: Rejections, column: str, rules: Rules) -> NDArray[np.datetime64]:
    day = days_of(verdicts.file, rules, column)
    verdicts.reject(np.isnat(day) & verdicts.file.table[column].is_null().to_numpy(), column, messages.NO_DATE)
    verdicts.reject(np.isnat(day), column, messages.BAD_DATE)
    outside = messages.DATE_OUTSIDE.of(earliest=EARLIEST, latest=LATEST)
    verdicts.reject((day < EARLIEST) | (day >= LATEST), column, outside)
    return day


def _judge(
    verdicts: Rejections,
    dataset: str,
    figures: Sequence[str],
    rules: Rules,
    demand_ids: Sequence[str],
    day: NDArray[np.datetime64] | None = None,
    by: str = "",
) -> MasterRows:
    """The rows of a file, whose items and days are judged already."""
    file = verdicts.file
    has = file.table.column_names
    names = [name for name in figures if name in has]
    numbers = figures_of(file, names, rules)
    values = {name: _figure(verdicts, name, parsed) for name, parsed in numbers.items()}
    unit = next((numbers[name].unit for name in ("on_hand", "quantity") if name in numbers), "")
    wrong = {name: each.not_usable for name, each in values.items()}
    texts = {name: _text(verdicts, name) for name in TEXTS if name in has}
    datasets = datasets_of(file, dataset, by=by) if "dataset_id" in has or by else None
    items = identifiers(file.table["item_id"])
    renamed = _renamed(items.names, demand_ids) if rules.ids == "loose" else {}
    figures_only = {name: each.values for name, each in values.items()}
    return MasterRows(file, datasets, items.renamed(renamed), day, texts, figures_only, wrong, verdicts, renamed, unit)


def _renamed(names: Sequence[str], demand_ids: Sequence[str]) -> dict[str, str]:
    """Names that the demand has not got -> its only id of the same normal form."""
    forms: dict[str, set[str]] = {}
    for name in demand_ids:
        forms.setdefault(normal(name), set()).add(name)
    there = set(demand_ids)
    strangers = [name for name in names if name not in there]
    return {name: min(forms[normal(name)]) for name in strangers if len(forms.get(normal(name), ())) == 1}


def _figure(verdicts: Rejections, name: str, parsed: Numbers) -> "_Figure":
    """A column of numbers, NaN where it is empty or its value cannot be used; a bad value costs that value only."""
    reasons = [(parsed.unclear | parsed.not_finite, messages.BAD_FIGURE.of(column=name))]
    if name != "on_hand":  # a negative stock on hand is a backlog
        reasons.append((parsed.values < 0, messages.NEGATIVE_FIGURE.of(column=name)))
    if name == "service_level":
        percent = (parsed.values >= 50) & (parsed.values < 100)  # 95 can mean nothing else
        parsed.values[percent] /= 100
        outside = (parsed.values >= 1) | (parsed.values == 0)
        reasons.append((outside, messages.SERVICE_LEVEL))
    if name in _IN_DAYS:
        long = parsed.values > LONGEST_YEARS * DAYS_IN_YEAR
        reasons.append((long, messages.TOO_LONG.of(column=name, years=LONGEST_YEARS)))
    if name == "criticality":
        reasons.append((~np.isin(parsed.values, range(1, 6)) & ~np.isnan(parsed.values), messages.CRITICALITY))
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


def _text(verdicts: Rejections, name: str) -> NDArray[np.object_]:
    """A column of texts, None where it is empty, or its word is none of those that the column may have."""
    words = [(word or "").strip() or None for word in as_text(verdicts.file.table[name]).to_pylist()]
    meaning: Callable[[str], str | None] | None = _WORDS_OF.get(name)
    if meaning is None:
        return _objects(words)
    meant = [None if word is None else meaning(word) for word in words]
    lost = np.array([word is not None and other is None for word, other in zip(words, meant, strict=True)], dtype=bool)
    verdicts.reject_values(lost, name, messages.SERVICE_MEASURE if name == "service_measure" else messages.CURRENCY)
    return _objects(meant)


def _currency(word: str) -> str | None:
    code = _CURRENCIES.get(word.upper(), word.upper())
    return code if len(code) == 3 and code.isascii() and code.isalpha() else None


_WORDS_OF: Mapping[str, Callable[[str], str | None]] = {
    "service_measure": lambda word: _MEASURES.get(word.lower()),
    "currency": _currency,
}


def _objects(words: Sequence[str | None]) -> NDArray[np.object_]:
    return np.array([*words, None], dtype=object)[:-1]


def _reject_copies(rows: MasterRows) -> None:
    """Reject rows that say in every column what an earlier one says, where a column tells rows of one day apart.

    Without a column such as location, lot or number of the order, two rows of a day may well be alike and both true.
    """
    others = rows.file.others()
    table = rows.file.table
    for name in [] if others is None else others.column_names:
        table = table.append_column(f"other {name}", others[name])  # type: ignore[index]
    if set(table.column_names) <= {"item_id", "date", "due_date", "dataset_id", *STOCK_FIGURES, *ORDER_FIGURES}:
        return
    whole = pc.binary_join_element_wise(*(pc.fill_null(as_text(column), "\x1e") for column in table.columns), "\x1f")
    codes = identifiers(whole).codes
    first = np.full(codes.max(initial=-1) + 1, codes.size)
    np.minimum.at(first, codes, np.arange(codes.size))
    rows.verdicts.reject(np.arange(codes.size) > first[codes], "item_id", messages.COPY)


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
