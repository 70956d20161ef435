"""Known-in-advance columns of the input as models read them: checked and standardised."""

import numpy as np

from lakecast_forecast.panel import Array, Panel


def check(panel: Panel, horizon: int) -> None:
    """Raise ValueError where a driver's known future is shorter than the horizon."""
    for name, known in panel.drivers.items():
        ahead = known.shape[1] - panel.values.shape[1]
        if ahead < horizon:
            raise ValueError(f"driver {name} is known for {ahead} periods ahead, but the horizon is {horizon}")


def standardised(past: Array, future: Array) -> tuple[Array, Array]:
    """A driver's (n, T) past and (n, h) future by the past's mean and deviation.

    Indicators of 0 and 1 stay as they are. A value that is not known counts as the mean, and a driver that never
    changed has no effect, whatever its future.
    """
    known = np.isfinite(past)
    count = np.maximum(known.sum(axis=1, keepdims=True), 1)
    mean = np.where(known, past, 0.0).sum(axis=1, keepdims=True) / count
    centred = np.where(known, past - mean, 0.0)
    deviation = np.sqrt((centred**2).sum(axis=1, keepdims=True) / np.maximum(count - 1, 1))
    varies = deviation > 1e-12 * np.abs(mean)
    indicator = varies & (~known | np.isin(past, (0.0, 1.0))).all(axis=1, keepdims=True)
    shift = np.where(indicator, 0.0, mean)
    scale = np.where(varies & ~indicator, deviation, 1.0)

    def scaled(values: Array) -> Array:
        return np.where(varies, (np.where(np.isfinite(values), values, mean) - shift) / scale, 0.0)

    return scaled(past), scaled(future)
