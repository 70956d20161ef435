"""The items of a snapshot, numbered: what every other column refers to by an item's code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lakecast_lake.columns.segment import Days, Floats, Ints, Segment
from lakecast_lake.pieces import listed
from lakecast_schema.periods import Frequency
from lakecast_schema.tables import DIM_ITEM

Codes = NDArray[np.int32]

YEAR = 365
"""Days of demand that an item's yearly value is counted over: those before the data set's last observed date."""
A_SHARE, B_SHARE = 0.8, 0.95
_NEVER = np.iinfo(np.int32).min
INDEXED = frozenset({"dataset_id", "item_id"})
"""Columns whose equalities need no query."""


@dataclass(frozen=True, eq=False)
class Items:
    """Items in ascending order of (data set, item id); an item's code is its place.

    Attributes:
        table: (items,) columns of `dim_item` (`yearly_demand` computed where the version has none) and, computed here,
            `first_date`, `last_date`, `last_demand_date` (the last period with any demand), `observations`, `abc_class`
            and `is_used`: whether it had demand within the year.
        datasets: data set ids in ascending order.
        bounds: (data sets + 1,) the codes of a data set are bounds[d]:bounds[d + 1].
    """

    table: pa.Table
    datasets: tuple[str, ...]
    bounds: Ints

    @property
    def count(self) -> int:
        return int(self.bounds[-1])

    @cached_property
    def item_id(self) -> list[str]:
        texts: list[str] = listed(self.table["item_id"])
        return texts

    @cached_property
    def dataset_id(self) -> list[str]:
        texts: list[str] = listed(self.table["dataset_id"])
        return texts

    @cached_property
    def frequency(self) -> NDArray[np.int8]:
        """Each item's frequency as its place in `FREQUENCIES`."""
        return np.array([_FREQUENCY_CODE[name] for name in listed(self.table["frequency"])], dtype=np.int8)

    @cached_property
    def index(self) -> dict[tuple[str, str], int]:
        """(data set, item id) -> code."""
        return {key: code for code, key in enumerate(zip(self.dataset_id, self.item_id, strict=True))}

    @cached_property
    def by_id(self) -> dict[str, list[int]]:
        """Item id -> codes, one per data set that uses it."""
        return _places(self.item_id)

    @cached_property
    def by_sku(self) -> dict[str, list[int]]:
        """SKU -> codes."""
        return _places(listed(self.table["sku"]))

    def coded(self, item_id: str, dataset_id: str | None = None) -> Sequence[int]:
        """Codes of the items with this id, of one data set or of all."""
        codes = self.by_id.get(item_id, ())
        if dataset_id is None:
            return codes
        return [code for code in codes if self.dataset_id[code] == dataset_id]

    def of_dataset(self, dataset_id: str) -> tuple[int, int]:
        """The codes low:high of a data set; none where there is no such data set."""
        if dataset_id not in self.datasets:
            return 0, 0
        place = self.datasets.index(dataset_id)
        return self.bounds.item(place), self.bounds.item(place + 1)

    def between(self, equalities: Mapping[str, str] | None) -> tuple[int, int] | None:
        """The codes low:high of the items that have these values; None where it takes more than looking them up.

        Args:
            equalities: column -> value.
        """
        if equalities is None or not equalities.keys() <= INDEXED:
            return None
        dataset, item = equalities.get("dataset_id"), equalities.get("item_id")
        if item is None:
            return (0, self.count) if dataset is None else self.of_dataset(dataset)
        codes = self.coded(item, dataset)
        return None if len(codes) > 1 else (codes[0], codes[0] + 1) if codes else (0, 0)

    def codes(self, dataset_id: str, item_ids: Sequence[str]) -> Codes:
        """Codes of a data set's items, all of them known."""
        return np.array([self.index[dataset_id, item] for item in item_ids], dtype=np.int32)


FREQUENCIES = tuple(Frequency)
_FREQUENCY_CODE = {frequency.value: code for code, frequency in enumerate(FREQUENCIES)}


def number(dims: Mapping[str, pa.Table], demand: Mapping[str, Segment], others: Mapping[str, set[str]]) -> Items:
    """Number the items of all data sets.

    Args:
        dims: data set -> its `dim_item` rows in any order.
        demand: data set -> its demand.
        others: data set -> item ids that its other tables name. Those that `dim_item` does not list (any more) get
            a row of nulls, so that their rows are served, not hidden; they are daily, for want of a better guess.
    """
    datasets = tuple(sorted({*dims, *others}))
    parts = []
    for dataset in datasets:
        table = _ordered(dims.get(dataset), dataset, others.get(dataset, set()))
        parts.append(_with_demand(table, demand.get(dataset)))
    sizes = [len(part) for part in parts]
    table = pa.concat_tables(parts) if parts else _with_demand(DIM_ITEM.schema.empty_table(), None)
    return Items(table.combine_chunks(), datasets, np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64))


