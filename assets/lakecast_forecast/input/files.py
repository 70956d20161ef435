"""Reading one input file: CSV as text, Parquet as it is typed, every row with its number."""

import csv
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from lakecast_forecast.input.errors import InputError

SUFFIXES = (".csv", ".parquet")
DRIVER_PREFIX = "x_"
_BLOCK = 8 << 20
_MAGIC = {b"PAR1": "a Parquet file", b"PK\x03\x04": "a spreadsheet or zip archive", b"\x1f\x8b": "a gzip file"}


@dataclass(frozen=True)
class BrokenLine:
    """A line of a CSV file whose number of fields is not that of the header."""

    row: int
    text: str
    fields: int


@dataclass(frozen=True)
class InputFile:
    """A file as it came.

    table: the known columns that it has; text where the file is CSV, else of the file's own types.
    rows: (n,) number of each row in the file; the first row after the header is 1.
    """

    name: str
    digest: str
    table: pa.Table
    rows: NDArray[np.int64]
    broken: tuple[BrokenLine, ...] = ()
    ignored: tuple[str, ...] = ()
    others: Callable[[], pa.Table | None] = lambda: None
    """The columns that are not known, as text, read when they are wanted."""

    @property
    def drivers(self) -> tuple[str, ...]:
        """Columns of known-in-advance values."""
        return tuple(name for name in self.table.column_names if name.startswith(DRIVER_PREFIX))


def find(folder: Path, stem: str) -> Path | None:
    """The file of a folder with this stem, CSV or Parquet; None where there is neither."""
    found = [path for suffix in SUFFIXES if (path := folder / f"{stem}{suffix}").is_file()]
    if len(found) > 1:
        raise InputError(str(folder), f"holds both {found[0].name} and {found[1].name}", "Keep the one that is meant")
    return found[0] if found else None


def read(path: Path, required: Sequence[str], optional: Sequence[str], *, drivers: bool = False) -> InputFile:
    """Read the known columns of a file; other columns are ignored and named in `ignored`.

    drivers: whether `x_*` columns are known, too. Raises `InputError`.
    """
    try:
        with path.open("rb") as file:
            head = file.read(4)
            file.seek(0)
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise InputError(
            path.name, f"cannot be read ({error.strerror})", "Make the file readable for this user"
        ) from error
    if not head:
        raise InputError(path.name, "is empty", f"Write a header and rows with {', '.join(required)}")
    read_columns = _read_parquet if path.suffix == ".parquet" else _read_csv
    content = read_columns(path, head, required, optional, drivers)
    if content.table.num_rows == 0 and not content.broken:
        raise InputError(path.name, "holds no rows", f"Write rows with {', '.join(required)}")
    return InputFile(
        path.name, digest, content.table, content.rows, content.broken, content.ignored, _others(path, content)
    )


def _others(path: Path, content: "_Content") -> Callable[[], pa.Table | None]:
    names = list(dict.fromkeys(content.ignored))

    def others() -> pa.Table | None:
        if not names or path.suffix == ".parquet":
            return pq.read_table(path, columns=names) if names else None
        return _parse(path, _header(path), names, lambda _: "skip", threads=True)

    return others


@dataclass(frozen=True)
class _Content:
    table: pa.Table
    rows: NDArray[np.int64]
    broken: tuple[BrokenLine, ...]
    ignored: tuple[str, ...]


def _wanted(
    path: Path, header: Sequence[str], required: Sequence[str], optional: Sequence[str], drivers: bool
) -> list[str]:
    """The known columns among those of a header, in the header's order."""
    for name in required:
        if name not in header:
            found = ", ".join(header) or "none"
            remedy = f"Name a column {name}; found are: {found}"
            if len(header) == 1 and any(sign in header[0] for sign in ";\t|"):
                remedy = "Separate columns by commas, with a point as the decimal sign"
            raise InputError(path.name, "the column is missing", remedy, column=name)
    wanted = [
        name for name in header if name in required or name in optional or (drivers and name.startswith(DRIVER_PREFIX))
    ]
    for name in wanted:
        if header.count(name) > 1:
            raise InputError(path.name, "two columns have this name", "Rename or remove one", column=name)
    return wanted


