"""Memory that a peak leaves behind goes back to the system, when nobody loads a snapshot, too.

glibc keeps what was freed between blocks that are still held: after answers of some megabytes that many clients did
not read, hundreds of megabytes.
"""

import asyncio

from lakecast_lake.columns import allocation

LOOK_SECONDS = 2.0
"""Seconds between two looks."""
SPARE_BYTES = 48 << 20
"""Idle bytes beyond those of the last time from which on they are given back, which takes some milliseconds."""


async def give_back_after_peaks() -> None:
    """Look every now and then; ends by cancellation, and at once where the system does not tell."""
    least = allocation.idle_bytes()
    while least is not None and (idle := allocation.idle_bytes()) is not None:
        if idle - least > SPARE_BYTES:
            await asyncio.to_thread(allocation.give_back)
            idle = least = allocation.idle_bytes() or idle
        least = min(least, idle)
        await asyncio.sleep(LOOK_SECONDS)
