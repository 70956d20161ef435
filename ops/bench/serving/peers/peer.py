"""What the benchmark has to know of a peer: how it is started, and how it is asked the three questions."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random

from bench.serving.processes import Server


@dataclass(frozen=True)
class Peer:
    """A server and its form of the questions.

    asks: question -> a body with values of chance. paths: question -> path. connections: at most so many at once,
    None for as many as all others. note: what a reader has to know of the comparison.
    """

    server: Server
    asks: Mapping[str, Callable[[Random], str]]
    paths: Mapping[str, str]
    content_type: str = "application/json"
    connections: int | None = None
    note: str = ""
