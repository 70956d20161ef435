"""What a source's step hands on: its forecasts, or why there are none."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from lakecast_forecast.evaluation.backtest import SourceForecasts


@dataclass(frozen=True)
class Outcome:
    """The end of one source's training on one data set.

    forecasts: None where the source failed; failure says why then. finished: when. seconds: of the whole step.
    """

    source: str
    finished: dt.datetime
    seconds: float
    forecasts: SourceForecasts | None = None
    failure: str | None = None
    version: str = "v0.0.0"
    notes: Mapping[str, str] = field(default_factory=dict)
