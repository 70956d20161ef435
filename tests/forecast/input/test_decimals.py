"""A number tells the decimal sign, or does not; once it is known, every number is written with a point."""

import pyarrow as pa
import pytest

from lakecast_forecast.input.decimals import decide, with_point
from lakecast_forecast.input.errors import InputError

COMMA = ["1,5", "-12,25", "1234,567", "1234,5", "0,250", ",5", "1.234,5", "1.234.567", "+1.234,", "3,1234"]
POINT = ["1.5", "+12.25", "1234.567", "0.250", ".5", "1,234.5", "1,234,567", "4.", "1.5e3", "3.1234", "1,234."]
EITHER = ["1.150", "1,150", "-999,999", "12.345"]


def column(*words: str | None) -> pa.ChunkedArray:
    return pa.chunked_array([pa.array(words, pa.string())])


@pytest.mark.parametrize("word", COMMA)
def test_only_a_comma_explains(word: str) -> None:
    assert decide("f", {"quantity": column("7", f" {word} ", None)}, "auto") == "comma"


@pytest.mark.parametrize("word", [*POINT, "7", "-1e3"])
def test_a_point_is_what_there_is_otherwise(word: str) -> None:
    assert decide("f", {"quantity": column(word)}, "auto") == "point"


@pytest.mark.parametrize("word", POINT)
def test_both_signs_in_one_file_stop(word: str) -> None:
    with pytest.raises(InputError, match=r"1,5 is written with a decimal comma, .* with a decimal point"):
        decide("f", {"quantity": column(word, "1,5")}, "auto")


@pytest.mark.parametrize("word", EITHER)
def test_what_may_be_both_is_asked_for(word: str) -> None:
    with pytest.raises(InputError, match=rf"{word[1:]} may be .* \(thousands\) or .* \(decimals\)"):
        decide("f", {"quantity": column("7", word)}, "auto")
    assert decide("f", {"quantity": column(word, "1,5")}, "auto") == "comma"
    assert decide("f", {"quantity": column(word), "x_price": column("1.5")}, "auto") == "point"
    assert decide("f", {"quantity": column(word)}, "comma") == "comma"


def test_columns_of_numbers_tell_nothing() -> None:
    assert decide("f", {"quantity": pa.chunked_array([pa.array([1.15])])}, "auto") == "point"


def test_numbers_get_a_point() -> None:
    assert with_point(
        column("1.234,5", "1.234", "2,5", " -7 ", "1,5e3", None, "12.34", "x,y"), "comma"
    ).to_pylist() == [*("1234.5", "1234", "2.5", " -7 ", "1.5e3", None, "12?34", "x,y")]
    assert with_point(column("1,234.5", "1,234,567", "2.5", "1,23", "x,y"), "point").to_pylist() == [
        *("1234.5", "1234567", "2.5", "1,23", "x,y")
    ]
    assert with_point(column("2.5", "1.234.567"), "point").to_pylist() == ["2.5", "1.234.567"]
    assert with_point(pa.chunked_array([[1.5]]), "comma").to_pylist() == [1.5]
