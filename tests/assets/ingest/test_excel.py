"""Excel workbooks read as their cells say; the first user's own export as it is."""

import datetime as dt
import os
import shutil
import zipfile
from pathlib import Path

import pytest

from lakecast_assets.ingest.folder import read_folder
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.rules import Rules
from lakecast_schema.periods import Frequency

DATA = Path(os.environ.get("LAKECAST_DATA", Path(__file__).parents[3].parent / "shared" / "data"))
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


Cell = str | float | dt.datetime | None


def write(path: Path, *sheets: list[list[Cell]]) -> None:
    """A workbook of sheets Plan1, Plan2 and so on, as small as one can be."""
    numbers = range(1, len(sheets) + 1)
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets>'
        + "".join(f'<sheet name="Plan{k}" sheetId="{k}" r:id="rId{k}"/>' for k in numbers)
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships">'
        + "".join(
            f'<Relationship Id="rId{k}" Type="{OFFICE}/worksheet" Target="worksheets/sheet{k}.xml"/>' for k in numbers
        )
        + f'<Relationship Id="rId0" Type="{OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{SHEET}"><cellXfs><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs>'
        "</styleSheet>",
    }
    for number, rows in zip(numbers, sheets, strict=True):
        cells = "".join(f"<row>{''.join(map(_cell, row))}</row>" for row in rows)
        text = f'<worksheet xmlns="{SHEET}"><sheetData>{cells}</sheetData></worksheet>'
        parts[f"xl/worksheets/sheet{number}.xml"] = text
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)


def _cell(cell: Cell) -> str:
    if cell is None:
        return "<c/>"
    if isinstance(cell, str):
        return f'<c t="inlineStr"><is><t>{cell}</t></is></c>'
    if isinstance(cell, dt.datetime):
        return f'<c s="1"><v>{(cell - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)}</v></c>'
    return f"<c><v>{cell}</v></c>"


HEADER: list[Cell] = ["Código", "Data", "Qtde"]
DAYS = [dt.datetime(2025, 1, 1) + dt.timedelta(days=k) for k in range(60)]


def demand(path: Path) -> dict[str, list[float]]:
    (made,) = read_folder(path.parent).datasets.values()
    of: dict[str, list[float]] = {}
    for row in made.tables["demand"].to_pylist():
        of.setdefault(row["item_id"], []).append(row["quantity"])
    return of


def test_a_workbook_reads_like_a_file_of_text(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [["00123", f"{day:02d}/01/2024", day + 0.125] for day in range(10, 25)]
    write(tmp_path / "Demanda.xlsx", [HEADER, *rows])
    (made,) = read_folder(tmp_path).datasets.values()
    assert made.rejected == 0
    table = made.tables["demand"].to_pylist()
    assert [(row["item_id"], row["date"], row["quantity"]) for row in table] == [
        ("00123", dt.date(2024, 1, day), day + 0.125) for day in range(10, 25)
    ]


def test_a_file_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "demand.xlsx").write_text("item_id,date,quantity\n")
    with pytest.raises(InputError, match=r"no readable Excel workbook.*Save it anew"):
        read_folder(tmp_path)


def test_the_first_sheet_with_such_columns_is_read_and_others_are_named(tmp_path: Path) -> None:
    """A cover, two years on sheets of their own, and one that does not count."""
    years = [[HEADER, *(["A", day.replace(year=year), 2] for day in DAYS)] for year in (2024, 2025)]
    write(tmp_path / "demanda.xlsx", [["Relatório"], ["gerado em", DAYS[0]]], *years, [HEADER])
    (made,) = read_folder(tmp_path).datasets.values()
    (said,) = (each for each in made.report if each.words.code == "sheets_not_read")
    assert (said.severity, said.count, said.examples) == ("warning", 1, ("Plan3",))
    assert made.tables["demand"]["date"].to_pylist()[0].year == 2024
    (made,) = read_folder(tmp_path, rules=Rules(sheet="plan3")).datasets.values()
    assert made.tables["demand"]["date"].to_pylist()[0].year == 2025
    assert "sheets_not_read" not in {each.words.code for each in made.report}


@pytest.mark.parametrize("text", ["{0:%d/%m/%Y}", "{0:%d.%m.%y} 08:00", "{0:%m/%d/%Y}"])
def test_days_and_months_that_have_changed_places_stop_the_run(text: str, tmp_path: Path) -> None:
    """A spreadsheet in another language makes dates of the days up to 12, and leaves the others as text."""
    rows: list[list[Cell]] = [
        ["A", day.replace(month=day.day, day=day.month) if day.day <= 12 else text.format(day), 1] for day in DAYS
    ]
    write(tmp_path / "demand.xlsx", [HEADER, *rows])
    with pytest.raises(InputError, match=r"column date: the cell 2025-02-01 may be 2025-01-02.*Export it anew"):
        read_folder(tmp_path)


def test_dates_as_dates_and_as_text_are_dates(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [["A", f"{day:%d/%m/%Y}" if k % 4 else day, 1] for k, day in enumerate(DAYS)]
    write(tmp_path / "demand.xlsx", [HEADER, *rows])
    assert demand(tmp_path / "demand.xlsx") == {"A": [1.0] * 60}


@pytest.mark.parametrize(("text", "value"), [("1.234,5", 1234.5), ("1,234.5", 1234.5), ("7,5", 7.5)])
def test_a_number_among_texts_of_numbers_is_that_number(text: str, value: float, tmp_path: Path) -> None:
    rows: list[list[Cell]] = [["A", day, text if k % 3 else 1.125] for k, day in enumerate(DAYS)]
    write(tmp_path / "demand.xlsx", [HEADER, *rows, ["A", dt.datetime(2025, 3, 2), -0.5]])
    assert demand(tmp_path / "demand.xlsx")["A"][:3] == [1.125, value, value]


def test_rows_of_several_times_of_a_day_are_no_copies(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [["A", day.replace(hour=hour), 2] for day in DAYS for hour in (8, 14)]
    write(tmp_path / "demand.xlsx", [HEADER, *rows])
    assert demand(tmp_path / "demand.xlsx") == {"A": [4.0] * 60}


def test_the_first_users_purchases_read_as_they_are(tmp_path: Path) -> None:
    if not (purchases := DATA / "first_user_purchases.xlsx").exists():
        pytest.skip(f"no {purchases}")
    shutil.copy(purchases, tmp_path / "demand.xlsx")
    with pytest.raises(InputError, match="DATA REQUISITADA and DATA SOLICITADO and DATA DE COMPRA may all be date"):
        read_folder(tmp_path)
    rules = {"columns": {"date": "DATA SOLICITADO"}, "frequency": Frequency.MONTHLY}
    (made,) = read_folder(tmp_path, rules=Rules(**rules)).datasets.values()  # type: ignore[arg-type]
    said = {line.words.code: line.count for line in made.report}
    assert said["no_date"] == 19
    assert said["locations_added_up"] == 190
    assert made.tables["dim_item"].num_rows > 850
    apart = read_folder(tmp_path, rules=Rules(**rules, by="location", allow_rejected=1.0))  # type: ignore[arg-type]
    assert len(apart.datasets) > 150
