"""The seam between the doors (HTTP, SSE, WebSocket) and the ways of answering an operation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from lakecast_graphql.read.view import View

CODED_SHARE = 2
"""What an answer takes under content codings is at most one part in so many of its body: caches count on it."""


@dataclass(slots=True)
class Operation:
    """One GraphQL request as it came through a door, its JSON already read. Not to be changed.

    Like the other classes here it is made for every request, so it is not `frozen`: that would triple its cost.

    `variables` and `extensions` are as the client sent them, not yet coerced. `mutations` tells whether the door
    admits them: a GET never does. `raw` is the body that it was read from, where the body says all of it; equal
    bodies are equal operations.
    """

    query: str
    variables: Mapping[str, Any] | None = None
    operation_name: str | None = None
    extensions: Mapping[str, Any] | None = None
    mutations: bool = True
    raw: bytes | None = None


@dataclass(slots=True)
class Caller:
    """Who asks. Nothing that can be queried depends on it; only mutations look at the key.

    Attributes:
        address: where the request came from, for rate limits and the audit log.
        key: what stood in the X-API-Key header, not yet checked; never shown or logged.
    """

    address: str = ""
    key: str | None = field(default=None, repr=False)


@dataclass(slots=True)
class Answer:
    """An answer ready to be sent.

    Attributes:
        body: the JSON of the whole response.
        executed: False when the operation was refused before it ran (parse, validation, unknown operation): over
            HTTP that is status 400 where the client accepts `application/graphql-response+json`.
        cacheable: the body depends on nothing but snapshot, operation and variables.
        complete: it has no errors.
        snapshot_id: the snapshot that answered; None without one.
        code: the first error's code, None without error; decides the status where the operation was not executed.
        wrong_method: a mutation came through a door that admits none.
        coded: `body` under the content codings that clients asked for, by name; of answers that are kept. See `keep`.
    """

    body: bytes
    executed: bool = True
    cacheable: bool = False
    complete: bool = True
    snapshot_id: int | None = None
    code: str | None = None
    wrong_method: bool = False
    coded: dict[str, bytes] | None = None

    def keep(self, coding: str, content: bytes) -> None:
        """Keep the body under a coding for others, unless all codings then take more than their share."""
        known = self.coded or {}
        if self.cacheable and sum(map(len, known.values())) + len(content) <= len(self.body) // CODED_SHARE:
            self.coded = {**known, coding: content}


class Execution(Protocol):
    """A way of answering queries and mutations. Never raises for what a client can send."""

    async def answer(self, operation: Operation, view: View | None, caller: Caller) -> Answer:
        """Answer one operation from `view`, which is None while no snapshot is loaded."""
        ...


class CachingExecution(Execution, Protocol):
    """An execution that keeps answers."""

    def cached(self, raw: bytes, view: View) -> Answer | None:
        """The answer to an operation with these `raw` bytes, where it was kept for this snapshot."""
        ...