def _ordered(table: pa.Table | None, dataset: str, named: set[str]) -> pa.Table:
    table = DIM_ITEM.schema.empty_table() if table is None else table.select(DIM_ITEM.column_names)
    table = table.cast(DIM_ITEM.schema)
    missing = sorted(named - set(listed(table["item_id"])))
    if missing:
        known = {"dataset_id": [dataset] * len(missing), "item_id": missing, "frequency": ["daily"] * len(missing)}
        nulls = {field.name: pa.nulls(len(missing), field.type) for field in DIM_ITEM.schema}
        table = pa.concat_tables([table, pa.table({**nulls, **known}, schema=DIM_ITEM.schema)])
    texts = listed(table["item_id"])
    return table.take(pa.array(sorted(range(len(texts)), key=texts.__getitem__), pa.int64()))


def _with_demand(table: pa.Table, demand: Segment | None) -> pa.Table:
    first, last, used, observed, recent = _summary(listed(table["item_id"]), demand)
    value = recent * table["unit_cost"].to_numpy()
    known = observed > 0
    dates = {"first_date": first, "last_date": last, "last_demand_date": used}
    for name, days in dates.items():
        mask = days == _NEVER if name == "last_demand_date" else ~known
        table = table.append_column(name, pa.array(days, pa.int32(), mask=mask).cast(pa.date32()))
    place = table.column_names.index("yearly_demand")
    yearly = pc.coalesce(table["yearly_demand"], pa.array(recent, pa.float64(), mask=~known))
    table = table.set_column(place, "yearly_demand", yearly)
    table = table.append_column("observations", pa.array(observed, pa.int64(), mask=~known))
    table = table.append_column("is_used", pa.array(recent > 0))
    return table.append_column("abc_class", abc_class(value))


def _summary(item_ids: Sequence[str], demand: Segment | None) -> tuple[Days, Days, Days, Ints, Floats]:
    """First and last observed day, the last with demand (`_NEVER` without one), number of observed periods, and
    quantity over the last `YEAR`, per item.
    """
    first, last = np.zeros(len(item_ids), np.int32), np.zeros(len(item_ids), np.int32)
    used = np.full(len(item_ids), _NEVER, np.int32)
    observed, recent = np.zeros(len(item_ids), np.int64), np.zeros(len(item_ids), np.float64)
    if demand is None or not demand.rows:
        return first, last, used, observed, recent
    quantity = demand.numbers["quantity"]
    has_demand = np.isfinite(quantity)
    since = (int(demand.date[has_demand].max()) if has_demand.any() else 0) - YEAR
    sums = np.where(has_demand & (demand.date > since), quantity, 0.0)
    place = np.array([demand.index.get(item, -1) for item in item_ids], np.int64)
    there = np.flatnonzero(place >= 0)
    begin, end = (demand.start[demand.first_block[place[there] + more]] for more in (0, 1))
    rows = np.flatnonzero(has_demand)
    low, high = np.searchsorted(rows, begin), np.searchsorted(rows, end)
    some = high > low
    codes = there[some]
    first[codes], last[codes] = demand.date[rows[low[some]]], demand.date[rows[high[some] - 1]]
    observed[codes] = (high - low)[some]
    demands = np.flatnonzero(quantity > 0)
    before, until = np.searchsorted(demands, begin), np.searchsorted(demands, end)
    used[there[until > before]] = demand.date[demands[until[until > before] - 1]]
    # Each item's sum of its own rows: differences of one running sum would carry the others' rounding.
    edges = np.append(demand.start[demand.first_block[:-1]], demand.rows)
    recent[codes] = np.add.reduceat(sums, edges[:-1])[place[codes]]
    return first, last, used, observed, recent


def abc_class(value: Floats) -> pa.Array:
    """A while the more valuable items make less than 80 % of the value, B to 95 %, C the rest; null for NaN."""
    known = np.flatnonzero(np.isfinite(value))
    order = known[np.argsort(-value[known], kind="stable")]
    total = value[order].sum()
    before = (np.cumsum(value[order]) - value[order]) / total if total > 0 else np.ones(len(order))
    classes: list[str | None] = [None] * len(value)
    for place, share in zip(order.tolist(), before.tolist(), strict=True):
        # Sums of floats: a hair under the border is the border.
        classes[place] = "A" if share < A_SHARE - 1e-12 else "B" if share < B_SHARE - 1e-12 else "C"
    return pa.array(classes, pa.string())


def _places(values: Sequence[str | None]) -> dict[str, list[int]]:
    places: dict[str, list[int]] = {}
    for code, value in enumerate(values):
        if value is not None:
            places.setdefault(value, []).append(code)
    return places