def _read_parquet(path: Path, head: bytes, required: Sequence[str], optional: Sequence[str], drivers: bool) -> _Content:
    try:
        with pq.ParquetFile(path) as file:
            header = [str(name) for name in file.schema_arrow.names]
            wanted = _wanted(path, header, required, optional, drivers)
            table = file.read(columns=wanted)
    except (pa.ArrowException, OSError) as error:
        remedy = "Write it anew as Parquet, or name it .csv if it is text"
        raise InputError(path.name, f"is no readable Parquet file ({_first_line(error)})", remedy) from error
    table = pa.table({name: _plain(table[name]) for name in wanted})
    rows = np.arange(1, table.num_rows + 1)
    return _Content(table, rows, (), tuple(name for name in header if name not in wanted))


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column without dictionary encoding and large or view string types."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
        column = column.cast(pa.string())
    return column


def _read_csv(path: Path, head: bytes, required: Sequence[str], optional: Sequence[str], drivers: bool) -> _Content:
    for magic, what in _MAGIC.items():
        if head.startswith(magic):
            raise InputError(path.name, f"is {what}, not CSV", "Save it as UTF-8 text, columns separated by commas")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise InputError(path.name, "is UTF-16 text", "Save it as UTF-8")
    header = _header(path)
    wanted = _wanted(path, header, required, optional, drivers)
    broken: list[tuple[int | None, str, int]] = []

    def note(line: pacsv.InvalidRow) -> str:
        broken.append((line.number, line.text, line.actual_columns))
        return "skip"

    table = _parse(path, header, wanted, note, threads=True)
    rows = np.arange(1, table.num_rows + 1)
    if broken:
        broken.clear()  # only a reading in order knows the numbers of broken lines
        table = _parse(path, header, wanted, note, threads=False)
        lost = np.sort(np.array([(number or 2) - 1 for number, _, _ in broken]))
        rows = np.setdiff1d(np.arange(1, table.num_rows + lost.size + 1), lost)
    lines = tuple(BrokenLine((number or 2) - 1, text, fields) for number, text, fields in broken)
    return _Content(table, rows, lines, tuple(name for name in header if name not in wanted))


def _header(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = next(csv.reader(file), [])
    except UnicodeDecodeError as error:
        raise _not_utf8(path) from error
    except csv.Error as error:
        raise InputError(path.name, f"has no readable header ({error})", "Write it anew as CSV") from error
    return [name.strip() for name in header]


def _parse(path: Path, header: list[str], wanted: list[str], note: object, *, threads: bool) -> pa.Table:
    """All wanted columns as text; an empty field is null."""
    # Columns are addressed by position: names may carry blanks, and unwanted ones may repeat.
    names = [f"{index}:{name}" for index, name in enumerate(header)]
    keep = {name: f"{header.index(name)}:{name}" for name in wanted}
    try:
        table = pacsv.read_csv(
            path,
            read_options=pacsv.ReadOptions(use_threads=threads, block_size=_BLOCK, column_names=names, skip_rows=1),
            parse_options=pacsv.ParseOptions(invalid_row_handler=note),
            convert_options=pacsv.ConvertOptions(
                column_types={name: pa.string() for name in names},
                include_columns=list(keep.values()),
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except (pa.ArrowException, OSError) as error:
        if "UTF8" in str(error):
            raise _not_utf8(path) from error
        raise InputError(path.name, f"is no readable CSV file ({_first_line(error)})", "Write it anew") from error
    return table.rename_columns(list(keep))


def _not_utf8(path: Path) -> InputError:
    with path.open("rb") as file:
        for number, line in enumerate(file):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                problem = f"byte {error.start + 1} of the line is not UTF-8 text"
                return InputError(path.name, problem, "Save the file as UTF-8", row=number)
    return InputError(path.name, "is not UTF-8 text", "Save the file as UTF-8")


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".") if str(error).strip() else type(error).__name__


def as_text(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """A column as the text that stands, or would stand, in a CSV file."""
    if pa.types.is_string(column.type):
        return column
    if pa.types.is_timestamp(column.type) or pa.types.is_date64(column.type):
        days = column.cast(pa.date32(), safe=False)
        if pc.all(pc.equal(days.cast(column.type), column)).as_py() is not False:
            return days.cast(pa.string())
    try:
        return column.cast(pa.string())
    except pa.ArrowException:
        return pa.array([None if v is None else str(v) for v in column.to_pylist()], pa.string())
