"""Reorder decisions from forecasts, errors, stock and terms."""

import datetime as dt
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from lakecast_assets.tables.forecasts import forecast_table
from lakecast_assets.tables.metrics import metrics_table
from lakecast_assets.tables.replenishment import Tables, choose, replenishment_table
from lakecast_assets.tables.stock import Stock
from lakecast_forecast.decisions.learned import Learned
from lakecast_forecast.decisions.learning import learn
from lakecast_schema import rules
from lakecast_schema.periods import Frequency, days_in, shift
from lakecast_schema.review_day import ReviewDay
from lakecast_schema.tables import DEMAND, DIM_ITEM, FACT_INVENTORY, FACT_REPLENISHMENT

NOW = dt.datetime(2026, 5, 1, 13, tzinfo=dt.UTC)


def items(names: tuple[str, ...], **terms: object) -> pa.Table:
    rows = [
        {"dataset_id": "parts", "item_id": name, "frequency": "monthly", "demand_class": "smooth", **terms}
        for name in names
    ]
    return pa.Table.from_pylist(rows, DIM_ITEM.schema)


def stock(item: str, day: str, on_hand: float) -> dict[str, object]:
    return {"dataset_id": "parts", "item_id": item, "date": dt.date.fromisoformat(day), "on_hand": on_hand}


def demand(made: Any) -> pa.Table:
    """The panel's last values."""
    panel = made.panel
    return pa.Table.from_pylist(
        [
            {"dataset_id": "parts", "item_id": item, "date": end.astype(dt.date), "quantity": quantity}
            for item, end, quantity in zip(panel.item_ids, panel.ends, panel.values[:, -1], strict=True)
        ],
        DEMAND.schema,
    )


def decide(
    made: Any,
    dim_item: pa.Table,
    *counts: dict[str, object],
    learned: Learned | None = None,
    review_day: ReviewDay | None = None,
) -> dict[str, dict[str, Any]]:
    rows = forecast_table(made.outcome, made.panel, "run")
    live = rows.filter(pa.compute.equal(rows["kind"], "live"))
    metrics = metrics_table(made.outcome, made.panel, None, "run", NOW)
    inventory = pa.Table.from_pylist(list(counts), FACT_INVENTORY.schema)
    tables = Tables(live, metrics, dim_item, inventory, demand(made))
    table = replenishment_table(tables, learned, Frequency.MONTHLY, "run", NOW, review_day)
    rules.check(FACT_REPLENISHMENT, table)
    return {row["item_id"]: row for row in table.to_pylist()}


def test_lead_time_demand_is_the_forecast_spread_over_days(monthly: Any) -> None:
    made = decide(monthly, items(monthly.panel.item_ids, lead_time_days=45.0))
    for place, item in enumerate(monthly.panel.item_ids):
        mean = monthly.outcome.forecasts.live.mean[place]
        months = shift(np.full(6, monthly.panel.ends[place]), np.arange(1, 7), Frequency.MONTHLY)
        days = days_in(months, Frequency.MONTHLY)
        daily = np.repeat(mean / days, days)
        assert made[item]["lead_time_demand"] == pytest.approx(daily[:45].sum())
        assert made[item]["as_of"] == monthly.panel.ends[place].astype(dt.date)
        assert made[item]["alert"] == "unknown"
        assert made[item]["recommended_order"] is None


def test_stock_counted_within_a_period_leaves_the_rest_of_it(monthly: Any) -> None:
    """`item 0` ends in January; a count on 10 February leaves 18 days of February."""
    made = decide(
        monthly,
        items(monthly.panel.item_ids, lead_time_days=18.0),
        stock("item 0", "2026-01-20", 99.0),
        stock("item 0", "2026-02-10", 0.01),
    )
    mean = monthly.outcome.forecasts.live.mean[0]
    assert made["item 0"]["as_of"] == dt.date(2026, 2, 10)
    assert made["item 0"]["on_hand"] == 0.01
    assert made["item 0"]["lead_time_demand"] == pytest.approx(mean[0] * 18 / 28)
    assert made["item 0"]["alert"] == "critical"


