"""Every day of two years is read in every form, and a column's order is told by its days alone."""

import datetime as dt
import itertools

import pytest

from lakecast_forecast.input.day_forms import OrderUnclear, day, order

DAYS = [dt.date(2023, 1, 1) + dt.timedelta(days=k) for k in range(731)]
NAMES = (
    ("jan", "janeiro", "january"), ("fev", "feb", "fevereiro", "february"), ("mar", "março", "marco", "march"),
    ("abr", "apr", "abril", "april"), ("mai", "may", "maio"), ("jun", "junho", "june"), ("jul", "julho", "july"),
    ("ago", "aug", "agosto", "august"), ("set", "sep", "sept", "setembro", "september"),
    ("out", "oct", "outubro", "october"), ("nov", "novembro", "november"), ("dez", "dec", "dezembro", "december"),
)  # fmt: skip


@pytest.mark.parametrize("pattern", ["{0.day}/{0.month}/{0.year}", "{0:%d-%m-%Y}", "{0:%d.%m.%y}", "{0:%d/%m/%Y} 7:05"])
def test_days_with_their_day_first(pattern: str) -> None:
    assert [day(pattern.format(one), "dmy") for one in DAYS] == DAYS
    assert [day(pattern.format(one), "auto") for one in DAYS] == DAYS


@pytest.mark.parametrize("pattern", ["{0.month}/{0.day}/{0.year}", "{0:%m-%d-%y}", "{0:%m/%d/%Y} 11:59:59.5 pm"])
def test_days_with_their_month_first(pattern: str) -> None:
    assert [day(pattern.format(one), "mdy") for one in DAYS] == DAYS


@pytest.mark.parametrize(
    "pattern",
    ["{0:%Y/%m/%d}", "{0.year}.{0.month}.{0.day}", "{0.year}-{0.month}-{0.day} 8:30", "{0:%Y/%m/%d}t10:00 +03:00"],
)
@pytest.mark.parametrize("first", ["dmy", "mdy"])
def test_days_with_their_year_first_need_no_order(pattern: str, first: str) -> None:
    assert [day(pattern.format(one), first) for one in DAYS] == DAYS  # type: ignore[arg-type]


def test_serial_numbers_of_a_spreadsheet_are_days() -> None:
    assert [day(str(45000 + k), "dmy") for k in range(3)] == [dt.date(2023, 3, 15 + k) for k in range(3)]
    assert day("45000.75", "dmy") == dt.date(2023, 3, 15)
    assert day("10000", "dmy") == dt.date(1927, 5, 18)
    assert [day(text, "dmy") for text in ("9999", "045000", "450001")] == [None] * 3


def test_named_months_in_two_languages() -> None:
    for month, names in enumerate(NAMES, start=1):
        for name, (text, wanted) in itertools.product(
            names, (("{}/2024", 1), ("{}-24", 1), ("17 {} 2024", 17), ("9 de {} de 2024", 9), ("3.{}.24", 3))
        ):
            assert day(text.format(name.title()), "dmy") == dt.date(2024, month, wanted), text.format(name)
    assert day("5 dez. 2024", "dmy") == dt.date(2024, 12, 5)
    assert day("5 abc 2024", "dmy") is None


def test_a_month_of_a_year_is_its_first_day() -> None:
    assert [day(f"{month}/2024", "dmy") for month in range(1, 13)] == [
        dt.date(2024, month, 1) for month in range(1, 13)
    ]
    assert day("02-2024", "mdy") == dt.date(2024, 2, 1)


@pytest.mark.parametrize("pattern", ["S{1:02d}/{0}", "Sem. {1}/{0}", "semana {1} de {0}", "{0}-W{1}", "{0}S{1:02d}"])
def test_a_week_is_its_monday(pattern: str) -> None:
    mondays = [dt.date(2024, 12, 30) + dt.timedelta(weeks=k) for k in range(52)]
    assert [day(pattern.format(2025, week), "dmy") for week in range(1, 53)] == mondays
    assert day(pattern.format(2025, 53), "dmy") is None


def test_two_digits_of_a_year_lie_between_1970_and_2069() -> None:
    years = {f"1/2/{year % 100:02d}": year for year in range(1970, 2070)}
    assert {text: day(text, "dmy") for text in years} == {text: dt.date(year, 2, 1) for text, year in years.items()}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "S1/2024",
        "2024-S2",
        "2024-13-1",
        "31/02/2024",
        "13/13/2024",
        "2024",
        "1/2",
        "0/1/2024",
        "1/2-2024",
        "2023/02/29",
    ],
)
def test_what_is_no_day_is_none(text: str) -> None:
    assert day(text, "dmy") is None


@pytest.mark.parametrize(("one", "other"), list(itertools.product(range(1, 14), repeat=2)))
def test_the_order_is_told_by_numbers_beyond_twelve(one: int, other: int) -> None:
    word = f"{one}/{other}/2024"
    if one != other and max(one, other) <= 12:
        with pytest.raises(OrderUnclear, match="and no other date tells"):
            order([word])
    else:
        assert order([word]) == ("mdy" if other > 12 >= one else "dmy")


def test_one_day_tells_for_a_column() -> None:
    assert order(["1/2/2024", "13/2/2024"]) == "dmy"
    assert order(["13/2/2024", "1/2/2024"]) == "dmy"
    assert order(["1/2/2024", "2/13/2024", "3/3/2024"]) == "mdy"
    assert order(["1.2.2024", "1/2/2024"]) == "dmy"
    assert order(["2024-01-02", "", "jan 2024"]) == "dmy"
    assert order(["3/3/2024"]) == "dmy"
    with pytest.raises(OrderUnclear, match="13/2/2024 has its day first and 2/13/2024 its month"):
        order(["13/2/2024", "14/2/2024", "2/13/2024", "2/14/2024"])
    with pytest.raises(OrderUnclear, match=r"1/2/2024 may be 2024-02-01 \(day first\) or 2024-01-02 \(month first\)"):
        order(["1/2/2024", "3/4/2024"])
