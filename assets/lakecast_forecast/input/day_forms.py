"""Days written in other ways than ISO 8601: day or month first, months, quarters, Excel's serial numbers."""

import datetime as dt
import re
from collections.abc import Iterable
from typing import Literal

Order = Literal["auto", "dmy", "mdy"]

_PARTS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})")
_YEAR_FIRST = re.compile(r"(\d{4})([/.-])(\d{1,2})\2(\d{1,2})")
_MONTH_OF_YEAR = re.compile(r"(\d{1,2})[/.-](\d{4})")
_YEAR_AND_MONTH = re.compile(r"((?:19|20)\d{2})(?:[/.m]|)(0[1-9]|1[0-2])")
_QUARTER = re.compile(r"([1-4])[ºo°]?[ -]?(?:q|t|tri|trim|trimestre)\.?[ /.-]*(?:de )?(\d{4}|\d{2})")
_YEAR_AND_QUARTER = re.compile(r"(\d{4})[ /.-]?[qt]([1-4])")
# S1 alone is a half-year, so that letter needs two digits.
_WEEK = re.compile(r"(?:s(?=\d\d)|sem\.?|semana|w|wk|week|kw)[ .-]?(\d{1,2})[ /.-]*(?:de )?(\d{4})")
_YEAR_AND_WEEK = re.compile(r"(\d{4})[ /.-]?(?:s(?=\d\d)|sem\.?|semana|w|wk|week|kw)[ .-]?(\d{1,2})")
_ISO_MONTH = re.compile(r"\d{4}-\d{2}")
_YEAR = re.compile(r"(?:19|20)\d{2}")
_NAMED = re.compile(r"(?:(\d{1,2})[ /.-](?:de )?)?([a-zç]{3,9})\.?[ /.-](?:de )?(\d{4}|\d{2})")
_TIME = re.compile(r"[ t]+\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?( ?[ap]m)?\s*(z|utc|[+-]\d{2}:?\d{2})?$")
_SERIAL = re.compile(r"[1-9]\d{4}(\.\d+)?")
_EXCEL_EPOCH = dt.date(1899, 12, 30)
_NAMES = (
    ("jan", "janeiro", "january"), ("fev", "feb", "fevereiro", "february"), ("mar", "março", "marco", "march"),
    ("abr", "apr", "abril", "april"), ("mai", "may", "maio"), ("jun", "junho", "june"), ("jul", "julho", "july"),
    ("ago", "aug", "agosto", "august"), ("set", "sep", "sept", "setembro", "september"),
    ("out", "oct", "outubro", "october"), ("nov", "novembro", "november"), ("dez", "dec", "dezembro", "december"),
)  # fmt: skip
_MONTHS = {name: number for number, names in enumerate(_NAMES, start=1) for name in names}


class OrderUnclear(ValueError):
    """Day or month first cannot be told; both readings are named."""


def order(words: Iterable[str]) -> Order:
    """Whether days or months come first in a column: `auto` where no word asks.

    Raises `OrderUnclear` where every such date has two readings, or some need one order and others the other.
    """
    day_first, month_first, either = None, None, None
    for word in words:
        match = _PARTS.fullmatch(_TIME.sub("", word.strip().lower()))
        if match is None:
            continue
        one, other = int(match[1]), int(match[3])
        if match[2] == "." or (one > 12 >= other):
            day_first = day_first or word
        elif other > 12 >= one:
            month_first = month_first or word
        elif one != other:
            either = either or word
    if day_first and month_first:
        raise OrderUnclear(f"{day_first} has its day first and {month_first} its month")
    if either and not day_first and not month_first:
        readings = f"{day(either, 'dmy')} (day first) or {day(either, 'mdy')} (month first)"
        raise OrderUnclear(f"{either} may be {readings}, and no other date tells")
    return "mdy" if month_first else "dmy"


def day(text: str, first: Order) -> dt.date | None:
    """The day that a text names; None where it names none. A quarter, month or week is its first day."""
    word = _TIME.sub("", text.strip().lower())
    try:
        return _parsed(word, first)
    except ValueError:
        return None


def years(words: Iterable[str]) -> bool:
    """Whether all words are years: one beside other dates is a date that somebody has not finished."""
    return all(_YEAR.fullmatch(word.strip()) for word in words)


def is_day(text: str) -> bool:
    """Whether a text names a day, a month or another period, in whichever form."""
    try:
        return day(text, "dmy") is not None or bool(dt.date.fromisoformat(text.strip()[:10]))
    except ValueError:
        return bool(_ISO_MONTH.fullmatch(text.strip()))


def _parsed(word: str, first: Order) -> dt.date | None:
    if match := _PARTS.fullmatch(word):
        one, other, year = int(match[1]), int(match[3]), _year(match[4])
        return dt.date(year, one, other) if first == "mdy" else dt.date(year, other, one)
    if match := _YEAR_FIRST.fullmatch(word):
        return dt.date(int(match[1]), int(match[3]), int(match[4]))
    if match := _MONTH_OF_YEAR.fullmatch(word):
        return dt.date(int(match[2]), int(match[1]), 1)
    if match := _YEAR_AND_MONTH.fullmatch(word):
        return dt.date(int(match[1]), int(match[2]), 1)
    if match := _QUARTER.fullmatch(word):
        return dt.date(_year(match[2]), 3 * int(match[1]) - 2, 1)
    if match := _YEAR_AND_QUARTER.fullmatch(word):
        return dt.date(int(match[1]), 3 * int(match[2]) - 2, 1)
    if match := _WEEK.fullmatch(word):
        return dt.date.fromisocalendar(int(match[2]), int(match[1]), 1)
    if match := _YEAR_AND_WEEK.fullmatch(word):
        return dt.date.fromisocalendar(int(match[1]), int(match[2]), 1)
    if (match := _NAMED.fullmatch(word)) and match[2] in _MONTHS:
        return dt.date(_year(match[3]), _MONTHS[match[2]], int(match[1] or 1))
    if _SERIAL.fullmatch(word):
        return _EXCEL_EPOCH + dt.timedelta(days=int(float(word)))
    return None


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text) if int(text) < 70 else 1900 + int(text)
