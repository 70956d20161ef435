"""The representations that orders are fitted to: levels, logarithms, with and without season."""

import numpy as np

from lakecast_forecast.models.arima.batch import batch
from lakecast_forecast.models.arima.members import view_of


def test_likelihoods_of_logarithms_are_those_of_the_demand() -> None:
    """Twice the logarithm of the derivative: 1 / y for logarithms, 1 / index for what is seasonally adjusted."""
    wave = np.tile([10.0, 20.0, 40.0, 10.0], 8)
    ready = batch(np.stack([wave, np.where(np.arange(32) == 7, 0.0, wave)]), 4)
    log = view_of(ready, 4, adjust=False, log=True)
    assert log.rows.tolist() == [0], "a series with a zero has no logarithm"
    logs = np.log(ready.values[:, 0])
    np.testing.assert_allclose(log.series[:, 0], logs)
    np.testing.assert_allclose(log.density, [2 * logs.sum()])
    adjusted = view_of(ready, 4, adjust=True, log=True)
    np.testing.assert_allclose(adjusted.density, log.density)  # of the same demand, whatever the factors
    level = view_of(ready, 4, adjust=True, log=False)
    np.testing.assert_allclose(level.density[0], 2 * np.log(ready.seasons.over(32)[0][:, 0]).sum())
    assert (view_of(ready, 4, adjust=False, log=False).density == 0).all()
