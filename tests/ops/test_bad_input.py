"""Bad input files through `lakecast run`: refused with a message to act on, the lake as it was."""

from pathlib import Path

import pytest
from refusal import refused

GOOD = b"item_id,date,quantity\n" + b"".join(b"a,2024-%02d-01,%d\n" % (month, month) for month in range(1, 13))

BAD: dict[str, tuple[dict[str, bytes], tuple[str, ...]]] = {
    "no demand file": ({"sales.csv": GOOD}, ("demand.csv", "item_id, date, quantity")),
    "an empty file": ({"demand.csv": b""}, ("demand.csv", "is empty")),
    "a header alone": ({"demand.csv": b"item_id,date,quantity\n"}, ("demand.csv", "no rows")),
    "a missing column": ({"demand.csv": b"thing,date,quantity\na,2024-01-01,1\n"}, ("column item_id", "thing, date")),
    "one number that may be two": (
        {"demand.csv": b"item_id;date;quantity\na;2024-01-01;1.150\na;2024-01-02;850\n"},
        ("1.150 may be 1150", "--decimal"),
    ),
    "two columns of one name": (
        {"demand.csv": b"item_id,date,quantity,quantity\na,2024-01-01,1,2\n"},
        ("column quantity", "Rename"),
    ),
    "no usable row": (
        {"demand.csv": b"item_id,date,quantity\na,31/02/2024,1\n"},
        ("row 1", "column date", "2024-01-31"),
    ),
    "bytes that are no text": ({"demand.csv": GOOD + b"\x81,2024-01-01,1\n"}, ("Windows-1252", "UTF-8")),
    "a spreadsheet named CSV": ({"demand.csv": b"PK\x03\x04 and more"}, ("spreadsheet", "commas")),
    "a broken Parquet file": ({"demand.parquet": b"PAR1 and no more"}, ("demand.parquet", "Parquet")),
    "CSV and Parquet side by side": ({"demand.csv": GOOD, "demand.parquet": b"PAR1"}, ("both", "Keep")),
    "dates that fit no frequency": (
        {"demand.csv": b"item_id,date,quantity\na,2024-01-01,1\na,2024-01-15,1\na,2024-01-29,1\n"},
        ("weekly grid", "state the frequency"),
    ),
    "a bad items file": ({"demand.csv": GOOD, "items.csv": b"name\nx\n"}, ("items.csv", "column item_id")),
    "a bad stock file": ({"demand.csv": GOOD, "stock.csv": b"item_id,on_hand\na,1\n"}, ("stock.csv", "column date")),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_input(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    files, told = BAD[kind]
    folder, lake = tmp_path / "in", tmp_path / "lake"
    folder.mkdir()
    lake.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    code, message = refused(monkeypatch, capsys, lake, "run", "--data", str(folder))
    assert code == 2
    for part in told:
        assert part in message


def test_a_folder_that_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, message = refused(monkeypatch, capsys, tmp_path, "run", "--data", str(tmp_path / "nowhere"))
    assert code == 2
    assert "nowhere" in message


def test_an_unknown_source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "demand.csv").write_bytes(GOOD)
    lake = tmp_path / "lake"
    lake.mkdir()
    code, message = refused(monkeypatch, capsys, lake, "run", "--data", str(folder), "--sources", "arima,tarot")
    assert code == 2
    assert "tarot" in message
    assert "prophet" in message
