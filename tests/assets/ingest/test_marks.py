"""Numbers with money signs, units and percent signs, periods without stock, and outliers."""

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


@pytest.mark.parametrize("write", ["{} un", "{}un.", "{} UN", " {} pç", "R$ {}", "R${}", "{}"])
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


def test_rare_and_growing_demand_is_no_outlier(folder: Write) -> None:
    rows = "".join(f"A,{day},{2**k}\nB,{day},{500 if k == 3 else 0}\n" for k, day in enumerate(DAYS[:14]))
    assert "outliers" not in codes(read(folder(demand=HEAD + rows)))
