"""A data set's summary is the mean over each item's champion."""

import pyarrow as pa
import pytest

from lakecast_lake.summary import summarise
from lakecast_schema.tables import FACT_METRICS


def test_means_are_over_champions_and_leave_out_what_is_unknown(forecasts, metrics):
    rows = pa.concat_tables(
        [
            metrics(sources=["arima"], items=["a"], loss=0.5),
            metrics(sources=["ensemble"], items=["a", "b"], loss=0.25),
            metrics(sources=["arima"], items=["c"], loss=4.0),
        ]
    )
    told = summarise(forecasts(sources=["arima", "ensemble"]), rows)
    assert told["quantile_loss"] == pytest.approx((0.25 + 0.25 + 4.0) / 3)
    assert told["skill"] is None
    assert [each["source"] for each in told["model_versions"]] == ["arima", "ensemble"]


def test_means_are_of_the_ensemble_though_another_source_has_less_loss(forecasts, metrics):
    rows = pa.concat_tables([metrics(sources=["arima"], loss=0.25), metrics(sources=["ensemble"], loss=0.5)])
    assert summarise(forecasts(), rows)["quantile_loss"] == pytest.approx(0.5)
    assert summarise(forecasts(sources=["arima"]), rows)["quantile_loss"] == pytest.approx(0.25)
    assert summarise(forecasts(kinds=["backtest"], sources=["ensemble"]), rows)["quantile_loss"] == pytest.approx(0.5)


def test_the_order_of_rows_makes_no_difference(forecasts, metrics):
    items = [f"item-{number}" for number in range(40)]
    parts = [metrics(sources=["arima"], items=[item], loss=1 / (number + 3)) for number, item in enumerate(items)]
    there, back = (summarise(forecasts(), pa.concat_tables(each)) for each in (parts, parts[::-1]))
    assert there == back


def test_without_errors_there_are_none_to_tell(forecasts):
    told = summarise(forecasts(), FACT_METRICS.schema.empty_table())
    assert told["rmsse"] is None
    assert len(told["model_versions"]) == 2
