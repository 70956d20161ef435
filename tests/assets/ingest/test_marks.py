"""Numbers with money signs, units and percent signs, periods without stock, and outliers."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from lakecast_assets.ingest.folder import DatasetInput, read_folder
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.rules import Rules
from lakecast_schema.periods import Frequency

Write = Callable[..., Path]
DAYS = [f"2024-01-{day:02d}" for day in range(1, 29)]
HEAD = "item_id,date,quantity\n"


def read(folder: Path, **rules: object) -> DatasetInput:
    (made,) = read_folder(folder, rules=Rules(**rules)).datasets.values()  # type: ignore[arg-type]
    return made


def series(made: DatasetInput) -> list[float | None]:
    values: list[float | None] = made.tables["demand"]["quantity"].to_pylist()
    return values


def codes(made: DatasetInput) -> dict[str, int]:
    return {line.words.code: line.count for line in made.report}


@pytest.mark.parametrize("write", ["{} un", "{} km", "{}un.", "{} UN", " {} pç", "R$ {}", "R${}", "{}"])
def test_one_unit_or_money_sign_beside_numbers_is_understood(folder: Write, write: str) -> None:
    rows = "".join(f'A,{day},"{write.format(f"1.{k:03d},5")}"\n' for k, day in enumerate(DAYS, start=1))
    made = read(folder(demand=HEAD + rows))
    assert series(made) == [1000.5 + k for k in range(1, 29)]
    assert made.rejected == 0
    assert "is read as 1001.5" in made.notes[0]


def test_a_minus_behind_the_number_is_one(folder: Write) -> None:
    rows = "".join(f"A,{day},{'3-' if k == 5 else '4'}\n" for k, day in enumerate(DAYS))
    assert sum(value or 0 for value in series(read(folder(demand=HEAD + rows)))) == 27 * 4 - 3


@pytest.mark.parametrize("quantities", [["12 un", "3 cx"], ["6O", "6O"], ["5%", "5%"], ["12 lots", "3 lots"]])
def test_what_is_not_unmistakable_stops(folder: Write, quantities: list[str]) -> None:
    rows = "".join(f"A,{day},{quantities[k % 2]}\n" for k, day in enumerate(DAYS))
    with pytest.raises(InputError, match="quantity is no number"):
        read(folder(demand=HEAD + rows))


def test_spellings_of_one_unit_are_one(folder: Write) -> None:
    rows = "".join(f"A,{day},{4 if k % 3 else 5} {('pç', 'UN', 'unid.')[k % 3]}\n" for k, day in enumerate(DAYS))
    made = read(folder(demand=HEAD + rows))
    assert sum(value or 0 for value in series(made)) == 4 * 28 + 10
    assert made.tables["dim_item"]["unit"].to_pylist() == ["un"], "what stands beside the quantities is the unit"


@pytest.mark.parametrize("figure", ["48 h", "4 semanas", "R$ 4", "3 m", "30 un"])
def test_days_in_another_unit_are_no_days(folder: Write, figure: str) -> None:
    demand = HEAD + "".join(f"{item},{day},1\n" for item in "AB" for day in DAYS)
    made = read(folder(demand=demand, items=f"item_id,lead_time_days\nA,{figure}\nB,12 dias\n"))
    assert made.tables["dim_item"]["lead_time_days"].to_pylist() == [None, 12.0]
    assert codes(made)["bad_figure"] == 1


def test_columns_may_bear_their_unit(folder: Write) -> None:
    header = "Código;Prazo de entrega (dias);Custo unitário (R$);Nível de serviço [%];Prazo (semanas);Revisão em dias"
    demand = "Código;Data;Quantidade (un)\n" + "".join(f"A;{day};1\n" for day in DAYS)
    made = read(folder(demand=demand, items=f"{header}\nA;12;3,5;95;2;15\n"))
    (row,) = made.tables["dim_item"].to_pylist()
    terms = ("lead_time_days", "unit_cost", "service_level", "review_period_days")
    assert [row[name] for name in terms] == [12, 3.5, 0.95, 15]
    assert row["attributes"] == '{"Prazo (semanas)": "2"}', "weeks are no days"


UNITS = {
    "rows of an item": ({"demand": ("UM", ("CX", "UN"))}, "units_mixed", "A (CX, UN)"),
    "demand and stock": (
        {"demand": ("UM", ("MT",)), "stock": ("unidade", ("KM",))},
        "units_differ",
        "A (demand.csv: MT, stock.csv: KM)",
    ),
    "demand and items": (
        {"demand": ("UM", ("M",)), "items": ("unit", ("rolo",))},
        "units_differ",
        "A (demand.csv: M, items.csv: rolo)",
    ),
    "stock and orders": (
        {"orders": ("um", ("CX",)), "stock": ("um", ("PÇ",))},
        "units_differ",
        "A (stock.csv: PÇ, orders.csv: CX)",
    ),
    "one unit in many spellings": (
        {"demand": ("UM", ("UN", "und", "Pç.")), "items": ("unit", ("peça",)), "stock": ("um", ("un",))},
        "",
        "",
    ),
}


@pytest.mark.parametrize("kind", UNITS)
def test_units_that_differ_are_said(folder: Write, kind: str) -> None:
    units, code, example = UNITS[kind]
    rows = {
        "demand": ("item_id,date,quantity", [f"A,{day},1" for day in DAYS]),
        "items": ("item_id,lead_time_days", ["A,5"]),
        "stock": ("item_id,date,on_hand", ["A,2024-01-28,4"]),
        "orders": ("item_id,due_date,quantity", ["A,2024-02-20,4"]),
    }
    files = {}
    for name, (header, lines) in rows.items():
        column, words = units.get(name, ("", ("",)))
        some = [f"{line},{words[k % len(words)]}" for k, line in enumerate(lines)] if column else lines
        files[name] = "\n".join([f"{header},{column}" if column else header, *some]) + "\n"
    made = read(folder(**files), as_of=dt.date(2024, 1, 29))
    said = [line for line in made.report if line.words.code.startswith("units_")]
    assert [(line.severity, line.words.code, line.examples) for line in said] == (
        [("warning", code, (example,))] if code else []
    )


def test_a_unit_beside_the_numbers_of_two_files_is_compared(folder: Write) -> None:
    demand = HEAD + "".join(f"A,{day},20 m\n" for day in DAYS)
    made = read(folder(demand=demand, stock="item_id,date,on_hand\nA,2024-01-28,3 km\n"))
    assert codes(made)["units_differ"] == 1


def test_terms_of_items_with_units_signs_and_percentages(folder: Write) -> None:
    items = (
        "item_id,lead_time_days,service_level,unit_cost\n"
        'A,"15 dias",95%,"R$ 1.310,50"\nB,"7 dias","97,5 %","R$ 4,00"\nC,"7 dias",45%,\n'
    )
    made = read(folder(demand=HEAD + "".join(f"A,{day},1\n" for day in DAYS), items=items))
    rows = made.tables["dim_item"].to_pylist()
    assert [row["lead_time_days"] for row in rows] == [15.0, 7.0, 7.0]
    assert [row["service_level"] for row in rows] == [0.95, 0.975, None]
    assert [row["unit_cost"] for row in rows] == [1310.5, 4.0, None]
    assert made.rejected == 1


def test_periods_without_stock_are_unknown_and_not_low(folder: Write) -> None:
    rows = "".join(f"A,{day},{0 if 4 <= k < 9 else 5},{'não' if 4 <= k < 9 else 'sim'}\n" for k, day in enumerate(DAYS))
    made = read(folder(demand="item_id,date,quantity,disponível\n" + rows))
    assert series(made) == [5.0] * 4 + [None] * 5 + [5.0] * 19
    assert codes(made)["not_available"] == 5
    empty = rows.replace(",0,não", ",,não")
    assert series(read(folder(demand="item_id,date,quantity,disponível\n" + empty))) == series(made)
    months = "".join(f"A,2024-{m:02d}-{d:02d},2,{int((m, d) != (3, 9))}\n" for m in range(1, 13) for d in range(1, 29))
    monthly = read(
        folder(demand="item_id,date,quantity,available\n" + months), frequency=Frequency.MONTHLY, last_period="keep"
    )
    assert series(monthly) == [56.0, 56.0, None, *[56.0] * 9]


def test_a_word_that_is_neither_yes_nor_no_is_said(folder: Write) -> None:
    rows = "".join(f"A,{day},5,{'maybe' if k == 3 else 1}\n" for k, day in enumerate(DAYS))
    made = read(folder(demand="item_id,date,quantity,available\n" + rows))
    assert series(made) == [5.0] * 28
    assert codes(made)["bad_available"] == 1


def test_an_outlier_is_named_and_lowered_only_where_that_is_wanted(folder: Write) -> None:
    rows = "".join(f"A,{day},{5000 if k == 9 else 5 + k % 3}\n" for k, day in enumerate(DAYS))
    made = read(folder(demand=HEAD + rows))
    assert max(value or 0 for value in series(made)) == 5000.0
    (said,) = [line for line in made.report if line.words.code == "outliers"]
    assert said.examples == ("A on 2024-01-10",)
    capped = read(folder(demand=HEAD + rows), outliers="cap")
    assert series(capped)[9] == 7.0
    assert series(capped)[:9] + series(capped)[10:] == series(made)[:9] + series(made)[10:]
    assert codes(capped)["outliers_capped"] == 1


def test_a_second_outlier_hides_none(folder: Write) -> None:
    rows = "".join(f"A,{day},{(5000, 800)[k - 9] if k in (9, 10) else 5 + k % 3}\n" for k, day in enumerate(DAYS))
    capped = read(folder(demand=HEAD + rows), outliers="cap")
    assert codes(capped)["outliers_capped"] == 2
    assert series(capped)[9:11] == [7.0, 7.0]
    three = rows.replace("A,2024-01-20,6", "A,2024-01-20,900")
    assert "outliers" not in codes(read(folder(demand=HEAD + three))), "more than one of ten are none"


def test_rare_and_growing_demand_is_no_outlier(folder: Write) -> None:
    rows = "".join(f"A,{day},{2**k}\nB,{day},{500 if k == 3 else 0}\n" for k, day in enumerate(DAYS[:14]))
    assert "outliers" not in codes(read(folder(demand=HEAD + rows)))
