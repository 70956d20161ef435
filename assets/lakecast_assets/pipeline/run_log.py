"""A Dagster instance that keeps nothing beyond its process: what runs report stays in lists, where Dagster's own takes
two thousand SQL statements for each run. The only module that knows Dagster's event log."""

from collections import defaultdict
from collections.abc import Sequence

import dagster as dg
from dagster._core.instance import InstanceType
from dagster._core.launcher.sync_in_memory_run_launcher import SyncInMemoryRunLauncher
from dagster._core.run_coordinator import DefaultRunCoordinator
from dagster._core.storage.event_log import InMemoryEventLogStorage
from dagster._core.storage.event_log.base import AssetRecord, EventLogConnection
from dagster._core.storage.noop_compute_log_manager import NoOpComputeLogManager
from dagster._core.storage.root import TemporaryLocalArtifactStorage
from dagster._core.storage.runs import InMemoryRunStorage


class RunLog(InMemoryEventLogStorage):
    """Answers what executing a job in this process asks, and what a run has reported. It knows no asset's history, so
    that Dagster notes no versions of inputs."""

    def __init__(self) -> None:
        super().__init__()
        self._entries: dict[str, list[dg.EventLogEntry]] = defaultdict(list)
        self._partitions: dict[str, dict[str, None]] = defaultdict(dict)

    @property
    def asset_records_have_last_observation(self) -> bool:
        return True  # and there are none: nothing else is asked

    def store_event(self, event: dg.EventLogEntry) -> None:
        self._entries[event.run_id].append(event)

    def get_records_for_run(
        self,
        run_id: str,
        cursor: str | None = None,
        of_type: dg.DagsterEventType | set[dg.DagsterEventType] | None = None,
        limit: int | None = None,
        ascending: bool = True,
    ) -> EventLogConnection:
        wanted = {of_type} if isinstance(of_type, dg.DagsterEventType) else of_type
        records = [
            dg.EventLogRecord(number, entry)
            for number, entry in enumerate(self._entries[run_id], start=1)
            if wanted is None or (entry.dagster_event is not None and entry.dagster_event.event_type in wanted)
        ]
        return EventLogConnection((records if ascending else records[::-1])[:limit], cursor="", has_more=False)

    def get_asset_records(self, asset_keys: Sequence[dg.AssetKey] | None = None) -> Sequence[AssetRecord]:
        return []

    def fetch_materializations(
        self,
        records_filter: dg.AssetKey | dg.AssetRecordsFilter,
        limit: int,
        cursor: str | None = None,
        ascending: bool = False,
    ) -> dg.EventRecordsResult:
        return dg.EventRecordsResult([], cursor="", has_more=False)

    def add_dynamic_partitions(self, partitions_def_name: str, partition_keys: Sequence[str]) -> None:
        self._partitions[partitions_def_name] |= dict.fromkeys(partition_keys)

    def get_dynamic_partitions(self, partitions_def_name: str) -> Sequence[str]:
        return [*self._partitions[partitions_def_name]]

    def has_dynamic_partition(self, partitions_def_name: str, partition_key: str) -> bool:
        return partition_key in self._partitions[partitions_def_name]


def forgetful_instance() -> dg.DagsterInstance:
    """An instance of this process alone, to be used as a context."""
    return dg.DagsterInstance(
        instance_type=InstanceType.EPHEMERAL,
        local_artifact_storage=TemporaryLocalArtifactStorage(),  # type: ignore[no-untyped-call]
        run_storage=InMemoryRunStorage(),
        event_storage=RunLog(),
        compute_log_manager=NoOpComputeLogManager(),
        run_coordinator=DefaultRunCoordinator(),
        run_launcher=SyncInMemoryRunLauncher(),
    )
