"""Runs whose process is gone and that Dagster has not tried again: sensors start them anew, once.

Dagster's daemon looks at each failure once. Where it does so before the run has its new status, or before the code
location has come back after a restart, the retry never comes.
"""

import datetime as dt
import json
import time
from collections.abc import Hashable, Iterator

import dagster as dg
from dagster._core.events import RunFailureReason
from dagster._core.storage.tags import (
    AUTO_RETRY_RUN_ID_TAG,
    HIDDEN_TAG_PREFIX,
    PARTITION_NAME_TAG,
    RETRY_NUMBER_TAG,
    RUN_FAILURE_REASON_TAG,
    SYSTEM_TAG_PREFIX,
    WILL_RETRY_TAG,
)

from lakecast_assets.pipeline.automation import IMPORT, JOB, watch_seconds
from lakecast_assets.pipeline.launcher import WORKER

LOST_RUN = "lakecast/lost_run"
"""Tag of a run that was started in place of a lost one: that one's id. It is not done twice for one run."""
LOST_SECONDS = 60
"""After how long a failed run that nothing has tried again counts as lost: Dagster looks every five seconds."""
LOOK_BACK = dt.timedelta(hours=24)
"""How old a run may be: what was lost before is yesterday's news."""


def _sensor(name: str, job: str) -> dg.SensorDefinition:
    @dg.sensor(
        name=name,
        job_name=job,
        minimum_interval_seconds=watch_seconds(),
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Starts runs anew whose process is gone and that Dagster has not tried again, once.",
    )
    def look(context: dg.SensorEvaluationContext) -> Iterator[dg.RunRequest]:
        for run in lost_runs(context.instance, job, time.time()):
            yield dg.RunRequest(
                run_key=f"lost:{run.run_id}",
                run_config=run.run_config,
                partition_key=run.tags.get(PARTITION_NAME_TAG),
                asset_selection=None if run.asset_selection is None else sorted(run.asset_selection),
                tags={**{tag: text for tag, text in run.tags.items() if _is_own(tag)}, LOST_RUN: run.run_id},
            )

    return look


SENSORS = (_sensor("lost_runs", JOB), _sensor("lost_imports", IMPORT))


def lost_runs(instance: dg.DagsterInstance, job: str, now: float) -> Iterator[dg.DagsterRun]:
    """Failed runs of a job that are to be started anew. now: seconds since 1970.

    Not those that failed in a step, that have used up their retries, that somebody has run again since, or that were
    started in place of a lost one themselves.
    """
    if not instance.run_retries_enabled:
        return
    since = dt.datetime.fromtimestamp(now, dt.UTC) - LOOK_BACK
    seen: set[Hashable] = set()
    for record in instance.get_run_records(dg.RunsFilter(job_name=job, created_after=since)):  # the newest first
        run = record.dagster_run
        is_newest = _what(run) not in seen
        seen.add(_what(run))
        if is_newest and _is_orphan(run) and record.end_time is not None and now - record.end_time > LOST_SECONDS:
            yield run


def _is_orphan(run: dg.DagsterRun) -> bool:
    """Whether a run failed since its process was gone, and has not been tried again though it could be."""
    return (
        run.status is dg.DagsterRunStatus.FAILURE
        and run.tags.get(RUN_FAILURE_REASON_TAG) != RunFailureReason.STEP_FAILURE.value
        and (run.tags.get(WILL_RETRY_TAG) == "true" or RETRY_NUMBER_TAG not in run.tags)
        and not {AUTO_RETRY_RUN_ID_TAG, LOST_RUN, WORKER} & run.tags.keys()
    )


def _what(run: dg.DagsterRun) -> Hashable:
    """What a run is of: a data set, or where it has none, what its configuration names."""
    return run.tags.get(PARTITION_NAME_TAG) or json.dumps(run.run_config, sort_keys=True)


def _is_own(tag: str) -> bool:
    """Whether a tag is one of ours, and not what Dagster notes of the run that it has lost."""
    return not tag.startswith((SYSTEM_TAG_PREFIX, HIDDEN_TAG_PREFIX))
