"""A published snapshot in memory: columns, an index per item, and SQL.

`load` reads the versions that a snapshot names; the `Snapshot` that it returns is immutable and shares what did not
change with the one before it.
"""

from lakecast_lake.columns.loading import load
from lakecast_lake.columns.snapshot import Snapshot

__all__ = ["Snapshot", "load"]
