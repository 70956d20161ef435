"""The gate: a good batch passes, and each kind of bad one is named with its rows."""

import datetime as dt

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakecast_schema.contract import Table
from lakecast_schema.rules import ContractError, check
from lakecast_schema.tables import DIM_ITEM, FACT_FORECAST, FACT_METRICS, PIN, TABLES

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
SAMPLES = {
    pa.string(): "x", pa.float64(): 0.5, pa.int64(): 1, pa.timestamp("us", tz="UTC"): NOW,
    pa.date32(): dt.date(2026, 1, 1), pa.bool_(): True,
}  # fmt: skip
WORDS = {
    "model_version": "v1.0.0", "kind": "live", "frequency": "daily", "demand_class": "lumpy", "alert": "ok",
    "distribution": "normal", "cutoff": dt.date(2025, 12, 31), "service_measure": "cycle", "action": "order",
    "currency": "BRL", "severity": "info",
}  # fmt: skip


def good_rows(table: Table, count: int = 3) -> pa.Table:
    """Rows that keep the contract of a table."""
    row = {c.name: WORDS.get(c.name, SAMPLES.get(c.type, [])) for c in table.columns}
    rows = [dict(row) for _ in range(count)]
    for number, each in enumerate(rows):
        name = table.key[-1]
        each[name] = {str: f"x{number}", int: number, float: number / count}.get(type(row[name])) or (
            row[name] + dt.timedelta(days=number) if isinstance(row[name], dt.date) else number
        )
    return pa.Table.from_pylist(rows, schema=table.schema)


def replaced(table: pa.Table, column: str, value: object, row: int = 1) -> pa.Table:
    """The same rows with one other value."""
    values = table[column].to_pylist()
    values[row] = value
    type_ = table.schema.field(column).type
    return table.set_column(table.column_names.index(column), column, pa.array(values, type_))


@pytest.mark.parametrize("table", [*TABLES.values(), PIN], ids=lambda table: table.name)
def test_rows_that_keep_the_contract_pass(table):
    check(table, good_rows(table))


FORECAST = good_rows(FACT_FORECAST)
NAN, INFINITY = float("nan"), float("inf")
BAD = {
    "no rows": (FORECAST.slice(0, 0), "at least one"),
    "a missing column": (FORECAST.drop_columns(["cutoff"]), "column is missing"),
    "an extra column": (FORECAST.append_column("extra", pa.array([1, 2, 3])), "not part of the contract"),
    "a wrong type": (
        FORECAST.set_column(2, "forecast", pa.array(["1", "2", "3"])),
        "type must be double, but is string",
    ),
    "an integer forecast": (FORECAST.set_column(2, "forecast", pa.array([1, 2, 3])), "is int64"),
    "a null": (replaced(FORECAST, "forecast", None), "must not be null"),
    "a NaN": (replaced(FORECAST, "forecast", NAN), "finite number of at least 0"),
    "an infinity": (replaced(FORECAST, "forecast", INFINITY), "finite number of at least 0"),
    "a negative forecast": (replaced(FORECAST, "forecast", -1.0), "finite number of at least 0"),
    "a NaN bound": (replaced(FORECAST, "upper_80", NAN), "finite number of at least 0"),
    "disordered quantiles": (replaced(FORECAST, "lower_80", 0.75), "must not be below"),
    "an empty item": (replaced(FORECAST, "item_id", " "), "must not be empty"),
    "a line break in an item": (replaced(FORECAST, "item_id", "a\nb"), r"control characters.*\n.*item_id=a\\nb"),
    "an item named by a book": (replaced(FORECAST, "item_id", "i" * 201), r"longer than 200[^\n]*\n[^\n]*=i{60}…"),
    "a source that no folder can have": (replaced(FORECAST, "source", "é" * 34), "é counts as 6"),
    "a strange version": (replaced(FORECAST, "model_version", "1.0"), "v1.2.3"),
    "an unknown kind": (replaced(FORECAST, "kind", "test"), "live, past or backtest"),
    "a forecast of the past": (replaced(FORECAST, "cutoff", dt.date(2026, 6, 1)), "later than cutoff"),
    "a double key": (replaced(FORECAST, "date", FORECAST["date"][0].as_py()), "2 times"),
    "an infinite actual": (replaced(FORECAST, "actual", INFINITY), "finite number"),
}


@pytest.mark.parametrize("name", ["é" * 33, "a" * 200, "../x y/%20", "ação-ß 日本"])
def test_names_may_have_any_other_signs(name):
    check(FACT_FORECAST, replaced(replaced(FORECAST, "source", name), "item_id", "日" * 200))


ITEM = good_rows(DIM_ITEM)


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [("criticality", 0, "from 1 to 5"), ("criticality", 6, "from 1 to 5"), ("currency", "R$", "ISO 4217")],
)
def test_facts_of_items_have_their_rules(column, value, words):
    with pytest.raises(ContractError, match=words):
        check(DIM_ITEM, replaced(ITEM, column, value))


@pytest.mark.parametrize("kind", BAD)
def test_each_kind_of_bad_batch_is_refused_in_words(kind):
    batch, words = BAD[kind]
    with pytest.raises(ContractError, match=words) as caught:
        check(FACT_FORECAST, batch)
    assert "fact_forecast" in str(caught.value)


@pytest.mark.parametrize(("smape", "good"), [(0.0, True), (2.0, True), (2.1, False), (-0.1, False), (NAN, False)])
def test_smape_is_a_fraction_of_two(smape, good):
    rows = replaced(good_rows(FACT_METRICS), "smape", smape)
    if good:
        check(FACT_METRICS, rows)
    else:
        with pytest.raises(ContractError, match=r"fact_metrics\.smape: must be a number from 0 to 2"):
            check(FACT_METRICS, rows)


def test_quantiles_are_compared_over_nulls():
    without_median = replaced(FORECAST, "median", None)
    check(FACT_FORECAST, without_median)
    with pytest.raises(ContractError, match="upper_80"):
        check(FACT_FORECAST, replaced(without_median, "upper_80", 0.25))


def test_at_most_five_rows_are_shown_of_many():
    many = good_rows(FACT_FORECAST, 40)
    bad = many.set_column(2, "forecast", pa.array([-1.0] * 40))
    with pytest.raises(ContractError) as caught:
        check(FACT_FORECAST, bad)
    (violation,) = (v for v in caught.value.violations if v.column == "forecast")
    assert violation.count == 40
    assert len(violation.rows) == 5
    assert "item_id=x" in violation.rows[0]


@given(st.lists(st.tuples(*[st.integers(0, 2)] * 4), min_size=1, max_size=30))
def test_a_batch_passes_exactly_if_its_keys_differ(keys):
    items, sources, cutoffs, days = zip(*keys, strict=True)
    start = dt.date(2026, 1, 1)
    batch = good_rows(FACT_FORECAST, len(keys))
    for name, values in (
        ("item_id", [f"item {number}" for number in items]),
        ("source", [f"source {number}" for number in sources]),
        ("cutoff", [start - dt.timedelta(days=1 + number) for number in cutoffs]),
        ("date", [start + dt.timedelta(days=number) for number in days]),
    ):
        place = batch.column_names.index(name)
        batch = batch.set_column(place, name, pa.array(values, batch.schema.field(name).type))
    if len(set(keys)) == len(keys):
        check(FACT_FORECAST, batch)
    else:
        with pytest.raises(ContractError, match="must be unique"):
            check(FACT_FORECAST, batch)
