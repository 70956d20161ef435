"""The example of docs/explanation/advice.md, by the product's formulas."""

from pathlib import Path

import numpy as np
import pytest

from lakecast_schema.decision_inputs import Inputs
from lakecast_schema.demand_path import DemandPath
from lakecast_schema.replenishment import decide

PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "advice.md"


def test_the_example_by_hand_is_what_is_computed():
    one = np.ones(1)
    found = decide(
        Inputs(
            path=DemandPath.of(np.full((1, 28), 4.0), np.ones((1, 28)), 7),
            noise_variance=5 * one,
            level_variance=0.04 * one,
            demand_size=np.nan * one,
            period_days=one,
            largest_window=np.nan * one,
            window_days=21 * one,
            step=one,
            used=one > 0,
            lead_time_days=14 * one,
            lead_time_std_days=3 * one,
            review_period_days=7 * one,
            service_level=0.95 * one,
            is_fill=one < 0,
            min_order_quantity=0 * one,
            order_multiple=12 * one,
            unit_cost=one,
            weight=one,
            on_hand=60 * one,
            on_order=0 * one,
            inbound_days=np.zeros((1, 0)),
            inbound=np.zeros((1, 0)),
            ordered=np.nan * one,
            days_to_review=np.nan * one,
        )
    )
    below = found._below
    assert (found.lead_time_demand[0], below.mean[0], below.variance[0]) == pytest.approx(
        (56, 58.77, 228.193), rel=1e-5
    )
    assert (found.reorder_point[0], found.safety_stock[0], found.order_up_to[0]) == (86, 30, 114)
    assert (found.recommended_order[0], found.alert[0]) == (60, "high")
    text = PAGE.read_text(encoding="utf-8")
    for shown in ("58.77", "228.193", "**86**", "**114**", "**60 pieces**", "HIGH, not CRITICAL"):
        assert shown in text
    portuguese = PAGE.parents[1] / "pt" / "pedido.md"
    for shown in ("| 56 |", "| 30 |", "**86**", "**114**", "**60**"):
        assert shown in portuguese.read_text(encoding="utf-8")
