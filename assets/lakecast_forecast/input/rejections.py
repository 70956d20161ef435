"""Rows and values that break the input contract: collected while a file is judged, written with reason and remedy."""

import datetime as dt
import json
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_forecast.input import messages
from lakecast_forecast.input.files import InputFile, as_text, rows_at
from lakecast_forecast.input.report import EXAMPLES, Line, Words, line
from lakecast_schema.tables import REJECTED_ROWS

Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class _Verdict:
    """Why values of a column are left out, and at which positions. reasons: of each position, where they differ."""

    column: str
    words: Words
    places: Integers
    whole_row: bool
    reasons: tuple[str, ...] | None = None


class Rejections:
    """The verdicts on the rows of one file: on a whole row, or on one value, which costs that value only."""

    def __init__(self, file: InputFile) -> None:
        self.file = file
        self._rejected = np.zeros(file.rows.size, dtype=bool)
        self._verdicts: list[_Verdict] = []

    @property
    def rejected(self) -> Bools:
        """(n,) whether a row of the file is rejected as a whole."""
        return self._rejected.copy()

    def reject(self, rows: Bools, column: str, words: Words) -> None:
        """Reject the rows of a mask for a column; rows already rejected keep their first reason."""
        self._add(_Verdict(column, words, np.flatnonzero(rows & ~self._rejected), True))

    def reject_each(self, rows: Integers, column: str, words: Sequence[Words]) -> None:
        """Reject rows, given by position, none of them twice, each in words of its own of one code."""
        fresh = np.flatnonzero(~self._rejected[rows])
        order = fresh[np.argsort(rows[fresh], kind="stable")]
        reasons = tuple(words[place].english for place in order.tolist())
        if order.size:
            self._add(_Verdict(column, words[int(order[0])], rows[order], True, reasons))

    def reject_values(self, rows: Bools, column: str, words: Words) -> None:
        """Leave out the values of a column in the rows of a mask; what else these rows say still counts."""
        self._add(_Verdict(column, words, np.flatnonzero(rows & ~self._rejected), False))

    def _add(self, verdict: _Verdict) -> None:
        if verdict.places.size:
            self._verdicts.append(verdict)
            if verdict.whole_row:
                self._rejected[verdict.places] = True

    def lost(self, columns: Collection[str], *, without: Collection[str]) -> Bools:
        """(n,) whether a row is rejected, or has lost its value of one of these columns.

        without: codes of reasons that lose nothing.
        """
        lost = np.zeros(self.file.rows.size, dtype=bool)
        for verdict in self._verdicts:
            if (verdict.whole_row or verdict.column in columns) and verdict.words.code not in without:
                lost[verdict.places] = True
        return lost

    def about(self, column: str, *, without: str = "") -> Bools:
        """(n,) whether something is wrong with a row's value of a column. without: code of a reason that is nothing."""
        rows = np.zeros(self.file.rows.size, dtype=bool)
        for verdict in self._verdicts:
            if verdict.column == column and verdict.words.code != without:
                rows[verdict.places] = True
        return rows

    def first(self) -> tuple[int, str, str] | None:
        """Row number, column and reason of the first row with a verdict; None where all are good."""
        if self._verdicts:
            verdict = min(self._verdicts, key=lambda each: int(each.places[0]))
            reason = verdict.reasons[0] if verdict.reasons else verdict.words.english
            return int(self.file.rows[verdict.places[0]]), verdict.column, reason
        if self.file.broken:
            return self.file.broken[0].row, self.file.table.column_names[0], messages.BROKEN.english
        return None

    def lines(self, mine: Bools, broken: bool) -> Iterator[Line]:
        """A line of the reading report per reason and column, about the rows of a mask.

        broken: whether to tell of lines that hold no row, too.
        """
        groups: dict[tuple[str, str], list[_Verdict]] = {}
        for verdict in self._verdicts:
            groups.setdefault((verdict.words.code, verdict.column), []).append(verdict)
        for (_, column), verdicts in groups.items():
            places = np.concatenate([verdict.places for verdict in verdicts])
            places = places[mine[places]]
            if places.size:
                text = as_text(self.file.table[column].take(pa.array(places[:EXAMPLES]))).to_pylist()
                numbers = self.file.rows[places[:EXAMPLES]].tolist()
                shown = [
                    f"row {number} of {self.file.name}{f' ({value})' if value else ''}"
                    for number, value in zip(numbers, text, strict=True)
                ]
                yield line("rejected", verdicts[0].words, shown, count=places.size)
        if broken and self.file.broken:
            shown = [f"row {each.row} of {self.file.name}" for each in self.file.broken[:EXAMPLES]]
            yield line("rejected", messages.BROKEN, shown, count=len(self.file.broken))

    def table(self, dataset_of: Callable[[int], str], default: str, now: dt.datetime) -> pa.Table:
        """The rows of `rejected_rows`, one per row of the file that lost anything.

        dataset_of: position of a row -> its data set; broken lines go to `default`. Where a row lost several values,
        its reason names them all and its column is the first of them.
        """
        lost: dict[int, list[tuple[_Verdict, str]]] = {}
        for verdict in self._verdicts:
            reasons = verdict.reasons or repeat(verdict.words.english, verdict.places.size)
            for place, reason in zip(verdict.places.tolist(), reasons, strict=True):
                lost.setdefault(place, []).append((verdict, reason))
        places = sorted(lost)
        taken = rows_at(self.file.table, np.array(places, np.int64))
        contents = pa.table({name: as_text(taken[name]) for name in taken.column_names}).to_pylist()
        rows: list[tuple[str, int, str | None, str | None, str, dict[str, str | None]]] = []
        for place, content in zip(places, contents, strict=True):
            column, reason = _joined(lost[place])
            name = dataset_of(place)
            rows.append((name, int(self.file.rows[place]), column, content.get(column), reason, content))
        for each in self.file.broken:
            rows.append((default, each.row, None, None, messages.BROKEN.english, {"line": each.text}))
        return pa.Table.from_pylist(
            [
                {
                    "dataset_id": dataset,
                    "file_digest": self.file.digest,
                    "file_name": self.file.name,
                    "row": row,
                    "ingested_at": now,
                    "column": column,
                    "value": value,
                    "reason": reason,
                    "content": json.dumps(content, ensure_ascii=False),
                }
                for dataset, row, column, value, reason, content in sorted(rows, key=lambda r: r[1])
            ],
            REJECTED_ROWS.schema,
        )


def _joined(lost: Sequence[tuple[_Verdict, str]]) -> tuple[str, str]:
    """Column and reason of a row: what rejects the whole row stands alone, lost values are all named."""
    for verdict, reason in lost:
        if verdict.whole_row:
            return verdict.column, reason
    return lost[0][0].column, "; also ".join(dict.fromkeys(reason for _, reason in lost))
