"""Units of items as the files name them: quantities in different ones cannot be compared, or added up."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_assets.ingest.matching import of_dataset
from lakecast_forecast.input import messages
from lakecast_forecast.input.files import rows_at
from lakecast_forecast.input.marks import unit_form
from lakecast_forecast.input.report import Line, line
from lakecast_forecast.input.values import Identifiers, identifiers

if TYPE_CHECKING:
    from lakecast_assets.ingest.dataset import Parts

Units = Mapping[str, Mapping[str, str]]
"""Item -> unit in its plain form -> the unit as it is written."""


def of_units(parts: "Parts", here: NDArray[np.int64]) -> Iterator[Line]:
    """Lines about items that have several units, in one file or in two. here: rows of the demand's data set."""
    demand = parts.demand
    files = {demand.file.name: _units(demand.file.table, demand.items, here, demand.unit)}
    for rows in (parts.items, parts.stock, parts.orders):
        if rows is not None:
            mine = of_dataset(rows, parts.dataset_id)
            files[rows.file.name] = _units(rows.file.table, rows.items, mine, rows.unit)
    for name, units in files.items():
        mixed = [f"{item} ({', '.join(sorted(of.values()))})" for item, of in sorted(units.items()) if len(of) > 1]
        if mixed:
            yield line("warning", messages.UNITS_MIXED.of(file=name), mixed)
    differing = []
    for item in sorted({item for units in files.values() for item in units}):
        of = {name: units[item] for name, units in files.items() if item in units}
        if len(set.union(*(set(each) for each in of.values()))) > max(len(each) for each in of.values()):
            words = ", ".join(f"{name}: {next(iter(each.values()))}" for name, each in of.items())
            differing.append(f"{item} ({words})")
    if differing:
        yield line("warning", messages.UNITS_DIFFER, differing)


def _units(table: pa.Table, items: Identifiers, rows: NDArray[np.int64], beside: str) -> Units:
    """Units of the items of some rows of a file. beside: what stands beside all its quantities."""
    if "unit" not in table.column_names:
        words = Identifiers(np.zeros(rows.size, dtype=np.int64), (beside,)) if beside else None
    else:
        words = identifiers(rows_at(table.select(["unit"]), rows)["unit"])
    if words is None:
        return {}
    pairs = np.unique(np.column_stack([items.codes[rows], words.codes]), axis=0)
    units: dict[str, dict[str, str]] = {}
    for item, word in pairs[(pairs >= 0).all(axis=1)].tolist():
        units.setdefault(items.names[item], {}).setdefault(unit_form(words.names[word]), words.names[word])
    return units
