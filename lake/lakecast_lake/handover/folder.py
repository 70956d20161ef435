"""The folder of results on disk: its files as they are, with the contract's types."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lakecast_lake.available_memory import available_bytes
from lakecast_lake.errors import BadResults
from lakecast_lake.handover import metadata
from lakecast_lake.handover.metadata import Metadata
from lakecast_lake.handover.type_conversion import contract_types
from lakecast_schema.contract import TEXT, Table
from lakecast_schema.tables import FACT_FORECAST, FACT_METRICS

if TYPE_CHECKING:
    import pyarrow.dataset as ds

FORECAST_FILE = f"{FACT_FORECAST.name}.parquet"
METRICS_FILE = f"{FACT_METRICS.name}.parquet"
BYTES_OF_ROW = 900
"""What an import takes at its peak for a row of forecasts, measured with a million of them: the columns, what completes
and orders them, and Delta's writer. The file says nothing of it: 77 kB hold a million rows that hardly differ."""
LONGEST_TEXT = 10_000
"""Bytes of a text that is read at all. Names are shorter by far, and one that is long and often repeated takes
nothing in a file, but gigabytes in memory."""


@dataclass(frozen=True)
class Folder:
    """A folder as it was read. `metrics` is None where there is no such file."""

    path: Path
    forecasts: pa.Table
    metrics: pa.Table | None
    metadata: Metadata
    digest: str

    @classmethod
    def read(cls, path: Path) -> Self:
        """Raises BadResults where there is no such folder or file, or a file cannot be read."""
        if not path.is_dir():
            raise BadResults(str(path), "is no folder", f"Name the folder that holds {FORECAST_FILE}.")
        forecasts = _rows(path / FORECAST_FILE, FACT_FORECAST)
        if forecasts is None:
            raise BadResults(
                str(path / FORECAST_FILE), "is missing", "Write the forecasts there, as the contract says."
            )
        return cls(
            path,
            forecasts,
            _rows(path / METRICS_FILE, FACT_METRICS),
            Metadata.read(path),
            _digest(path),
        )


def write(path: Path, forecasts: pa.Table, metrics: pa.Table, described: Mapping[str, Any]) -> None:
    """Write the three files, each replacing an older one at once, `metadata.json` last."""
    path.mkdir(parents=True, exist_ok=True)
    for name, rows in ((FORECAST_FILE, forecasts), (METRICS_FILE, metrics)):
        beside = path / f".{name}.part"
        pq.write_table(rows, beside, compression="zstd")
        os.replace(beside, path / name)
    beside = path / f".{metadata.FILE}.part"
    beside.write_text(json.dumps(described, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    os.replace(beside, path / metadata.FILE)


def _rows(path: Path, table: Table) -> pa.Table | None:
    if not path.exists():
        return None
    try:
        _require_memory(path)
        rows = pq.read_table(
            path,
            partitioning=_partitioning(path, table),
            coerce_int96_timestamp_unit="us",
            read_dictionary=[column.name for column in table.columns if column.type == TEXT],
        )
    except (pa.ArrowException, OSError) as error:
        reason = " ".join(str(error).split())[:200].rstrip(".")
        raise BadResults(
            str(path), f"cannot be read as Parquet ({reason})", "Write the file again and hand over all of it."
        ) from error
    _require_short_texts(rows, path)
    return contract_types(table, rows, path)


def _require_memory(path: Path) -> None:
    """Refuse what would be killed on the way for want of memory, before any of it is read."""
    files = list(path.rglob("*.parquet")) if path.is_dir() else [path]
    count = sum(pq.read_metadata(file).num_rows for file in files)
    free = available_bytes()
    if free is not None and count * BYTES_OF_ROW > free:
        raise BadResults(
            str(path),
            f"has {count:,} rows, whose import takes some {count * BYTES_OF_ROW / 1e9:.1f} GB of memory; "
            f"{free / 1e9:.1f} GB are free",
            "Hand over some sources or data sets at a time, or import on a machine with more memory.",
        )


def _require_short_texts(rows: pa.Table, path: Path) -> None:
    """Refuse long texts while each of them is there once, in a dictionary."""
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        for chunk in column.chunks if pa.types.is_dictionary(column.type) else ():
            longest = pc.max(pc.binary_length(chunk.dictionary)).as_py() or 0
            if longest > LONGEST_TEXT:
                raise BadResults(
                    f"{path}: {name}",
                    f"has a text of {longest:,} bytes, and {LONGEST_TEXT:,} are read at most",
                    "Correct these rows and import again.",
                )


def _partitioning(path: Path, table: Table) -> "ds.Partitioning | None":
    """Text columns of the contract that stand in names of folders below `path`, such as source=ets, and in no file."""
    files = sorted(path.rglob("*.parquet")) if path.is_dir() else []
    if not files:
        return None  # folders above a file, such as dataset_id=x, are not its columns
    inside = set(pq.read_schema(files[0]).names)
    keys = [part.partition("=")[0] for part in files[0].relative_to(path).parts[:-1] if "=" in part]
    texts = [column.name for column in table.columns if column.type == TEXT]
    schema = pa.schema([(key, TEXT) for key in keys if key in texts and key not in inside])
    if not len(schema):
        return None
    import pyarrow.dataset as ds  # it loads pandas, which who only loads the assets' definitions can do without

    return ds.partitioning(schema, flavor="hive")


def _digest(path: Path) -> str:
    """Of the bytes of all files that an import reads."""
    digest = sha256()
    for name in (FORECAST_FILE, METRICS_FILE, metadata.FILE):
        for file in sorted([path / name, *(path / name).rglob("*")]):
            if file.is_file():
                digest.update(f"{file.relative_to(path)}\0{file.stat().st_size}\0".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()
