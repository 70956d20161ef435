"""Prophet for many series at once: the library's own model, its posterior mode found for a whole panel."""

from lakecast_forecast.models.prophet.library import ProphetLibrary
from lakecast_forecast.models.prophet.model import Prophet

__all__ = ["Prophet", "ProphetLibrary"]
