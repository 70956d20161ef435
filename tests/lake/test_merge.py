"""Older live forecasts are kept by the rule of the table contracts: a plain model over dictionaries agrees."""

from datetime import date, timedelta

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from lakecast_lake.merge import known_actuals, with_older_cutoffs
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


@given(own=CUTOFFS, older=CUTOFFS, keep=st.integers(1, 4))
def test_each_series_keeps_its_newest_cutoffs_and_a_run_replaces_its_own(forecasts, own, older, keep):
    merged = with_older_cutoffs(rows(forecasts, own, "new"), rows(forecasts, older, "old"), NOTHING, keep_cutoffs=keep)
    wanted = {}
    for source, item in {(s, i) for s, i, _ in own | older}:
        newest = sorted({c for s, i, c in own | older if (s, i) == (source, item)})[-keep:]
        wanted |= {(source, item, c): "new" if (source, item, c) in own else "old" for c in newest}
    found = [((row["source"], row["item_id"], (row["cutoff"] - DAY).days), row["run_id"]) for row in merged.to_pylist()]
    assert dict(found) == wanted
    assert len(found) == 2 * len(wanted)
    if found:
        check(FACT_FORECAST, merged)


@given(known=st.dictionaries(st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 4)), st.none() | st.floats(0, 9)))
def test_actuals_come_from_demand_then_from_the_backtest_then_stay(forecasts, known):
    older = rows(forecasts, {("arima", "a", 0), ("arima", "b", 1)}, "old")
    batch = rows(forecasts, {("arima", "a", 2)}, "new", kinds=("live", "backtest"))
    seen = {r["date"]: r["actual"] for r in batch.to_pylist() if r["kind"] == "backtest"}
    demand = pa.Table.from_pylist(
        [
            {"dataset_id": "alpha", "item_id": item, "date": DAY + timedelta(days=day), "quantity": quantity}
            for (item, day), quantity in known.items()
        ],
        schema=DEMAND.schema,
    )
    merged = with_older_cutoffs(batch, older, known_actuals(batch, demand), keep_cutoffs=8)
    for row in merged.to_pylist():
        if row["run_id"] == "old":
            truth = known.get((row["item_id"], (row["date"] - DAY).days))
            backtest = seen.get(row["date"]) if row["item_id"] == "a" else None
            assert row["actual"] == (truth if truth is not None else backtest)
        else:
            assert (row["actual"] is None) == (row["kind"] == "live")
