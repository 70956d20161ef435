"""Files that cannot be used stop with an error that names file, row, column and remedy."""

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lakecast_assets.ingest.folder import read_folder
from lakecast_forecast.input.errors import InputError

GOOD = "item_id,date,quantity\nA,2024-01-01,1\nA,2024-01-02,2\nA,2024-01-03,0\n"


def text(name: str, content: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_text(content, encoding="utf-8") and None


def raw(name: str, content: bytes) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(content) and None


def parquet(**columns: object) -> Callable[[Path], None]:
    return lambda folder: pq.write_table(pa.table(columns), folder / "demand.parquet")


def both(*writers: Callable[[Path], None]) -> Callable[[Path], None]:
    return lambda folder: [write(folder) for write in writers] and None


BAD: dict[str, tuple[Callable[[Path], None], str]] = {
    "no demand file": (text("notes.csv", GOOD), r"holds no demand\.csv or demand\.parquet.*columns item_id"),
    "two demand files": (
        both(text("demand.csv", GOOD), raw("demand.parquet", b"PAR1")),
        r"holds both demand\.csv and demand\.parquet.*Keep the one",
    ),
    "a data set named by a book": (
        text("demand.csv", "item_id,date,quantity,dataset_id\n" + f"A,2024-01-01,1,{'d' * 201}\n"),
        r"d{60}… cannot name a data set\. Use at most 200",
    ),
    "empty file": (text("demand.csv", ""), r"demand\.csv: is empty.*header"),
    "header only": (text("demand.csv", "item_id,date,quantity\n"), r"demand\.csv: holds no rows"),
    "column missing": (
        text("demand.csv", "item_id,when,quantity\nA,2024-01-01,1\n"),
        r"demand\.csv, column date: .*missing.*found are: item_id, when, quantity",
    ),
    "column twice": (
        text("demand.csv", "item_id,date,quantity,quantity\nA,2024-01-01,1,2\n"),
        r"column quantity: two columns.*Rename",
    ),
    "gzip": (raw("demand.csv", gzip.compress(GOOD.encode())), r"is a gzip file, not CSV"),
    "spreadsheet": (raw("demand.csv", b"PK\x03\x04rest"), r"is a spreadsheet or zip archive, not CSV"),
    "csv named parquet": (text("demand.parquet", GOOD), r"demand\.parquet: is no readable Parquet file"),
    "broken parquet": (raw("demand.parquet", b"PAR1" + bytes(40)), r"no readable Parquet file"),
    "parquet without column": (parquet(item_id=["A"], date=["2024-01-01"]), r"column quantity: .*missing"),
    "no usable row": (
        text("demand.csv", "item_id,date,quantity\nA,31/02/2024,1\nA,2024-01-02,many\n"),
        r"demand\.csv, row 1, column date: no row can be used.*2024-01-31",
    ),
    "all quantities negative": (
        text("demand.csv", "item_id,date,quantity\nA,2024-01-01,-1\nA,2024-01-02,-2\n"),
        r"column quantity: 2 quantities are negative.*Write demand as positive",
    ),
    "only broken lines": (text("demand.csv", "item_id,date,quantity\nA,2024-01-01,1,2,3\n"), r"row 1.*fields"),
    "one date only": (text("demand.csv", "item_id,date,quantity\nA,2024-01-01,1\n"), r"column date: .*frequency"),
    "no known frequency": (
        text("demand.csv", "item_id,date,quantity\nA,2024-01-01,1\nA,2024-01-15,1\nA,2024-01-29,1\n"),
        r"column date: .*frequency",
    ),
    "dates far apart": (
        text("demand.csv", GOOD + "".join(f"B{n},{y}-05-0{1 + n % 9},1\n" for n in range(2700) for y in (1600, 2019))),
        r"2700 of 5403 rows .* rejected: date lies years away",
    ),
    "periods side by side": (
        text("demand.csv", "Código;jan/2024;fev/2024\nA;1;2\n"),
        r"periods stand side by side.*\(jan/2024, fev/2024, \.\.\.\)\. Write one row per item and period",
    ),
    "items without item_id": (
        both(text("demand.csv", GOOD), text("items.csv", "sku,name\n1,a\n")),
        r"items\.csv, column item_id: .*missing",
    ),
    "stock without date": (
        both(text("demand.csv", GOOD), text("stock.csv", "item_id,on_hand\nA,3\n")),
        r"stock\.csv, column date: .*missing",
    ),
    "binary": (raw("demand.csv", bytes(range(1, 256)) * 40), r"demand\.csv.*UTF-8"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_stops_with_place_and_remedy(kind: str, tmp_path: Path) -> None:
    write, expected = BAD[kind]
    write(tmp_path)
    with pytest.raises(InputError) as caught:
        read_folder(tmp_path)
    message = str(caught.value)
    assert re.search(expected, message), message
    assert caught.value.remedy
    assert "Traceback" not in message


def test_a_folder_that_is_not_there_is_an_input_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no folder"):
        read_folder(tmp_path / "nowhere")
    (tmp_path / "demand.csv").write_text(GOOD)
    with pytest.raises(InputError, match=r"is a file, not a folder.*Name the folder"):
        read_folder(tmp_path / "demand.csv")


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "demand.csv").symlink_to(tmp_path / "demand.csv")
    with pytest.raises(InputError, match="demand"):
        read_folder(tmp_path)
