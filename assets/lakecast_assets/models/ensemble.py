"""Combines the members' forecasts into one source."""

import numpy as np

from lakecast_assets.models.backtest import SourceForecasts, Weight, calibrated
from lakecast_assets.models.base import Diagnostics, Forecasts, Panel
from lakecast_assets.models.guard import ordered

NAME = "ensemble"
VERSION = "v0.1.0"


def combine(members: list[SourceForecasts], panel: Panel) -> SourceForecasts:
    """The ensemble of the members: means and quantiles averaged with equal weights, then calibrated.

    All members must have run on the same panel with the same origins.
    """
    if not members:
        raise ValueError("an ensemble needs at least one member")
    origins = members[0].origins
    weights = tuple(Weight(member.source, None, 1 / len(members)) for member in members)
    raw = tuple(_average([member.raw[k] for member in members]) for k in range(len(origins.offsets)))
    live = _average([member.raw_live for member in members])
    seconds = np.zeros(len(panel))
    return calibrated(NAME, VERSION, panel, origins, raw, live, Diagnostics(), seconds, weights)


def _average(parts: list[Forecasts]) -> Forecasts:
    mean = np.mean([part.mean for part in parts], axis=0)
    quantiles = np.mean([part.quantiles for part in parts], axis=0)
    return Forecasts(mean, ordered(quantiles), parts[0].issues)
