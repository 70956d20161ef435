from dataclasses import dataclass

import numpy as np
import pytest
from panels import panel

from lakecast_forecast.evaluation import validity
from lakecast_forecast.interface import LEVELS, Diagnostics, Forecasts
from lakecast_forecast.panel import Panel


@dataclass(frozen=True)
class Constant:
    """Forecasts one value for every item, and fails on items that end with 13."""

    value: float = 5.0

    @property
    def diagnostics(self) -> Diagnostics:
        return Diagnostics()

    def predict(self, panel: Panel, horizon: int) -> Forecasts:
        if (panel.values[:, -1] == 13).any():
            raise np.linalg.LinAlgError("singular matrix")
        mean = np.full((len(panel), horizon), self.value)
        return Forecasts(mean, np.repeat(mean[:, :, None], len(LEVELS), axis=2), (None,) * len(panel))


def test_only_the_item_at_fault_loses_its_model() -> None:
    forecasts = validity.predict(Constant(), panel([[1.0, 2.0], [1.0, 13.0], [1.0, 3.0], [2.0, 4.0]]), 2)
    assert forecasts.mean[:, 0].tolist() == [5, 13, 5, 5]
    assert forecasts.issues == (None, "model failed: singular matrix; seasonal naive instead", None, None)


@pytest.mark.parametrize(
    ("value", "reason"),
    [(float("nan"), "not finite"), (float("inf"), "not finite"), (1e9, "exploded")],
)
def test_nonsense_becomes_the_baseline_with_a_reason(value: float, reason: str) -> None:
    forecasts = validity.predict(Constant(value), panel([[1.0, 2.0]]), 3)
    assert forecasts.mean[0].tolist() == [2, 2, 2]
    assert reason in str(forecasts.issues[0])


def test_negative_and_disordered_quantiles_are_put_right() -> None:
    whole = panel([[1.0, 2.0]])
    raw = Forecasts(np.array([[-1.0]]), np.linspace(3, -3, len(LEVELS))[None, None, :], (None,))
    found = validity.checked(raw, whole, 1)
    assert found.mean[0, 0] == 0
    assert (np.diff(found.quantiles) >= 0).all()
    assert (found.quantiles >= 0).all()
    assert found.issues == (None,)


def test_a_wrong_shape_is_a_defect_of_the_model() -> None:
    with pytest.raises(ValueError, match="a model must return means of shape"):
        validity.checked(Constant().predict(panel([[1.0]]), 3), panel([[1.0]]), 2)


@pytest.mark.parametrize(
    ("mean", "quantiles", "issues"),
    [((1, 2), (1, 2, 11), 2), ((1, 2), (1, 2, 10), 1), ((1, 2), (1, 3, 11), 1), ((1, 3), (1, 2, 11), 1)],
)
def test_each_array_must_have_its_shape(mean: tuple[int, ...], quantiles: tuple[int, ...], issues: int) -> None:
    raw = Forecasts(np.ones(mean), np.ones(quantiles), (None,) * issues)
    with pytest.raises(ValueError, match="a model must return means of shape"):
        validity.checked(raw, panel([[1.0]]), 2)


def test_an_empty_batch_is_no_trouble() -> None:
    empty = validity.predict(Constant(), panel([]), 3)
    assert empty.mean.shape == (0, 3)
    assert empty.quantiles.shape == (0, 3, len(LEVELS))


def test_a_forecast_explodes_beyond_a_thousand_times_the_largest_demand() -> None:
    whole = panel([[1.0, 2.0, 1.0], [0.0, 0.0, 0.0]])
    for size, replaced in ((2000.0, False), (2001.0, True)):
        raw = Forecasts(np.full((2, 1), size), np.full((2, 1, len(LEVELS)), 1.0), (None, None))
        checked = validity.checked(raw, whole, 1)
        assert (checked.mean[0, 0] == size) != replaced
        assert (checked.issues[0] is None) != replaced
        assert checked.mean[1, 0] == size  # of nothing, nothing is too much
        raw = Forecasts(np.full((2, 1), 1.0), np.full((2, 1, len(LEVELS)), -size), ("own words", None))
        assert validity.checked(raw, whole, 1).issues[0] == "own words"


def test_what_rounding_left_over_is_zero_whatever_the_unit() -> None:
    for unit in (1e-9, 1.0, 1e12):
        whole = panel([[unit, 2 * unit, 0.0]])
        raw = Forecasts(np.full((1, 1), 1e-15 * unit), np.full((1, 1, len(LEVELS)), 1e-6 * unit), (None,))
        found = validity.checked(raw, whole, 1)
        assert found.mean[0, 0] == 0
        np.testing.assert_array_equal(found.quantiles, raw.quantiles)
