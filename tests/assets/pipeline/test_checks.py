"""Checks tell good tables from bad ones."""

import datetime as dt

import pyarrow as pa
import pytest

from lakecast_assets.pipeline import checks
from lakecast_schema.periods import Frequency
from lakecast_schema.tables import DEMAND


def live(**means: float) -> pa.Table:
    rows = [
        {"source": source, "item_id": item, "date": dt.date(2026, 2, day), "forecast": mean}
        for source, mean in means.items()
        for item in ("A", "B")
        for day in (1, 2)
    ]
    return pa.Table.from_pylist(rows)


def demand(*quantities: float) -> pa.Table:
    return pa.table(
        {
            "date": [dt.date(2026, 1, 1) + dt.timedelta(days=k) for k in range(len(quantities))],
            "quantity": [float(quantity) for quantity in quantities],
        }
    )


def test_a_name_whose_items_are_all_others_is_another_data_sets() -> None:
    assert checks.same_items(["A", "B"], ["B", "C"]).passed
    assert checks.same_items(["A"], []).passed
    other = checks.same_items(["A", "B"], ["C", "D"])
    assert not other.passed
    assert "--replace" in str(other.shown["remedy"])
    assert other.shown["such as"] == "A, and C last"


def test_a_lost_item_is_named() -> None:
    rows = live(arima=1, lstm=1)
    assert checks.no_item_lost(rows, ["A", "B"], ["arima", "lstm"]).passed
    lost = checks.no_item_lost(rows, ["A", "B", "C"], ["arima", "lstm"])
    assert not lost.passed
    assert lost.shown["lstm"] == "1 item, for example C"
    assert not checks.no_item_lost(rows, ["A"], []).passed, "no source is no forecast"


@pytest.mark.parametrize(
    ("mean", "before", "passed"),
    [(5, None, True), (49, None, True), (51, None, False), (0.4, None, False), (60, 60, True), (60, 3, False)],
)
def test_wild_means_far_from_both_demand_and_the_last_forecast(mean: float, before: float | None, passed: bool) -> None:
    previous = live(arima=before) if before is not None else live(arima=1).slice(0, 0)
    verdict = checks.not_wildly_off(live(arima=mean), demand(5, 5, 5, 5), previous)
    assert verdict.passed is passed
    assert verdict.shown["arima"] == mean


@pytest.mark.parametrize(("mean", "passed"), [(0, True), (4, True), (49, True), (51, False)])
def test_demand_that_has_paused_may_come_back_or_stay_away(mean: float, passed: bool) -> None:
    nothing_before = live(arima=1).slice(0, 0)
    assert checks.not_wildly_off(live(arima=mean), demand(3, 7, 0, 0), nothing_before).passed is passed


def test_demand_that_was_never_low_does_not_end_at_once() -> None:
    assert not checks.not_wildly_off(live(arima=0), demand(3, 7, 5, 5), live(arima=1).slice(0, 0)).passed


def test_nothing_after_nothing_is_not_wild() -> None:
    assert checks.not_wildly_off(live(arima=0), demand(0, 0), live(arima=1).slice(0, 0)).passed


def test_a_past_no_longer_than_a_horizon_tells_of_no_lowest_mean() -> None:
    """Parts of a depot that were bought once, whose baseline is zero, do not stop the depot's other sources."""
    nothing_before = live(arima=1).slice(0, 0)
    short = demand(30)
    assert checks.not_wildly_off(live(arima=0), short, nothing_before).passed
    assert not checks.not_wildly_off(live(arima=30 * checks.WILD * 2), short, nothing_before).passed


def metrics(**losses: float | None) -> pa.Table:
    return pa.table(
        {
            "item_id": ["A"] * len(losses),
            "source": list(losses),
            "scaled_quantile_loss": pa.array(losses.values(), pa.float64()),
            "coverage_80": pa.array([0.75] * len(losses)),
            "coverage_95": pa.array([0.95] * len(losses)),
        }
    )