def test_stock_counted_after_the_forecast_has_its_last_season_before_it(monthly: Any) -> None:
    """Six months of forecast are all of the season that is known; they go on and on."""
    made = decide(monthly, items(monthly.panel.item_ids, lead_time_days=3 * 365.0), stock("item 0", "2030-01-01", 5.0))
    mean = monthly.outcome.forecasts.live.mean[0]
    assert made["item 0"]["lead_time_demand"] == pytest.approx(6 * mean.sum(), rel=0.05)
    assert made["item 0"]["daily_demand"] == pytest.approx(mean.sum() / 181, rel=0.01)


def test_stock_older_than_a_review_period_against_the_newest_is_too_old_to_decide_on(monthly: Any) -> None:
    names = monthly.panel.item_ids
    counts = [
        stock(names[0], "2026-04-30", 5.0),
        stock(names[1], "2026-04-24", 5.0),
        stock(names[2], "2026-04-20", 5.0),
    ]
    made = decide(monthly, items(names, review_period_days=7.0), *counts)
    assert [made[name]["alert"] == "unknown" for name in names[:3]] == [False, False, True]
    old = made[names[2]]
    assert (old["on_hand"], old["recommended_order"], old["action"]) == (5.0, None, "check_data")


def test_what_past_forecasts_teach_is_stored_and_decides(monthly: Any) -> None:
    names = monthly.panel.item_ids
    learned = learn(monthly.panel, 6, np.full(len(names), 37.0))
    rows = decide(monthly, items(names), learned=learned)
    for place, name in enumerate(learned.item_ids):
        for column in ("noise_variance", "level_variance", "long_run_rate", "largest_window"):
            wanted = getattr(learned, column)[place]
            assert rows[name][column] == (None if np.isnan(wanted) else pytest.approx(wanted))
    wild = replace(learned, noise_variance=100 * learned.noise_variance, largest_window=np.full(len(names), np.nan))
    assert decide(monthly, items(names), learned=wild)[names[0]]["safety_stock"] > rows[names[0]]["safety_stock"]


def test_orders_on_their_way_count_by_their_dates_and_instead_of_what_stock_says(monthly: Any) -> None:
    orders = pa.table(
        {
            "item_id": ["item 0", "item 0", "nobody"],
            "due_date": pa.array([dt.date(2026, 3, 1), dt.date(2026, 6, 1), dt.date(2026, 6, 1)]),
            "quantity": [4.0, 500.0, 1.0],
        }
    )
    days, quantity = (
        each.tolist()[0]
        for each in Stock.of(
            pa.Table.from_pylist([stock("item 0", "2026-04-30", 1.0) | {"on_order": 9.0}], FACT_INVENTORY.schema),
            orders,
            ("item 0",),
        ).inbound(np.array(["2026-04-30"], "datetime64[D]"))
    )
    assert (days, quantity) == ([1.0, 32.0], [4.0, 500.0])


def test_terms_that_nobody_gave_have_defaults_and_rare_items_a_count_distribution(monthly: Any) -> None:
    made = decide(monthly, items(monthly.panel.item_ids))
    assert made["item 0"]["service_level"] == 0.95
    assert made["item 0"]["lead_time_days"] == 30.0
    assert made["item 0"]["lead_time_std_days"] == pytest.approx(7.5)
    assert (made["item 0"]["service_measure"], made["item 0"]["order_multiple"]) == ("cycle", 1.0)
    assert float(made["item 0"]["reorder_point"]).is_integer()
    measured = decide(monthly, items(monthly.panel.item_ids, unit="m"))
    assert measured["item 0"]["order_multiple"] == 0.001


def test_an_item_without_backtest_still_has_a_deviation(monthly: Any) -> None:
    made = decide(monthly, items(monthly.panel.item_ids))
    assert made["item 3"]["demand_std"] > 0


