"""A patient client: one connection, one question at a time, latencies kept."""

import http.client
import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, Self

from bench.serving.processes import Server

IDLE_SECONDS = 2.0
"""After so long a server may have closed a connection that nothing was asked over: a large commit takes longer."""


class Client:
    """Keeps one connection to a server's /graphql open."""

    def __init__(self, server: Server, path: str = "/graphql") -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
        self._path = path
        self._used = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def raw(self, body: str, headers: Mapping[str, str] | None = None) -> bytes:
        """The bytes of an answer. Raises RuntimeError for any status but 200."""
        content, _ = self.coded(body, {"Accept": "application/json", **(headers or {})})
        return content

    def coded(self, body: str, headers: Mapping[str, str]) -> tuple[bytes, str]:
        """The bytes of an answer as they come, and their content coding. Raises RuntimeError as `raw` does."""
        status, content, coding = self.answer(body, headers)
        if status != 200:
            raise RuntimeError(f"status {status}: {content[:500]!r}")
        return content, coding

    def answer(self, body: str, headers: Mapping[str, str]) -> tuple[int, bytes, str]:
        """Status, bytes and content coding of any answer."""
        sent = {"Content-Type": "application/json", **headers}
        if time.monotonic() - self._used > IDLE_SECONDS:
            self._connection.close()  # and opened again by the request
        self._connection.request("POST", self._path, body.encode(), sent)
        answer = self._connection.getresponse()
        content = answer.read()
        self._used = time.monotonic()
        return answer.status, content, answer.headers.get("content-encoding", "identity")

    def ask(self, query: str, variables: Mapping[str, object] | None = None, key: str | None = None) -> Any:
        """The data of an answer. Raises RuntimeError where it has errors."""
        headers = {"X-API-Key": key} if key else {}
        answer = json.loads(self.raw(json.dumps({"query": query, "variables": variables or {}}), headers))
        if answer.get("errors"):
            raise RuntimeError(f"{answer['errors']}")
        return answer["data"]

    def milliseconds(self, bodies: Sequence[str]) -> list[float]:
        """Latency of each question, asked one after the other; none may have errors."""
        taken = []
        for body in bodies:
            began = time.perf_counter()
            content = self.raw(body)
            taken.append((time.perf_counter() - began) * 1e3)
            if b'"errors"' in content[:20] or b'"errors":' in content[-2000:]:
                raise RuntimeError(f"an answer has errors: {content[:500]!r}")
        return taken


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]
