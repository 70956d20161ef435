"""The gate: whether a batch of rows keeps its table's contract, and in words where it does not."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lakecast_schema.contract import Rule, Table
from lakecast_schema.names import is_folder_name, is_name, shown

SHOWN_ROWS = 5
"""How many offending rows a message shows."""
_YEARS = (datetime(1600, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC))


@dataclass(frozen=True)
class Violation:
    """One broken rule of one table."""

    table: str
    rule: str
    column: str | None = None
    rows: tuple[str, ...] = ()
    count: int = 0

    def __str__(self) -> str:
        where = self.table if self.column is None else f"{self.table}.{self.column}"
        rows = "".join(f"\n  {row}" for row in self.rows)
        counted = f" ({self.count} row{'s' if self.count != 1 else ''})" if self.count else ""
        return f"{where}: {self.rule}{counted}{rows}"


class ContractError(ValueError):
    """A batch breaks its table's contract; nothing of it was written."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        super().__init__("\n".join(str(violation) for violation in violations))
        self.violations = violations


def check(table: Table, batch: pa.Table) -> None:
    """Raise ContractError unless `batch` keeps the contract of `table`.

    Checked are column names and types (their order is free), at least one row, nulls, each column's rule,
    ascending columns, and the uniqueness of the key.
    """
    violations = tuple(_shape(table, batch))
    if not violations:
        violations = tuple(_values(table, batch))
    if violations:
        raise ContractError(violations)


