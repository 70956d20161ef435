"""Group `ingest`: files become checked tables."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg

from lakecast_assets.ingest.folder import DatasetInput
from lakecast_assets.pipeline.landing import Folders
from lakecast_assets.pipeline.partitions import datasets
from lakecast_assets.pipeline.progress import Progress
from lakecast_assets.pipeline.retries import RETRIES, only_what_may_pass
from lakecast_assets.pipeline.settings import RunSettings
from lakecast_assets.pipeline.table_asset import LAKE_IO, OWNERS, table_description
from lakecast_assets.tables.reading_report import report_table
from lakecast_schema.tables import READING_REPORT, TABLES

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


@dg.multi_asset(
    outs={
        name: dg.AssetOut(
            is_required=False,  # a run may want some of them
            io_manager_key=LAKE_IO,
            group_name=GROUP,
            description=table_description(name),
            kinds={"deltalake", TABLES[name].layer},
            owners=OWNERS,
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
) -> Iterator[dg.Output[object]]:
    """Read the data set's files, reject the rows that break the input contract, and fill the grid."""
    dataset_id = context.partition_key
    with only_what_may_pass():
        read = folders.find(settings.data, dataset_id, settings.rules).dataset(dataset_id)
    for note in read.notes:
        context.log.info(note)
        progress.say(note)
    wanted = [name for name in UPSTREAM if name in context.op_execution_context.selected_output_names]
    for done, name in enumerate(wanted, start=1):
        if name == READING_REPORT.name:
            table = report_table(dataset_id, context.run.run_id, read.report, dt.datetime.now(dt.UTC))
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
