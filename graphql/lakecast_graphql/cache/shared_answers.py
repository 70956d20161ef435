"""Slow answers shared by all workers and replicas through Redis; without it every process computes its own.

Values are the bytes of a JSON answer behind a digest of key and answer: what anybody else wrote under a key, or what
was cut off, is no answer. Nothing is ever unpickled. A Redis that is down, slow, full or wrong costs at most
`PATIENCE` once, then nothing while the breaker is open.
"""

from typing import Protocol, TypeVar

PATIENCE = 0.05
"""Seconds that one call of Redis may take."""
KEPT_SECONDS = 3600
"""Seconds that an answer is kept after it was last asked for; a hit begins them anew, so that nothing that is asked
for is computed again."""
WATCH_SECONDS = 1.0
"""Seconds between two looks whether Redis is there."""
CLAIM_SECONDS = 10
"""Seconds that one process may take to compute what others wait for."""
LARGEST = 4 << 20
"""Bytes of the largest answer that is shared."""

T = TypeVar("T")


class SharedAnswers(Protocol):
    """Answers shared between processes."""

    async def get(self, key: bytes) -> bytes | None:
        """An answer; None where there is none."""
        ...

    async def put(self, key: bytes, body: bytes) -> None:
        """Keep an answer."""
        ...

    async def claim(self, key: bytes) -> bool:
        """Whether this process is to compute the answer; False while another one does."""
        ...

    async def release(self, key: bytes) -> None:
        """Give up a claim, if it is still this process's."""
        ...

    def state(self) -> tuple[str, bool]:
        """Name of the backend, and whether it works."""
        ...

    async def watch(self) -> None:
        """Keep `state` true, also while nobody asks for what is shared; ends by cancellation, and closes."""
        ...

    async def close(self) -> None:
        """Close connections."""
        ...


class NotShared:
    """No Redis: every process for itself."""

    async def get(self, key: bytes) -> bytes | None:
        """See `SharedAnswers`."""
        return None

    async def put(self, key: bytes, body: bytes) -> None:
        """See `SharedAnswers`."""

    async def claim(self, key: bytes) -> bool:
        """See `SharedAnswers`."""
        return True

    async def release(self, key: bytes) -> None:
        """See `SharedAnswers`."""

    def state(self) -> tuple[str, bool]:
        """See `SharedAnswers`."""
        return "memory", True

    async def watch(self) -> None:
        """See `SharedAnswers`."""

    async def close(self) -> None:
        """See `SharedAnswers`."""
