"""The source `arima`: a batched engine of its own, and statsmodels as the reference.

`ArimaLibrary` is imported when it is asked for: statsmodels takes seconds to load, and the default engine needs
none of it.
"""

from typing import TYPE_CHECKING

from lakecast_forecast.models.arima.model import Arima
from lakecast_forecast.models.arima.orders import Order

if TYPE_CHECKING:
    from lakecast_forecast.models.arima.library import ArimaLibrary

__all__ = ["Arima", "ArimaLibrary", "Order"]


def __getattr__(name: str) -> object:
    if name == "ArimaLibrary":
        from lakecast_forecast.models.arima.library import ArimaLibrary

        return ArimaLibrary
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
