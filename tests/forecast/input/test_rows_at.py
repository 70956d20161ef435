"""Rows of a file by their places are what Arrow's own `take` gives, however the file's columns are cut."""

import numpy as np
import pyarrow as pa
import pytest

from lakecast_forecast.input.files import rows_at


@pytest.mark.parametrize("places", [[], [0], [2, 3], [1, 4, 6], [6], [0, 1, 2, 3, 4, 5, 6]])
def test_rows_of_columns_that_are_cut_at_other_places(places: list[int]) -> None:
    names = pa.chunked_array([["a", "b", None], [], ["d"], ["e", "f", "g"]], pa.string())
    table = pa.table({"name": names, "number": pa.chunked_array([[0], [1, 2, 3, 4], [5, 6]], pa.int64())})
    assert rows_at(table, np.array(places, np.int64)).equals(table.take(pa.array(places, pa.int64())))


def test_a_file_without_rows() -> None:
    table = pa.table({"name": pa.chunked_array([], pa.string())})
    assert rows_at(table, np.array([], np.int64)).equals(table)
