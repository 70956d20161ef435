"""A real Dask scheduler with real workers: the same numbers, and a killed worker costs retries only."""

import math
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from lakecast_assets.pipeline import fanout
from lakecast_assets.pipeline.fanout import FanOut
from lakecast_assets.pipeline.run import RunError, run
from lakecast_lake import snapshots
from lakecast_lake.storage import Lake

MakeInput = Callable[..., Path]
SOURCES = ["seasonal_naive", "theta", "empirical"]
VARYING = ["run_id", "generated_at"]

dask = pytest.importorskip("dask")
distributed = pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    """Two workers of one thread, restarted when they are killed."""
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, silence_logs=50
    ) as started:
        yield started


@pytest.fixture
def slow() -> Callable[[tuple[list[int], int]], tuple[int, int]]:
    """(numbers, one more) -> their sum, and the worker's process; a local function is sent by value."""

    def work(task: tuple[list[int], int]) -> tuple[int, int]:
        shared, number = task
        time.sleep(0.1)
        return sum(shared) + number, os.getpid()

    return work


@pytest.mark.slow
def test_results_come_in_order_from_both_workers_though_one_is_killed(cluster: Any, slow: Any) -> None:
    shared = list(range(1000))
    pids: set[int] = set()
    sums = []
    with FanOut("dask", address=cluster.scheduler_address).map() as fan:
        for number, (total, pid) in enumerate(fan(slow, ((shared, k) for k in range(20)))):
            sums.append(total)
            pids.add(pid)
            if number == 3:
                os.kill(pid, signal.SIGKILL)
    assert sums == [sum(shared) + k for k in range(20)]
    assert len(pids) > 1


@pytest.mark.slow
def test_what_tasks_share_is_sent_once_and_few_are_in_flight(
    cluster: Any, slow: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    scattered: list[object] = []
    scatter = distributed.Client.scatter

    def counted(self: Any, parts: list[object], **options: Any) -> Any:
        scattered.extend(parts)
        return scatter(self, parts, **options)

    monkeypatch.setattr(distributed.Client, "scatter", counted)
    shared, taken = [1, 2], []

    def tasks() -> Iterator[tuple[list[int], int]]:
        for k in range(12):
            taken.append(k)
            yield shared, k

    with FanOut("dask", address=cluster.scheduler_address).map() as fan:
        results = fan(slow, tasks())
        next(results)
        assert len(taken) <= 2 * fanout.PER_WORKER + 1, "tasks are made when there is room for them"
        assert len(list(results)) == 11
    assert scattered == [shared]


@pytest.mark.slow
def test_a_failing_task_raises_its_own_error(cluster: Any) -> None:
    with FanOut("dask", address=cluster.scheduler_address).map() as fan, pytest.raises(ValueError, match="math domain"):
        list(fan(lambda task: math.sqrt(*task), [(-1,)]))


def test_an_address_where_no_scheduler_answers_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fanout, "CONNECT_SECONDS", 0.2)
    with (
        pytest.raises(ConnectionError, match=r"127\.0\.0\.1:9.*start `dask scheduler`"),
        FanOut("dask", address="tcp://127.0.0.1:9").map(),
    ):
        pass


def compose_settings(service: str) -> Any:
    """Dask's settings with those that compose.dask.yaml gives a service."""
    services = yaml.safe_load((Path(__file__).parents[3] / "compose.dask.yaml").read_text())["services"]
    return dask.config.merge(dask.config.config, dask.config.collect_env(services[service]["environment"]))


@pytest.mark.parametrize("service", ["dask-scheduler", "dask-worker"])
def test_the_clusters_of_compose_look_at_themselves_seldom(service: str) -> None:
    """By default, four idle processes take a tenth of a core: half of what a small run costs."""
    settings = compose_settings(service)
    assert dask.config.get("distributed.worker.profile.enabled", config=settings) is False
    assert dask.config.get("distributed.admin.tick.interval", config=settings) == "1s"


def test_the_workers_of_compose_keep_the_memory_that_they_will_need_again() -> None:
    started = dask.config.get("distributed.nanny.pre-spawn-environ", config=compose_settings("dask-worker"))
    assert started["MALLOC_TRIM_THRESHOLD_"] is None, "not set, so that glibc decides"
    assert started["OMP_NUM_THREADS"] == 1, "the others of Dask's own stay"


def published(lake: str, table: str) -> pa.Table:
    opened = Lake.open(lake)
    rows = snapshots.read(opened, snapshots.newest(opened), table)
    return rows.drop_columns([name for name in (*VARYING, "fit_seconds") if name in rows.column_names])


class Killing:
    """Kills a worker when a source has forecast its first batch."""

    def __init__(self, cluster: Any) -> None:
        self.cluster, self.killed, self.said = cluster, False, list[str]()

    def update(self, step: str, done: int, total: int, unit: str = "items") -> None:
        if step == "theta" and done and not self.killed:
            self.killed = True
            os.kill(next(iter(self.cluster.workers.values())).process.pid, signal.SIGKILL)

    def say(self, message: str) -> None:
        self.said.append(message)


@pytest.mark.slow
def test_a_run_over_dask_publishes_the_numbers_of_one_in_this_process(
    cluster: Any, make_input: MakeInput, tmp_path: Path
) -> None:
    folder = make_input(items=7)
    asked = {"sources": SOURCES, "horizon": 7, "batch_size": 2}
    run(folder, str(tmp_path / "inline"), **asked)  # type: ignore[arg-type]
    display = Killing(cluster)
    report = run(
        folder,
        str(tmp_path / "dask"),
        fan_out="dask",
        dask_address=cluster.scheduler_address,
        progress=display,
        **asked,  # type: ignore[arg-type]
    )
    assert display.killed
    assert report.datasets[0].failed_sources == {}
    for table in ("fact_forecast", "fact_metrics"):
        one, other = (published(str(tmp_path / name), table).to_pandas() for name in ("inline", "dask"))
        figures = one.select_dtypes("number").columns
        assert abs(one[figures] - other[figures]).max().max() < 1e-6
        assert one.drop(columns=figures).equals(other.drop(columns=figures))


@pytest.mark.slow
def test_without_its_scheduler_a_run_ends_with_a_sentence(
    make_input: MakeInput, lake: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fanout, "CONNECT_SECONDS", 0.2)
    with pytest.raises(RunError, match="no Dask scheduler answers"):
        run(make_input(), lake, sources=["seasonal_naive"], fan_out="dask", dask_address="tcp://127.0.0.1:9")
