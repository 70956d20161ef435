"""Memory that a snapshot or a peak leaves behind goes back to the system.

glibc keeps what was freed between blocks that are still held: after answers of some megabytes that many clients did
not read, hundreds of megabytes.
"""

import asyncio
import gc
import threading
import time
from collections.abc import Callable

from lakecast_lake.columns import allocation

FREE_AFTER_SECONDS = 1.0
"""From a swap until the snapshot before is looked for and freed: by then the requests that read it have ended."""
_AGAIN_SECONDS = (2.0, 4.0, 8.0, 16.0, 0.0)
"""Until it is looked for again where something still holds it; for the last time after half a minute."""
LOOK_SECONDS = 2.0
"""Seconds between two looks."""
GLANCE_SECONDS = 0.25
"""Seconds after which connections that were lost are looked at sooner: each may leave twenty megabytes."""
SPARE_BYTES = 24 << 20
"""Idle bytes beyond those of the last time from which on they are given back, which takes some milliseconds."""


def free_later(is_there: Callable[[], bool]) -> threading.Timer:
    """Free, in a while, what requests left in cycles: graphql-core's executors hold the snapshot that they read.

    is_there: whether the snapshot is. It is looked for again, ever later: requests may go on for half a minute.
    """

    def free() -> None:
        for seconds in _AGAIN_SECONDS:
            gc.collect()
            allocation.give_back()
            if not is_there() or later.finished.wait(seconds):
                return

    later = threading.Timer(FREE_AFTER_SECONDS, free)
    later.daemon = True
    later.start()
    return later


async def give_back_after_peaks(lost_unread: Callable[[], int] = lambda: 0) -> None:
    """Look every now and then; ends by cancellation, and at once where the system does not tell.

    lost_unread: how many connections were lost before all was read, so far: what was not read hangs in circles of
    objects, which Python looks for only while others are made.
    """

    async def idle_bytes() -> int | None:
        return await asyncio.to_thread(allocation.idle_bytes)  # where threads allocate, it waits for them

    least, seen = await idle_bytes(), 0
    while least is not None and (idle := await idle_bytes()) is not None:
        if (count := lost_unread()) != seen:
            seen = count
            gc.collect()  # some milliseconds: what is there from the start is frozen
            idle = await idle_bytes() or idle
        if idle - least > SPARE_BYTES:
            await asyncio.to_thread(allocation.give_back)
            idle = least = await idle_bytes() or idle
        least = min(least, idle)
        until = time.monotonic() + LOOK_SECONDS
        await asyncio.sleep(min(GLANCE_SECONDS, LOOK_SECONDS))
        while lost_unread() == seen and time.monotonic() < until:
            await asyncio.sleep(min(GLANCE_SECONDS, LOOK_SECONDS))
