"""Writing the simulated Nova Corrente as an input folder."""

import csv
import datetime as dt
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from lakecast_assets.sample.simulate import Item, simulate

DATASET = "nova_corrente_simulated"
_MASTER = (
    "item_id", "sku", "name", "category", "unit", "supplier", "lead_time_days", "lead_time_std_days",
    "service_level", "review_period_days", "min_order_quantity", "order_multiple", "unit_cost", "currency",
    "criticality",
)  # fmt: skip

README = """\
# Nova Corrente, SIMULATED / SIMULADA

Everything in this folder was made by a random generator (`lakecast sample`, seed {seed}). **No number, item, supplier
or price in it is real.** It only has the shape of a telecom tower maintainer's demand in Brazil, to try Lakecast with.

Tudo nesta pasta foi gerado por um gerador aleatório (`lakecast sample`, semente {seed}). **Nenhum número, item,
fornecedor ou preço é real.**

| file | what it holds |
|---|---|
| demand.csv | {items} items, {days} days of daily demand up to {end}: dataset_id, item_id, date, quantity |
| items.csv | master data: names, units, suppliers, lead times, service levels, order quantities, costs (BRL) |
| stock.csv | stock on hand and on order on the last day |
| orders.csv | open orders, each with the date on which it is expected |
"""


def write_sample(
    folder: Path | str, *, items: int = 300, days: int = 730, seed: int = 7, end: dt.date | None = None
) -> Path:
    """Write demand.csv, items.csv, stock.csv, orders.csv and README.md.

    The same arguments, `end` stated, write the same bytes. items: how many; days: of demand, up to and including `end`,
    which is yesterday unless stated. Returns the folder.
    """
    last = end or dt.date.today() - dt.timedelta(days=1)
    if items < 1 or days < 28:
        raise ValueError(f"a sample needs at least 1 item and 28 days, got {items} and {days}")
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    span = np.datetime64(last) - np.arange(days)[::-1]
    made = simulate(items, span, seed)
    names = span.astype(str).tolist()
    _write(target / "demand.csv", ("dataset_id", "item_id", "date", "quantity"), _demand(made, names))
    _write(
        target / "items.csv",
        ("dataset_id", *_MASTER),
        ((DATASET, *(getattr(item, name) for name in _MASTER)) for item in made),
    )
    _write(
        target / "stock.csv",
        ("dataset_id", "item_id", "date", "on_hand", "on_order"),
        ((DATASET, item.item_id, names[-1], item.on_hand, item.on_order) for item in made),
    )
    orders = [(item.item_id, span[-1] + day, quantity) for item in made for day, quantity in item.orders]
    if orders:
        _write(
            target / "orders.csv",
            ("dataset_id", "item_id", "due_date", "quantity"),
            ((DATASET, item_id, str(due), quantity) for item_id, due, quantity in orders),
        )
    text = README.format(seed=seed, items=items, days=days, end=last.isoformat())
    (target / "README.md").write_text(text, encoding="utf-8")
    return target


def _demand(items: Iterable[Item], names: Sequence[str]) -> Iterable[tuple[object, ...]]:
    for item in items:
        begun = ~np.isnan(item.demand)
        quantities = np.where(begun, item.demand, 0).astype(np.int64).tolist()
        for name, quantity, is_there in zip(names, quantities, begun.tolist(), strict=True):
            if is_there:
                yield DATASET, item.item_id, name, quantity


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
