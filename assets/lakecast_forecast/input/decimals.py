"""Decimal comma or decimal point: decided over all numbers of a file, and asked where both would do."""

from collections.abc import Mapping
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from lakecast_forecast.input.errors import InputError

Decimal = Literal["auto", "point", "comma"]
# What only a decimal comma explains: 1,5  1234,567  0,250  1.234,5  1.234.567
_COMMA = (
    r"^[+-]?(\d+,(\d{1,2}|\d{4,})|\d{4,},\d+|0+,\d+|,\d+|\d{1,3}(\.\d{3})+,\d*|\d{1,3}(\.\d{3}){2,})"
    r"([eE][+-]?\d+)?$"
)
_POINT = (
    r"^[+-]?(\d+\.(\d{1,2}|\d{4,})?|\d{4,}\.\d+|0+\.\d+|\.\d+|\d{1,3}(,\d{3})+\.\d*|\d{1,3}(,\d{3}){2,})"
    r"([eE][+-]?\d+)?$"
)
_EITHER = r"^[+-]?[1-9]\d{0,2}[.,]\d{3}$"


def decide(file: str, columns: Mapping[str, pa.ChunkedArray], stated: Decimal) -> Decimal:
    """The decimal sign of a file's text columns of numbers.

    Raises `InputError` where some numbers need a comma and others a point, and where a number such as 1.150 could be
    both and no other tells.
    """
    if stated != "auto":
        return stated
    comma, point, either = None, None, None
    for name, column in columns.items():
        if not pa.types.is_string(column.type):
            continue
        trimmed = pc.utf8_trim_whitespace(column)
        if not pc.any(pc.match_substring_regex(trimmed, "[.,]")).as_py():
            continue
        words = pc.unique(trimmed)
        comma = comma or _first(name, words, _COMMA)
        point = point or _first(name, words, _POINT)
        either = either or _first(name, words, _EITHER)
    if comma and point:
        problem = f"{comma[1]} is written with a decimal comma, {point[1]} with a decimal point"
        raise InputError(file, problem, "Write all numbers alike, or state --decimal comma or point", column=comma[0])
    if comma:
        return "comma"
    if either and not point:
        name, text = either
        sign = "." if "." in text else ","
        problem = (
            f"{text} may be {text.replace(sign, '')} (thousands) or {text.replace(',', '.')} (decimals), and no other "
            "number of the file tells"
        )
        raise InputError(file, problem, "State --decimal comma or --decimal point", column=name)
    return "point"


def _first(name: str, words: pa.Array, pattern: str) -> tuple[str, str] | None:
    found = words.filter(pc.match_substring_regex(words, pattern))
    return (name, found[0].as_py()) if len(found) else None


def with_point(column: pa.ChunkedArray, decimal: Decimal) -> pa.ChunkedArray:
    """Text of numbers without thousands signs and with a decimal point; what is no such number stays."""
    if not pa.types.is_string(column.type):
        return column
    thousands, sign = (".", ",") if decimal == "comma" else (",", ".")
    if decimal == "point" and not pc.any(pc.match_substring(column, ",")).as_py():
        return column
    grouped = rf"^\s*[+-]?\d{{1,3}}(\{thousands}\d{{3}})+(\{sign}\d*)?\s*$"
    plain = pc.if_else(pc.match_substring_regex(column, grouped), pc.replace_substring(column, thousands, ""), column)
    if decimal == "point":
        return plain
    whole = pc.match_substring_regex(plain, r"^\s*[+-]?\d*(,\d*)?([eE][+-]?\d+)?\s*$")
    # With a decimal comma, a point that groups no thousands makes no number.
    return pc.if_else(whole, pc.replace_substring(plain, ",", "."), pc.replace_substring(plain, ".", "?"))
