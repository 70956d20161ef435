"""Neural sources: one net for all items of a run, predicting what a simple causal forecast leaves over."""

from lakecast_forecast.models.lstm.model import Lstm, ResidualMlp

__all__ = ["Lstm", "ResidualMlp"]
