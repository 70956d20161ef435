"""How long the periods of imported items are: stated, known, or recognised from their dates."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from lakecast_lake.codes import Codes, places, shared
from lakecast_lake.errors import BadResults
from lakecast_lake.handover.metadata import Frequencies
from lakecast_schema.contract import TEXT
from lakecast_schema.frequency import FrequencyUnclear, recognise
from lakecast_schema.periods import Dates, Frequency, grid_index

_ITEM = ("dataset_id", "item_id")
_FINEST_FIRST = tuple(Frequency)
_ENOUGH_DATES = 3
"""Dates from which on an item may differ from its data set."""


@dataclass(frozen=True)
class ItemFrequencies:
    """One frequency per item. table: dataset_id, item_id, frequency, one row each."""

    table: pa.Table

    def groups(self, rows: pa.Table) -> Iterator[tuple[str, Frequency, NDArray[np.bool_]]]:
        """Data set, frequency and a mask over `rows`, whose items are all known here; none is empty."""
        of_item, of_row = shared([self.table, rows], _ITEM)
        order = np.argsort(of_item)
        row = order[places(of_row, of_item[order])]  # of the table
        (group,) = shared([self.table], ("dataset_id", "frequency"))
        for code in np.unique(group[row]):
            first = int(np.flatnonzero(group == code)[0])
            named = self.table.slice(first, 1).to_pylist()[0]
            yield named["dataset_id"], Frequency(named["frequency"]), group[row] == code


def item_frequencies(rows: pa.Table, stated: Frequencies, known: pa.Table, path: Path) -> ItemFrequencies:
    """The frequency of each item of `rows` (of `fact_forecast`).

    What the metadata states of an item counts first, then what the lake says of it (`known`, rows of `dim_item`),
    then what its data set's dates show; where an item's own dates clearly show another one, that. Dates that
    do not lie on the stated or the lake's grid are refused with BadResults, and so are dates that show nothing.
    """
    frequencies: dict[tuple[str, str], str] = {}
    for dataset_id in sorted(set(rows["dataset_id"].to_pylist())):
        mine = rows.filter(pc.equal(rows["dataset_id"], dataset_id))
        there = known.filter(pc.equal(known["dataset_id"], dataset_id))
        in_lake = dict(zip(there["item_id"].to_pylist(), there["frequency"].to_pylist(), strict=True))
        of_dataset = stated.get(dataset_id, {})
        overall = _overall(dataset_id, mine, of_dataset, in_lake, path)
        by_item = {} if isinstance(of_dataset, str) else of_dataset
        for item, own in _own(mine, overall).items():
            settled = of_dataset if isinstance(of_dataset, str) else by_item.get(item) or in_lake.get(item)
            frequencies[dataset_id, item] = settled or own
    columns = [[key[0] for key in frequencies], [key[1] for key in frequencies], list(map(str, frequencies.values()))]
    return ItemFrequencies(pa.table([pa.array(column, TEXT) for column in columns], [*_ITEM, "frequency"]))


def _overall(
    dataset_id: str, rows: pa.Table, stated: str | Mapping[str, str], in_lake: Mapping[str, str], path: Path
) -> Frequency:
    """The frequency of a data set as a whole, the finest of those of its items."""
    finest_stated = _finest([stated] if isinstance(stated, str) else list(stated.values()))
    known = _finest(list(in_lake.values()))
    days, items = _days_and_items(rows)
    try:
        shown = recognise(days, items)
    except FrequencyUnclear as error:
        settled = finest_stated or known
        if settled is None:
            raise BadResults(
                f"{path}: data set {dataset_id}",
                f"how long is a period? {str(error).rstrip('.')}",
                'State it in metadata.json: "frequencies": {"' + dataset_id + '": "monthly"}.',
            ) from error
        return settled
    for who, expected in (("metadata.json", finest_stated), ("the lake", known)):
        if expected is not None and _FINEST_FIRST.index(shown) < _FINEST_FIRST.index(expected):
            raise BadResults(
                f"{path}: data set {dataset_id}",
                f"the dates are {shown}, but {who} says that its items are {expected}",
                "Give each period the date of its first day, or use a data set of its own.",
            )
    return finest_stated or known or shown


def _finest(values: list[str]) -> Frequency | None:
    frequencies = {Frequency(value) for value in values}
    return next((frequency for frequency in _FINEST_FIRST if frequency in frequencies), None)


def _own(rows: pa.Table, overall: Frequency) -> dict[str, Frequency]:
    """Item -> the data set's frequency, or its own where no two of its dates are one period of the data set apart."""
    days, items = _days_and_items(rows)
    order = np.lexsort((days, items))
    days, items = days[order], items[order]
    same = items[1:] == items[:-1]
    step = np.diff(grid_index(days, overall))
    count = int(items[-1]) + 1
    fits = np.bincount(items[1:][same & (step == 1)], minlength=count) > 0
    dates = 1 + np.bincount(items[1:][same & (step > 0)], minlength=count)
    own = dict.fromkeys(_names(rows), overall)
    names = list(own)
    for item in np.flatnonzero(~fits & (dates >= _ENOUGH_DATES)):
        try:
            own[names[item]] = recognise(days[items == item])
        except FrequencyUnclear:
            continue  # gaps
    return own


def _days_and_items(rows: pa.Table) -> tuple[Dates, Codes]:
    items = rows["item_id"].combine_chunks().dictionary_encode()
    return rows["date"].to_numpy().astype("datetime64[D]"), items.indices.to_numpy().astype(np.int64)


def _names(rows: pa.Table) -> list[str]:
    """Items in the order of their codes."""
    names: list[str] = rows["item_id"].combine_chunks().dictionary_encode().dictionary.to_pylist()
    return names
