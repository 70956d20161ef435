"""Groups of members: the families' median, the nets' mean."""

import numpy as np

from lakecast_forecast.ensemble.components import Component, grouped, mixed, separate
from lakecast_forecast.interface import LEVELS, Forecasts

SHAPE = np.linspace(-1.0, 1.0, len(LEVELS))
MEDIAN = LEVELS.index(0.5)


def said(center: float, width: float, mean: float) -> Forecasts:
    """One item over two periods."""
    quantiles = np.broadcast_to(center + width * SHAPE, (1, 2, len(LEVELS))).copy()
    return Forecasts(np.full((1, 2), float(mean)), quantiles, (None,))


def test_families_speak_by_their_median_and_an_outlier_moves_nothing() -> None:
    forecasts = {"arima": said(100, 10, 101), "ets": said(110, 20, 111), "theta": said(900, 30, 905)}
    told = Component("families", ("arima", "ets", "theta")).combine(forecasts)
    np.testing.assert_allclose(told.mean, 111)
    np.testing.assert_allclose(told.quantiles[0, 0], 110 + 20 * SHAPE)


def test_nets_speak_by_their_mean() -> None:
    told = Component("nets", ("lstm", "mlp")).combine({"lstm": said(100, 10, 101), "mlp": said(120, 30, 119)})
    np.testing.assert_allclose(told.mean, 110)
    np.testing.assert_allclose(told.quantiles[0, 1], 110 + 20 * SHAPE)


def test_one_source_speaks_for_itself() -> None:
    own = said(100, 10, 101)
    assert Component("families", ("ets",)).combine({"ets": own, "arima": said(1, 1, 1)}) is own


def test_weights_mix_means_and_quantiles_and_nothing_falls_below_zero() -> None:
    told = mixed([said(100, 10, 100), said(200, 400, 50)], np.array([0.75, 0.25]))
    np.testing.assert_allclose(told.mean, 87.5)
    np.testing.assert_allclose(told.quantiles[0, 0], np.maximum(125 + 107.5 * SHAPE, 0))


def test_sources_are_grouped_by_kind_without_baseline_and_single_rates() -> None:
    sources = ("tsb", "theta", "seasonal_naive", "prophet", "mlp", "lstm", "arima", "ses")
    assert grouped(sources) == (
        Component("families", ("arima", "theta")),
        Component("nets", ("lstm", "mlp")),
        Component("prophet", ("prophet",)),
    )
    assert [component.name for component in separate(sources)] == ["arima", "lstm", "mlp", "prophet", "theta"]
    assert grouped(("seasonal_naive", "empirical")) == (Component("empirical", ("empirical",)),)
