"""Where batches of items run: in this process, in several, or on a Dask cluster; the results are the same."""

from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, Literal, TypeVar

Engine = Literal["inline", "processes", "dask"]
Task = TypeVar("Task")
Map = Callable[[Callable[[Any], Any], Any], Iterator[Any]]

DASK_RETRIES = 2
"""How often a batch is tried again after its worker was killed."""


@dataclass(frozen=True)
class FanOut:
    """An engine and its size. address: the Dask scheduler's, for `dask` only."""

    engine: Engine = "inline"
    workers: int = 2
    address: str = ""

    def __post_init__(self) -> None:
        if self.engine == "dask" and not self.address:
            raise ValueError("fan-out over Dask needs the scheduler's address, such as tcp://host:8786")

    @contextmanager
    def map(self) -> Iterator[Map]:
        """A function like the builtin `map` that yields the results in order, over the chosen engine."""
        if self.engine == "inline":
            yield map
            return
        with self._executor() as pool:
            yield pool.map

    @contextmanager
    def _executor(self) -> Iterator[Executor]:
        if self.engine == "processes":
            # Fork is not safe once torch or Arrow threads run; a fork server starts faster than spawn.
            with ProcessPoolExecutor(self.workers, mp_context=get_context("forkserver")) as pool:
                yield pool
            return
        from distributed import Client  # the extra `dask`

        client_of: Any = Client
        with client_of(self.address) as client, client.get_executor(retries=DASK_RETRIES) as pool:
            yield pool
