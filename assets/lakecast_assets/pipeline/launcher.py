"""The run launcher of the Dagster instance: Dagster's default one, which can also tell which runs have lost their
process, so that run monitoring ends them after a crash or a reboot."""

import json
import os
import re
import socket

import dagster as dg
import psutil
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.launcher import CheckRunHealthResult, DefaultRunLauncher, WorkerStatus

WORKER = "lakecast/worker"
"""Tag of a run that `lakecast run` executes in its own process: which process of which machine that is."""
_STARTED = re.compile(r"Started process for run \(pid: (\d+)\)")


def this_process() -> str:
    """The value of the tag `WORKER` for runs of this process."""
    return json.dumps({"host": socket.gethostname(), "pid": os.getpid(), "since": _since(os.getpid())})


class Launcher(DefaultRunLauncher):
    """Launches runs as processes of the code server. A run is dead when its code server does not know it (any more)
    and its process is not there, which is looked for where the code server is a process of this machine, too; a run
    that cannot be judged from here counts as alive."""

    @property
    def supports_check_run_worker_health(self) -> bool:
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Whether the run's process is still there."""
        if self._is_alive(run):
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        return CheckRunHealthResult(WorkerStatus.NOT_FOUND, "The process of this run is gone")

    def terminate(self, run_id: str) -> bool:
        """Ends a run. One whose code server is gone is ended in the instance at once."""
        try:
            return bool(super().terminate(run_id))  # type: ignore[no-untyped-call]
        except DagsterUserCodeUnreachableError:
            run = self._instance.get_run_by_id(run_id)
            if run is None or self._is_alive(run):
                raise
            self._instance.report_run_canceled(run, message="The process of this run was gone already.")
            return True

    def _is_alive(self, run: dg.DagsterRun) -> bool:
        if WORKER in run.tags:
            return _is_alive_here(json.loads(run.tags[WORKER]))
        client = self._get_grpc_client_for_termination(run.run_id)  # type: ignore[no-untyped-call]
        if client is None:
            return True  # launched by something else
        elsewhere = client.socket is None  # a code server by a port is a service of its own, with processes of its own
        try:
            if run.run_id in client.get_current_runs():
                return True
        except DagsterUserCodeUnreachableError:
            return elsewhere or self._has_process(run)
        return not elsewhere and self._has_process(run)

    def _has_process(self, run: dg.DagsterRun) -> bool:
        """Whether the process that the run's log names is there; a younger one has got its number since."""
        records = self._instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.ENGINE_EVENT).records
        for record in reversed(records):
            event = record.event_log_entry
            if match := _STARTED.match((event.dagster_event and event.dagster_event.message) or event.user_message):
                since = _since(int(match[1]))
                return since is not None and since <= event.timestamp
        return False


def _is_alive_here(worker: dict[str, str | int | float]) -> bool:
    """Whether a process that runs on this machine is there; one of another machine counts as alive."""
    return worker["host"] != socket.gethostname() or _since(int(worker["pid"])) == worker["since"]


def _since(pid: int) -> float | None:
    """When a process was started, in seconds since 1970; None where there is none."""
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.NoSuchProcess:
        return None
