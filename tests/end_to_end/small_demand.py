"""A small folder of demand: twenty items in two data sets of different frequencies, with items and stock."""

import csv
import datetime as dt
import math
import random
from pathlib import Path

MONTHLY = tuple(f"M{number:02}" for number in range(12))
DAILY = tuple(f"D{number:02}" for number in range(8))
MONTHS, DAYS = 48, 140
HORIZON = {"shop": 28, "towers": 12}
ITEMS = {"towers": MONTHLY, "shop": DAILY}


def write(folder: Path, *, months: int = MONTHS, days: int = DAYS) -> Path:
    """Write demand, items and stock; more months or days continue the same series."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [*_towers(months), *_shop(days)]
    _csv(folder / "demand.csv", ("dataset_id", "item_id", "date", "quantity"), rows)
    facts = [
        (dataset, item, f"Item {item}", "Fibre" if number % 2 else "Power", "Alfa", 10 + number, 0.95, 12.5)
        for dataset, items in ITEMS.items()
        for number, item in enumerate(items)
    ]
    header = ("dataset_id", "item_id", "name", "category", "supplier", "lead_time_days", "service_level", "unit_cost")
    _csv(folder / "items.csv", header, facts)
    stock = [("towers", item, "2023-12-31", 5 * number, 0) for number, item in enumerate(MONTHLY[:-2])]
    _csv(folder / "stock.csv", ("dataset_id", "item_id", "date", "on_hand", "on_order"), stock)
    return folder


def _towers(months: int) -> list[tuple[object, ...]]:
    rows = []
    for number, item in enumerate(MONTHLY):
        chance = random.Random(item)
        for month in range(months):
            level = 20 + 5 * number + 8 * math.sin(2 * math.pi * month / 12)
            sporadic = number >= 8 and chance.random() < 0.6
            quantity = 0 if sporadic else max(0, round(chance.gauss(level, 4)))
            rows.append(("towers", item, dt.date(2020 + month // 12, month % 12 + 1, 1), quantity))
    return rows


def _shop(days: int) -> list[tuple[object, ...]]:
    rows = []
    for number, item in enumerate(DAILY):
        chance = random.Random(item)
        for day in range(days):
            weekday = 1.5 if day % 7 < 5 else 0.4
            quantity = max(0, round(chance.gauss((4 + number) * weekday, 1.5)))
            rows.append(("shop", item, dt.date(2024, 1, 1) + dt.timedelta(days=day), quantity))
    return rows


def _csv(path: Path, header: tuple[str, ...], rows: list[tuple[object, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