def keeps(rule: Rule, values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Which values keep a rule; null where it cannot be told of a null."""
    return _KEEPS[rule](values)


def _shape(table: Table, batch: pa.Table) -> Iterator[Violation]:
    for column in table.columns:
        if column.name not in batch.column_names:
            yield Violation(table.name, f"column is missing; expected type {column.type}", column.name)
        elif batch.schema.field(column.name).type != column.type:
            kind = batch.schema.field(column.name).type
            yield Violation(table.name, f"type must be {column.type}, but is {kind}", column.name)
    for name in batch.column_names:
        if name not in table.column_names:
            yield Violation(table.name, "column is not part of the contract; remove it", name)
    if len(set(batch.column_names)) != len(batch.column_names):
        yield Violation(table.name, "a column name occurs twice")
    if batch.num_rows == 0:
        yield Violation(table.name, "has no rows; at least one is needed")


def _values(table: Table, batch: pa.Table) -> Iterator[Violation]:
    for column in table.columns:
        values = batch[column.name]
        if not column.nullable and values.null_count:
            yield _broken(table, batch, column.name, "must not be null", pc.is_null(values))
        if column.rule is not None:
            valid = pc.fill_null(_KEEPS[column.rule](values), True)
            yield from _unless(table, batch, column.name, column.rule.value, valid)
    yield from _ascending(table, batch)
    for later, earlier in table.after:
        valid = pc.fill_null(pc.greater(batch[later], batch[earlier]), True)
        yield from _unless(table, batch, later, f"must be later than {earlier}", valid)
    yield from _unique(table, batch)


def _unless(table: Table, batch: pa.Table, column: str, rule: str, valid: pa.ChunkedArray) -> Iterator[Violation]:
    if not pc.all(valid).as_py():
        yield _broken(table, batch, column, rule, pc.invert(valid))


def _ascending(table: Table, batch: pa.Table) -> Iterator[Violation]:
    highest: np.ndarray | None = None
    for name in table.ascending:
        values = batch[name].to_numpy(zero_copy_only=False)
        if highest is not None and (falls := values < highest).any():
            rule = f"must not be below the columns before it in {' <= '.join(table.ascending)}"
            yield _broken(table, batch, name, rule, pa.array(falls))
        highest = values if highest is None else np.fmax(highest, values)


def _unique(table: Table, batch: pa.Table) -> Iterator[Violation]:
    key = list(table.key)
    if _distinct(batch, key) == batch.num_rows:
        return
    groups = batch.select(key).group_by(key).aggregate([([], "count_all")])
    twice = groups.filter(pc.greater(groups["count_all"], 1))
    some = twice.slice(0, SHOWN_ROWS).to_pylist()
    rows = tuple(f"{', '.join(f'{name}={shown(row[name])}' for name in key)}: {row['count_all']} times" for row in some)
    rule = f"the key ({', '.join(key)}) must be unique"
    yield Violation(table.name, rule, rows=rows, count=batch.num_rows - groups.num_rows)


def _distinct(batch: pa.Table, key: list[str]) -> int:
    """How many different keys there are. Keys as integers sort several times faster than rows group."""
    codes = np.zeros(batch.num_rows, dtype=np.int64)
    bound = 1
    for name in key:
        encoded = batch[name].combine_chunks().dictionary_encode(null_encoding="encode")
        size = len(encoded.dictionary)
        if bound * size > np.iinfo(np.int64).max:
            distinct, codes = np.unique(codes, return_inverse=True)
            bound = len(distinct)
        codes = codes * size + encoded.indices.to_numpy(zero_copy_only=False)
        bound *= size
    codes.sort()  # np.unique hashes, ten times slower
    return 1 + int(np.count_nonzero(codes[1:] != codes[:-1]))


def _broken(table: Table, batch: pa.Table, column: str, rule: str, mask: pa.ChunkedArray) -> Violation:
    where = np.flatnonzero(mask.to_numpy(zero_copy_only=False))
    names = [*table.key, *([] if column in table.key else [column])]
    some = batch.select(names).take(pa.array(where[:SHOWN_ROWS]))
    # As text, since Python has no date beyond the year 9999.
    rows = pa.table({name: _as_text(some[name]) for name in names}).to_pylist()
    texts = tuple(
        f"row {index}: {', '.join(f'{name}={shown(row[name])}' for name in names)}"
        for index, row in zip(where[:SHOWN_ROWS].tolist(), rows, strict=True)
    )
    return Violation(table.name, rule, column, texts, len(where))


def _as_text(values: pa.ChunkedArray) -> pa.ChunkedArray:
    return values.cast(pa.string()) if pa.types.is_temporal(values.type) else values


def _one_of(*known: str) -> Callable[[pa.ChunkedArray], pa.ChunkedArray]:
    return lambda values: pc.is_in(values, pa.array(known)) if len(values) else values


def _or_null(
    keeps: Callable[[pa.ChunkedArray], pa.ChunkedArray],
) -> Callable[[pa.ChunkedArray], pa.ChunkedArray]:
    return lambda values: pc.or_(keeps(values), pc.is_null(values))


def _named(is_good: Callable[[str], bool]) -> Callable[[pa.ChunkedArray], pa.ChunkedArray]:
    """A rule of texts of which few are distinct."""

    def keeps(values: pa.ChunkedArray) -> pa.ChunkedArray:
        distinct = [value for value in pc.unique(values).to_pylist() if value is not None]
        return pc.is_in(values, pa.array([value for value in distinct if is_good(value)], pa.string()))

    return _or_null(keeps)


def _in_years(values: pa.ChunkedArray) -> pa.ChunkedArray:
    """Beyond these, grids of periods, pandas and clients in other languages know no date."""
    first, last = (pa.scalar(day).cast(values.type) for day in _YEARS)
    return pc.and_(pc.greater_equal(values, first), pc.less(values, last))


_KEEPS: dict[Rule, Callable[[pa.ChunkedArray], pa.ChunkedArray]] = {
    Rule.FINITE: pc.is_finite,
    Rule.NOT_NEGATIVE: lambda values: pc.and_(pc.is_finite(values), pc.greater_equal(values, 0.0)),
    Rule.FRACTION: lambda values: pc.and_(pc.greater_equal(values, 0.0), pc.less_equal(values, 1.0)),
    Rule.TO_TWO: lambda values: pc.and_(pc.greater_equal(values, 0.0), pc.less_equal(values, 2.0)),
    Rule.NOT_EMPTY: lambda values: pc.not_equal(pc.utf8_trim_whitespace(values), ""),
    Rule.NAME: _named(is_name),
    Rule.FOLDER_NAME: _named(is_folder_name),
    Rule.MODEL_VERSION: lambda values: pc.match_substring_regex(values, r"^v\d+\.\d+\.\d+(\+[0-9A-Za-z.-]+)?$"),
    Rule.FORECAST_KIND: _or_null(_one_of("live", "past", "backtest")),
    Rule.FREQUENCY: _or_null(_one_of("daily", "weekly", "monthly", "quarterly", "yearly")),
    Rule.DEMAND_CLASS: _or_null(_one_of("smooth", "erratic", "intermittent", "lumpy")),
    Rule.ALERT: _or_null(_one_of("critical", "high", "medium", "ok", "unknown")),
    Rule.DISTRIBUTION: _or_null(_one_of("normal", "negative_binomial")),
    Rule.ACTION: _or_null(_one_of("order", "expedite", "watch", "reduce", "none", "check_data")),
    Rule.SERVICE_MEASURE: _or_null(_one_of("cycle", "fill")),
    Rule.CRITICALITY: lambda values: pc.and_(pc.greater_equal(values, 1), pc.less_equal(values, 5)),
    Rule.SEVERITY: _or_null(_one_of("info", "warning", "rejected")),
    Rule.CURRENCY: lambda values: pc.match_substring_regex(values, "^[A-Z]{3}$"),
    Rule.YEAR: _in_years,
}
