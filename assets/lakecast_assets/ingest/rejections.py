"""Rows that break the input contract: collected while a file is judged, written down with reason and remedy."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lakecast_assets.ingest.files import InputFile, as_text
from lakecast_schema.tables import REJECTED_ROWS


class Rejections:
    """The verdicts on the rows of one file; the first reason given to a row stands."""

    def __init__(self, file: InputFile) -> None:
        self.file = file
        self._reason = np.full(file.rows.size, -1, dtype=np.int64)
        self._reasons: list[tuple[str, str]] = []
        self._named: dict[int, tuple[str, str]] = {}

    @property
    def rejected(self) -> NDArray[np.bool_]:
        """(n,) whether a row of the file is rejected."""
        rejected: NDArray[np.bool_] = self._reason >= 0
        for row in self._named:
            rejected[row] = True
        return rejected

    def reject(self, rows: NDArray[np.bool_], column: str, reason: str) -> None:
        """Reject the rows of a mask for a column; rows already rejected keep their first reason."""
        fresh = rows & ~self.rejected
        if fresh.any():
            self._reasons.append((column, reason))
            self._reason[fresh] = len(self._reasons) - 1

    def reject_each(self, rows: Sequence[int], column: str, reasons: Sequence[str]) -> None:
        """Reject rows, given by position, each for a reason of its own."""
        rejected = self.rejected
        for row, reason in zip(rows, reasons, strict=True):
            if not rejected[row]:
                self._named[row] = (column, reason)

    def first(self) -> tuple[int, str, str] | None:
        """Row number, column and reason of the first rejected row; None where all are good."""
        places = np.flatnonzero(self.rejected)
        if places.size:
            place = int(places[0])
            return int(self.file.rows[place]), *self._verdict(place)
        if self.file.broken:
            return self.file.broken[0].row, self.file.table.column_names[0], _BROKEN
        return None

    def _verdict(self, place: int) -> tuple[str, str]:
        return self._named[place] if place in self._named else self._reasons[self._reason[place]]

    def table(self, dataset_of: NDArray[np.str_], default: str, now: dt.datetime) -> pa.Table:
        """The rows of `rejected_rows`: dataset_of (n,) names each row's data set; broken lines go to `default`."""
        places = np.flatnonzero(self.rejected)
        text = pa.table({name: as_text(self.file.table[name]) for name in self.file.table.column_names})
        contents = text.take(pa.array(places)).to_pylist()
        rows: list[tuple[str, int, str | None, str | None, str, dict[str, str | None]]] = []
        for place, content in zip(places.tolist(), contents, strict=True):
            column, reason = self._verdict(place)
            value = content.get(column)
            rows.append((str(dataset_of[place]), int(self.file.rows[place]), column, value, reason, content))
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


_BROKEN = "the line has more or fewer fields than the header; quote fields that hold a comma, and close every quote"


def summary(rejected: pa.Table) -> dict[str, int]:
    """Rows per reason, the most frequent first."""
    return dict(Counter(rejected["reason"].to_pylist()).most_common())
