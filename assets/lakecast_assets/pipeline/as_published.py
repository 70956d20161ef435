"""An output that stays as it is published: a run of an input that has not changed trains nothing."""

from dataclasses import dataclass

import dagster as dg


@dataclass(frozen=True)
class AsPublished:
    """What a step gives to an IO manager for an output of which there is nothing new: nothing is written."""


AS_PUBLISHED = AsPublished()
NOTE = "lakecast/as_published"
"""Metadata of such a materialisation."""


def makes(context: dg.AssetExecutionContext, asset: str) -> bool:
    """Whether a run is to make an asset. One without `snapshot` makes single assets anew, whatever is published."""
    job: dg.JobDefinition = context.op_execution_context.job_def
    return job.has_node_named(asset)
