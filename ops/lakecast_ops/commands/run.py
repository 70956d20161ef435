"""`lakecast run`: everything from files to a published snapshot, without the UI."""

from pathlib import Path
from typing import Annotated

import typer

from lakecast_ops import environment
from lakecast_ops.lake_option import LakeOption, absolute

NAME = "run"
EXAMPLE = "Example: lakecast run --data ./my-demand --lake ./lake --horizon 12 --sources arima,ensemble"