@pytest.mark.parametrize(
    ("interval", "share", "passed"),
    [
        ("coverage_80", 0.71, True), ("coverage_80", 0.69, False), ("coverage_80", 0.89, True),
        ("coverage_80", 0.91, False), ("coverage_95", 0.91, True), ("coverage_95", 0.89, False),
        ("coverage_95", 0.99, True),
    ],
)  # fmt: skip
def test_coverage_may_lie_a_tenth_from_80_and_a_twentieth_from_95(interval: str, share: float, passed: bool) -> None:
    rows = metrics(arima=1.0, lstm=1.0)
    rows = rows.set_column(rows.column_names.index(interval), interval, [[share, share]])
    assert checks.coverage(rows, ["A", "B"]).passed is passed


def test_intervals_of_rarely_bought_items_may_cover_more_but_not_less() -> None:
    rows = metrics(arima=1.0)
    assert checks.coverage(rows.set_column(3, "coverage_80", [[1.0]]), []).passed
    assert not checks.coverage(rows.set_column(3, "coverage_80", [[0.5]]), []).passed


def test_one_source_of_bad_coverage_is_enough() -> None:
    rows = metrics(arima=1.0, lstm=1.0)
    assert not checks.coverage(rows.set_column(4, "coverage_95", [[0.95, 0.5]]), ["A", "B"]).passed


def test_the_best_source_has_to_beat_the_baseline() -> None:
    assert checks.beats_baseline(metrics(arima=1.2, lstm=0.9, seasonal_naive=1.0), "seasonal_naive").passed
    assert not checks.beats_baseline(metrics(arima=1.2, seasonal_naive=1.0), "seasonal_naive").passed
    alone = checks.beats_baseline(metrics(seasonal_naive=1.0), "seasonal_naive")
    assert alone.passed
    assert alone.shown["note"] == "nothing to compare"


@pytest.mark.parametrize(
    ("frequency", "newest", "today", "passed"),
    [
        (Frequency.DAILY, "2026-01-10", "2026-01-17", True),
        (Frequency.DAILY, "2026-01-10", "2026-01-18", False),
        (Frequency.MONTHLY, "2026-01-01", "2026-03-31", True),
        (Frequency.MONTHLY, "2026-01-01", "2026-04-01", False),
    ],
)
def test_demand_grows_old_by_its_frequency(frequency: Frequency, newest: str, today: str, passed: bool) -> None:
    rows = pa.table({"date": [dt.date.fromisoformat(newest)], "quantity": [1.0]})
    assert checks.freshness(rows, frequency, dt.date.fromisoformat(today)).passed is passed


def test_a_broken_contract_is_said_in_its_words() -> None:
    row = {"dataset_id": "d", "item_id": "A", "date": dt.date(2026, 1, 1), "quantity": 1.0}
    assert checks.contract(DEMAND, pa.Table.from_pylist([row], DEMAND.schema)).passed
    twice = checks.contract(DEMAND, pa.Table.from_pylist([row, row], DEMAND.schema))
    assert not twice.passed
    assert "demand" in str(twice.shown["broken"])


@pytest.mark.parametrize(
    ("rows", "published", "passed"),
    [(400, 1000, True), (399, 1000, False), (4000, 1000, True), (1, 199, True), (1, 0, True)],
)
def test_losing_most_of_the_demand_stops_a_run(rows: int, published: int, passed: bool) -> None:
    verdict = checks.not_shrunk(rows, published)
    assert verdict.passed is passed
    assert ("allow_loss" in str(verdict.shown)) is not passed


@pytest.mark.parametrize(
    ("items", "forecast", "passed"),
    [(4, 12, False), (10, 12, True), (9, 12, False), (1, 3, True), (80, 100, True), (79, 100, False), (0, 12, True)],
)
def test_losing_more_than_a_few_items_stops_a_run(items: int, forecast: int, passed: bool) -> None:
    """All of them being others is what `same_items` says."""
    names = [f"item_{number:03}" for number in range(forecast)]
    verdict = checks.not_shrunk(50, 150, [*names[:items], "a new one"], names)
    assert verdict.passed is passed
    assert verdict.shown["items lost"] == forecast - items
    assert ("allow_loss" in str(verdict.shown)) is not passed
    assert (f"such as': '{names[items] if items < forecast else ''}" in str(verdict.shown)) is not passed
