"""Files as companies write them read the same in every form, or stop with both readings named."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lakecast_assets.ingest.folder import read_folder
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.rules import Rules

Write = Callable[..., Path]
FIRST = dt.date(2024, 1, 20)
DATES: dict[str, Callable[[dt.date], str]] = {
    "iso": dt.date.isoformat,
    "compact": lambda day: f"{day:%Y%m%d}",
    "dmy": lambda day: f"{day:%d/%m/%Y}",
    "short": lambda day: f"{day.day}/{day.month}/{day:%y}",
    "dots": lambda day: f"{day:%d.%m.%Y}",
    "mdy": lambda day: f"{day:%m/%d/%Y}",
    "timed": lambda day: f"{day:%d/%m/%Y} 00:00:00",
    "named": lambda day: f"{day.day}/{['jan', 'fev', 'mar'][day.month - 1]}/{day.year}",
    "excel": lambda day: str((day - dt.date(1899, 12, 30)).days),
}
HEADERS = (
    ("item_id", "date", "quantity"),
    ("Item_ID", " DATE ", "Quantity"),
    ("Código", "Data", "Quantidade"),
    ("PRODUTO", "DIA", "QTDE"),
    ("sku", "ds", "Vendas"),
)
NUMBERS: dict[str, Callable[[float], str]] = {
    "point": lambda value: f"{value:.2f}",
    "comma": lambda value: f"{value:.2f}".replace(".", ","),
    "grouped": lambda value: f"{value:,.2f}",
    "brazilian": lambda value: f"{value:,.2f}".translate(str.maketrans(",.", ".,")),
}


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16"]),
    date=st.sampled_from(sorted(DATES)),
    number=st.sampled_from(sorted(NUMBERS)),
    header=st.sampled_from(HEADERS),
    name=st.sampled_from(["demand", "Demanda", "CONSUMO"]),
    stated=st.booleans(),
    quoted=st.booleans(),
)
def test_one_data_set_written_in_many_forms_reads_the_same(
    tmp_path: Path, delimiter: str, encoding: str, date: str, number: str, header: tuple[str, ...], name: str,
    stated: bool, quoted: bool,
) -> None:  # fmt: skip
    for old in tmp_path.glob("*.csv"):
        old.unlink()
    rows = [(FIRST + dt.timedelta(days=day), 1234.5 + 7 * day) for day in range(20)]
    quote = '"{}"' if quoted or delimiter == "," else "{}"
    lines = [delimiter.join(header)] + [
        delimiter.join(quote.format(text) for text in ("Água 007", DATES[date](day), NUMBERS[number](value)))
        for day, value in rows
    ]
    text = (f"sep={delimiter}\r\n" if stated else "") + "\r\n".join(lines) + "\r\n"
    (tmp_path / f"{name}.csv").write_bytes(text.encode(encoding))
    (made,) = read_folder(tmp_path).datasets.values()
    assert made.rejected == 0
    table = made.tables["demand"].to_pylist()
    assert [(row["item_id"], row["date"], row["quantity"]) for row in table] == [("Água 007", *row) for row in rows]


def demand(*rows: str, header: str = "item_id;date;quantity") -> str:
    return "\n".join((header, *rows)) + "\n"


def days(*quantities: str) -> list[str]:
    return [f"A;2024-01-{day:02d};{text}" for day, text in enumerate(quantities, start=1)]


def test_numbers_that_may_be_thousands_or_decimals_stop_with_both_readings(folder: Write) -> None:
    unclear = folder(demand=demand(*days("850", "1.150", "920")))
    with pytest.raises(InputError, match=r"1\.150 may be 1150 .* or 1\.150 .*State --decimal"):
        read_folder(unclear)
    for decimal, wanted in (("comma", 1150.0), ("point", 1.15)):
        (made,) = read_folder(unclear, rules=Rules(decimal=decimal)).datasets.values()  # type: ignore[arg-type]
        assert made.tables["demand"]["quantity"].to_pylist()[1] == wanted


def test_one_number_of_a_column_tells_for_all_of_it(folder: Write) -> None:
    (made,) = read_folder(folder(demand=demand(*days("1.234,56", "850", "1.150")))).datasets.values()
    assert made.tables["demand"]["quantity"].to_pylist() == [1234.56, 850.0, 1150.0]
    with pytest.raises(InputError, match=r"1,5 is written with a decimal comma, 2\.5 with a decimal point"):
        read_folder(folder(demand=demand(*days("1,5", "2.5", "3"))))


def test_days_and_months_that_cannot_be_told_apart_stop_with_both_readings(folder: Write) -> None:
    unclear = folder(demand=demand("A;01/02/2024;1", "A;01/03/2024;2", "A;01/04/2024;3"))
    with pytest.raises(InputError, match=r"01/02/2024 may be 2024-02-01 .* or 2024-01-02 .*--dates dmy"):
        read_folder(unclear)
    (made,) = read_folder(unclear, rules=Rules(dates="dmy")).datasets.values()
    assert str(made.frequency) == "monthly"
    (made,) = read_folder(unclear, rules=Rules(dates="mdy")).datasets.values()
    assert str(made.frequency) == "daily"


def test_two_columns_for_one_field_stop_and_a_stated_one_decides(folder: Write) -> None:
    text = demand("A;2024-01-01;1;5", "A;2024-01-02;2;6", header="item;data;consumo;qtd")
    with pytest.raises(InputError, match=r"consumo and qtd may both be quantity.*--column quantity=consumo"):
        read_folder(folder(demand=text))
    (made,) = read_folder(folder(demand=text), rules=Rules(columns={"quantity": "QTD"})).datasets.values()
    assert made.tables["demand"]["quantity"].to_pylist() == [5.0, 6.0]
    with pytest.raises(InputError, match="has no column peso"):
        read_folder(folder(demand=text), rules=Rules(columns={"quantity": "peso"}))


def test_items_and_stock_are_understood_in_portuguese(tmp_path: Path) -> None:
    (tmp_path / "Demanda.CSV").write_text(demand(*days("1,5", "2", "3"), header="código;mês;quantidade"))
    (tmp_path / "Itens.csv").write_text(
        "Código;Descrição;Prazo;Fornec.;U.M.;Família\nA;Cabo;12,5;Alfa;m;Fibra\n", "cp1252"
    )
    (tmp_path / "ESTOQUE.csv").write_text("produto;data;saldo\nA;03/01/2024;1.234,0\n")
    with pytest.raises(InputError, match=r"03/01/2024 may be"):
        read_folder(tmp_path)
    (made,) = read_folder(tmp_path, rules=Rules(dates="dmy")).datasets.values()
    (item,) = made.tables["dim_item"].to_pylist()
    wanted = {"name": "Cabo", "lead_time_days": 12.5, "supplier": "Alfa", "unit": "m", "category": "Fibra"}
    assert {field: item[field] for field in wanted} == wanted
    assert made.tables["fact_inventory"]["on_hand"].to_pylist() == [1234.0]
