"""What is left of a forecast after a day: the demand that stock counted on that day has still to meet."""

import numpy as np
from numpy.typing import NDArray

from lakecast_schema.periods import Dates

Array = NDArray[np.float64]


def after_day(forecast: Array, starts: Dates, days: Array, day: Dates) -> tuple[Array, Array]:
    """Demand and calendar days (n, P) of the periods after `day` (n,), the period that holds it in part.

    forecast: (n, P) means per period, NaN at the end of shorter rows. starts, days: (n, P) first day and calendar
    days of each period. A forecast that ends by that day, or begins later, is taken as it is. Demand is spread
    evenly over the days of a period.
    """
    known = np.isfinite(forecast)
    rest = np.clip((starts.astype(np.int64) + days) - (day.astype(np.int64)[:, None] + 1), 0, days)
    rest = np.where(known, rest, 0.0)
    rest = np.where(rest.any(axis=1, keepdims=True), rest, days)
    gone = (rest <= 0).argmin(axis=1)
    column = np.arange(rest.shape[1])[None, :] + gone[:, None]
    inside = column < rest.shape[1]
    column = np.minimum(column, rest.shape[1] - 1)
    left = np.take_along_axis(rest, column, axis=1)
    share = left / np.take_along_axis(days, column, axis=1)
    return np.where(inside, np.take_along_axis(forecast, column, axis=1) * share, np.nan), left
