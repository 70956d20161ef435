"""CPU and memory of `lakecast check` on large files: CSV, beside Arrow's CSV reader alone, and Parquet."""

import argparse
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

ITEMS = 10_000
_BATCH = 500
_READER = "import sys, pyarrow.csv as c; t = c.read_csv(sys.argv[1]); assert t.num_rows == int(sys.argv[2])"


def write(path: Path, rows: int, seed: int = 0) -> None:
    """Daily demand of `ITEMS` items: item_id, date, quantity, one row per item and day."""
    random = np.random.default_rng(seed)
    days = -(-rows // ITEMS)
    dates = (np.datetime64("2026-01-01") - np.arange(days)[::-1]).astype("datetime64[D]")
    ids = pa.array([f"PART-{number:05d}" for number in range(ITEMS)])
    table = pa.table(
        {
            "item_id": pa.DictionaryArray.from_arrays(np.repeat(np.arange(ITEMS), days).astype(np.int32), ids).cast(
                pa.string()
            ),
            "date": pa.array(np.tile(dates, ITEMS), pa.date32()),
            "quantity": pa.array(random.poisson(3.0, days * ITEMS)),
        }
    ).slice(0, rows)
    pacsv.write_csv(table, path)


def write_parquet(path: Path, items: int, seed: int = 0) -> int:
    """Daily demand of three years of so many items, some hundred items at a time; the number of rows."""
    random = np.random.default_rng(seed)
    dates = np.arange(np.datetime64("2023-01-01"), np.datetime64("2026-01-01"))
    schema = pa.schema({"item_id": pa.string(), "date": pa.date32(), "quantity": pa.int32()})
    with pq.ParquetWriter(path, schema, compression="zstd") as file:
        for first in range(0, items, _BATCH):
            ids = [f"PART-{number:06d}" for number in range(first, min(first + _BATCH, items))]
            columns = [
                np.repeat(ids, dates.size),
                np.tile(dates, len(ids)),
                random.poisson(3.0, dates.size * len(ids)).astype(np.int32),
            ]
            file.write_table(pa.table([pa.array(column) for column in columns], schema=schema))
    return items * dates.size


def cost(command: Sequence[str], env: dict[str, str]) -> tuple[float, float]:
    """CPU seconds and peak memory in GB of a command. Raises `CalledProcessError` where it fails."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ, **env})
    _, status, used = os.wait4(child.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, 1):  # 1: a report with warnings
        raise subprocess.CalledProcessError(code, command)
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 2**20


def main() -> None:
    """Write the file, measure both, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, required=True, help="folder for the file")
    parser.add_argument("--out", type=Path, required=True, help="page to write")
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--items", type=int, default=100_000, help="of the Parquet file; 0 leaves it out")
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    folder = asked.cache / f"demand-{asked.rows}"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "demand.csv"
    if not path.exists():
        write(path, asked.rows)
    check = [str(Path(sys.executable).parent / "lakecast"), "check", str(folder)]
    reader = [sys.executable, "-c", _READER, str(path), str(asked.rows)]
    threads = {"OMP_NUM_THREADS": "1"}
    pairs = [(cost(reader, threads), cost(check, threads)) for _ in range(asked.rounds)]  # interleaved: machines waver
    alone, ours = min(pair[0] for pair in pairs), min(pair[1] for pair in pairs)
    ratio = float(np.median([pair[1][0] / pair[0][0] for pair in pairs]))
    page = _page(asked.rows, path.stat().st_size, alone, ours, ratio)
    print(f"{ratio:.1f} times the CPU of Arrow's reader, {ours[1]:.2f} GB")
    if asked.items:
        page += _parquet(asked.cache / f"parquet-{asked.items}", asked.items, threads)
    asked.out.write_text(page, encoding="utf-8")


def _parquet(folder: Path, items: int, threads: dict[str, str]) -> str:
    """Write and check a Parquet file; its paragraph of the page. The file, which is large, goes again."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "demand.parquet"
    try:
        rows = write_parquet(path, items)
        cpu, memory = cost([str(Path(sys.executable).parent / "lakecast"), "check", str(folder)], threads)
        size = path.stat().st_size / 2**20
    finally:
        shutil.rmtree(folder)
    print(f"{rows:,} rows of Parquet: {cpu:.0f} s, {memory:.2f} GB")
    return (
        f"\n{rows:,} rows of Parquet ({size:,.0f} MB, {items:,} items, three years of days) through `lakecast check`: "
        f"{cpu:.0f} s of CPU,\n{memory:.2f} GB.\n"
    )


def _page(rows: int, size: int, alone: tuple[float, float], ours: tuple[float, float], ratio: float) -> str:
    versions = f"Python {platform.python_version()}, pyarrow {version('pyarrow')}, numpy {version('numpy')}"
    return (
        "# Reading demand\n\n"
        f"`make bench-input`: {rows:,} rows of CSV ({size / 2**20:,.0f} MB, {ITEMS:,} items) through `lakecast check`, "
        f"beside Arrow's CSV reader\nalone on the same file, in turn, each in a process of its own. {versions}.\n\n"
        "| | CPU s | peak memory GB |\n|---|---|---|\n"
        f"| Arrow's CSV reader alone | {alone[0]:.1f} | {alone[1]:.2f} |\n"
        f"| `lakecast check` | {ours[0]:.1f} | {ours[1]:.2f} |\n"
        f"| ratio of the CPU, median of rounds | {ratio:.1f} | |\n"
    )


if __name__ == "__main__":
    main()
