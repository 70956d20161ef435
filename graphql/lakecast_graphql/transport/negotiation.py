"""Which media type answers a request, after the GraphQL over HTTP specification and RFC 9110."""

from collections.abc import Sequence
from dataclasses import dataclass

from lakecast_graphql.transport.asgi import JSON_TYPE, Header


@dataclass(frozen=True, slots=True)
class Media:
    """A media type that this server answers with. No `Enum`, whose members take longer to look up than to compare."""

    header: Header


GRAPHQL = Media((b"content-type", b"application/graphql-response+json; charset=utf-8"))
JSON = Media(JSON_TYPE)
EVENTS = Media((b"content-type", b"text/event-stream; charset=utf-8"))
HTML = Media((b"content-type", b"text/html; charset=utf-8"))
LONGEST_LIST = 2_000
"""Bytes of a header that lists what a client accepts. A longer one takes a millisecond for each two thousand."""
_TYPES = {
    "application/graphql-response+json": GRAPHQL,
    "application/json": JSON,
    "text/event-stream": EVENTS,
    "text/html": HTML,
    "*/*": JSON,
    "application/*": JSON,
}


@dataclass(frozen=True)
class _Range:
    media: Media
    quality: float
    exact: bool
    position: int


def negotiate(accept: str | None) -> list[Media]:
    """Media types that the client accepts and this server has, best first; JSON where the client does not say."""
    if accept is None or not accept.strip():
        return [JSON]
    ranges = []
    for position, part in enumerate(accept.split(",")):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        media = _TYPES.get(name)
        quality = _quality(parameters)
        if media is not None and quality > 0 and _utf8(parameters):
            ranges.append(_Range(media, quality, "*" not in name, position))
    ranges.sort(key=lambda r: (-r.quality, not r.exact, r.position))
    return list(dict.fromkeys(r.media for r in ranges))


def is_json(content_type: str | None) -> bool:
    """Whether a request's body is declared as JSON in UTF-8."""
    if content_type is not None and len(content_type) > LONGEST_LIST:
        return False
    name, *parameters = (piece.strip().lower() for piece in (content_type or "").split(";"))
    return name == "application/json" and _utf8(parameters)


def preferred_coding(accept_encoding: str | None, available: Sequence[str]) -> str | None:
    """The content coding that the client wants most of those `available`; None for none (RFC 9110, section 12.5.3).

    Among codings of equal quality the first of `available` wins, whatever the order of the header.
    """
    qualities: dict[str, float] = {}
    for part in (accept_encoding or "").lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        qualities[name] = _quality(parameters)
    rest = qualities.get("*", 0.0)
    ranking = [(qualities.get(coding, rest), coding) for coding in available]
    best = max((quality for quality, _ in ranking), default=0.0)
    if best <= 0 or best < qualities.get("identity", 0.0):
        return None
    return next(coding for quality, coding in ranking if quality == best)


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "q":
            try:
                quality = float(value)
            except ValueError:
                return 0.0
            return quality if 0 <= quality <= 1 else 0.0
    return 1.0


def _utf8(parameters: list[str]) -> bool:
    charsets = [p.partition("=")[2].strip(' "') for p in parameters if p.partition("=")[0].strip() == "charset"]
    return all(charset in ("utf-8", "utf8") for charset in charsets)
