"""The champion: equal to a plain reading of the rule, item by item."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lakecast_schema.champion import Errors, Live, champions

SOURCE = st.sampled_from(["arima", "ensemble", "lstm", "seasonal_naive", "zzz"])
ERROR = st.one_of(st.just(math.nan), st.sampled_from([0.25, 0.5, 1.0]))
ITEM = st.integers(0, 5)
ROWS = st.lists(st.tuples(ITEM, SOURCE, ERROR, ERROR), unique_by=lambda row: row[:2])
FORECASTS = st.lists(st.tuples(ITEM, SOURCE))


def chosen(rows, live, dataset=None, stated=None):
    item, source, loss, root = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [], [])
    errors = Errors(np.array(item, np.int64), source, np.array(loss, float), np.array(root, float))
    forecasts = Live(np.array([item for item, _ in live], np.int64), [name for _, name in live])
    return champions(errors, forecasts, dataset, stated)


def test_a_stated_source_decides_wherever_it_has_a_forecast():
    rows = [(item, name, 0.5, 0.5) for item in range(3) for name in ("arima", "ensemble", "lstm")]
    live = [(0, "ensemble"), (0, "lstm"), (1, "ensemble"), (1, "arima"), (2, "ensemble"), (2, "lstm")]
    assert chosen(rows, live, stated={0: "lstm"}).sources.tolist() == ["lstm", "ensemble", "lstm"]
    assert chosen(rows, live, np.array([0, 0, 1]), {1: "lstm"}).sources.tolist() == ["ensemble", "ensemble", "lstm"]
    assert chosen(rows, live, stated={0: "nobody"}).sources.tolist() == ["ensemble"] * 3


def plainly(item, rows, live, datasets):
    """The champion of one item, straight from the words of the contract."""
    candidates = {name for who, name in live if who == item}
    if "ensemble" in candidates:
        return "ensemble"
    candidates = candidates or {row[1] for row in rows if row[0] == item}
    if candidates != {"seasonal_naive"}:
        candidates -= {"seasonal_naive"}
    if "ensemble" in candidates:
        return "ensemble"
    together = [row for row in rows if datasets[row[0]] == datasets[item]]
    for error in (2, 3):
        pooled = {
            name: sum(known) / len(known)
            for name in candidates
            if (known := [row[error] for row in together if row[1] == name and not math.isnan(row[error])])
        }
        if pooled:
            return min(pooled, key=lambda name: (pooled[name], name))
    return min(candidates)


@given(ROWS, FORECASTS, st.lists(st.integers(0, 1), min_size=6, max_size=6))
def test_champion_follows_the_rule(rows, live, datasets):
    found = chosen(rows, live, np.array(datasets))
    assert found.items.tolist() == sorted({row[0] for row in rows} | {item for item, _ in live})
    for item, source, row in zip(found.items.tolist(), found.sources.tolist(), found.rows.tolist(), strict=True):
        assert source == plainly(item, rows, live, datasets)
        assert row == next((n for n, each in enumerate(rows) if each[:2] == (item, source)), -1)


def test_the_ensemble_decides_though_another_source_has_a_lower_loss_and_the_baseline_never():
    rows = [(0, "ensemble", 0.9, 1.0), (0, "arima", 0.5, 1.0), (0, "seasonal_naive", 0.1, 1.0)]
    rows += [(1, "arima", 0.5, 1.0), (1, "seasonal_naive", 0.1, 1.0)]
    found = chosen(rows, [row[:2] for row in rows])
    assert found.sources.tolist() == ["ensemble", "arima"]
    assert found.rows.tolist() == [0, 3]


def test_without_ensemble_one_items_luck_does_not_make_a_champion():
    """`lstm` is best on item 0 alone, `arima` over the data set."""
    rows = [(0, "arima", 0.6, 1.0), (0, "lstm", 0.5, 1.0), (1, "arima", 0.4, 1.0), (1, "lstm", 2.0, 1.0)]
    assert chosen(rows, [row[:2] for row in rows]).sources.tolist() == ["arima", "arima"]


def test_errors_without_a_forecast_do_not_make_a_champion():
    assert chosen([(0, "ensemble", 0.1, 0.1)], [(0, "seasonal_naive")]).sources.tolist() == ["seasonal_naive"]
