"""`lakecast export`: the current snapshot's forecasts and metrics as files."""

from pathlib import Path
from typing import Annotated

import typer

from lakecast_ops.lake_option import LakeOption, absolute

NAME = "export"
EXAMPLE = "Example: lakecast export ./results --lake s3://forecasts/lake --dataset towers"
