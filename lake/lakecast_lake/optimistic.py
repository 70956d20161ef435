"""Optimistic commits: try, and where another writer came first, look again and retry."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from deltalake.exceptions import CommitFailedError

from lakecast_lake.errors import Contended
from lakecast_lake.storage import UNREADABLE, unreadable

ATTEMPTS = 60
_FIRST_PAUSE = 0.01
_LONGEST_PAUSE = 0.5

T = TypeVar("T")


def committed(
    where: str,
    attempt: Callable[[], T],
    *,
    attempts: int = ATTEMPTS,
    sleep: Callable[[float], None] = time.sleep,
    jitter: Callable[[], float] = random.random,
) -> T:
    """What `attempt` returns, once no other writer comes in between.

    `attempt` opens the table `where` anew each time. Between attempts lies a random pause that doubles up to half
    a second, so that writers in step fall out of it. Raises Contended when all attempts are used up.
    """
    for number in range(attempts):
        try:
            return attempt()
        except CommitFailedError:
            sleep(min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0**number) * jitter())
        except UNREADABLE as error:
            raise unreadable(where, error) from error
    raise Contended(
        where,
        f"other writers came first {attempts} times in a row",
        "Run fewer writers on this table at once, then retry: nothing was written.",
    )
