"""Segments: whatever the order of the rows, the same columns; what breaks the contract is refused."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakecast_lake.columns.segment import build
from lakecast_lake.errors import LakeUnreadable

Row = tuple[str, int, int]
rows = st.lists(
    st.tuples(st.sampled_from(("a", "b", "ä", "日", "a b")), st.integers(0, 3), st.integers(0, 6)),
    unique=True,
    max_size=40,
)


def table(rows: list[Row], dictionary: bool = False) -> pa.Table:
    """Rows of (item, cutoff, date) whose forecast and version can be told from their key."""
    item = pa.array([row[0] for row in rows], pa.string())
    return pa.table(
        {
            "item_id": item.dictionary_encode() if dictionary else item,
            "cutoff": pa.array([row[1] for row in rows], pa.int32()).cast(pa.date32()),
            "date": pa.array([row[2] for row in rows], pa.int32()).cast(pa.date32()),
            "forecast": pa.array([None if row[2] == 3 else row[1] + row[2] / 8 for row in rows], pa.float64()),
            "model_version": pa.array([f"v{row[1]}" for row in rows], pa.string()),
        }
    )


def built(content: pa.Table, **options: bool) -> object:
    return build(content, key=("d", "s", "live"), signature=1, where="here", cutoffs=True, **options)


def shown(segment: object) -> list[tuple[object, ...]]:
    found = []
    for place, item in enumerate(segment.items):  # type: ignore[attr-defined]
        for block in range(int(segment.first_block[place]), int(segment.first_block[place + 1])):  # type: ignore[attr-defined]
            for row in range(int(segment.start[block]), int(segment.start[block + 1])):  # type: ignore[attr-defined]
                value = float(segment.numbers["forecast"][row])  # type: ignore[attr-defined]
                version = segment.codes["model_version"].at(row)  # type: ignore[attr-defined]
                cutoff, date = int(segment.cutoff[block]), int(segment.date[row])  # type: ignore[attr-defined]
                found.append((item, cutoff, date, None if np.isnan(value) else value, version))
    return found


def expected(rows: list[Row]) -> list[tuple[object, ...]]:
    return [(i, c, d, None if d == 3 else c + d / 8, f"v{c}") for i, c, d in sorted(rows)]


@given(rows, st.randoms(use_true_random=False), st.booleans())
def test_order_of_rows_does_not_matter(rows: list[Row], random: object, dictionary: bool) -> None:
    random.shuffle(rows)  # type: ignore[attr-defined]
    segment = built(table(rows, dictionary))
    assert shown(segment) == expected(rows)
    assert list(segment.items) == sorted({row[0] for row in rows})  # type: ignore[attr-defined]


def test_repeated_key_is_refused() -> None:
    with pytest.raises(LakeUnreadable, match="1 rows repeat the key"):
        built(table([("a", 0, 1), ("b", 0, 1), ("a", 0, 1)]))


@pytest.mark.parametrize("column", ["item_id", "cutoff", "date"])
def test_null_in_a_key_is_refused(column: str) -> None:
    content = table([("a", 0, 1), ("b", 0, 1)])
    place = content.column_names.index(column)
    nulls = pa.array([content[column][0].as_py(), None], content.schema.field(place).type)
    with pytest.raises(LakeUnreadable, match=f"{column} is null in 1 rows"):
        built(content.set_column(place, column, nulls))
