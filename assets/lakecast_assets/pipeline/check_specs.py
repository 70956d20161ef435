"""Specifications of asset checks, each of which belongs to a data set as its asset does."""

import warnings

import dagster as dg

from lakecast_assets.pipeline.partitions import datasets


def spec_of(asset: str, name: str, description: str, *, blocking: bool = False) -> dg.AssetCheckSpec:
    """A check of one data set's partition of an asset. blocking: what comes after waits for it, and does not run where
    it fails."""
    with warnings.catch_warnings():
        # Dagster announces partitioned checks as a preview; without them a check shows one data set for all.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        return dg.AssetCheckSpec(name, asset=asset, description=description, blocking=blocking, partitions_def=datasets)
