"""Reading one input file: CSV as text, Parquet as it is typed, every row with its number."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
from numpy.typing import NDArray

from lakecast_forecast.input import day_forms, forms, names
from lakecast_forecast.input.errors import InputError
from lakecast_forecast.input.forms import Form

TEXTS = (".csv", ".txt", ".tsv")
WORKBOOKS = (".xlsx", ".xlsm", ".xls")
SUFFIXES = (*TEXTS, ".parquet", *WORKBOOKS)
DRIVER_PREFIX = names.DRIVER_PREFIX
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
    form: str = "parquet"
    """Encoding and delimiter, in words."""
    columns: Mapping[str, str] = field(default_factory=dict)
    """Field -> what the file calls it."""
    sheets: tuple[str, ...] = ()
    """Other sheets of a workbook that have such columns, too, and are not read."""

    @property
    def drivers(self) -> tuple[str, ...]:
        """Columns of known-in-advance values."""
        return tuple(name for name in self.table.column_names if name.startswith(DRIVER_PREFIX))


def data_files(folder: Path) -> list[Path]:
    """The files of a folder that may hold data, in order; not those that a spreadsheet keeps while it has one open."""
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if path.suffix.lower() in SUFFIXES
        and not path.name.startswith((".", "~"))
        and (path.is_file() or path.is_symlink())
    )


def find(folder: Path, stem: str) -> Path | None:
    """The file of a folder that is called like this (`names`), CSV or Parquet; None where there is neither."""
    found = [path for path in data_files(folder) if names.is_called(stem, path.stem)]
    if len(found) > 1:
        raise InputError(str(folder), f"holds both {found[0].name} and {found[1].name}", "Keep the one that is meant")
    return found[0] if found else None


def rows_at(table: pa.Table, places: NDArray[np.int64]) -> pa.Table:
    """The rows at ascending places, batch by batch: Arrow's own `take` copies each column whole first, which a file of
    many data sets pays once for each of them."""
    batches = table.to_batches()
    ends = np.cumsum([batch.num_rows for batch in batches])
    cuts = np.searchsorted(places, ends)
    pieces = [
        batch.take(pa.array(places[begin:end] - (last - batch.num_rows)))
        for batch, last, begin, end in zip(batches, ends, np.r_[0, cuts][:-1], cuts, strict=True)
        if end > begin
    ]
    return pa.Table.from_batches(pieces, table.schema)


def read(
    path: Path,
    required: Sequence[str],
    optional: Sequence[str],
    *,
    drivers: bool = False,
    stated: Mapping[str, str] | None = None,
    spare: Sequence[str] = (),
    sheet: str = "",
    kind: str = "",
) -> InputFile:
    """Read the known columns of a file; other columns are ignored and named in `ignored`.

    drivers: whether `x_*` columns are known, too; stated: field -> name of its column; spare: fields that are left out
    where two columns are as good; sheet: of a workbook, its first where empty; kind: of a file that is not the demand.
    Raises `InputError`.
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
    known = (*required, *optional, *spare)
    prefix = DRIVER_PREFIX if drivers else None
    wanted = _Wanted(path.name, tuple(required), known, prefix, stated or {}, tuple(spare), kind)
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        content = _read_parquet(path, wanted)
    else:
        content = _read_excel(path, wanted, sheet) if suffix in WORKBOOKS else _read_csv(path, head, wanted)
    content = _with_date(_without_blank_rows(content))
    if content.table.num_rows == 0 and not content.broken:
        raise InputError(path.name, "holds no rows", f"Write rows with {', '.join(required)}")
    return InputFile(path.name, digest, **vars(content))


