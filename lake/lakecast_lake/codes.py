"""Columns as integers: equal where the values are, in the values' order, cheap to sort and to look up."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Codes = NDArray[np.int64]

_DAY_BITS = 24
_DAY_OFFSET = 1 << (_DAY_BITS - 1)  # days before 1970 are negative; date32 reaches no further in years that matter


def ranks(values: pa.ChunkedArray) -> Codes:
    """Integers in the order of the values (text byte by byte, as Parquet and DuckDB compare); null is the least.

    values: (n,) text, dates, instants, integers or floats. Returns (n,).
    """
    if pa.types.is_floating(values.type):
        ascending: Codes = np.unique(values.fill_null(-np.inf).to_numpy(), return_inverse=True)[1].astype(np.int64)
        return ascending
    if pa.types.is_string(values.type):
        encoded = values.combine_chunks().dictionary_encode()
        texts = [text.encode() for text in encoded.dictionary.to_pylist()]
        rank = np.full(len(texts) + 1, -1, dtype=np.int64)
        rank[sorted(range(len(texts)), key=texts.__getitem__)] = np.arange(len(texts))
        indices: Codes = encoded.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False)
        return rank[indices]
    width = pa.int32() if pa.types.is_date32(values.type) else pa.int64()
    numbers = values.cast(width).cast(pa.int64()).fill_null(np.iinfo(np.int64).min)
    whole: Codes = numbers.to_numpy().astype(np.int64)
    return whole


def shared(tables: Sequence[pa.Table], columns: Sequence[str]) -> list[Codes]:
    """Per table an integer per row, equal where all the text `columns` are, within and across the tables."""
    total = sum(table.num_rows for table in tables)
    code = np.zeros(total, dtype=np.int64)
    for name in columns:
        values = pa.chunked_array([chunk for table in tables for chunk in table[name].chunks], pa.string())
        encoded = values.combine_chunks().dictionary_encode()
        code = code * (len(encoded.dictionary) + 1) + encoded.indices.to_numpy(zero_copy_only=False)
    return np.split(code, np.cumsum([table.num_rows for table in tables])[:-1])


def with_day(code: Codes, dates: pa.ChunkedArray) -> Codes:
    """`code` and a date in one integer, the code being the slower part."""
    days = dates.cast(pa.int32()).to_numpy().astype(np.int64) + _DAY_OFFSET
    joint: Codes = (code << _DAY_BITS) | days
    return joint


def places(codes: Codes, among: Codes) -> Codes:
    """Where each code is in the ascending distinct codes `among`; -1 where it is not there."""
    if not len(among):
        return np.full(len(codes), -1, dtype=np.int64)
    at = np.minimum(np.searchsorted(among, codes), len(among) - 1)
    return np.where(among[at] == codes, at, -1)
