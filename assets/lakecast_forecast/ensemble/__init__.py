"""The source `ensemble`: other models' forecasts combined."""

from lakecast_forecast.ensemble.combination import NAME, VERSION, combine, member_names

__all__ = ["NAME", "VERSION", "combine", "member_names"]
