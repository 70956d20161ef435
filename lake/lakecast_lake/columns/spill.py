"""Columns that do not fit the memory budget: in files that only this process maps, so that the system may drop pages.

A file is unlinked as soon as it is mapped. Nothing can overwrite it, nothing is left behind after a crash, and its
space is freed with the last segment that uses it.
"""

import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lakecast_lake.columns.segment import Coded, Segment

SMALLEST = 1 << 16
"""Bytes of an array below which mapping it saves nothing."""


def mapped(segment: Segment, folder: Path | None = None) -> Segment:
    """The segment with its rows on disk and its index in memory; point reads then cost page faults.

    folder: where the files are made, by default the system's folder for temporary files.
    """
    return replace(
        segment,
        mapped=True,
        date=_mapped(segment.date, folder),
        numbers={name: _mapped(values, folder) for name, values in segment.numbers.items()},
        codes={
            name: column if column.codes is None else Coded(column.values, _mapped(column.codes, folder))
            for name, column in segment.codes.items()
        },
    )


def _mapped(values: NDArray[Any], folder: Path | None) -> NDArray[Any]:
    if values.nbytes < SMALLEST or not all(values.strides):
        return values
    handle, name = tempfile.mkstemp(prefix="lakecast-", dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            np.ascontiguousarray(values).tofile(file)
        # A plain array over the mapping: what encodes arrays as JSON knows no kinds of them.
        return np.asarray(np.memmap(name, dtype=values.dtype, mode="r", shape=values.shape))
    finally:
        os.unlink(name)
