"""A real server for tests: uvicorn in a thread on a free port, over a lake, with settings of the test's own.

Its connections are bounded, as those of `lakecast serve` are.
"""

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import uvicorn

from lakecast_graphql.app import create_app
from lakecast_graphql.settings import Settings
from lakecast_graphql.transport.uvicorn_protocols import BoundedHttp


@dataclass(frozen=True)
class Running:
    """A server that runs. `http` keeps connections open between requests; `app` is what uvicorn runs."""

    url: str
    http: httpx.Client
    app: Any = None

    @property
    def graphql(self) -> str:
        return f"{self.url}/graphql"

    @property
    def socket(self) -> str:
        return self.graphql.replace("http", "ws", 1)

    def ask(self, query: str, key: str | None = None, **variables: Any) -> dict[str, Any]:
        """The answer to an operation, errors and all."""
        headers = {} if key is None else {"X-API-Key": key}
        answer = self.http.post(self.graphql, json={"query": query, "variables": variables}, headers=headers)
        return answer.json()

    def data(self, query: str, key: str | None = None, **variables: Any) -> dict[str, Any]:
        """The data of an operation that succeeds."""
        answer = self.ask(query, key, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    def code(self, query: str, key: str | None = None, **variables: Any) -> str:
        """The code of the first error of an operation that fails."""
        return self.ask(query, key, **variables)["errors"][0]["extensions"]["code"]


@contextlib.contextmanager
def running(
    lake: str, *, port: int | None = None, within: Callable[[Any], Any] = lambda app: app, **settings: Any
) -> Iterator[Running]:
    """A server over a lake. It does not poll unless told to: what it serves changes when the test says so.

    port: by default a free one; within: what stands around the application, such as a proxy.
    """
    app = within(create_app(Settings(lake=lake, **{"poll_seconds": 0, **settings})))
    port = port or free_port()
    config = uvicorn.Config(
        app,
        host="127.0.0.1",
        port=port,
        http=BoundedHttp,
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        ws_per_message_deflate=False,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 150
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            assert time.monotonic() < deadline, "the server did not start in time"
            time.sleep(0.01)
        url = f"http://127.0.0.1:{port}"
        with httpx.Client(base_url=url, timeout=30) as http:
            yield Running(url, http, app)
    finally:
        server.should_exit = True
        server.force_exit = True  # subscribers would be waited for
        thread.join(150)
        assert not thread.is_alive(), "the server did not stop"


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])
