"""Persisted queries: a hash instead of a query that was sent before, or nothing but an allow-list.

The protocol is Apollo's automatic persisted queries: `extensions.persistedQuery = {version: 1, sha256Hash}`. A hash
that is not known is answered with PERSISTED_QUERY_NOT_FOUND, whereupon clients send hash and query together once.
"""

import hashlib
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from lakecast_graphql.errors import ApiError, ErrorCode, bad_input
from lakecast_lake.lru import LruCache

TEXT_BYTES = 8_000_000
"""Text of queries that is kept for clients that send hashes."""


class AllowListError(ValueError):
    """The file of known operations cannot be used; the message says why and what to do."""


class PersistedQueries:
    """Texts by the SHA-256 of their UTF-8, hexadecimal. Thread-safe.

    Args:
        mode: on, off, or only (see `Settings.persisted_queries`).
        allowed: hash to text of what is known beforehand; the only ones there are in mode `only`.
    """

    def __init__(self, mode: Literal["on", "off", "only"] = "on", allowed: Mapping[str, str] | None = None) -> None:
        self._mode = mode
        self._allowed = dict(allowed or {})
        self._allowed_texts = frozenset(self._allowed.values())
        self.texts: LruCache[str] = LruCache(TEXT_BYTES, lambda _, query: sys.getsizeof(query))

    def resolve(self, query: str | None, extensions: Mapping[str, Any] | None) -> str | None:
        """The text to execute; None where neither a query nor a hash was sent.

        Raises PERSISTED_QUERY_NOT_FOUND, PERSISTED_QUERY_NOT_SUPPORTED, FORBIDDEN for what is not on the list, and
        BAD_USER_INPUT for a hash of another text.
        """
        extension = (extensions or {}).get("persistedQuery")
        if extension is None:
            return self._admit(query)
        digest = _digest_in(extension)
        if self._mode == "off":
            raise ApiError(ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED, "PersistedQueryNotSupported")
        if query is None:
            return self._text_of(digest)
        if digest_of(query) != digest:
            raise bad_input(
                "The hash is not the SHA-256 of the query.", argument="extensions.persistedQuery.sha256Hash"
            )
        self._admit(query)
        if self._mode == "on":
            self.texts.put(digest, query)
        return query

    def _admit(self, query: str | None) -> str | None:
        if self._mode == "only" and query is not None and query not in self._allowed_texts:
            raise ApiError(
                ErrorCode.FORBIDDEN, "This server answers nothing but the operations that were registered with it."
            )
        return query

    def _text_of(self, digest: str) -> str:
        query = self._allowed.get(digest)
        if query is None:
            query = self.texts.get(digest)
        if query is None:
            raise ApiError(ErrorCode.PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound")
        return query


def digest_of(query: str) -> str:
    """The hash that names a query."""
    return hashlib.sha256(query.encode("utf-8", "surrogatepass")).hexdigest()


def load_allowed(path: str | None) -> dict[str, str]:
    """The allow-list file: a JSON object of hash to text. Raises AllowListError."""
    if path is None:
        return {}
    try:
        allowed = json.loads(Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise AllowListError(f"{path} cannot be read: {error.strerror}. Check its path and permissions.") from None
    except ValueError as error:
        raise AllowListError(f"{path} is no JSON: {error}. Write it anew.") from None
    if not isinstance(allowed, dict) or not all(isinstance(text, str) for text in allowed.values()):
        raise AllowListError(f"{path} must be a JSON object of SHA-256 hashes to query texts.")
    for digest, text in allowed.items():
        if digest_of(text) != digest:
            raise AllowListError(f"{path}: {digest} is not the SHA-256 of its text; it is {digest_of(text)}.")
    return allowed


def _digest_in(extension: object) -> str:
    if isinstance(extension, dict) and extension.get("version") == 1 and isinstance(extension.get("sha256Hash"), str):
        return str(extension["sha256Hash"]).lower()
    raise bad_input("`persistedQuery` must be {version: 1, sha256Hash: ...}.", argument="persistedQuery")
