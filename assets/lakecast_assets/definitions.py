"""The Dagster code location: the name by which workspaces, images and tests load it."""

from lakecast_assets.pipeline.definitions import defs

__all__ = ["defs"]
