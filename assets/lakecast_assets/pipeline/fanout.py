"""Where batches of items run: in this process, in several, or on a Dask cluster; the results are the same."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any, Literal

Engine = Literal["inline", "processes", "dask"]
Map = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]

DASK_RETRIES = 2
"""How often a batch is tried again that has raised, or whose data were lost with the worker that held them."""

CONNECT_SECONDS = 30
"""How long a Dask scheduler may take to answer, and to have a worker."""

PER_WORKER = 2
"""Batches in flight per worker: one runs and one waits; more would only fill memory with what has been sent."""

_SMALL = (bool, int, float, str, type(None))


@dataclass(frozen=True)
class FanOut:
    """An engine and its size. address: the Dask scheduler's, for `dask` only."""

    engine: Engine = "inline"
    workers: int = 2
    address: str = ""

    @contextmanager
    def map(self) -> Iterator[Map]:
        """A function like the builtin `map` over tuples that yields the results in order, over the chosen engine."""
        if self.engine == "inline":
            yield map
        elif self.engine == "processes":
            # Fork is not safe once torch or Arrow threads run; a fork server starts faster than spawn.
            with ProcessPoolExecutor(self.workers, mp_context=get_context("forkserver")) as pool:
                in_flight = PER_WORKER * self.workers
                yield lambda function, tasks: _in_order(
                    lambda task: pool.submit(function, task).result, tasks, in_flight
                )
        else:
            with _client(self.address) as client:
                in_flight = PER_WORKER * sum(client.nthreads().values())
                yield lambda function, tasks: _in_order(_Cluster(client, function).submit, tasks, in_flight)


@contextmanager
def _client(address: str) -> Iterator[Any]:
    """A client of the scheduler there. Raises ConnectionError where there is none, or it has no workers."""
    from distributed import Client  # the extra `dask`

    client_of: Any = Client
    try:
        client = client_of(address, set_as_default=False, timeout=CONNECT_SECONDS)
    except OSError as error:
        raise ConnectionError(f"no Dask scheduler answers at {address}; start `dask scheduler` there") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=CONNECT_SECONDS)
        except TimeoutError as error:
            hint = f"start `dask worker {address}` in an environment like this one"
            raise ConnectionError(f"the Dask scheduler at {address} has no workers; {hint}") from error
        yield client


def _in_order(submit: Callable[[Any], Callable[[], Any]], tasks: Iterable[Any], in_flight: int) -> Iterator[Any]:
    """Results in the order of the tasks, of which at most `in_flight` are submitted and not yet collected."""
    waiting: deque[Callable[[], Any]] = deque()
    for task in tasks:
        if len(waiting) >= in_flight:
            yield waiting.popleft()()
        waiting.append(submit(task))
    while waiting:
        yield waiting.popleft()()


@dataclass
class _Cluster:
    """Submits tasks to a Dask cluster. What several tasks have in common, such as a panel, is sent once.

    sent: id of a part -> the part, which must live as long as its id is a key, and where it is on the cluster.
    """

    client: Any
    function: Callable[[Any], Any]
    sent: dict[int, tuple[object, Any]] = field(default_factory=dict)

    def submit(self, task: tuple[Any, ...]) -> Callable[[], Any]:
        future = self._start(task)
        return lambda: self._result(task, future)

    def _start(self, task: tuple[Any, ...]) -> Any:
        return self.client.submit(
            _call, self.function, *(self._part(part) for part in task), pure=False, retries=DASK_RETRIES
        )

    def _part(self, part: object) -> Any:
        if isinstance(part, _SMALL):
            return part
        held = self.sent.get(id(part))
        if held is None or held[1].status in ("cancelled", "lost", "error"):
            held = self.sent[id(part)] = (part, *self.client.scatter([part], hash=False))
        return held[1]

    def _result(self, task: tuple[Any, ...], future: Any) -> Any:
        for _ in range(DASK_RETRIES):
            try:
                return future.result()
            except CancelledError as error:
                if self.client.status != "running":
                    raise ConnectionError("the Dask scheduler is gone; start it and its workers again") from error
                future = self._start(task)  # parts that only the lost worker held are sent anew
        return future.result()


def _call(function: Callable[[Any], Any], *task: Any) -> Any:
    return function(task)