@dataclass(frozen=True)
class _Content:
    table: pa.Table
    rows: NDArray[np.int64]
    broken: tuple[BrokenLine, ...]
    ignored: tuple[str, ...]
    others: Callable[[], pa.Table | None]
    form: str
    columns: Mapping[str, str]
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Wanted:
    """The fields that a file must and may have."""

    file: str
    required: tuple[str, ...]
    known: tuple[str, ...]
    prefix: str | None
    stated: Mapping[str, str]
    spare: tuple[str, ...]
    kind: str

    def is_header(self, fields: Sequence[str]) -> bool:
        """Whether a line has a column for every field that there must be."""
        plain = {names.plain(field) for field in fields}

        def there(name: str) -> bool:
            return bool(names.alike(name, fields)) or names.plain(self.stated.get(name, name)) in plain

        return all(there(name) or (name == "date" and there("year")) for name in self.required)

    def of(self, header: Sequence[str]) -> dict[str, int]:
        """Field -> place in the header, in the header's order."""
        places = names.columns(self.file, header, self.known, self.prefix, self.stated, self.spare, self.kind)
        for name in self.required:
            if name not in places and not (name == "date" and "year" in places):
                if name == "date" and len(periods := [each for each in header if day_forms.is_day(each)]) > 1:
                    problem = (
                        f"periods stand side by side, each in a column of its own ({periods[0]}, {periods[1]}, ...)"
                    )
                    remedy = f"Write one row per item and period, with the columns {', '.join(self.required)}"
                    raise InputError(self.file, problem, remedy)
                key = names.key_of(name, self.kind)
                remedy = f"Name a column {name}, or say which it is (--column {key}=...); found are: "
                raise InputError(
                    self.file, "the column is missing", remedy + (", ".join(header) or "none"), column=name
                )
        return dict(sorted(places.items(), key=lambda place: place[1]))


def _read_parquet(path: Path, wanted: _Wanted) -> _Content:
    try:
        with pq.ParquetFile(path) as file:
            header = [str(name) for name in file.schema_arrow.names]
            places = wanted.of(header)
            table = file.read(columns=[header[place] for place in places.values()])
    except (pa.ArrowException, OSError) as error:
        remedy = "Write it anew as Parquet, or name it .csv if it is text"
        raise InputError(path.name, f"is no readable Parquet file ({_first_line(error)})", remedy) from error
    table = pa.table({name: _plain(table[header[place]]) for name, place in places.items()})
    rows = np.arange(1, table.num_rows + 1)
    ignored = tuple(name for place, name in enumerate(header) if place not in places.values())

    def others() -> pa.Table | None:
        return pq.read_table(path, columns=list(ignored)) if ignored else None

    return _Content(table, rows, (), ignored, others, "Parquet", _named(places, header))


def _read_excel(path: Path, wanted: _Wanted, sheet: str) -> _Content:
    from lakecast_forecast.input import excel  # its reader is no dependency of the library, which reads frames

    content = excel.read(path, sheet, wanted.is_header)
    header, columns = content.header, content.columns
    places = wanted.of(header)
    for name, place in places.items():
        if day := content.exchanged.get(place):
            raise InputError(
                path.name,
                f"the cell {day} may be {day.replace(month=day.day, day=day.month)}: all dates of the column have a "
                "day up to 12, and those beyond are text, as where a spreadsheet in another language opened the file",
                "Export it anew with dates as 2024-01-31, or import the original with its day or month first as it is",
                column=name,
            )
    table = pa.table({name: columns[place] for name, place in places.items()})
    rest = [place for place in range(len(header)) if place not in places.values()]

    def others() -> pa.Table | None:
        return pa.table({str(place): columns[place] for place in rest}) if rest else None

    ignored = tuple(header[place] for place in rest)
    return _Content(
        table,
        np.arange(1, table.num_rows + 1),
        (),
        ignored,
        others,
        f"Excel, sheet {content.title}",
        _named(places, header),
        content.others,
    )


def _named(places: Mapping[str, int], header: Sequence[str]) -> dict[str, str]:
    return {name: header[place] for name, place in places.items()}


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """A column without dictionary encoding and large or view string types."""
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
        column = column.cast(pa.string())
    return column


def _read_csv(path: Path, head: bytes, wanted: _Wanted) -> _Content:
    for magic, what in _MAGIC.items():
        if head.startswith(magic):
            raise InputError(path.name, f"is {what}, not CSV", "Save it as UTF-8 text, columns separated by commas")
    form = forms.recognise(path, wanted.is_header)
    places = wanted.of(form.header)
    broken: list[tuple[int | None, str, int]] = []

    def note(line: pacsv.InvalidRow) -> str:
        broken.append((line.number, line.text, line.actual_columns))
        return "skip"

    table = _parse(path, form, places, note, threads=True)
    rows = np.arange(1, table.num_rows + 1)
    before = 1 + form.lines
    if broken:
        broken.clear()  # only a reading in order knows the numbers of broken lines
        table = _parse(path, form, places, note, threads=False)
        lost = np.sort(np.array([(number or 1 + before) - before for number, _, _ in broken]))
        rows = np.setdiff1d(np.arange(1, table.num_rows + lost.size + 1), lost)
    lines = tuple(BrokenLine((number or 1 + before) - before, text, fields) for number, text, fields in broken)
    rest = {str(place): place for place in range(len(form.header)) if place not in places.values()}

    def others() -> pa.Table | None:
        return _parse(path, form, rest, lambda _: "skip", threads=True) if rest else None

    ignored = tuple(form.header[place] for place in rest.values())
    return _Content(table, rows, lines, ignored, others, form.words, _named(places, form.header))


