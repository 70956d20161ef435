"""Memory that a snapshot or a peak leaves behind goes back to the system.

glibc keeps what was freed between blocks that are still held: after answers of some megabytes that many clients did
not read, hundreds of megabytes.
"""

import asyncio
import gc
import threading
from collections.abc import Callable

from lakecast_lake.columns import allocation

FREE_AFTER_SECONDS = 1.0
"""From a swap until the snapshot before is looked for and freed: by then the requests that read it have ended."""
LOOK_SECONDS = 2.0
"""Seconds between two looks."""
SPARE_BYTES = 24 << 20
"""Idle bytes beyond those of the last time from which on they are given back, which takes some milliseconds."""


def free_later() -> threading.Timer:
    """Free, in a while, what requests left in cycles: graphql-core's executors hold the snapshot that they read."""

    def free() -> None:
        gc.collect()
        allocation.give_back()

    later = threading.Timer(FREE_AFTER_SECONDS, free)
    later.daemon = True
    later.start()
    return later


async def give_back_after_peaks(cut_off: Callable[[], int] = lambda: 0) -> None:
    """Look every now and then; ends by cancellation, and at once where the system does not tell.

    cut_off: how often a client was, so far: what it had not read hangs in circles of objects, which Python looks for
    only while others are made.
    """
    least, seen = allocation.idle_bytes(), 0
    while least is not None and (idle := allocation.idle_bytes()) is not None:
        if (count := cut_off()) != seen:
            seen = count
            gc.collect()  # some milliseconds: what is there from the start is frozen
            idle = allocation.idle_bytes() or idle
        if idle - least > SPARE_BYTES:
            await asyncio.to_thread(allocation.give_back)
            idle = least = allocation.idle_bytes() or idle
        least = min(least, idle)
        await asyncio.sleep(LOOK_SECONDS)
