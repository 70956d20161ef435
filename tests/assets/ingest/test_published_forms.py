"""Small files in the forms of published sets of demand, written after their descriptions: read, with true reports."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lakecast_assets.ingest.folder import DatasetInput, read_folder
from lakecast_forecast.input.rules import Rules

Write = Callable[..., Path]
DAYS = range(1, 29)

FORMS: dict[str, tuple[str, dict[str, object], float, set[str]]] = {
    # A warehouse's orders: dates such as 2012/7/27, returns in brackets, a column of warehouses.
    "product demand": (
        "Product_Code,Warehouse,Product_Category,Date,Order_Demand\n"
        + "".join(
            f"Product_{k:04d},Whse_{w},Category_005,2012/7/{d},{10 * d}\n"
            for k in (25, 993)
            for w in "JS"
            for d in DAYS
        )
        + "Product_0025,Whse_J,Category_005,2012/7/29,(500)\n",
        {"columns": {"item_id": "Product_Code", "quantity": "Order_Demand"}},
        4 * 10 * sum(DAYS) - 500,
        {"returns", "locations_added_up"},
    ),
    # An online shop's invoices: month first, times, cancellations as negative quantities, a text column per item.
    "online retail": (
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,Country\n"
        + "".join(
            f'5363{d},85123A,"WHITE HANGING HEART, T-LIGHT",6,12/{d}/2010 8:26,2.55,United Kingdom\n' for d in DAYS
        )
        + "C536379,85123A,,-2,12/28/2010 9:41,2.55,United Kingdom\n",
        {"columns": {"item_id": "StockCode", "date": "InvoiceDate"}},
        28 * 6 - 2,
        {"returns"},
    ),
    # A competition's stores: one row per store, item and day, ISO dates.
    "store item demand": (
        "date,store,item,sales\n"
        + "".join(f"2013-01-{d:02d},{s},{i},{d + i}\n" for s in (1, 2) for i in (1, 2) for d in DAYS),
        {"columns": {"location": "store"}},
        2 * sum(2 * d + 3 for d in DAYS),
        {"locations_added_up"},
    ),
    # A chain's departments by week, amounts with decimals, a flag that nobody needs.
    "weekly sales": (
        "Store,Dept,Date,Weekly_Sales,IsHoliday\n"
        + "".join(
            f"1,{i},2010-0{1 + w // 5}-{5 + 7 * (w % 4):02d},2492{w}.50,FALSE\n" for i in (1, 2) for w in (0, 1, 2, 3)
        ),
        {"columns": {"item_id": "Dept", "quantity": "Weekly_Sales", "location": "Store"}},
        2 * sum(24920.5 + w for w in range(4)),
        {"locations_added_up", "columns_ignored"},
    ),
    # A Brazilian portal of open data: semicolons, Windows-1252, decimal comma, competência as month/year.
    "portal brasileiro": (
        "CÓDIGO;DESCRIÇÃO;UNIDADE;COMPETÊNCIA;QUANTIDADE CONSUMIDA\n"
        + "".join(f"{k};SERINGA DESCARTÁVEL;UN;{m:02d}/2023;1.{k}{m % 10}0,5\n" for k in (1, 2) for m in range(1, 13)),
        {},
        sum(1000 + 100 * k + 10 * (m % 10) + 0.5 for k in (1, 2) for m in range(1, 13)),
        set(),
    ),
    # An ERP's movements: tab, dd.mm.yyyy, minus behind the number, unit beside it.
    "erp movements": (
        "Material\tItem\tData do movimento\tQuantidade\n"
        + "".join(f"CABO\t0001{i}\t{d:02d}.03.2024\t{d},0 PÇ\n" for i in (1, 2) for d in DAYS)
        + "CABO\t00011\t28.03.2024\t3,0- PÇ\n",
        {},
        2 * sum(DAYS) - 3,
        {"returns"},
    ),
    # A health agency's spreadsheet saved as CSV: sep= line, quotes everywhere, jan/2022.
    "agency": (
        'sep=;\n"Item code";"Month";"Quantity"\n'
        + "".join(
            f'"{k:05d}";"{m}/2022";"{10 * k}"\n' for k in (7, 8) for m in ("jan", "fev", "mar", "abr", "mai", "jun")
        ),
        {},
        6 * 150,
        set(),
    ),
    # Spare parts of cars by month, most of them zero, the month as 1998M01 rewritten to its first day.
    "car parts": (
        "item_id,date,quantity\n"
        + "".join(f"{k},{1998 + m // 12}-{m % 12 + 1:02d}-01,{int(m % 7 == k)}\n" for k in range(3) for m in range(51)),
        {},
        sum(m % 7 == k for k in range(3) for m in range(51)),
        set(),
    ),
}


def read(folder: Path, **rules: object) -> DatasetInput:
    (made,) = read_folder(folder, rules=Rules(last_period="keep", **rules)).datasets.values()  # type: ignore[arg-type]
    return made


@pytest.mark.parametrize("name", FORMS)
def test_a_published_form_is_read_whole(name: str, folder: Write) -> None:
    text, rules, total, wanted = FORMS[name]
    made = folder()
    (made / "demand.csv").write_bytes(text.encode("cp1252" if name == "portal brasileiro" else "utf-8"))
    read_in = read(made, **rules)
    assert sum(value or 0 for value in read_in.tables["demand"]["quantity"].to_pylist()) == pytest.approx(total)
    assert read_in.rejected == 0
    said = {line.words.code for line in read_in.report if line.words.code not in ("file", "frequency", "log_of_events")}
    assert wanted <= said, said
