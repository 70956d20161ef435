"""Group `ingest`: files become checked tables."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from lakecast_assets.ingest.folder import DatasetInput
from lakecast_assets.pipeline import commits
from lakecast_assets.pipeline.as_published import makes
from lakecast_assets.pipeline.io import LakeIO
from lakecast_assets.pipeline.landing import Folders
from lakecast_assets.pipeline.partitions import datasets
from lakecast_assets.pipeline.progress import Progress
from lakecast_assets.pipeline.retries import RETRIES, only_what_may_pass
from lakecast_assets.pipeline.settings import RunSettings
from lakecast_assets.pipeline.table_asset import CODE_VERSION, LAKE_IO, LAYER, OWNERS, table_description
from lakecast_assets.pipeline.unchanged import is_published
from lakecast_assets.tables.reading_report import report_table
from lakecast_schema.tables import READING_REPORT, SNAPSHOT, TABLES

GROUP = "ingest"
UPSTREAM: dict[str, set[str]] = {
    "landed_demand": set(),
    "rejected_rows": {"landed_demand"},
    "demand": {"landed_demand"},
    "driver": {"landed_demand"},
    "dim_item": {"demand"},
    "fact_inventory": {"dim_item"},
    "open_order": {"dim_item"},
    "reading_report": {"dim_item", "rejected_rows"},
}
FROM_DEMAND = {"landed_demand", "demand", "driver"}
"""Tables of the demand file alone: a run that takes new stock leaves them as they are published."""

UNCHANGED = "nothing has changed since it was published"
"""What a run says, and does, whose files, settings and code are those of what is published."""


@dg.multi_asset(
    outs={
        name: dg.AssetOut(
            is_required=False,  # a run may want some of them, or have nothing new to say
            io_manager_key=LAKE_IO,
            group_name=GROUP,
            description=table_description(name),
            kinds={"deltalake", TABLES[name].layer},
            owners=OWNERS,
            tags={LAYER: TABLES[name].layer},
            code_version=CODE_VERSION,
        )
        for name in UPSTREAM
    },
    internal_asset_deps={name: {dg.AssetKey(dep) for dep in deps} for name, deps in UPSTREAM.items()},
    partitions_def=datasets,
    can_subset=True,
    retry_policy=RETRIES,
    name="ingest",
)
def ingest(
    context: dg.AssetExecutionContext,
    settings: RunSettings,
    folders: dg.ResourceParam[Folders],
    progress: dg.ResourceParam[Progress],
    lake_io: dg.ResourceParam[LakeIO],
) -> Iterator[dg.Output[object] | dg.AssetObservation]:
    """Read the data set's files, reject the rows that break the input contract, and fill the grid."""
    dataset_id = context.partition_key
    with only_what_may_pass():
        read = folders.find(settings.data, dataset_id, settings.rules).dataset(dataset_id)
    wanted = [name for name in UPSTREAM if name in context.op_execution_context.selected_output_names]
    trains = makes(context, "panel")
    if makes(context, SNAPSHOT.name) and is_published(lake_io, read, settings, wanted, trains=trains):
        # Without outputs, Dagster skips all that would come after them.
        context.log.info(f"{UNCHANGED}: nothing is trained, nothing is published")
        yield dg.AssetObservation("demand", partition=dataset_id, metadata={"unchanged": UNCHANGED})
        return
    for note in read.notes:
        context.log.info(note)
        progress.say(note)
    for done, name in enumerate(wanted, start=1):
        if name == READING_REPORT.name:
            run_id = commits.run_id(context.instance, context.run)
            table = report_table(dataset_id, run_id, read.report, dt.datetime.now(dt.UTC))
        else:
            table = read.tables[name]
        yield dg.Output(table, name, metadata=_notes(read) if name in ("demand", READING_REPORT.name) else {})
        progress.update(GROUP, done, len(wanted), "tables")


def _notes(read: DatasetInput) -> Mapping[str, Any]:
    """The reading report as metadata: its sentences, its warnings in both languages, and what it counts."""
    doubts = [each for each in read.report if each.severity != "info"]
    return {
        "notes": "\n".join(read.notes),
        "warnings": len([each for each in doubts if each.severity == "warning"]),
        "reading report": dg.MarkdownMetadataValue(_listed([each.sentence for each in doubts])),
        "relatório de leitura": dg.MarkdownMetadataValue(_listed([each.sentence_in_portuguese for each in doubts])),
        "frequency": str(read.frequency),
        "rejected": read.rejected,
    }


def _listed(sentences: list[str]) -> str:
    return "\n".join(f"* {sentence}" for sentence in sentences) or "-"
