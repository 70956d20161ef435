"""A simulated Nova Corrente: seeded, deterministic, and marked as simulated wherever it is seen."""

from lakecast_assets.sample.write import DATASET, write_sample

__all__ = ["DATASET", "write_sample"]
