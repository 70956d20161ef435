from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.forecasting.sets import KINDS, read

HORIZON = KINDS["m3_yearly"].horizon


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a set of 20 items, whose rows are in no order."""
    rows = [(f"N{item:02d}", year, 100.0 * item + year) for item in range(20) for year in range(10 + item)]
    np.random.default_rng(0).shuffle(rows)
    items, years, quantities = zip(*rows, strict=True)
    dates = [np.datetime64(f"{1980 + int(year)}-01-01", "ns") for year in years]
    table = pa.table({"item_id": list(items), "date": dates, "quantity": [float(one) for one in quantities]})
    pq.write_table(table, tmp_path / "m3_yearly.parquet")
    return tmp_path


def test_the_last_horizon_is_the_test_window(folder: Path) -> None:
    whole = read(folder, "m3_yearly")
    for item, history, future in zip(whole.item_ids, whole.history, whole.future, strict=True):
        number = int(item[1:])
        expected = 100.0 * number + np.arange(10 + number)
        np.testing.assert_array_equal(np.concatenate([history, future]), expected)
        assert len(future) == HORIZON


def test_small_samples_are_part_of_larger_ones_and_always_the_same(folder: Path) -> None:
    whole = read(folder, "m3_yearly")
    assert whole.first(5).item_ids == read(folder, "m3_yearly").first(8).item_ids[:5]
    assert whole.first(5).future.shape == (5, HORIZON)
    assert whole.first(None) is whole
    assert whole.between(2, 4).item_ids == whole.item_ids[2:4]
    assert list(whole.item_ids) != sorted(whole.item_ids)
