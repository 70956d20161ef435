"""The source `ensemble`: other models' forecasts combined."""

from lakecast_forecast.ensemble.combination import MEMBERS, NAME, VERSION, combine, member_names

__all__ = ["MEMBERS", "NAME", "VERSION", "combine", "member_names"]
