"""The example of docs/explanation/forecasts.md, by the product's functions."""

from pathlib import Path

import numpy as np
import pytest

from lakecast_forecast.ensemble.components import grouped, mixed
from lakecast_forecast.evaluation.conformal import Calibration, spread
from lakecast_forecast.evaluation.origins import plan
from lakecast_forecast.interface import LEVELS, Forecasts
from lakecast_schema import accuracy
from lakecast_schema.periods import Frequency
from lakecast_schema.tables import BOUND_LEVELS

TEXT = (Path(__file__).parents[2] / "docs" / "explanation" / "forecasts.md").read_text(encoding="utf-8")
MEDIANS = {"arima": 8.0, "ets": 9.0, "theta": 11.0, "lstm": 10.0, "mlp": 12.0}
AROUND = np.interp(LEVELS, BOUND_LEVELS, (-6.0, -4.0, 0.0, 4.0, 6.0))
SHIFT = np.interp(LEVELS, BOUND_LEVELS, (0.0, -0.1, 0.0, 0.3, 0.0))


def shown(*values: str) -> None:
    for value in values:
        assert value in TEXT, value


def test_the_origins_are_those_of_the_example() -> None:
    origins = plan(np.array([48]), Frequency.MONTHLY, 12)
    assert (origins.offsets, origins.scored) == ((12, 24, 28, 32), 1)
    assert origins.older(0, 12) == (1, 2, 3)
    shown("**24, 28 and 32**")


def test_the_interval_and_the_loss_are_those_of_the_example() -> None:
    forecasts = {
        name: Forecasts(np.full((1, 1), median), (median + AROUND)[None, None], (None,))
        for name, median in MEDIANS.items()
    }
    components = grouped(list(MEDIANS))
    assert [component.name for component in components] == ["families", "nets"]
    raw = mixed([component.combine(forecasts) for component in components], np.array([0.5, 0.5]))
    assert raw.at(BOUND_LEVELS).quantiles[0, 0] == pytest.approx([4, 6, 10, 14, 16])
    assert spread(raw.quantiles)[0, 0] == pytest.approx(3.1213, abs=1e-4)
    calibrated = Calibration({"smooth": SHIFT[None]}).apply(raw, np.array(["smooth"]))
    bounds = calibrated.at(BOUND_LEVELS).quantiles[0]
    assert bounds[0] == pytest.approx([4, 5.53, 10, 14.78, 16], abs=0.005)
    loss = accuracy.metrics(
        np.zeros(1, np.int64), np.zeros(1, np.int64), np.array([13.0]), np.array([10.0]), bounds,
        np.array([5.0]), np.array([1.0]),
    )["scaled_quantile_loss"]  # fmt: skip
    assert loss[0] == pytest.approx(0.218, abs=5e-4)
    assert accuracy.skill(loss, np.array([0.31]))[0] == pytest.approx(0.297, abs=1e-3)
    shown("**5.53** to 14 + .25 × 3.1213 = **14.78**", "half each makes **10**", "**.218**", "**.297**")
