"""Which media type answers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakecast_graphql.transport.negotiation import (
    EVENTS,
    GRAPHQL,
    HTML,
    JSON,
    Media,
    is_json,
    negotiate,
    preferred_coding,
)

RESPONSE = "application/graphql-response+json"


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, [JSON]),
        ("", [JSON]),
        ("*/*", [JSON]),
        ("application/*", [JSON]),
        ("application/json", [JSON]),
        ("application/json; charset=utf-8", [JSON]),
        ("Application/JSON", [JSON]),
        (RESPONSE, [GRAPHQL]),
        (f"{RESPONSE}, application/json", [GRAPHQL, JSON]),
        (f"application/json, {RESPONSE}", [JSON, GRAPHQL]),
        (f"application/json;q=0.9, {RESPONSE};q=1.0", [GRAPHQL, JSON]),
        (f"{RESPONSE}; charset=utf-8, application/json; charset=utf-8", [GRAPHQL, JSON]),
        (f"*/*, {RESPONSE}", [GRAPHQL, JSON]),
        (f"{RESPONSE};q=0, */*", [JSON]),
        ("text/event-stream", [EVENTS]),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", [HTML, JSON]),
        ("image/png", []),
        ("application/json; charset=latin-1", []),
        ("application/json;q=nonsense", []),
    ],
)
def test_the_best_that_both_know(accept: str | None, expected: list[Media]) -> None:
    assert negotiate(accept) == expected


@given(st.text())
def test_nonsense_never_fails(accept: str) -> None:
    assert all(isinstance(media, Media) for media in negotiate(accept))
    assert is_json(accept) in (True, False)
    assert preferred_coding(accept, ("gzip", "zstd")) in ("gzip", "zstd", None)


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ('application/json; charset="UTF-8"', True),
        ("application/json; charset=utf-16", False),
        ("text/plain", False),
        ("application/graphql", False),
        (None, False),
    ],
)
def test_only_json_in_utf8_is_read(content_type: str | None, expected: bool) -> None:
    assert is_json(content_type) is expected


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("zstd", "zstd"),
        ("gzip, deflate, br, zstd", "gzip"),  # Chrome and Node's fetch, of which one cannot read zstd
        ("zstd, gzip", "gzip"),
        ("gzip;q=0.5, zstd", "zstd"),
        ("gzip;q=0.5, zstd;q=0.5", "gzip"),
        ("br, gzip;q=0.5", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0, zstd", "zstd"),
        ("gzip;q=nonsense", None),
        ("gzip;q=nan, zstd;q=2", None),
        ("*", "gzip"),
        ("*;q=0.3, zstd;q=0.2", "gzip"),
        ("gzip;q=0, *", "zstd"),
        ("*;q=0", None),
        ("identity, gzip;q=0.5", None),
        ("identity;q=0.5, gzip", "gzip"),
        ("identity", None),
        ("xgzip", None),
        ("", None),
        (None, None),
    ],
)
def test_the_coding_that_the_client_wants_most(wanted: str | None, expected: str | None) -> None:
    assert preferred_coding(wanted, ("gzip", "zstd")) == expected
