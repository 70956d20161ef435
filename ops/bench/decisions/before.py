"""The advice as it was before, frozen: what the table calls "before". Not to be mended.

Safety stock over the lead time alone, errors of its days independent; normal, negative binomial for items bought rarely
(Silver, Pyke & Thomas as it was read then).
"""

import numpy as np
from numpy.typing import NDArray

from lakecast_forecast.features.classify import STEADY
from lakecast_forecast.panel import Array
from lakecast_schema.count_quantile import negative_binomial_quantile, normal_quantile
from lakecast_schema.demand_path import DemandPath


def levels(
    path: DemandPath, rmse: Array, classes: NDArray[np.str_], lead: float, review: float, service: float, period: float
) -> tuple[Array, Array]:
    """(n,) reorder point and (n,) order-up-to level.

    path: in days. rmse: (n,) of one period's forecast. lead, review: days. period: days per period.
    """
    days = np.full(len(rmse), lead)
    daily, expected = path.daily, path.until(days)
    variance = days * np.nan_to_num(rmse) ** 2 / period
    safety = normal_quantile(np.full(len(rmse), service)) * np.sqrt(variance)
    rare = np.flatnonzero(~np.isin(classes, STEADY))
    quantile = negative_binomial_quantile(expected[rare], variance[rare], np.full(len(rare), service))
    safety[rare] = quantile - expected[rare]
    reorder_point = np.maximum(expected + safety, 0.0)
    return reorder_point, reorder_point + daily * review
