"""Results made elsewhere: a folder of forecasts and errors is imported, and the current ones are exported."""

from lakecast_lake.handover.exporting import export
from lakecast_lake.handover.importing import ImportReport, import_

__all__ = ["ImportReport", "export", "import_"]
