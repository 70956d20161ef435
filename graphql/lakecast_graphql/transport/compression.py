"""Compressing large answers: gzip, or zstd where the client likes it better.

Node 20's fetch offers zstd and cannot read it, so that gzip comes first among equals.
"""

import asyncio

import pyarrow as pa
from isal import isal_zlib

from lakecast_graphql.operation.operation import Answer
from lakecast_graphql.transport.negotiation import LONGEST_LIST, preferred_coding
from lakecast_lake.lru import TextMemo

SMALLEST = 2_000
"""Bytes from which compressing saves more than it costs."""
_GZIP = 31
"""`wbits` of the gzip format, as zlib has it."""
_INLINE = 100_000
"""Bytes up to which compressing takes well under a millisecond or two; larger ones go to a thread."""


def preferred(accept_encoding: bytes) -> str | None:
    """The coding that a client with this header best reads; None for none of ours, and for a header without end."""
    if len(accept_encoding) > LONGEST_LIST:
        return None
    return PREFERRED.value(accept_encoding) or None


def _preferred(accept_encoding: bytes) -> str:
    return preferred_coding(accept_encoding.decode("latin-1"), tuple(_COMPRESS)) or ""


PREFERRED: TextMemo[bytes, str] = TextMemo(_preferred, longest=200, limit=100_000)
"""The preferred codings of the headers that came last."""


async def coded(answer: Answer, coding: str) -> bytes:
    """The body under a coding. It stays with an answer that may be kept: others will ask for it."""
    content = None if answer.coded is None else answer.coded.get(coding)
    if content is None:
        compress, body = _COMPRESS[coding], answer.body
        content = compress(body) if len(body) <= _INLINE else await asyncio.to_thread(compress, body)
        answer.keep(coding, content)
    return content


def _zstd(body: bytes) -> bytes:
    content: bytes = pa.Codec("zstd", 1).compress(body, asbytes=True)
    return content


def _gzip(body: bytes) -> bytes:
    return isal_zlib.compress(body, level=1, wbits=_GZIP)


_COMPRESS = {"gzip": _gzip, "zstd": _zstd}
