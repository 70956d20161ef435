"""What a Dask cluster costs beside training in one process: the same items on two local workers."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil
import yaml

from bench.pipeline.verdict import verdict
from lakecast_assets.pipeline import training
from lakecast_assets.pipeline.settings import RunSettings
from lakecast_forecast.evaluation.backtest import SourceForecasts
from lakecast_forecast.panel import Panel
from lakecast_schema.periods import Frequency

SOURCES = ("seasonal_naive", "prophet")
"""The cheapest ones: what fanning out costs is the largest share of their work."""
PERIODS, END = 3 * 365, np.datetime64("2025-12-31")
WORKERS = 2
ROOT = Path(__file__).resolve().parents[3]
RATIO, DIFFERENCE = 1.15, 1e-6
"""What has to hold: CPU on the cluster beside that of one process, and how far forecasts may lie apart."""
_WARM_UP_ITEMS = 50
_START_SECONDS = 60


@dataclass(frozen=True)
class Cluster:
    """A scheduler, and workers of one thread each, with the settings of `compose.dask.yaml`."""

    address: str
    roots: tuple[psutil.Process, ...]
    workers: tuple[int, ...]

    def seconds(self) -> float:
        """CPU s of all its processes up to now."""
        every = [process for root in self.roots for process in (root, *root.children(recursive=True))]
        return float(sum(spent.user + spent.system for spent in (process.cpu_times() for process in every)))

    def kill_a_worker(self) -> None:
        """What the kernel does where memory is short; the worker's nanny starts another one."""
        os.kill(self.workers[0], signal.SIGKILL)


def panel_of(items: int) -> Panel:
    """Three years of days of so many items, with a weekly season."""
    week = 1 + 0.3 * np.sin(2 * np.pi * np.arange(PERIODS) / 7)
    level = np.linspace(1, 20, items)
    values = np.random.default_rng(0).poisson(level[:, None] * week).astype(np.float64)
    names = tuple(f"item-{item:05}" for item in range(items))
    return Panel(
        "bench", Frequency.DAILY, names, values, np.full(items, PERIODS), np.full(items, END), country="BR"
    )  # fmt: skip


def fan_out(items: int, rounds: int) -> list[list[str]]:
    """Rows on the same training in one process and on two workers, by turns, and with a worker that is killed."""
    panel, alone = panel_of(items), RunSettings(fan_out="inline")
    spent = {source: [0.0, 0.0] for source in SOURCES}
    apart = 0.0
    with started() as cluster:
        spread = RunSettings(fan_out="dask", dask_address=cluster.address)
        for settings in (alone, spread):  # what is imported first is no cost of fanning out
            for source in SOURCES:
                trained(source, panel_of(_WARM_UP_ITEMS), settings)
        for _ in range(rounds):
            for source in SOURCES:
                one, own = trained(source, panel, alone)
                spent[source][0] += own
                before = cluster.seconds()
                other, own = trained(source, panel, spread)
                spent[source][1] += own + cluster.seconds() - before
                apart = max(apart, difference(one, other))
                print(f"{source}: {spent[source][0]:.1f} and {spent[source][1]:.1f} CPU s", flush=True)
        last, _ = trained(SOURCES[0], panel, spread, once(cluster.kill_a_worker))
        first, _ = trained(SOURCES[0], panel, alone)
    rows = [
        [f"{source}, {items:,} items: CPU s per 1,000, in one process and on {WORKERS} Dask workers",
         f"{1000 * inline / items / rounds:.2f}, {1000 * dask / items / rounds:.2f} ({dask / inline:.2f} x)", ""]
        for source, (inline, dask) in spent.items()
    ]  # fmt: skip
    inline, dask = (sum(each[place] for each in spent.values()) for place in (0, 1))
    killed = difference(first, last)
    return [
        *rows,
        ["together, ratio", f"{dask / inline:.2f}", verdict(dask / inline, RATIO)],
        ["largest difference of the forecasts", f"{apart:.1g}", verdict(apart, DIFFERENCE)],
        [f"the same, {SOURCES[0]}, a worker killed after the first batch", f"{killed:.1g}",
         verdict(killed, DIFFERENCE)],
    ]  # fmt: skip


def trained(
    source: str, panel: Panel, settings: RunSettings, tell: Callable[[int], None] = lambda done: None
) -> tuple[SourceForecasts, float]:
    """A source's forecasts, and CPU s of this process."""
    began = time.process_time()
    outcome = training.train(source, panel, settings, tell)
    if outcome.forecasts is None:
        raise RuntimeError(f"{source} has no forecasts: {outcome.failure}")
    return outcome.forecasts, time.process_time() - began


def once(act: Callable[[], None]) -> Callable[[int], None]:
    """Acts when the first batch is done."""
    waiting = [act]

    def tell(done: int) -> None:
        if done and waiting:
            waiting.pop()()

    return tell


def difference(one: SourceForecasts, other: SourceForecasts) -> float:
    """The largest between means and quantiles, of the backtest and of the future."""
    pairs = zip((one.live, *one.backtest), (other.live, *other.backtest), strict=True)
    gaps = [gap for a, b in pairs for gap in (a.mean - b.mean, a.quantiles - b.quantiles)]
    return max(float(np.abs(gap).max(initial=0.0)) for gap in gaps)


@contextmanager
def started() -> Iterator[Cluster]:
    """A cluster on this machine, stopped at the end."""
    from distributed import Client  # of the extra `dask`, like the commands

    client_of: Callable[..., Client] = Client
    dask, address = str(Path(sys.executable).with_name("dask")), f"tcp://127.0.0.1:{_free_port()}"
    host, _, port = address.removeprefix("tcp://").partition(":")
    commands = (
        [dask, "scheduler", "--host", host, "--port", port, "--no-dashboard"],
        [dask, "worker", address, "--nthreads", "1", "--nworkers", str(WORKERS), "--no-dashboard"],
    )
    services = yaml.safe_load((ROOT / "compose.dask.yaml").read_text(encoding="utf-8"))["services"]
    settings = os.environ | services["dask-worker"]["environment"]
    processes: list[subprocess.Popen[bytes]] = []
    with tempfile.TemporaryDirectory(prefix="lakecast-dask-") as folder, open(Path(folder) / "log", "wb") as log:
        try:
            for command in commands:
                processes.append(subprocess.Popen(command, cwd=folder, env=settings, stdout=log, stderr=log))
            with client_of(address, set_as_default=False, timeout=_START_SECONDS) as client:
                client.wait_for_workers(WORKERS, timeout=_START_SECONDS)
                workers = tuple(client.run(os.getpid).values())
            yield Cluster(address, tuple(psutil.Process(each.pid) for each in processes), workers)
        finally:
            for process in reversed(processes):
                process.terminate()
                process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
