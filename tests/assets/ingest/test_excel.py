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


def write(path: Path, rows: list[list[str | float]]) -> None:
    """A workbook of one sheet, as small as one can be."""
    cells = "".join(
        "<row>"
        + "".join(
            f'<c t="inlineStr"><is><t>{cell}</t></is></c>' if isinstance(cell, str) else f"<c><v>{cell}</v></c>"
            for cell in row
        )
        + "</row>"
        for row in rows
    )
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"/>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{OFFICE}"><sheets>'
        '<sheet name="Plan1" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}"><sheetData>{cells}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name, text)


def test_a_workbook_reads_like_a_file_of_text(tmp_path: Path) -> None:
    rows = [["00123", f"{day:02d}/01/2024", day + 0.125] for day in range(10, 25)]
    write(tmp_path / "Demanda.xlsx", [["Código", "Data", "Qtde"], *rows])
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
