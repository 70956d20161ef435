"""Compressing large answers: zstd where the client reads it, else gzip."""

import asyncio
import gzip

import zstandard

from lakecast_graphql.doors.asgi import Header
from lakecast_graphql.doors.negotiation import accepts_coding

SMALLEST = 2_000
"""Bytes from which compressing saves more than it costs."""
_INLINE = 100_000
"""Bytes up to which compressing takes well under a millisecond or two; larger ones go to a thread."""


async def compressed(wanted: str | None, body: bytes) -> tuple[bytes, list[Header]]:
    """The body as a client with this Accept-Encoding best reads it, with the headers that say so."""
    if wanted is None or len(body) < SMALLEST:
        return body, []
    if accepts_coding(wanted, "zstd"):
        coding, compress = b"zstd", _zstd
    elif accepts_coding(wanted, "gzip"):
        coding, compress = b"gzip", _gzip
    else:
        return body, []
    small = compress(body) if len(body) <= _INLINE else await asyncio.to_thread(compress, body)
    return small, [(b"content-encoding", coding)]


def _zstd(body: bytes) -> bytes:
    return zstandard.ZstdCompressor(level=1).compress(body)


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=4, mtime=0)