def test_items_that_left_the_data_set_are_left_out(monthly: Any) -> None:
    assert set(decide(monthly, items(monthly.panel.item_ids[1:]))) == set(monthly.panel.item_ids[1:])


def test_the_champion_is_the_ensemble_and_without_it_not_the_baseline(monthly: Any) -> None:
    errors = metrics_table(monthly.outcome, monthly.panel, None, "run", NOW)
    live = forecast_table(monthly.outcome, monthly.panel, "run").select(["item_id", "source"])
    worse = errors.set_column(
        errors.column_names.index("scaled_quantile_loss"),
        "scaled_quantile_loss",
        pa.compute.multiply(errors["scaled_quantile_loss"], 2.0),
    )
    assert choose(errors, live).sources.tolist() == ["seasonal_naive"] * 5
    for source in ("arima", "ensemble"):
        both = (pa.concat_tables([each, named(other, source)]) for each, other in ((errors, worse), (live, live)))
        chosen = choose(*both)
        assert chosen.items == monthly.panel.item_ids
        assert chosen.sources.tolist() == [source] * 5


def named(rows: pa.Table, source: str) -> pa.Table:
    column = rows.column_names.index("source")
    return rows.set_column(column, rows.schema.field("source"), pa.array([source] * len(rows)))


def test_an_item_that_was_used_has_a_reorder_point_and_nobody_orders_half_a_piece(monthly: Any) -> None:
    """A forecast of nothing, as a naive has it whose last season was empty."""
    nothing = replace(monthly.outcome.forecasts.live, mean=0 * monthly.outcome.forecasts.live.mean)
    outcome = replace(monthly.outcome, forecasts=replace(monthly.outcome.forecasts, live=nothing))
    still = replace(monthly, outcome=outcome)
    values = monthly.panel.values.copy()
    values[1:, -1] = 0
    idle = replace(still, panel=replace(monthly.panel, values=values))
    names = monthly.panel.item_ids
    for made in (monthly, still, idle):
        for unit, step in (("UN", 1), ("m", 0.001)):
            rows = decide(
                made, items(names, unit=unit, lead_time_days=5.0), *(stock(n, "2026-04-30", 0) for n in names)
            )
            for name, row in rows.items():
                assert row["safety_stock"] >= 0
                assert row["reorder_point"] >= (0 if made is idle and name != "item 0" else step)
                assert row["recommended_order"] / step == pytest.approx(round(row["recommended_order"] / step))


def test_a_fixed_day_of_orders_is_waited_for_and_is_the_review_period(monthly: Any) -> None:
    names = monthly.panel.item_ids
    # 1 May 2026 is a Friday.
    counts = [stock(names[0], "2026-05-01", 0.0), stock(names[1], "2026-05-04", 0.0)]
    terms = items(names, review_period_days=30.0)
    made = decide(monthly, terms, *counts, review_day=ReviewDay.of("monday"))
    assert [made[name]["days_to_review"] for name in names[:2]] == [3.0, 0.0]
    assert [made[name]["review_period_days"] for name in names[:2]] == [7.0, 7.0]
    assert made[names[0]]["recommended_order"] == 0 < made[names[1]]["recommended_order"]
    assert made[names[0]]["order_by_date"] == dt.date(2026, 5, 4)
    any_day = decide(monthly, terms, *counts)
    assert any_day[names[0]]["days_to_review"] is None
    assert any_day[names[0]]["recommended_order"] > 0


def test_a_fill_rate_is_promised_where_items_say_so(monthly: Any) -> None:
    names = monthly.panel.item_ids
    made = decide(monthly, items(names, service_measure="fill", service_level=0.95))
    assert {made[name]["service_measure"] for name in names} == {"fill"}
    steady = [made[name] for name in names if made[name]["daily_demand"] > 1]
    assert all(row["expected_fill_rate"] >= 0.95 - 1e-6 for row in steady)
    cycle = decide(monthly, items(names, service_level=0.95))
    assert all(row["reorder_point"] < cycle[row["item_id"]]["reorder_point"] for row in steady)
