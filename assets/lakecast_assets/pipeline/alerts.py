"""Telling a webhook of runs that have failed."""

import json
import os
import urllib.request
from collections.abc import Iterator, Sequence

import dagster as dg
from dagster._core.storage.tags import PARTITION_NAME_TAG

WEBHOOK = "LAKECAST_WEBHOOK"
"""Environment variable: the address that is told, by POST of JSON, of runs that have failed."""
_TIMEOUT_SECONDS = 10.0


@dg.run_failure_sensor(
    name="failures",
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    monitor_all_code_locations=False,
)
def failures(context: dg.RunFailureSensorContext) -> dg.SkipReason | None:
    """Posts what failed, and why, to LAKECAST_WEBHOOK; nothing where none is set."""
    address = os.environ.get(WEBHOOK, "")
    if not address:
        return dg.SkipReason(f"no {WEBHOOK} is set")
    run = context.dagster_run
    name = run.tags.get(PARTITION_NAME_TAG)
    reason = "; ".join(_reasons(context.get_step_failure_events())) or context.failure_event.message or "unknown"
    # Chat services show `text`.
    news = {
        "text": f"Lakecast: {run.job_name} of {name or 'no data set'} has failed: {reason}",
        "job": run.job_name,
        "dataset_id": name,
        "run_id": run.run_id,
        "reason": reason,
    }
    request = urllib.request.Request(address, json.dumps(news).encode(), {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS):  # an error fails the tick, which shows it
        return None


def _reasons(events: Sequence[dg.DagsterEvent]) -> Iterator[str]:
    """Step and innermost message of each failure."""
    for event in events:
        error = event.step_failure_data.error
        while error is not None and error.cause is not None:
            error = error.cause
        yield f"{event.step_key}: {(error.message if error else event.message or '').strip()}"
