"""Rows and values that break the input contract: collected while a file is judged, written with reason and remedy."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_forecast.input.files import InputFile, as_text
from lakecast_schema.tables import REJECTED_ROWS

Bools = NDArray[np.bool_]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class _Verdict:
    """Why values of a column are left out, and at which positions."""

    column: str
    reason: str
    places: Integers
    whole_row: bool


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

    def reject(self, rows: Bools, column: str, reason: str) -> None:
        """Reject the rows of a mask for a column; rows already rejected keep their first reason."""
        self._add(np.flatnonzero(rows & ~self._rejected), column, reason, whole_row=True)

    def reject_each(self, rows: Sequence[int], column: str, reasons: Sequence[str]) -> None:
        """Reject rows, given by position, each for a reason of its own."""
        for row, reason in zip(rows, reasons, strict=True):
            if not self._rejected[row]:
                self._add(np.array([row], dtype=np.int64), column, reason, whole_row=True)

    def reject_values(self, rows: Bools, column: str, reason: str) -> None:
        """Leave out the values of a column in the rows of a mask; what else these rows say still counts."""
        self._add(np.flatnonzero(rows & ~self._rejected), column, reason, whole_row=False)

    def _add(self, places: Integers, column: str, reason: str, *, whole_row: bool) -> None:
        if places.size:
            self._verdicts.append(_Verdict(column, reason, places, whole_row))
            if whole_row:
                self._rejected[places] = True

    def first(self) -> tuple[int, str, str] | None:
        """Row number, column and reason of the first row with a verdict; None where all are good."""
        if self._verdicts:
            verdict = min(self._verdicts, key=lambda each: int(each.places[0]))
            return int(self.file.rows[verdict.places[0]]), verdict.column, verdict.reason
        if self.file.broken:
            return self.file.broken[0].row, self.file.table.column_names[0], _BROKEN
        return None

    def table(self, dataset_of: NDArray[np.str_], default: str, now: dt.datetime) -> pa.Table:
        """The rows of `rejected_rows`, one per row of the file that lost anything.

        dataset_of: (n,) names each row's data set; broken lines go to `default`. Where a row lost several values, its
        reason names them all and its column is the first of them.
        """
        lost: dict[int, list[_Verdict]] = {}
        for verdict in self._verdicts:
            for place in verdict.places.tolist():
                lost.setdefault(place, []).append(verdict)
        places = sorted(lost)
        columns = {name: as_text(self.file.table[name]) for name in self.file.table.column_names}
        contents = pa.table(columns).take(pa.array(places, pa.int64())).to_pylist()
        rows: list[tuple[str, int, str | None, str | None, str, dict[str, str | None]]] = []
        for place, content in zip(places, contents, strict=True):
            column, reason = _joined(lost[place])
            name = str(dataset_of[place])
            rows.append((name, int(self.file.rows[place]), column, content.get(column), reason, content))
        for line in self.file.broken:
            rows.append((default, line.row, None, None, _BROKEN, {"line": line.text}))
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


def _joined(verdicts: Sequence[_Verdict]) -> tuple[str, str]:
    """Column and reason of a row: what rejects the whole row stands alone, lost values are all named."""
    whole = next((verdict for verdict in verdicts if verdict.whole_row), None)
    if whole is not None:
        return whole.column, whole.reason
    return verdicts[0].column, "; also ".join(dict.fromkeys(verdict.reason for verdict in verdicts))


_BROKEN = "the line has more or fewer fields than the header; quote fields that hold a comma, and close every quote"


def summary(rejected: pa.Table) -> dict[str, int]:
    """Rows per reason, the most frequent first."""
    return dict(Counter(rejected["reason"].to_pylist()).most_common())
