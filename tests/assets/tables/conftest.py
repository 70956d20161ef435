"""A small panel and what the seasonal naive source says about it."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pytest

from lakecast_assets.tables.outcome import Outcome
from lakecast_forecast.evaluation import backtest, origins
from lakecast_forecast.models.seasonal_naive import SeasonalNaive
from lakecast_forecast.panel import Panel
from lakecast_schema.periods import Frequency

NOW = dt.datetime(2026, 5, 1, 12, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Made:
    """A panel, and an outcome for it."""

    panel: Panel
    outcome: Outcome


def build(frequency: Frequency, lengths: tuple[int, ...], horizon: int) -> Made:
    draw = np.random.default_rng(5)
    periods = max(lengths)
    values = draw.poisson(4.0, (len(lengths), periods)).astype(np.float64)
    values[np.arange(periods) < periods - np.array(lengths)[:, None]] = np.nan
    ends = np.array(["2026-01-01", "2026-03-01", "2026-04-01"] * len(lengths), dtype="datetime64[D]")[: len(lengths)]
    names = tuple(f"item {k}" for k in range(len(lengths)))
    panel = Panel("parts", frequency, names, values, np.array(lengths), ends)
    plan = origins.plan(panel.lengths, frequency, horizon)
    found = backtest.run_source(SeasonalNaive(), panel, plan, horizon)
    return Made(panel, Outcome(found.source, NOW, 1.0, found, version=found.version))


@pytest.fixture(scope="session")
def monthly() -> Made:
    """Five items of up to five years, one of them too short to be scored."""
    return build(Frequency.MONTHLY, (60, 48, 60, 3, 36), 6)
