"""Files keep rows by partition and key, whatever order a batch comes in."""

from datetime import date, timedelta

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from lakecast_lake.ordering import ordered, partition_batches
from lakecast_schema.tables import DRIVER, FACT_FORECAST

TEXT = st.text(st.characters(codec="utf-8"), max_size=4)
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["d1", "é", "d 2"]),
        st.none() | TEXT,
        st.integers(-20_000, 20_000).map(lambda days: date(2000, 1, 1) + timedelta(days=days)),
        TEXT,
    ),
    min_size=1,
    max_size=40,
    unique=True,
)


def drivers(rows):
    columns = list(zip(*rows, strict=True))
    arrays = [*columns, [float(n) for n in range(len(rows))]]
    return pa.table([pa.array(a, f.type) for a, f in zip(arrays, DRIVER.schema, strict=True)], DRIVER.schema)


@given(ROWS)
def test_rows_are_sorted_bytewise_with_nulls_first(rows):
    result = ordered(DRIVER, drivers(rows))
    found = [tuple(row.values())[:4] for row in result.to_pylist()]
    assert found == sorted(
        rows,
        key=lambda row: (
            [("" if v is None else str(v)).encode() for v in row[:1]]
            + [(row[1] is not None, (row[1] or "").encode()), row[2], row[3].encode()]
        ),
    )


@given(ROWS)
def test_every_row_lands_in_the_one_batch_of_its_partition(rows):
    batches = list(partition_batches(DRIVER, drivers(rows)))
    datasets = [set(batch["dataset_id"].to_pylist()) for batch in batches]
    assert all(len(each) == 1 for each in datasets)
    assert len(batches) == len(set().union(*datasets))
    assert sorted(v for b in batches for v in b["value"].to_pylist()) == [float(n) for n in range(len(rows))]


def test_sorted_rows_are_left_alone(forecasts):
    once = ordered(FACT_FORECAST, forecasts())
    assert ordered(FACT_FORECAST, once).equals(once)
