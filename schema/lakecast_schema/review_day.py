"""The fixed day on which orders are placed: a weekday or a day of the month."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from lakecast_schema.periods import Dates

Array = NDArray[np.float64]

_WEEKDAYS = (
    ("monday", "segunda"), ("tuesday", "terca"), ("wednesday", "quarta"), ("thursday", "quinta"),
    ("friday", "sexta"), ("saturday", "sabado"), ("sunday", "domingo"),
)  # fmt: skip
"""Names in English and in Portuguese without accents, Monday first."""
_LONGEST_MONTH = 31


@dataclass(frozen=True)
class ReviewDay:
    """One of the two is None. weekday: 0 for Monday. day: 1 to 31; in a shorter month, its last day."""

    weekday: int | None
    day: int | None

    @classmethod
    def of(cls, text: str) -> Self:
        """From `monday`, `terça` or a number from 1 to 31. Raises ValueError that says what there is."""
        word = text.strip().casefold().removesuffix("-feira").translate(str.maketrans("çá", "ca"))
        for number, names in enumerate(_WEEKDAYS):
            if word in names:
                return cls(number, None)
        if word.isdecimal() and 1 <= int(word) <= _LONGEST_MONTH:
            return cls(None, int(word))
        raise ValueError(f"review_day is {text!r}. Give a weekday such as monday, or a day of the month from 1 to 31.")

    @property
    def interval(self) -> float:
        """The most days from one review to the next."""
        return 7.0 if self.day is None else float(_LONGEST_MONTH)

    def days_from(self, dates: Dates) -> Array:
        """(n,) days from each date to the first review on it or after it."""
        days = np.asarray(dates, "datetime64[D]")
        if self.weekday is not None:
            # 1970-01-01 was a Thursday.
            left: Array = ((self.weekday - 3 - days.astype(np.int64)) % 7).astype(np.float64)
            return left
        month = days.astype("datetime64[M]")
        here, there = self._in(month), self._in(month + 1)
        wait: Array = (np.where(here >= days, here, there) - days).astype(np.float64)
        return wait

    def _in(self, months: Dates) -> Dates:
        """(n,) the review of each month."""
        first = months.astype("datetime64[D]")
        last = (months + 1).astype("datetime64[D]") - 1
        review: Dates = np.minimum(first + ((self.day or 1) - 1), last)
        return review
