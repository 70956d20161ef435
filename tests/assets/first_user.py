"""The first user's purchases of goods, by item and month: purchases stand in for use."""

import csv
import datetime as dt
import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("LAKECAST_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
PURCHASES = DATA / "first_user_purchases.xlsx"
SERVICES = "SR"


def write(folder: Path) -> dict[str, dict[dt.date, float]]:
    """Write demand, items and an empty stock; returns item -> first day of month -> quantity.

    Skips the test where the file or its reader is missing.
    """
    if not PURCHASES.exists():
        pytest.skip(f"no {PURCHASES}: LAKECAST_DATA names no folder with the first user's purchases")
    calamine = pytest.importorskip("python_calamine")
    header, *lines = calamine.CalamineWorkbook.from_path(str(PURCHASES)).get_sheet_by_index(0).to_python()
    at = {name: header.index(name) for name in ("PRODUTO/SERVIÇO", "U.M.", "QUANTIDADE", "DATA SOLICITADO")}
    bought, units = {}, {}
    for line in lines:
        item, unit, quantity, day = (line[place] for place in at.values())
        if unit == SERVICES or not isinstance(day, dt.date):
            continue
        months = bought.setdefault(item, {})
        months[day.replace(day=1)] = months.get(day.replace(day=1), 0.0) + quantity
        units.setdefault(item, unit)
    last = max(month for months in bought.values() for month in months)
    demand = [(item, month, quantity) for item, months in bought.items() for month, quantity in months.items()]
    # An item that was not bought lately was not used: its months are zero, not unknown.
    demand += [(item, last, 0.0) for item, months in bought.items() if last not in months]
    _csv(folder / "demand.csv", ("item_id", "date", "quantity"), demand)
    _csv(folder / "items.csv", ("item_id", "unit"), list(units.items()))
    _csv(folder / "stock.csv", ("item_id", "date", "on_hand"), [(item, last, 0) for item in bought])
    return bought


def _csv(path: Path, header: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
