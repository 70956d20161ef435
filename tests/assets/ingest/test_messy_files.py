"""Files as companies have them: each kind of mistake is read right, or said with its remedy, and never in silence."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lakecast_assets.ingest.folder import DatasetInput, Ingested, read_folder
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.rules import Rules
from lakecast_schema.periods import Frequency

NOW = dt.datetime(2026, 1, 10, 12, tzinfo=dt.UTC)
MONTHS = [str(month) for month in np.arange(np.datetime64("2023-01"), np.datetime64("2026-01"))]
MONTHLY = Rules(frequency=Frequency.MONTHLY)


def days(first: str, last: str) -> list[dt.date]:
    start, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    return [start + dt.timedelta(days=k) for k in range((end - start).days + 1)]


def csv(rows: list[list[Any]], header: str = "item_id,date,quantity") -> str:
    return "\n".join([header, *(",".join(map(str, row)) for row in rows)]) + "\n"


def ingest(folder: Path, rules: Rules | None = None, **files: str) -> Ingested:
    for name, content in files.items():
        (folder / f"{name}.csv").write_text(content, encoding="utf-8")
    return read_folder(folder, "plant", rules, now=NOW)


def read(folder: Path, rules: Rules | None = None, **files: str) -> DatasetInput:
    (made,) = ingest(folder, rules, **files).datasets.values()
    return made


def totals(made: DatasetInput) -> dict[str, float]:
    rows = made.tables["demand"].group_by("item_id").aggregate([("quantity", "sum")]).to_pylist()
    return {row["item_id"]: row["quantity_sum"] for row in rows}


def ends(made: DatasetInput) -> set[str]:
    rows = made.tables["demand"].group_by("item_id").aggregate([("date", "max")]).to_pylist()
    return {str(row["date_max"]) for row in rows}


def said(made: DatasetInput) -> dict[str, int]:
    return {line.words.code: line.count for line in made.report if line.severity != "info"}


TABLE = csv([[item, month, quantity] for item, quantity in (("A1", 10), ("B2", 20)) for month in MONTHS])
LOG: list[list[Any]] = [
    ["A1", day, 1 + k % 5] for k, day in enumerate(days("2024-01-01", "2025-12-20")) if k % 7 in (0, 3)
]


# Dates that cannot be


@pytest.mark.parametrize("row", [["A1", "2052-01-01", 4], ["A1", "2026-03-01", 4], ["A1", "1900-01-01", 4]])
def test_one_impossible_date_stretches_no_log_of_events(tmp_path: Path, row: list[Any]) -> None:
    made = read(tmp_path, demand=csv([*LOG, row]))
    assert ends(made) == {"2025-12-18"}
    assert totals(made) == {"A1": sum(row[2] for row in LOG)}
    assert made.rejected == 1


def test_drivers_of_the_future_stretch_no_log_of_events(tmp_path: Path) -> None:
    rows = [*([*row, 0] for row in LOG), ["A1", "2026-03-01", "", 1]]
    assert ends(read(tmp_path, demand=csv(rows, "item_id,date,quantity,x_p"))) == {"2025-12-18"}


def test_a_year_that_was_mistyped_leaves_its_period_unknown_even_in_a_short_file(tmp_path: Path) -> None:
    rows = [["A1", month, 10] for month in MONTHS[:10]]
    rows[3][1] = "2042-04"
    made = read(tmp_path, demand=csv(rows))
    assert ends(made) == {"2023-10-01"}
    assert made.tables["demand"]["quantity"].to_pylist()[3] is None


def test_many_dates_that_stand_for_none_stop_with_their_number(tmp_path: Path) -> None:
    rows = [["A1", day, 10] for day in days("2025-01-01", "2025-12-31")] + [["A1", "1900-01-01", k] for k in range(20)]
    with pytest.raises(InputError, match=r"20 of 385 rows .* lies years away .*1900-01-01"):
        read(tmp_path, demand=csv(rows))


def test_few_lost_dates_do_not_make_all_days_without_a_row_unknown(tmp_path: Path) -> None:
    rows = [[item, "??" if k in (3, 90) else day, 5] for k, (item, day, _) in enumerate(LOG)]
    made = read(tmp_path, demand=csv(rows))
    assert said(made) == {"bad_date": 2}
    assert made.tables["demand"]["quantity"].null_count == 0, "of 500 days two are wrong, not all"


def test_a_lone_row_of_another_year_stretches_nothing(tmp_path: Path) -> None:
    daily = [[item, day, 5] for item in ("A1", "B2") for day in days("2025-01-01", "2025-12-31")]
    made = read(tmp_path, demand=csv([*daily, ["A1", "2023-02-01", 5]]))
    assert said(made) == {"far_dates": 1}
    assert totals(made) == {"A1": 1825.0, "B2": 1825.0}
    assert made.tables["demand"].num_rows == 730


# Rows that are no items, and files that do not begin with their header


@pytest.mark.parametrize("name", ["TOTAL", "Total geral", "Subtotal A1", "B2 Total"])
def test_rows_of_totals_are_no_items(tmp_path: Path, name: str) -> None:
    made = read(tmp_path, demand=f"{TABLE}{name},2025-12,1080\n", stock=f"item_id,date,on_hand\n{name},2025-12-31,9\n")
    assert totals(made) == {"A1": 360.0, "B2": 720.0}
    assert said(made)["total"] == 1
    assert made.tables["fact_inventory"].num_rows == 0


def test_subtotals_named_in_the_column_of_dates_take_no_zero_away(tmp_path: Path) -> None:
    rows = [[item, month, 5] for item in ("A1", "B2") for month in MONTHS if not month.endswith(("-03", "-07"))]
    subtotals = [["A1", "Total", 150], ["B2", "Subtotal", 150], ["B2", "total geral", 300]]
    made = read(tmp_path, demand=csv(rows + subtotals))
    assert said(made) == {"total": 3}
    assert totals(made) == {"A1": 150.0, "B2": 150.0}
    assert made.tables["demand"]["quantity"].null_count == 0


def test_rows_that_hold_nothing_are_none(tmp_path: Path) -> None:
    rows = [[item, "", month, 5] for item in ("A1", "B2") for month in MONTHS]
    blank = [["", "", "", ""]] * 40
    made = read(tmp_path, demand=csv([*rows[:9], *blank, *rows[9:], ["", "note", "", ""]], "item,obs,date,quantity"))
    assert said(made) == {"no_item": 1}
    assert totals(made) == {"A1": 180.0, "B2": 180.0}
    assert made.tables["rejected_rows"]["row"].to_pylist() == [113], "blank rows are counted, too"


@pytest.mark.parametrize("name", ["TOTALFLEX", "A1 Totals of May", "totally"])
def test_an_item_whose_name_begins_so_is_one(tmp_path: Path, name: str) -> None:
    assert name in totals(read(tmp_path, demand=f"{TABLE}{name},2025-12,5\n"))


@pytest.mark.parametrize(
    "above", ["\n\n", "Relatório de consumo;;\nEmitido em 05/01/2026;;\n;;\n", "Consumo por item\n\n", "sep=;\n\n"]
)
def test_a_header_below_titles_is_found(tmp_path: Path, above: str) -> None:
    rows = "".join(f"A1;{month[5:]}/{month[:4]};1.234,5\n" for month in MONTHS)
    made = read(tmp_path, demand=f"{above}Código;Mês;Quantidade\n{rows}A1;agora;1,0\n")
    assert totals(made) == {"A1": 1234.5 * 36}
    assert made.tables["rejected_rows"]["row"].to_pylist() == [37], "rows are counted from the header"
    assert f"header in line {above.count(chr(10)) + 1}" in made.notes[0]


def test_the_files_that_are_there_are_named_where_none_is_of_demand(tmp_path: Path) -> None:
    with pytest.raises(
        InputError, match=r"holds no demand\.csv .*rename the one of demand \(there are consumo_2025\.csv"
    ):
        read(tmp_path, consumo_2025=TABLE)


def test_files_that_nobody_reads_are_named(tmp_path: Path) -> None:
    files = {"consumo_2024": TABLE, "lakecast": "", "~$demand": "", ".demand": "", "itens": "item\nA1\nB2\n"}
    made = read(tmp_path, demand=TABLE, **files)
    (line,) = (each for each in made.report if each.words.code == "files_not_read")
    assert (line.severity, line.examples) == ("warning", ("consumo_2024.csv", "lakecast.csv"))


# Dates in parts and periods by name


@pytest.mark.parametrize(
    ("header", "row"),
    [
        ("Ano;Mês;Código;Qtd", "{year};{month};A1;7"),
        ("year;month;day;item;qty", "{year};{month};1;A1;7"),
        ("Código;Ano;Mês;Dia;Qtd", "A1;{year};{month:02d};01;7"),
        ("Ano;Mês;Código;Qtd", "{year}.0;{month}.0;A1;7"),
        ("Ano;Mês;Código;Qtd", "{year};{name};A1;7"),
        ("Competência;Código;Qtd", "{year}{month:02d};A1;7"),
        ("Competência;Código;Qtd", "{year}/{month:02d};A1;7"),
        ("Período;Código;Qtd", "{year}M{month:02d};A1;7"),
        ("Ano;Mês;Data;Código;Qtd", "{year};{month};{year}-{month:02d};A1;7"),
    ],
)
def test_months_in_other_forms(tmp_path: Path, header: str, row: str) -> None:
    names = [
        "janeiro",
        "fevereiro",
        "março",
        "abril",
        "maio",
        "junho",
        "julho",
        "agosto",
        "setembro",
        "outubro",
        "novembro",
        "dezembro",
    ]
    rows = [row.format(year=month[:4], month=int(month[5:]), name=names[int(month[5:]) - 1]) for month in MONTHS]
    made = read(tmp_path, demand="\n".join([header, *rows]) + "\n")
    assert made.frequency is Frequency.MONTHLY
    assert [str(day)[:7] for day in made.tables["demand"]["date"].to_pylist()] == MONTHS


@pytest.mark.parametrize(("header", "word"), [("ano,semana", "{0}"), ("year,week", "W{0}"), ("ano,sem", "{0:02d}")])
def test_weeks_beside_their_year_are_no_years(tmp_path: Path, header: str, word: str) -> None:
    rows = [[year, word.format(week), "A1", 5] for year in (2023, 2024, 2025) for week in range(1, 53)]
    made = read(tmp_path, demand=csv(rows, f"{header},item,qtd"))
    assert made.frequency is Frequency.WEEKLY
    assert totals(made) == {"A1": 780.0}
    assert str(made.tables["demand"]["date"][0]) == "2023-01-02"


@pytest.mark.parametrize(("header", "word"), [("ano,trimestre", "{0}"), ("year,quarter", "Q{0}"), ("ano,tri", "{0}º")])
def test_quarters_beside_their_year_are_no_years(tmp_path: Path, header: str, word: str) -> None:
    rows = [[year, word.format(quarter), "A1", 5] for year in range(2019, 2026) for quarter in (1, 2, 3, 4)]
    made = read(tmp_path, demand=csv(rows, f"{header},item,qtd"))
    assert made.frequency is Frequency.QUARTERLY
    assert ends(made) == {"2025-10-01"}


def test_a_column_of_weeks_is_one_of_dates_for_want_of_another(tmp_path: Path) -> None:
    weeks = [f"2025-W{week:02d}" for week in range(1, 50)]
    made = read(tmp_path, demand=csv([["A1", week, 5] for week in weeks], "item,semana,qtd"))
    assert made.frequency is Frequency.WEEKLY
    days_too = [["A1", f"{week}-3", 9, 5] for week in weeks]
    made = read(tmp_path, demand=csv(days_too, "item,data,semana,qtd"))
    assert ends(made) == {"2025-12-03"}


def test_parts_of_a_date_may_be_stated(tmp_path: Path) -> None:
    rows = [[month[:4], month[5:], 7, "A1"] for month in MONTHS]
    rules = Rules(columns={"year": "exercicio", "month": "periodo contabil"})
    made = read(tmp_path, rules, demand=csv(rows, "exercicio,periodo contabil,qtd,item"))
    assert [str(day)[:7] for day in made.tables["demand"]["date"].to_pylist()] == MONTHS


@pytest.mark.parametrize(
    "form", ["{year}-Q{quarter}", "{quarter}T{year}", "{quarter}º trimestre/{year}", "{quarter}T{short}"]
)
def test_quarters_by_name(tmp_path: Path, form: str) -> None:
    quarters = [(year, quarter) for year in range(2018, 2026) for quarter in (1, 2, 3, 4)]
    rows = [["A1", form.format(year=y, quarter=q, short=y - 2000), 5] for y, q in quarters]
    made = read(tmp_path, demand=csv(rows))
    assert made.frequency is Frequency.QUARTERLY
    assert ends(made) == {"2025-10-01"}


def test_years_are_dates_only_where_all_dates_are_years(tmp_path: Path) -> None:
    made = read(tmp_path, demand=csv([["A1", year, 5] for year in range(2012, 2026)], "item,ano,qtd"))
    assert made.frequency is Frequency.YEARLY
    made = read(tmp_path, demand=f"{TABLE}A1,2025,5\n")
    assert said(made) == {"bad_date": 1}


@pytest.mark.parametrize("text", ["1 234,5", "1\u00a0234,50", "1\u202f234,5", "1'234,5"])
def test_thousands_that_blanks_part(tmp_path: Path, text: str) -> None:
    rows = "".join(f"A1;{month};{text}\nA1;{month};850\n" for month in MONTHS)
    assert totals(read(tmp_path, demand=f"item_id;date;quantity\n{rows}")) == {"A1": (1234.5 + 850) * 36}


# Old and shared stock, stock of several depots and copies


def test_stock_from_long_before_the_demand_ends_is_unknown(tmp_path: Path) -> None:
    made = read(tmp_path, demand=TABLE, stock="item_id,date,on_hand\nA1,2024-02-28,7\nB2,2024-02-28,5\n")
    assert made.tables["fact_inventory"]["on_hand"].to_pylist() == [None, None]
    assert said(made) == {"old_stock": 2}
    assert "2024-02-28 in stock.csv" in " ".join(made.notes)


def test_stock_of_a_month_ago_is_stock(tmp_path: Path) -> None:
    made = read(tmp_path, demand=TABLE, stock="item_id,date,on_hand\nA1,2025-11-30,7\nB2,2025-11-30,5\n")
    assert made.tables["fact_inventory"]["on_hand"].to_pylist() == [7.0, 5.0]
    assert said(made) == {}


def test_demand_that_is_old_is_said(tmp_path: Path) -> None:
    made = read(tmp_path, demand=csv([["A1", month.replace("2025", "2022"), 5] for month in MONTHS[24:]]))
    assert any(line.words.code == "old_demand" and "ends on 2022-12-31" in line.english for line in made.report)


def test_exact_copies_of_stock_do_not_count_where_a_column_tells_rows_apart(tmp_path: Path) -> None:
    rows = "A1,2025-12-31,40,L1\nA1,2025-12-31,60,L2\n"
    made = read(tmp_path, demand=TABLE, stock=f"item_id,date,on_hand,lote\n{rows}{rows}")
    assert made.tables["fact_inventory"]["on_hand"].to_pylist() == [100.0]
    assert said(made)["copied_rows"] == 2
    made = read(tmp_path, Rules(duplicates="sum"), demand=TABLE, stock=f"item_id,date,on_hand,lote\n{rows}{rows}")
    assert made.tables["fact_inventory"]["on_hand"].to_pylist() == [200.0]
    alike = "A1,2025-12-31,1\nA1,2025-12-31,1\n"
    made = read(tmp_path, demand=TABLE, stock=f"item_id,date,on_hand\n{alike}")
    assert made.tables["fact_inventory"]["on_hand"].to_pylist() == [2.0], "two depots with one piece each"
    assert any(line.words.code == "stock_added_up" for line in made.report)


def test_copied_orders_do_not_count_where_they_have_numbers(tmp_path: Path) -> None:
    orders = "item_id,due_date,quantity,pedido\n" + "A1,2026-02-01,40,4711\n" * 2 + "A1,2026-02-01,40,4712\n"
    made = read(tmp_path, demand=TABLE, orders=orders)
    assert made.tables["open_order"]["quantity"].to_pylist() == [80.0]


def test_stock_of_items_of_another_data_set_is_no_stranger(tmp_path: Path) -> None:
    demand = csv(
        [[name, item, month, 5] for name, item in (("n", "A1"), ("s", "B2")) for month in MONTHS],
        "dataset_id,item_id,date,quantity",
    )
    made = ingest(tmp_path, demand=demand, stock="item_id,date,on_hand\nA1,2025-12-31,70\nB2,2025-12-31,7\n")
    assert [said(each) for each in made.datasets.values()] == [{}, {}]
    assert [each.tables["fact_inventory"]["on_hand"].to_pylist() for each in made.datasets.values()] == [[70.0], [7.0]]


# Copies of demand


@pytest.mark.parametrize("kind", ["5 and 5.0", "two forms of dates", "numbered rows", "restarted numbers"])
def test_copies_are_told_by_what_they_say_and_not_by_how(tmp_path: Path, kind: str) -> None:
    header = "item_id,date,quantity"
    if kind == "5 and 5.0":
        rows = [*LOG, *([item, day, f"{quantity}.0"] for item, day, quantity in LOG)]
    elif kind == "two forms of dates":
        rows = [*LOG, *([item, day.strftime("%d/%m/%Y"), quantity] for item, day, quantity in LOG)]
    else:
        numbers = [*range(len(LOG)), *range(len(LOG))] if kind == "restarted numbers" else range(2 * len(LOG))
        rows = [[item, day, quantity, k] for k, (item, day, quantity) in zip(numbers, [*LOG, *LOG], strict=True)]
        header += ",linha"
    made = read(tmp_path, demand=csv(rows, header))
    assert said(made) == {"copied_rows": len(LOG)}
    assert totals(made) == {"A1": sum(row[2] for row in LOG)}


def test_rows_with_numbers_of_documents_are_no_copies(tmp_path: Path) -> None:
    rows = [[item, day, quantity, f"D{k}"] for k, (item, day, quantity) in enumerate([*LOG, *LOG])]
    made = read(tmp_path, demand=csv(rows, "item_id,date,quantity,documento"))
    assert totals(made) == {"A1": 2 * sum(row[2] for row in LOG)}


# Ids


@pytest.mark.parametrize(("ours", "theirs"), [("123", "123.0"), ("00123", "123"), ("AB-1", "ab 1"), ("1.001", "1001")])
def test_ids_that_would_match_are_named(tmp_path: Path, ours: str, theirs: str) -> None:
    demand = csv([[ours, month, 5] for month in MONTHS])
    made = read(tmp_path, demand=demand, stock=f"item_id,date,on_hand\n{theirs},2025-12-31,3\n")
    assert said(made) == {"stock_of_unknown_items": 1, "ids_would_match": 1, "items_without_stock": 1}
    made = read(tmp_path, Rules(ids="loose"), demand=demand, stock=f"item_id,date,on_hand\n{theirs},2025-12-31,3\n")
    assert made.tables["fact_inventory"]["item_id"].to_pylist() == [ours]


def test_two_spellings_of_an_id_in_the_demand_are_said(tmp_path: Path) -> None:
    made = read(tmp_path, demand=csv([["00123" if month < "2025" else "123", month, 5] for month in MONTHS]))
    assert said(made)["ids_alike"] == 1
    assert "123 (and 00123)" in " ".join(made.notes)


# Unknown quantities, and items that end


def test_empty_quantities_are_unknown_and_no_remedy_makes_them_zero(tmp_path: Path) -> None:
    rows = [["A1", month, "" if k in (10, 11, 20, 21) else 10] for k, month in enumerate(MONTHS)]
    made = read(tmp_path, demand=csv(rows))
    assert made.tables["demand"]["quantity"].null_count == 4
    (line,) = [line for line in made.report if line.words.code == "no_quantity"]
    assert line.count == 4
    assert "unknown" in line.english
    assert "leave the row out" not in line.english, "in a log of events that would be no demand"


def test_where_a_fifth_of_the_quantities_is_empty_the_run_asks_what_they_mean(tmp_path: Path) -> None:
    rows = [["A1", month, "" if k % 5 < 2 else 10] for k, month in enumerate(MONTHS)]
    with pytest.raises(InputError, match=r"15 of 36 rows .* quantity is empty, so the demand of its period is unknown"):
        read(tmp_path, demand=csv(rows))


def test_an_item_that_ends_before_the_others_is_said(tmp_path: Path) -> None:
    rows = [["A1", month, 5] for month in MONTHS] + [["B2", month, 5] for month in MONTHS[:-4]]
    assert said(read(tmp_path, demand=csv(rows))) == {"items_end_early": 1}
    rows = [["A1", month, 5] for month in MONTHS] + [["B2", month, 5] for month in MONTHS[:-1]]
    assert said(read(tmp_path, demand=csv(rows))) == {}


# Fiscal calendars


def fiscal(periods: int) -> list[tuple[dt.date, int]]:
    """First days of 4-4-5 periods, and their weeks."""
    starts, day = [], dt.date(2023, 1, 2)
    for k in range(periods):
        weeks = (4, 4, 5)[k % 3]
        starts.append((day, weeks))
        day += dt.timedelta(weeks=weeks)
    return starts


@pytest.mark.parametrize("rules", [Rules(), MONTHLY], ids=["recognised", "as months"])
@pytest.mark.parametrize("every", [1, 2], ids=["whole", "with holes"])
def test_fiscal_periods_are_neither_weeks_nor_months(tmp_path: Path, rules: Rules, every: int) -> None:
    rows = [
        [f"A{item}", day, weeks * 5]
        for item in range(6)
        for k, (day, weeks) in enumerate(fiscal(36))
        if every == 1 or (k * 7 + item * 3) % 5 < 2
    ]
    with pytest.raises(InputError, match=r"Add a calendar\.csv with the columns period, start and end"):
        read(tmp_path, rules, demand=csv(rows))


def calendar(periods: int = 48, header: str = "period,start,end") -> str:
    rows = [
        [f"P{k % 12 + 1:02d}/{2023 + k // 12}", day, day + dt.timedelta(days=7 * weeks - 1)]
        for k, (day, weeks) in enumerate(fiscal(periods))
    ]
    return csv(rows, header)


PAST = [(k, day, weeks) for k, (day, weeks) in enumerate(fiscal(48)) if day < dt.date(2025, 12, 1)]


@pytest.mark.parametrize("dated_by", ["first days", "last days", "names", "days"])
def test_a_fiscal_calendar_places_demand_in_its_periods(tmp_path: Path, dated_by: str) -> None:
    rows: list[list[Any]] = []
    for k, day, weeks in PAST:
        if dated_by == "days":
            rows += [["A1", day + dt.timedelta(days=n), 1] for n in range(7 * weeks)]
        else:
            last = day + dt.timedelta(days=7 * weeks - 1)
            date = {"first days": day, "last days": last, "names": f"p{k % 12 + 1:02d} {2023 + k // 12}"}[dated_by]
            rows.append(["A1", date, 7 * weeks])
    made = read(tmp_path, calendario=calendar(header="Período,Início,Fim"), demand=csv(rows))
    assert made.frequency is Frequency.MONTHLY
    assert made.tables["demand"]["quantity"].to_pylist() == [28, 28, 35] * 12
    assert [str(day)[:7] for day in made.tables["demand"]["date"].to_pylist()] == MONTHS
    assert said(made) == {}
    assert any(
        "48 fiscal periods from 2023-01-02 to 2026-12-27" in note and "is 2026-12" in note for note in made.notes
    )


def test_a_fiscal_period_that_is_not_over_is_left_out(tmp_path: Path) -> None:
    rows = [["A1", day, weeks] for day, weeks in fiscal(37)]  # the last begins on 29 December
    made = read(tmp_path, calendar=calendar(), demand=csv(rows))
    assert (ends(made), said(made)) == ({"2025-12-01"}, {"incomplete_last_period": 1})
    log = [["A1", day, 1] for day in days("2023-01-02", "2025-12-06")]
    made = read(tmp_path, calendar=calendar(), demand=csv(log))
    assert (ends(made), said(made)) == ({"2025-11-01"}, {"incomplete_last_period": 13})


def test_days_outside_a_fiscal_calendar_are_rejected(tmp_path: Path) -> None:
    made = read(tmp_path, calendar=calendar(), demand=csv([["A1", day, 1] for day in days("2022-12-31", "2025-12-28")]))
    assert said(made) == {"no_period": 2}
    assert totals(made) == {"A1": 1092.0}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            calendar().replace("2023-01-30", "2023-01-31"),
            "P01/2023 ends on 2023-01-29, and P02/2023 begins on 2023-01-31",
        ),
        (
            calendar().replace("2023-01-29", "2023-02-05"),
            "P01/2023 ends on 2023-02-05, and P02/2023 begins on 2023-01-30",
        ),
        (calendar().replace("P02/2023", ""), "row 2: is no period"),
        (calendar().replace("P02/2023", "P01/2023"), "are no months, quarters or years of their own"),
        (
            csv(
                [
                    [k, dt.date(2023, 1, 2) + dt.timedelta(28 * k), dt.date(2023, 1, 29) + dt.timedelta(28 * k)]
                    for k in range(39)
                ],
                "period,start,end",
            ),
            "of 28 to 28 days, are no months.*Give 12 periods a year",
        ),
    ],
    ids=["a day is missing", "periods overlap", "no name", "a name twice", "thirteen a year"],
)
def test_a_fiscal_calendar_that_is_none_stops_the_run(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read(tmp_path, calendar=text, demand=TABLE)


def test_another_calendar_may_be_stated_and_another_frequency_may_not(tmp_path: Path) -> None:
    rows = [["A1", day, weeks] for _, day, weeks in PAST]
    assert read(tmp_path, Rules(calendar="weeks 445.csv"), **{"weeks 445": calendar(), "demand": csv(rows)})
    with pytest.raises(InputError, match=r"nowhere\.csv: is no file of the folder"):
        read(tmp_path, Rules(calendar="nowhere.csv"), demand=csv(rows))
    with pytest.raises(InputError, match="its periods are monthly, but the frequency is said to be weekly"):
        read(tmp_path, Rules(frequency=Frequency.WEEKLY), calendar=calendar(), demand=csv(rows))


# Stock-outs


def levels(zero: set[str], every: str) -> str:
    """Stock of A1 in 2025: of each day or of each month's last, 0 in some months."""
    counted = [
        day for day in days("2025-01-01", "2025-12-31") if every == "day" or (day + dt.timedelta(days=1)).day == 1
    ]
    return csv([["A1", day, 0 if str(day)[:7] in zero else 5] for day in counted], "item_id,date,on_hand")


