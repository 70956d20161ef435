"""Everything from files to a published snapshot, without the UI: the same Dagster assets, in this process."""

import logging
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import dagster as dg

from lakecast_assets.ingest.folder import open_folder
from lakecast_assets.ingest.settings_file import read_settings
from lakecast_assets.pipeline import commits
from lakecast_assets.pipeline.automation import JOB
from lakecast_assets.pipeline.definitions import definitions
from lakecast_assets.pipeline.forecast import FAILURE, ISSUES, asset_name
from lakecast_assets.pipeline.io import HandOver, LakeIO
from lakecast_assets.pipeline.landing import Folders
from lakecast_assets.pipeline.launcher import WORKER, this_process
from lakecast_assets.pipeline.partitions import datasets
from lakecast_assets.pipeline.progress import Display, Progress, Silent
from lakecast_assets.pipeline.retries import cause
from lakecast_assets.pipeline.run_log import forgetful_instance
from lakecast_assets.pipeline.settings import RunSettings, WrongSettings
from lakecast_forecast import registry
from lakecast_lake import open_tables, snapshots
from lakecast_lake.storage import Lake

# Where nothing has changed, all steps are skipped; Dagster warns of each that comes after a check without a result.
logging.getLogger("dagster._core.execution.plan.active").setLevel(logging.ERROR)
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Configuration of a run that leaves the console to whoever started it."""


class RunError(Exception):
    """A run that was asked for something that it cannot do; nothing has changed."""


class CheckFailed(Exception):
    """What a run has computed did not pass a check, and was not published; what was published before still is."""


@dataclass(frozen=True)
class DatasetReport:
    """What became of one data set.

    snapshot_id: None where it was not published; failure says why then, and error is what was raised. unchanged:
    nothing was trained or published, since all is published already, in the newest snapshot. items: how many have
    forecasts; rejected: input rows that were rejected. failed_sources: source -> why it has no forecasts. issues:
    source -> items that have a baseline only. notes: what a person should know about the reading of the files.
    warnings: checks that the run did not pass, and that do not keep it from being published.
    """

    dataset_id: str
    run_id: str
    seconds: float
    snapshot_id: int | None = None
    failure: str | None = None
    unchanged: bool = False
    items: int = 0
    rejected: int = 0
    sources: tuple[str, ...] = ()
    failed_sources: Mapping[str, str] = field(default_factory=dict)
    issues: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    error: BaseException | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class RunReport:
    """What became of a run."""

    lake: str
    datasets: tuple[DatasetReport, ...]
    seconds: float

    @property
    def failed(self) -> tuple[DatasetReport, ...]:
        """Data sets that were not published."""
        return tuple(each for each in self.datasets if each.snapshot_id is None)

    @property
    def rejected(self) -> int:
        """Input rows that were rejected."""
        return sum(each.rejected for each in self.datasets)


def run(
    data: Path | str,
    lake: str,
    *,
    horizon: int | Mapping[str, int] | None = None,
    sources: Sequence[str] | None = None,
    dataset: str | None = None,
    progress: Display | None = None,
    instance: dg.DagsterInstance | None = None,
    **settings: Any,
) -> RunReport:
    """Read a folder, train every source, backtest, decide what to reorder, and publish one snapshot per data set.

    lake: a folder or s3://bucket/prefix. horizon: periods, for all data sets or by data set; the frequency's default
    otherwise. sources: what to publish, `registry.DEFAULT_SOURCES` otherwise; those already published stay. dataset:
    data set of rows that name none. settings: any other field of `RunSettings`; those that are given go before
    `lakecast.yaml`. instance: the Dagster instance that
    records the run; by default one in memory, or that of DAGSTER_HOME.

    Nothing is trained of a data set whose demand, settings and code are those of its published forecasts, and nothing
    published where its stock and terms are the same, too (`retrain` does it anew). One data set that fails does not
    stop the others; nor does a source. Raises `InputError`, `LakeError` and
    `RunError` before anything has changed.
    """
    started = time.monotonic()
    settings_of = _settings(data, horizon, sources, settings)
    folder = open_folder(data, dataset, settings_of("").rules)
    where = Lake.open(lake)
    where.refuse_unsafe_store()
    reports: list[DatasetReport] = []
    errors: list[BaseException] = []
    with (
        tempfile.TemporaryDirectory(prefix="lakecast-") as hand_over,
        _instance(instance) as recorder,
        open_tables.kept_open(),
    ):
        folders = Folders(folder, horizons=horizon if isinstance(horizon, Mapping) else None)
        jobs = _Jobs(where.uri, hand_over, Progress(progress or Silent()), folders)
        for dataset_id in folder.named:
            jobs.progress.prefix = f"{dataset_id}: " if len(folder.named) > 1 else ""
            report, error = _run_dataset(dataset_id, jobs, settings_of(dataset_id), recorder)
            reports.append(report)
            errors += [] if error is None else [error]
    if len(errors) == len(reports):
        raise errors[0]
    return RunReport(where.uri, tuple(reports), time.monotonic() - started)


@dataclass(frozen=True)
class _Jobs:
    """The job that runs a data set, made once for all that have the same settings."""

    lake: str
    hand_over: str
    progress: Progress
    folders: Folders
    made: dict[int, tuple[RunSettings, dg.JobDefinition]] = field(default_factory=dict)

    def resources(self, settings: RunSettings) -> Mapping[str, dg.ResourceDefinition]:
        """What no configuration of a run changes, as it is: Dagster would check and make it anew for each run."""
        return {
            "settings": dg.ResourceDefinition.hardcoded_resource(settings),
            "lake_io": dg.IOManagerDefinition.hardcoded_io_manager(LakeIO(uri=self.lake)),
            "hand_over": dg.IOManagerDefinition.hardcoded_io_manager(HandOver(folder=self.hand_over)),
        }

    def of(self, settings: RunSettings) -> dg.JobDefinition:
        if id(settings) not in self.made:
            own = definitions(self.lake, self.hand_over, settings, self.progress, self.folders)
            self.made[id(settings)] = (settings, own.resolve_job_def(JOB))
        return self.made[id(settings)][1]


def _settings(
    data: Path | str, horizon: int | Mapping[str, int] | None, sources: Sequence[str] | None, others: Mapping[str, Any]
) -> Callable[[str], RunSettings]:
    """The settings by data set, with those of the folder's `lakecast.yaml`.

    Raises `RunError` for any that cannot be used, and `InputError` for such a file, before any demand is read.
    """
    stated = read_settings(Path(data))
    wanted = list(dict.fromkeys(registry.DEFAULT_SOURCES if sources is None else sources))
    explicit = [*others, *(["horizon"] if horizon is not None else []), *(["sources"] if sources is not None else [])]

    def of(periods: int | None) -> RunSettings:
        folder = str(Path(data))
        own = RunSettings(data=folder, horizon=periods or 0, sources=wanted, explicit=explicit, **others)
        return own.beside(stated)

    try:
        if isinstance(horizon, Mapping):
            by_name = {name: of(periods) for name, periods in horizon.items()}
            default = of(None)
            return lambda dataset_id: by_name.get(dataset_id, default)
        every = of(horizon)
    except WrongSettings as error:
        raise RunError(str(error)) from error
    return lambda dataset_id: every


@contextmanager
def _instance(instance: dg.DagsterInstance | None) -> Iterator[dg.DagsterInstance]:
    if instance is not None:
        yield instance
    elif os.environ.get("DAGSTER_HOME"):
        with dg.DagsterInstance.get() as own:
            yield own
    else:
        with forgetful_instance() as own:
            yield own


def _run_dataset(
    dataset_id: str, jobs: _Jobs, settings: RunSettings, instance: dg.DagsterInstance
) -> tuple[DatasetReport, BaseException | None]:
    """Materialise the assets of one data set; where that fails, the report says so beside the error itself."""
    started = time.monotonic()
    run_id = str(uuid4())
    instance.add_dynamic_partitions(datasets.name or "", [dataset_id])
    failure: BaseException | None = None
    try:
        with commits.known_here():
            jobs.of(settings).execute_in_process(
                run_id=run_id,
                instance=instance,
                partition_key=dataset_id,
                run_config=QUIET,
                tags={WORKER: this_process()},
                resources=jobs.resources(settings),
            )
    except Exception as error:
        root_cause = cause(error)
        failure = _failed_check(instance, run_id) if isinstance(root_cause, dg.DagsterError) else None
        failure = failure or (RunError(root_cause.description) if isinstance(root_cause, dg.Failure) else root_cause)
    seconds = time.monotonic() - started
    shown = _shown(instance, run_id)
    if failure is not None:
        jobs.progress.say(f"not published: {failure}")
        return DatasetReport(dataset_id, run_id, seconds, failure=str(failure), error=failure), failure
    if "snapshot" not in shown:
        served = snapshots.newest(Lake.open(jobs.lake)).snapshot_id
        return DatasetReport(dataset_id, run_id, seconds, snapshot_id=served, unchanged=True), None
    of = {name: shown.get(asset_name(name), {}) for name in settings.sources}
    return (
        DatasetReport(
            dataset_id,
            run_id,
            seconds,
            snapshot_id=int(shown["snapshot"]["snapshot_id"]),
            items=int(shown["panel"]["items"]),
            rejected=int(shown["demand"]["rejected"]),
            sources=tuple(name for name in settings.sources if FAILURE not in of[name]),
            failed_sources={name: str(noted[FAILURE]) for name, noted in of.items() if FAILURE in noted},
            issues={name: int(noted[ISSUES]) for name, noted in of.items() if noted.get(ISSUES)},
            notes=tuple(str(shown["demand"]["notes"]).splitlines()),
            warnings=tuple(_failed_checks(instance, run_id, dg.AssetCheckSeverity.WARN)),
        ),
        None,
    )


def _failed_check(instance: dg.DagsterInstance, run_id: str) -> CheckFailed | None:
    """The blocking checks that a run did not pass, with the figures that they show; None where all have passed."""
    failed = list(_failed_checks(instance, run_id, dg.AssetCheckSeverity.ERROR))
    if not failed:
        return None
    return CheckFailed(f"{'; '.join(failed)}. Nothing was published; what was published before still is.")


def _failed_checks(instance: dg.DagsterInstance, run_id: str, severity: dg.AssetCheckSeverity) -> Iterator[str]:
    for record in instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION).records:
        evaluation = record.event_log_entry.asset_check_evaluation
        if evaluation is not None and not evaluation.passed and evaluation.severity is severity:
            figures = "; ".join(f"{name}: {value.value}" for name, value in evaluation.metadata.items())
            yield f"check {evaluation.check_name} of {evaluation.asset_key.path[-1]} has failed ({figures})"


def _shown(instance: dg.DagsterInstance, run_id: str) -> Mapping[str, Mapping[str, Any]]:
    """Asset -> what a run has noted on its materialisation."""
    shown = {}
    for record in instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION).records:
        event = record.asset_materialization
        if event is not None:
            shown[event.asset_key.path[-1]] = {name: value.value for name, value in event.metadata.items()}
    return shown
