"""The form of a text file is told by its first bytes and lines."""

import codecs
from pathlib import Path

import pytest

from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.forms import Form, in_portuguese, recognise

TEXT = "código;data\nA;2024-01-01\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (TEXT.encode(), "utf-8"),
        (TEXT.encode("utf-8-sig"), "utf-8-sig"),
        (TEXT.encode("cp1252"), "cp1252"),
        (TEXT.encode("utf-16-le"), "utf-16-le"),
        (TEXT.encode("utf-16-be"), "utf-16-be"),
        (codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"), "utf-16"),
        (codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"), "utf-16"),
    ],
)
def test_the_encoding_is_told(content: bytes, encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "demand.csv"
    path.write_bytes(content)
    assert recognise(path) == Form(encoding, ";", 0, ("código", "data"))


def test_a_sign_that_spans_two_reads_is_no_other_encoding(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lakecast_forecast.input.forms._CHUNK", 3)
    path = tmp_path / "demand.csv"
    for text in ("aó;b\n", "abó;c\n", "ó;d\n"):
        path.write_bytes(text.encode())
        assert recognise(path).encoding == "utf-8"
    path.write_bytes("ab;ó".encode()[:-1])
    assert recognise(path).encoding == "cp1252"
    path.write_bytes(b"abc;\x81\n")
    with pytest.raises(InputError, match="neither UTF-8 nor Windows-1252"):
        recognise(path)


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_parts_most(sign: str, tmp_path: Path) -> None:
    path = tmp_path / "demand.csv"
    path.write_text(sign.join((" item ", '"a,b;c|d\te"', "date")) + "\n")
    assert recognise(path) == Form("utf-8", sign, 0, ("item", "a,b;c|d\te", "date"))
    path.write_text(f"SEP={sign}\nitem{sign}date\n")
    assert recognise(path) == Form("utf-8", sign, 1, ("item", "date"))
    assert recognise(path).words == f"utf-8, {({',': 'comma', ';': 'semicolon', '|': 'bar'}).get(sign, 'tab')}"


@pytest.mark.parametrize(
    ("english", "portuguese"),
    [
        ("utf-8, semicolon", "utf-8, ponto e vírgula"),
        ("cp1252, tab, header in line 3", "cp1252, tabulação, cabeçalho na linha 3"),
        ("Excel, sheet bar comma", "Excel, planilha bar comma"),
        ("parquet", "parquet"),
    ],
)
def test_a_form_is_told_in_portuguese(english: str, portuguese: str) -> None:
    assert in_portuguese(english) == portuguese


def test_an_empty_first_line_has_no_fields(tmp_path: Path) -> None:
    path = tmp_path / "demand.csv"
    path.write_text("\nitem,date\n")
    assert recognise(path).header == ()
    path.write_text("sep=;\n")
    assert recognise(path) == Form("utf-8", ";", 1, ())


@pytest.mark.parametrize(
    ("text", "header"),
    [
        ("a;b\n1;2;\n3;4;\n", ("a", "b", "")),
        ("a;b;\n1;2\n3;4\n", ("a", "b")),
        ("a;b;\n1;2;\n", ("a", "b", "")),
        ("a;b\n1;2;\n3;4\n", ("a", "b")),
        ("a;b\n1;2;3\n", ("a", "b")),
        ("a;b\n", ("a", "b")),
    ],
)
def test_a_delimiter_at_the_end_of_all_lines_makes_no_field(text: str, header: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "demand.csv").write_text(text)
    assert recognise(tmp_path / "demand.csv").header == header
