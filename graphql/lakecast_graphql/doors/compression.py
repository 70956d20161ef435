"""Compressing large answers: gzip, or zstd where the client likes it better.

Node 20's fetch offers zstd and cannot read it, so that gzip comes first among equals.
"""

import asyncio
import gzip

import zstandard

from lakecast_graphql.doors.negotiation import preferred_coding
from lakecast_graphql.operation import Answer

SMALLEST = 2_000
"""Bytes from which compressing saves more than it costs."""
_INLINE = 100_000
"""Bytes up to which compressing takes well under a millisecond or two; larger ones go to a thread."""


def chosen(wanted: str | None) -> str | None:
    """The coding that a client with this Accept-Encoding best reads; None for none of ours."""
    return preferred_coding(wanted, tuple(_COMPRESS))


async def coded(answer: Answer, coding: str) -> bytes:
    """The body under a coding. It stays with an answer that may be kept: others will ask for it."""
    found = None if answer.coded is None else answer.coded.get(coding)
    if found is None:
        compress, body = _COMPRESS[coding], answer.body
        found = compress(body) if len(body) <= _INLINE else await asyncio.to_thread(compress, body)
        if answer.cacheable:
            answer.coded = {**(answer.coded or {}), coding: found}
    return found


def _zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=1).compress(body)


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=4, mtime=0)


_COMPRESS = {"gzip": _gzip, "zstd": _zstd}