@pytest.mark.parametrize(("every", "zero"), [("day", {"2025-07"}), ("month", {"2025-06", "2025-07"})])
def test_low_demand_of_a_period_without_stock_is_unknown(tmp_path: Path, every: str, zero: set[str]) -> None:
    rows = [["A1", month, {"2025-07": 1, "2025-09": 0}.get(month, 10)] for month in MONTHS]
    made = read(tmp_path, demand=csv(rows), stock=levels(zero, every))
    known = dict(zip(MONTHS, made.tables["demand"]["quantity"].to_pylist(), strict=True))
    assert known["2025-07"] is None
    assert known["2025-09"] == 0.0, "there was stock, so nobody needed any"
    assert sum(value is None for value in known.values()) == 1
    (line,) = [line for line in made.report if line.words.code == "stock_outs"]
    assert line.examples == ("A1 in the period from 2025-07-01",)


def test_a_part_of_a_period_without_stock_and_usual_demand_tell_nothing(tmp_path: Path) -> None:
    rows = [["A1", month, 10] for month in MONTHS]
    half = levels(set(), "day").replace(",5", ",0", 20)
    assert read(tmp_path, demand=csv(rows), stock=half).tables["demand"]["quantity"].null_count == 0
    usual = read(tmp_path, demand=csv(rows), stock=levels({"2025-07"}, "day"))
    assert usual.tables["demand"]["quantity"].null_count == 0, "it was needed, and it came"
    never = read(tmp_path, demand=csv([*rows[:-1], ["A1", MONTHS[-1], 0]]), stock=levels(set(MONTHS), "day"))
    assert never.tables["demand"]["quantity"].null_count == 0, "it never lies in stock"


