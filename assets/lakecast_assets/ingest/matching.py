"""Whether the files of a folder speak of the same items: what matches nothing, counted from both sides."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_assets.ingest.masters import MasterRows
from lakecast_forecast.input import messages
from lakecast_forecast.input.demand import DemandRows
from lakecast_forecast.input.names import normal, plain
from lakecast_forecast.input.report import EXAMPLES, Line, Severity, Words, line
from lakecast_forecast.input.series import DemandSeries
from lakecast_forecast.input.values import identifiers
from lakecast_schema.decision_inputs import DEFAULT_LEAD_TIME_DAYS

if TYPE_CHECKING:
    from lakecast_assets.ingest.dataset import Parts


SERVICES = ("sr", "sv", "sv c", "svc", "serv", "servico", "servicos", "service", "services")
"""Units of services, as `names.plain` writes them."""


_KIND_OF_MOVEMENT = (
    "tipo", "tipo movimento", "tipo de movimento", "tipo mov", "movimento", "mov", "operacao", "tipo de operacao",
    "natureza", "e s", "entrada saida", "type", "movement", "movement type", "direction",
)  # fmt: skip
_INWARD = ("e", "entrada", "entradas", "recebimento", "compra", "in", "receipt", "inbound", "purchase")
_OUTWARD = ("s", "saida", "saidas", "consumo", "requisicao", "baixa", "venda", "out", "issue", "outbound", "sale")
"""Columns that say which way a row goes, and what they say, as `names.plain` writes it."""


@dataclass(frozen=True)
class Strangers:
    """Names of other files that are no items of a data set."""

    of_stock: tuple[str, ...]
    of_orders: tuple[str, ...]


def of_dataset(rows: MasterRows | None, dataset_id: str) -> NDArray[np.int64]:
    """Positions of the good rows that speak of a data set."""
    if rows is None:
        return np.array([], dtype=np.int64)
    good = ~rows.verdicts.rejected
    if rows.datasets is not None:
        if dataset_id not in rows.datasets.names:
            return np.array([], dtype=np.int64)
        good &= rows.datasets.codes == rows.datasets.names.index(dataset_id)
    return np.flatnonzero(good)


def of_several_datasets(demand: DemandRows) -> frozenset[str]:
    """Items that are in the demand of more than one data set."""
    if len(demand.datasets.names) == 1:
        return frozenset()
    known = demand.items.codes >= 0
    several = len(demand.datasets.names) + 1  # rows may name none: -1
    pairs = np.unique(demand.items.codes[known].astype(np.int64) * several + demand.datasets.codes[known] + 1)
    codes, counts = np.unique(pairs // several, return_counts=True)
    return frozenset(demand.items.names[code] for code in codes[counts > 1].tolist())


def matching(
    parts: "Parts", tables: Mapping[str, pa.Table], read: DemandSeries, strangers: Strangers
) -> Iterator[Line]:
    """Lines about items that one file has and another lacks, and about columns that nobody reads."""
    seen, used = read.items.names, read.names
    if parts.demand.locations is not None and not parts.by_location:
        yield line("info", messages.LOCATIONS, parts.demand.locations.names)
    yield from _services(tables["dim_item"], used)
    if parts.stock is not None:  # else nothing is decided
        yield from _without_lead_time(tables["dim_item"], used)
    forms: dict[str, str] = {}
    same = [f"{name} (and {forms[normal(name)]})" for name in seen if forms.setdefault(normal(name), name) != name]
    yield from _some("warning", messages.ALIKE.of(file=parts.demand.file.name), same)
    yield from _some("warning", messages.ITEMS_NOT_USABLE, sorted(set(seen) - {*used, *read.too_new}))
    if parts.items is not None:
        file = parts.items.file.name
        without = sorted(set(tables["dim_item"]["item_id"].to_pylist()) - set(used))
        yield from _some("info", messages.ITEMS_WITHOUT_DEMAND.of(file=file), without)
        codes = np.unique(parts.items.items.codes[of_dataset(parts.items, parts.dataset_id)])
        described = {parts.items.items.names[code] for code in codes.tolist()}
        yield from _alike(file, set(without) & described, used)
        bare = [name for name in used if name not in described]
        yield from _some("warning", messages.ITEMS_MISSING.of(file=file), bare)
    if parts.stock is not None:
        file = parts.stock.file.name
        yield from _some("warning", messages.STOCK_STRANGERS.of(file=file), strangers.of_stock)
        yield from _alike(file, strangers.of_stock, used)
        with_stock = set(tables["fact_inventory"]["item_id"].to_pylist())
        bare = [name for name in used if name not in with_stock]
        yield from _some("warning", messages.STOCK_MISSING.of(file=file), bare)
    if parts.orders is not None:
        file = parts.orders.file.name
        yield from _some("warning", messages.ORDER_STRANGERS.of(file=file), strangers.of_orders)
        yield from _alike(file, strangers.of_orders, used)
    for masters in (parts.items, parts.stock, parts.orders):
        if masters is not None and parts.takes_all:
            pairs = [f"{name} (as {item})" for name, item in masters.renamed.items()]
            yield from _some("warning", messages.MATCHED_LOOSELY.of(file=masters.file.name), pairs)
    for rows in (parts.demand, parts.stock, parts.orders):  # those of the items are kept as attributes
        if rows is not None and parts.takes_all:
            ignored = [name for name in rows.file.ignored if name.strip()]
            yield from _some("info", messages.COLUMNS_IGNORED.of(file=rows.file.name), ignored)
    if parts.takes_all:
        yield from _movements(parts.demand)
    for masters in (parts.items, parts.stock, parts.orders):
        if masters is not None and masters.datasets is not None and parts.takes_all:
            lost = [name for name in masters.datasets.names if name not in parts.demand.datasets.names]
            places = [masters.datasets.names.index(name) for name in lost]
            count = int(np.isin(masters.datasets.codes, places).sum())
            if count:
                words = messages.DATASET_WITHOUT_DEMAND.of(file=masters.file.name)
                yield line("warning", words, lost[:EXAMPLES], count=count)


def _movements(demand: DemandRows) -> Iterator[Line]:
    """A line about a column that says of each row whether it goes in or out, where some do either."""
    file = demand.file
    columns = [place for place, name in enumerate(file.ignored) if plain(name) in _KIND_OF_MOVEMENT]
    if not columns or (others := file.others()) is None:  # read anew: not for nothing
        return
    for place in columns:
        words = identifiers(others.column(place)).names
        inward = [word for word in words if plain(word) in _INWARD]
        outward = [word for word in words if plain(word) in _OUTWARD]
        if inward and outward:
            shown = f"{inward[0]}, {outward[0]}"
            yield line("warning", messages.MOVEMENTS.of(column=file.ignored[place], words=shown), count=0)


def _services(dim_item: pa.Table, used: Sequence[str]) -> Iterator[Line]:
    """A line about items with demand whose unit is one of services."""
    with_demand = set(used)
    rows = zip(dim_item["item_id"].to_pylist(), dim_item["unit"].to_pylist(), strict=True)
    services = {name: unit for name, unit in rows if unit and plain(unit) in SERVICES and name in with_demand}
    yield from _some("warning", messages.SERVICES.of(units=", ".join(sorted(set(services.values())))), [*services])


def _without_lead_time(dim_item: pa.Table, used: Sequence[str]) -> Iterator[Line]:
    """A line about items with demand whose lead time is an assumption."""
    unknown = set(dim_item["item_id"].filter(dim_item["lead_time_days"].is_null()).to_pylist())
    words = messages.LEAD_TIME_MISSING.of(days=f"{DEFAULT_LEAD_TIME_DAYS:g}")
    yield from _some("info", words, [name for name in used if name in unknown])


def _alike(file: str, strangers: Collection[str], used: Sequence[str]) -> Iterator[Line]:
    """A line about ids that match no item, but would in their normal form."""
    forms = {normal(name): name for name in used}
    pairs = [f"{name} (for {forms[normal(name)]})" for name in sorted(strangers) if normal(name) in forms]
    yield from _some("warning", messages.WOULD_MATCH.of(file=file), pairs)


def _some(severity: Severity, words: Words, names: Sequence[str]) -> Iterator[Line]:
    if names:
        yield line(severity, words, names)
