"""Dagster as it runs on a host, with all its processes, which a test can kill and start again."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import dagster as dg
import numpy as np
import psutil
import yaml

ROOT = Path(__file__).parents[3]
_STARTED = re.compile(r"Started process for run \(pid: (\d+)\)")
ALIVE = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


@dataclass
class Host:
    """One host with its Dagster home, landing folder and lake below `root`; the folders are there, nothing runs yet.

    port: of the webserver. environ: environment variables beside those of the folders.
    """

    root: Path
    port: int
    environ: dict[str, str] = field(default_factory=dict)
    started: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.home.mkdir(parents=True)
        self.landing.mkdir()
        config = yaml.safe_load((ROOT / "ops" / "dagster.yaml").read_text())
        # The host's own configuration, but for how long it waits before it looks again.
        config["run_monitoring"] |= {
            "poll_interval_seconds": 2,
            "start_timeout_seconds": 60,
            "free_slots_after_run_end_seconds": 2,
        }
        config["run_coordinator"] = {
            "module": "dagster.core.run_coordinator",
            "class": "QueuedRunCoordinator",
            "config": {"dequeue_interval_seconds": 1},
        }
        (self.home / "dagster.yaml").write_text(yaml.safe_dump(config))
        with self.instance():  # makes its tables, before several processes would at once
            pass

    @property
    def home(self) -> Path:
        return self.root / "home"

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    @property
    def lake(self) -> Path:
        return self.root / "lake"

    def start(self) -> None:
        """What a boot of the host starts: `dagster dev`, whose sensors then launch what has landed."""
        variables = {
            "DAGSTER_HOME": str(self.home),
            "LAKECAST_LAKE": str(self.lake),
            "LAKECAST_LANDING": str(self.landing),
            "LAKECAST_WATCH_SECONDS": "5",
            "OMP_NUM_THREADS": "1",
        }
        with (self.root / "log").open("ab") as log:
            self.started = subprocess.Popen(
                [
                    *(str(Path(sys.executable).parent / "dagster"), "dev", "--workspace", str(ROOT / "workspace.yaml")),
                    *("--host", "127.0.0.1", "--port", str(self.port)),
                ],
                cwd=self.root,
                env={**os.environ, **variables, **self.environ},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def processes(self) -> list[psutil.Process]:
        """Every process of this host: those that have its DAGSTER_HOME."""
        mine = []
        for process in psutil.process_iter():
            try:
                if process.environ().get("DAGSTER_HOME") == str(self.home) and process.pid != os.getpid():
                    mine.append(process)
            except psutil.Error:
                continue
        return mine

    def lose_power(self) -> None:
        """SIGKILL to every process, until none is left."""
        for _ in range(20):
            left = [each for each in self.processes() if each.status() != psutil.STATUS_ZOMBIE]
            for process in left:
                _kill(process.pid)
            if not left:
                if self.started is not None:
                    self.started.wait()
                return
            time.sleep(0.1)
        raise AssertionError(f"still there: {left}")

    def kill_run_workers(self) -> int:
        """SIGKILL to the worker of every run that is going on; how many there were."""
        with self.instance() as instance:
            killed = 0
            for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED])):
                pid = _worker(instance, run.run_id)
                killed += pid is not None and _kill(pid)
        return killed

    def instance(self) -> dg.DagsterInstance:
        return dg.DagsterInstance.from_config(str(self.home))

    def land(self, name: str, seed: int, items: int = 4, days: int = 120) -> None:
        """Put a folder of daily demand there, old enough to be read at the first look; another seed, other content."""
        folder = self.landing / name
        folder.mkdir(exist_ok=True)
        span = np.datetime64("2026-01-01") + np.arange(days)
        lines = ["item_id,date,quantity"]
        for item in range(items):
            draw = np.random.default_rng([seed, item])
            quantity = draw.poisson(5 + 3 * (np.arange(days) % 7 < 5))
            lines += [f"item_{item},{day},{q}" for day, q in zip(span, quantity, strict=True)]
        (folder / "lakecast.yaml").write_text("sources: [arima]\nhorizon: 7\nas_of: 2026-06-01\n")
        (folder / "demand.csv").write_text("\n".join(lines) + "\n")
        for path in folder.iterdir():
            os.utime(path, (time.time() - 600,) * 2)

    def said(self) -> str:
        """The end of what its processes have printed."""
        return (self.root / "log").read_text(errors="replace")[-4000:]


def wait_for(what: Callable[[], bool], seconds: float, why: Callable[[], str] = str) -> None:
    """Wait until something holds; AssertionError with `why` where it does not in time."""
    deadline = time.monotonic() + seconds
    while not what():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:.0f} s: {why()}")
        time.sleep(0.5)


def _worker(instance: dg.DagsterInstance, run_id: str) -> int | None:
    records = instance.get_records_for_run(run_id, of_type=dg.DagsterEventType.ENGINE_EVENT).records
    for record in reversed(records):
        event = record.event_log_entry
        if match := _STARTED.match((event.dagster_event and event.dagster_event.message) or event.user_message):
            return int(match[1])
    return None


def _kill(pid: int) -> bool:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return False
    return True
