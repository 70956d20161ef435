"""Reading a folder of input: which data sets it holds, and each one's tables."""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow as pa

from lakecast_assets.ingest.dataset import Parts, assemble
from lakecast_assets.ingest.items import FACTS
from lakecast_assets.ingest.masters import MasterRows, read_items, read_orders, read_stock
from lakecast_assets.ingest.matching import of_several_datasets
from lakecast_assets.ingest.settings_file import read_settings, with_settings
from lakecast_forecast.input.demand import DemandRows, read_demand
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.files import data_files, find
from lakecast_forecast.input.fiscal import read_calendar
from lakecast_forecast.input.grid import GridTooLargeError
from lakecast_forecast.input.report import Line
from lakecast_forecast.input.rules import Rules
from lakecast_schema.frequency import FrequencyUnclear
from lakecast_schema.periods import Frequency

Tell = Callable[[str], None]
"""Hears what is read now."""

_KEPT_APART = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class DatasetInput:
    """The tables of one data set, as the contracts want them, and what there is to say about them.

    tables: landed_demand, rejected_rows, demand, driver, dim_item, fact_inventory and open_order; those without rows
    are empty.
    """

    dataset_id: str
    frequency: Frequency
    tables: Mapping[str, pa.Table]
    report: tuple[Line, ...] = ()

    @property
    def notes(self) -> tuple[str, ...]:
        """The lines of the reading report as sentences."""
        return tuple(each.sentence for each in self.report)

    @property
    def rejected(self) -> int:
        """Rows of the files that were rejected."""
        return int(self.tables["rejected_rows"].num_rows)


@dataclass(frozen=True)
class Folder:
    """A folder's files, read and judged row by row, not yet put on a grid.

    default: data set of rows that name none; datasets: those with at least one usable row, in order.
    """

    path: Path
    default: str
    demand: DemandRows
    items: MasterRows | None
    stock: MasterRows | None
    orders: MasterRows | None
    now: dt.datetime
    rules: Rules
    datasets: tuple[str, ...]

    @property
    def unread(self) -> tuple[str, ...]:
        """Files of the folder that may hold data and are none of those that are read."""
        rows = (self.demand, self.items, self.stock, self.orders)
        read = {each.file.name for each in rows if each is not None} | {self.rules.calendar}
        read |= {self.demand.calendar.file} if self.demand.calendar else set()
        return tuple(path.name for path in data_files(self.path) if path.name not in read)

    @cached_property
    def shared(self) -> frozenset[str]:
        """Items of more than one data set; looked for among all rows, so once for all data sets."""
        return of_several_datasets(self.demand)

    @property
    def named(self) -> tuple[str, ...]:
        """Those and, after them, the ones without any usable row: they fail, and are not passed over in silence."""
        return (*self.datasets, *(name for name in self.demand.datasets.names if name not in self.datasets))

    @property
    def digest(self) -> str:
        """Changes when the content of any file does."""
        files = (self.demand.file, *(rows.file for rows in (self.items, self.stock, self.orders) if rows is not None))
        whole = [file.digest for file in files] + ([self.demand.calendar.digest] if self.demand.calendar else [])
        return "-".join(digest[:12] for digest in whole)

    def dataset(self, dataset_id: str, *, landed: bool = True) -> DatasetInput:
        """One data set's tables. Raises `InputError` where its rows cannot become series.

        landed: whether `landed_demand` holds the rows as they came.
        """
        single = self.datasets == (dataset_id,)
        takes_all = single or dataset_id == (self.default if self.default in self.datasets else self.datasets[0])
        over = self.rules.as_of + dt.timedelta(days=1) if self.rules.as_of else self.now.astimezone().date()
        parts = Parts(
            dataset_id,
            self.demand,
            self.items,
            self.stock,
            self.orders,
            self.now,
            _today(self.rules, self.now),
            over,
            takes_all,
            self.rules.by == "location",
            landed,
            self.unread,
            self.shared,
        )
        try:
            made = assemble(parts, self.rules)
        except (FrequencyUnclear, GridTooLargeError) as error:
            problem, _, remedy = str(error).rstrip(".").rpartition(". ")
            message = f"data set {dataset_id}: {problem}"
            raise InputError(self.demand.file.name, message, remedy, column="date") from error
        return DatasetInput(dataset_id, made.frequency, made.tables, made.report)


