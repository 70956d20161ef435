"""Which forecasts are live, past or gone, by the rule of the table contracts: a plain model agrees."""

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakecast_lake.kinds import become_past, known_actuals, merged, of_items, of_newest_run, with_one_cutoff
from lakecast_schema.rules import check
from lakecast_schema.tables import DEMAND, FACT_FORECAST

DAY = date(2026, 1, 1)
NOTHING = known_actuals(FACT_FORECAST.schema.empty_table(), None)
CUTOFFS = st.sets(
    st.tuples(st.sampled_from(["arima", "lstm"]), st.sampled_from(["a", "b"]), st.integers(0, 6)), max_size=12
)


def rows(forecasts, series, run_id, kinds=("live",)):
    """Forecasts of each (source, item, days after DAY that its cutoff lies)."""
    return pa.concat_tables(
        [
            FACT_FORECAST.schema.empty_table(),
            *(
                forecasts(sources=[s], items=[i], cutoff=DAY + timedelta(days=c), horizon=2, run_id=run_id, kinds=kinds)
                for s, i, c in sorted(series)
            ),
        ]
    )


@given(own=CUTOFFS, older=CUTOFFS, past=CUTOFFS, keep=st.integers(1, 4))
def test_live_is_the_newest_run_and_older_cutoffs_become_past(forecasts, own, older, past, keep):
    batch = with_one_cutoff(rows(forecasts, own, "new"))
    published = pa.concat_tables([rows(forecasts, older, "old"), as_past(rows(forecasts, past - older, "older"))])
    found = merged(batch, published, NOTHING, keep_cutoffs=keep)
    if found.num_rows:
        check(FACT_FORECAST, found)
    by_kind = {"live": set(), "past": set()}
    for row in found.to_pylist():
        cutoff = (row["cutoff"] - DAY).days
        by_kind[row["kind"]].add((row["source"], row["item_id"], cutoff, row["run_id"] == "new"))
    now = {series: max(c for *s, c in own if tuple(s) == series) for series in {(s, i) for s, i, _ in own}}
    assert by_kind["live"] == {(*series, cutoff, True) for series, cutoff in now.items()}
    of_item = {item: max(c for (_, i), c in now.items() if i == item) for _, item in now}
    wanted = {(s, i, c, True) for s, i, c in own if c != now[s, i]}
    for source in ("arima", "lstm"):
        for item in ("a", "b"):
            mine = {c for s, i, c in own if (s, i) == (source, item) and c != now[source, item]}
            end = now.get((source, item), of_item.get(item, -1))
            others = {c for s, i, c in older | past if (s, i) == (source, item) and c < end} - mine
            newest = sorted(mine | others)[-keep:]
            wanted |= {(source, item, c, False) for c in newest if c in others}
    assert by_kind["past"] == wanted


@pytest.mark.parametrize("days", [7, 30, 31, 91, 365])
def test_rows_of_another_frequency_go(forecasts, days):
    daily = rows(forecasts, {("arima", "a", 0)}, "old")
    slow = daily.set_column(
        daily.schema.get_field_index("date"),
        daily.schema.field("date"),
        pa.array([DAY + timedelta(days=days), DAY + timedelta(days=2 * days)]),
    )
    for now in (rows(forecasts, {("arima", "a", 6)}, "new"), rows(forecasts, {("lstm", "a", 6)}, "new")):
        assert become_past(now, daily, 8).all()
        assert not become_past(now, slow, 8).any()


def test_an_item_that_is_not_forecast_any_more_goes(forecasts):
    older = rows(forecasts, {("arima", "a", 0), ("arima", "b", 0)}, "old")
    now = rows(forecasts, {("arima", "a", 1)}, "new")
    assert set(older.filter(pa.array(become_past(now, older, 8)))["item_id"].to_pylist()) == {"a"}


@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 3), st.integers(0, 2)), unique=True, max_size=8))
def test_of_several_runs_in_a_lake_of_yesterday_the_newest_counts(forecasts, blocks):
    """Each (item, cutoff, run) is there once; a run's number is the instant at which it was made."""
    blocks = list({(item, cutoff): (item, cutoff, run) for item, cutoff, run in blocks}.values())
    table = pa.concat_tables(
        [FACT_FORECAST.schema.empty_table()]
        + [made_at(rows(forecasts, {("arima", item, cutoff)}, f"run-{run}"), run) for item, cutoff, run in blocks]
    )
    for published in ("run-2", "import-1"):
        mask = of_newest_run(table, published)
        found = {(r["item_id"], (r["cutoff"] - DAY).days) for r in table.filter(pa.array(mask)).to_pylist()}
        wanted = set()
        for item in {item for item, _, _ in blocks}:
            runs = {run for i, _, run in blocks if i == item}
            top = 2 if published == "run-2" and 2 in {run for _, _, run in blocks} else max(runs)
            wanted |= {(item, max(c for i, c, run in blocks if (i, run) == (item, top)))} if top in runs else set()
        assert found == wanted
        left = table.filter(pa.array(~of_items(table, published, {"a"}))).to_pylist()
        assert len(left) == 2 * sum(item == "b" and f"run-{run}" != published for item, _, run in blocks)
        assert all(row["item_id"] == "b" and row["run_id"] != published for row in left)
        assert of_items(table, published, None).all()


def as_past(table):
    return replaced(table, "kind", ["past"] * table.num_rows)


def made_at(table, number):
    return replaced(table, "generated_at", [datetime(2026, 1, 1 + number, tzinfo=UTC)] * table.num_rows)


def replaced(table, column, values):
    at = table.schema.get_field_index(column)
    return table.set_column(at, table.schema.field(at), pa.array(values, table.schema.field(at).type))


@given(known=st.dictionaries(st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 4)), st.none() | st.floats(0, 9)))
def test_actuals_come_from_demand_then_from_the_backtest_then_stay(forecasts, known):
    older = rows(forecasts, {("arima", "a", 0), ("arima", "b", 1)}, "old")
    batch = rows(forecasts, {("arima", "a", 2)}, "new", kinds=("live", "backtest"))
    batch = pa.concat_tables([batch, rows(forecasts, {("arima", "b", 2)}, "new")])
    seen = {r["date"]: r["actual"] for r in batch.to_pylist() if r["kind"] == "backtest"}
    demand = pa.Table.from_pylist(
        [
            {"dataset_id": "alpha", "item_id": item, "date": DAY + timedelta(days=day), "quantity": quantity}
            for (item, day), quantity in known.items()
        ],
        schema=DEMAND.schema,
    )
    found = merged(batch, older, known_actuals(batch, demand), keep_cutoffs=8)
    for row in found.to_pylist():
        if row["run_id"] == "old":
            truth = known.get((row["item_id"], (row["date"] - DAY).days))
            backtest = seen.get(row["date"]) if row["item_id"] == "a" else None
            assert row["actual"] == (truth if truth is not None else backtest)
        else:
            assert (row["actual"] is None) == (row["kind"] == "live")
