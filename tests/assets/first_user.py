"""The first user's purchases of goods, by item and month: purchases stand in for use.

Stock and lead times are drawn from a seed: the file has none.
"""

import csv
import datetime as dt
import os
from pathlib import Path

import numpy as np
import pytest

DATA = Path(os.environ.get("LAKECAST_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
PURCHASES = DATA / "first_user_purchases.xlsx"
SERVICES = "SR"
_SEED = 7

Purchases = dict[str, dict[dt.date, float]]
"""Item -> first day of month -> quantity."""


def write(folder: Path) -> Purchases:
    """Write demand, items and stock of the user's own file.

    Skips the test where the file or its reader is missing.
    """
    if not PURCHASES.exists():
        pytest.skip(f"no {PURCHASES}: LAKECAST_DATA names no folder with the first user's purchases")
    calamine = pytest.importorskip("python_calamine")
    header, *lines = calamine.CalamineWorkbook.from_path(str(PURCHASES)).get_sheet_by_index(0).to_python()
    at = {name: header.index(name) for name in ("PRODUTO/SERVIÇO", "U.M.", "QUANTIDADE", "DATA SOLICITADO")}
    bought: Purchases = {}
    units: dict[str, str] = {}
    for line in lines:
        item, unit, quantity, day = (line[place] for place in at.values())
        if unit == SERVICES or not isinstance(day, dt.date):
            continue
        months = bought.setdefault(item, {})
        months[day.replace(day=1)] = months.get(day.replace(day=1), 0.0) + quantity
        units.setdefault(item, unit)
    return _written(folder, bought, units)


def generate(folder: Path, items: int = 60) -> Purchases:
    """Write demand, items and stock of the same form: thirteen months, most items bought once or twice."""
    draw = np.random.default_rng(_SEED)
    months = [dt.date(2024 + k // 12, k % 12 + 1, 1) for k in range(9, 22)]
    bought: Purchases = {}
    units: dict[str, str] = {}
    for number in range(items):
        times = int(draw.choice([1, 1, 1, 2, 2, 4, 12]))
        chosen = sorted(draw.choice(len(months), times, replace=False).tolist())
        bought[f"{number:05d}"] = {months[k]: float(draw.geometric(0.2)) for k in chosen}
        units[f"{number:05d}"] = str(draw.choice(["UN", "PC", "CJ", "MT", "KG"]))
    return _written(folder, bought, units)


def _written(folder: Path, bought: Purchases, units: dict[str, str]) -> Purchases:
    last = max(month for months in bought.values() for month in months)
    demand = [(item, month, quantity) for item, months in bought.items() for month, quantity in months.items()]
    # An item that was not bought lately was not used: its months are zero, not unknown.
    demand += [(item, last, 0.0) for item, months in bought.items() if last not in months]
    draw = np.random.default_rng(_SEED)
    leads = draw.integers(5, 61, len(bought))
    mean = [sum(months.values()) / len(months) for months in bought.values()]
    counts = np.round(np.array(mean) * draw.choice([0, 0, 0.5, 1, 2, 5], len(bought)))
    _csv(folder / "demand.csv", ("item_id", "date", "quantity"), demand)
    items = [(item, units[item], lead) for item, lead in zip(bought, leads.tolist(), strict=True)]
    _csv(folder / "items.csv", ("item_id", "unit", "lead_time_days"), items)
    # The last month is counted in full: stock is of its last day.
    day = (last.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    stock = [(item, day, count) for item, count in zip(bought, counts.tolist(), strict=True)]
    _csv(folder / "stock.csv", ("item_id", "date", "on_hand"), stock)
    return bought


def _csv(path: Path, header: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