@dataclass(frozen=True)
class Ingested:
    """All data sets of a folder. failed: data set -> why its rows cannot become series."""

    datasets: Mapping[str, DatasetInput]
    failed: Mapping[str, InputError] = field(default_factory=dict)

    @property
    def rejected(self) -> int:
        return sum(dataset.rejected for dataset in self.datasets.values())


def open_folder(
    path: Path | str,
    dataset: str | None = None,
    rules: Rules | None = None,
    *,
    now: dt.datetime | None = None,
    tell: Tell = lambda what: None,
) -> Folder:
    """Read and judge the files of a folder: `demand`, optionally `items`, `stock` and `orders`.

    The folder's `lakecast.yaml` decides what `rules` leave as they are by default.

    dataset: data set of rows that name none; else the folder's name as a slug. now: the time of the run; its day, in
    the machine's time zone, is the last that demand and stock may have, unless `rules.as_of` states another. tell:
    hears what is read.
    Raises `InputError` for a file that cannot be read, lacks a column or holds nothing usable.
    """
    folder = Path(path)
    default = dataset or slug(folder.resolve().name)
    chosen = with_settings(rules or Rules(), read_settings(folder))
    moment = now or dt.datetime.now(dt.UTC)
    today = _today(chosen, moment)
    calendar = read_calendar(folder, chosen)
    if calendar is not None:
        if chosen.frequency not in (None, calendar.frequency):
            problem = f"its periods are {calendar.frequency}, but the frequency is said to be {chosen.frequency}"
            raise InputError(calendar.file, problem, "Leave the frequency out, or the calendar")
        chosen = replace(chosen, frequency=calendar.frequency)
    tell("demand")
    demand = read_demand(folder, default, today, chosen, ("unit",) if find(folder, "items") else FACTS, calendar)
    pa.default_memory_pool().release_unused()  # of 100 million rows, what was made to read them is gigabytes
    usable = np.unique(demand.datasets.codes[~np.isnan(demand.quantity)])
    tell("items, stock and orders")
    items = read_items(folder, default, chosen, demand.items.names)
    stock = read_stock(folder, default, today, chosen, demand.items.names)
    orders = read_orders(folder, default, today, chosen, demand.items.names)
    return Folder(
        folder,
        default,
        demand,
        items,
        stock,
        orders,
        moment,
        chosen,
        tuple(demand.datasets.names[code] for code in usable),
    )


def read_folder(
    path: Path | str,
    dataset: str | None = None,
    rules: Rules | None = None,
    *,
    only: Sequence[str] | None = None,
    now: dt.datetime | None = None,
    landed: bool = True,
    tell: Tell = lambda what: None,
) -> Ingested:
    """Every data set of a folder, or those named in `only`. One bad data set does not stop the others.

    landed: whether `landed_demand` holds the rows as they came.

    Raises `InputError` as `open_folder` does, and where no data set can be used.
    """
    folder = open_folder(path, dataset, rules, now=now, tell=tell)
    good: dict[str, DatasetInput] = {}
    bad: dict[str, InputError] = {}
    names = only or folder.named
    for done, name in enumerate(names, start=1):
        tell(f"data set {name}, {done} of {len(names)}")
        try:
            good[name] = folder.dataset(name, landed=landed)
        except InputError as error:
            bad[name] = error
    if not good:
        raise next(iter(bad.values()))
    return Ingested(good, bad)


def _today(rules: Rules, moment: dt.datetime) -> dt.date:
    return rules.as_of or moment.astimezone().date()


def slug(name: str) -> str:
    """A data set's name made of a folder's: lower case, other signs than letters and digits as one underscore."""
    return _KEPT_APART.sub("_", name.lower()).strip("_") or "dataset"