# Drivers


@pytest.mark.parametrize(
    ("ahead", "expected"),
    [(0, "driver_without_future"), (3, "driver_ends"), (12, None)],
)
def test_a_driver_that_is_not_known_ahead_is_said(tmp_path: Path, ahead: int, expected: str | None) -> None:
    future = [["A1", f"2026-{month:02d}", "", 1] for month in range(1, ahead + 1)]
    rows = [["A1", month, 10 + k % 3, k % 2] for k, month in enumerate(MONTHS)]
    made = read(tmp_path, demand=csv([*rows, *future], "item_id,date,quantity,x_promo"))
    assert set(said(made)) == ({expected} if expected else set())


def test_a_driver_of_which_some_items_have_no_future_is_said(tmp_path: Path) -> None:
    rows = [[item, month, 10, 1] for item in ("A1", "B2") for month in MONTHS]
    future = [["A1", f"2026-{month:02d}", "", 1] for month in range(1, 13)]
    made = read(tmp_path, demand=csv([*rows, *future], "item_id,date,quantity,X_PROMO"))
    assert said(made) == {"driver_of_some_items": 1}


def test_drivers_may_say_yes_and_no(tmp_path: Path) -> None:
    rows = [["A1", month, 10, "Sim" if k % 4 == 0 else "não"] for k, month in enumerate(MONTHS)]
    future = [["A1", f"2026-{month:02d}", "", "não"] for month in range(1, 13)]
    made = read(tmp_path, demand=csv([*rows, *future], "item_id,date,quantity,x_promo"))
    assert said(made) == {}
    assert made.tables["driver"]["value"].to_pylist() == [1.0 if k % 4 == 0 else 0.0 for k in range(36)] + [0.0] * 12


# Facts about items


def test_a_lead_time_of_decades_is_mistyped(tmp_path: Path) -> None:
    items = "item_id,lead_time_days,unit_cost\nA1,36500,4\nB2,30,5\n"
    made = read(tmp_path, demand=TABLE, items=items)
    assert made.tables["dim_item"]["lead_time_days"].to_pylist() == [None, 30.0]
    assert made.tables["dim_item"]["unit_cost"].to_pylist() == [4.0, 5.0]
    assert said(made) == {"too_long": 1}
