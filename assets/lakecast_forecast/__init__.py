"""Demand forecasts of many items at once: data frames in, calibrated forecasts and their backtest out.

    from lakecast_forecast import Forecaster
    f = Forecaster(horizon=12).fit(df)  # item_id, date, quantity [, x_*]
    f.predict()

Names are imported when they are asked for, and neither torch nor any library of another model before it is needed.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lakecast_forecast.ensemble.model import Ensemble
    from lakecast_forecast.example import example_demand
    from lakecast_forecast.fitted import FittedModel
    from lakecast_forecast.forecaster import Forecaster, NotFittedError
    from lakecast_forecast.input.errors import InputError
    from lakecast_forecast.input.rules import Rules
    from lakecast_forecast.interface import LEVELS, Diagnostics, Fitted, Forecasts, Model
    from lakecast_forecast.models.arima import Arima
    from lakecast_forecast.models.ces import Ces
    from lakecast_forecast.models.counts import Adida, Imapa, MovingAverage, Ses, Tsb
    from lakecast_forecast.models.empirical import Empirical
    from lakecast_forecast.models.ets import Ets
    from lakecast_forecast.models.lstm import Lstm, ResidualMlp
    from lakecast_forecast.models.negative_binomial import NegativeBinomial
    from lakecast_forecast.models.prophet import Prophet
    from lakecast_forecast.models.random_walk import RandomWalk
    from lakecast_forecast.models.seasonal_naive import SeasonalNaive
    from lakecast_forecast.models.theta import Theta
    from lakecast_forecast.panel import Panel
    from lakecast_forecast.registry import UnknownModelError
    from lakecast_forecast.source import Source
    from lakecast_schema.frequency import FrequencyUnclear
    from lakecast_schema.periods import Frequency

_HOMES = {
    "example_demand": "lakecast_forecast.example",
    "FittedModel": "lakecast_forecast.fitted",
    "Forecaster": "lakecast_forecast.forecaster",
    "NotFittedError": "lakecast_forecast.forecaster",
    "InputError": "lakecast_forecast.input.errors",
    "Rules": "lakecast_forecast.input.rules",
    "LEVELS": "lakecast_forecast.interface",
    "Diagnostics": "lakecast_forecast.interface",
    "Fitted": "lakecast_forecast.interface",
    "Forecasts": "lakecast_forecast.interface",
    "Model": "lakecast_forecast.interface",
    "Panel": "lakecast_forecast.panel",
    "UnknownModelError": "lakecast_forecast.registry",
    "Source": "lakecast_forecast.source",
    "FrequencyUnclear": "lakecast_schema.frequency",
    "Frequency": "lakecast_schema.periods",
    "Adida": "lakecast_forecast.models.counts",
    "Arima": "lakecast_forecast.models.arima",
    "Ces": "lakecast_forecast.models.ces",
    "Empirical": "lakecast_forecast.models.empirical",
    "Ensemble": "lakecast_forecast.ensemble.model",
    "Ets": "lakecast_forecast.models.ets",
    "Imapa": "lakecast_forecast.models.counts",
    "Lstm": "lakecast_forecast.models.lstm",
    "MovingAverage": "lakecast_forecast.models.counts",
    "NegativeBinomial": "lakecast_forecast.models.negative_binomial",
    "Prophet": "lakecast_forecast.models.prophet",
    "RandomWalk": "lakecast_forecast.models.random_walk",
    "ResidualMlp": "lakecast_forecast.models.lstm",
    "SeasonalNaive": "lakecast_forecast.models.seasonal_naive",
    "Ses": "lakecast_forecast.models.counts",
    "Theta": "lakecast_forecast.models.theta",
    "Tsb": "lakecast_forecast.models.counts",
}
"""Name -> the module that it is defined in."""

__all__ = [
    "LEVELS",
    "Adida",
    "Arima",
    "Ces",
    "Diagnostics",
    "Empirical",
    "Ensemble",
    "Ets",
    "Fitted",
    "FittedModel",
    "Forecaster",
    "Forecasts",
    "Frequency",
    "FrequencyUnclear",
    "Imapa",
    "InputError",
    "Lstm",
    "Model",
    "MovingAverage",
    "NegativeBinomial",
    "NotFittedError",
    "Panel",
    "Prophet",
    "RandomWalk",
    "ResidualMlp",
    "Rules",
    "SeasonalNaive",
    "Ses",
    "Source",
    "Theta",
    "Tsb",
    "UnknownModelError",
    "example_demand",
]


def __getattr__(name: str) -> object:
    if name in _HOMES:
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
