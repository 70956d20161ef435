"""Partitions of the assets: one per data set, added when data of it arrive; never per item."""

import dagster as dg

datasets = dg.DynamicPartitionsDefinition(name="dataset")
