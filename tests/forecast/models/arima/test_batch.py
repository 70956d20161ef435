import numpy as np

from lakecast_forecast.models.arima.batch import batch


def test_divides_by_the_mean_and_drops_what_precedes_every_series() -> None:
    demand = np.array([[np.nan, np.nan, 2.0, 4.0, 6.0], [np.nan, 1.0, 1.0, 3.0, 3.0]])
    ready = batch(demand, 1)
    assert ready.scale.tolist() == [4.0, 2.0]
    assert ready.starts.tolist() == [1, 0]
    assert ready.values.T.tolist() == [[0.0, 0.5, 1.0, 1.5], [0.5, 0.5, 1.5, 1.5]]


def test_fills_gaps_along_the_season() -> None:
    wave = np.tile([10.0, 20.0, 40.0, 20.0], 10)
    gappy = wave.copy()
    gappy[[5, 18, 33]] = np.nan
    ready = batch(gappy[None], 4)
    np.testing.assert_allclose(ready.values[:, 0] * ready.scale[0], wave, rtol=0.003)
    assert ready.known[:, 0].sum() == 37


def test_a_gap_at_the_end_stays_at_the_last_level() -> None:
    ready = batch(np.array([[1.0, 2.0, 3.0, np.nan, np.nan]]), 1)
    assert (ready.values[:, 0] * ready.scale[0]).tolist() == [1.0, 2.0, 3.0, 3.0, 3.0]


def test_the_largest_and_smallest_numbers_keep_their_shape() -> None:
    shape = np.array([1.0, 2.0, 3.0, 2.0])
    for size in (1e300, 1e-300):
        np.testing.assert_allclose(batch(shape[None] * size, 1).values[:, 0], shape / 2)