def _parse(path: Path, form: Form, places: Mapping[str, int], note: object, *, threads: bool) -> pa.Table:
    """The columns at some places of the header as text; an empty field is null."""
    # Columns are addressed by position: names may carry blanks, and unwanted ones may repeat.
    header = [f"{place}:{name}" for place, name in enumerate(form.header)]
    arrow = "utf8" if form.encoding in ("utf-8", "utf-8-sig") else form.encoding
    try:
        table = pacsv.read_csv(
            path,
            read_options=pacsv.ReadOptions(
                use_threads=threads,
                block_size=_BLOCK,
                column_names=header,
                skip_rows=1 + form.lines,
                encoding=arrow,
            ),
            parse_options=pacsv.ParseOptions(delimiter=form.delimiter, invalid_row_handler=note),
            convert_options=pacsv.ConvertOptions(
                column_types={name: pa.string() for name in header},
                include_columns=[header[place] for place in places.values()],
                strings_can_be_null=True,
                null_values=[""],
            ),
        )
    except (pa.ArrowException, OSError) as error:
        raise InputError(path.name, f"is no readable CSV file ({_first_line(error)})", "Write it anew") from error
    return table.rename_columns(list(places))


def _without_blank_rows(content: _Content) -> _Content:
    """Content without the rows that hold nothing at all: a spreadsheet writes `;;;` for each of them."""
    table = content.table
    blank = np.ones(table.num_rows, dtype=bool)
    for column in sorted(table.columns, key=lambda column: column.null_count):
        if not column.null_count:
            return content
        blank &= column.is_null().to_numpy()
    if not blank.any():
        return content
    others = content.others()
    for column in () if others is None else others.columns:
        blank &= column.is_null().to_numpy()
    rows = pa.array(np.flatnonzero(~blank))

    def rest() -> pa.Table | None:
        whole = content.others()
        return None if whole is None else whole.take(rows)

    return replace(content, table=table.take(rows), rows=content.rows[~blank], others=rest)


def _with_date(content: _Content) -> _Content:
    """Content whose year and month, day, week or quarter, in columns of their own, are one column of dates."""
    parts = [name for name in names.PARTS if name in content.table.column_names]
    if not parts:
        return content
    texts = [pc.replace_substring_regex(as_text(content.table[name]), r"\.0+$", "") for name in parts]
    joined = pc.binary_join_element_wise(*texts, "\x1f")
    words = pc.unique(joined)
    known = [None if word is None else dict(zip(parts, word.split("\x1f"), strict=True)) for word in words.to_pylist()]
    dates = pa.array([None if each is None else _date(**each) for each in known], pa.string())
    column = pa.chunked_array([dates.take(pc.index_in(chunk, words)) for chunk in joined.chunks], pa.string())
    table = content.table.drop_columns(parts).append_column("date", column)
    columns = {name: column for name, column in content.columns.items() if name not in parts}
    return replace(content, table=table, columns=columns | {"date": ", ".join(content.columns[part] for part in parts)})


def _date(year: str, month: str = "", day: str = "", quarter: str = "", week: str = "") -> str:
    """A day, month, week, quarter or year from its parts; a month may be a word."""
    year, month, day = year.strip(), month.strip(), day.strip()
    if number := re.search(r"\d+", week or quarter):
        return f"{year}-W{number[0].zfill(2)}" if week else f"{year}-Q{number[0]}"
    if week or quarter:
        return f"{year} {week}{quarter}"  # no date, and shown as it is
    if month.isalpha():
        return f"{f'{day}/' if day else ''}{month}/{year}"
    return "-".join([year, *(part.zfill(2) for part in (month, day) if part)])


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
