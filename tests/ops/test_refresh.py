"""`lakecast refresh` against servers that answer in every way."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from lakecast_ops.commands.refresh import refresh
from lakecast_ops.problems import Failure

Answer = Callable[[dict[str, Any], str | None], tuple[int, bytes]]


@contextmanager
def server(answer: Answer) -> Iterator[str]:
    """An HTTP server that answers a GraphQL request with what `answer` makes of its body and key."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            code, content = answer(body, self.headers["X-API-Key"]) if self.path == "/graphql" else (404, b"")
            self.send_response(code)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_address[1]}"
        listening.shutdown()
        thread.join()


def refreshed(body: dict[str, Any], key: str | None) -> tuple[int, bytes]:
    assert key == "secret"
    result = {"outcome": "REFRESHED", "message": f"{body['variables']}", "snapshot": {"snapshotId": 7}}
    return 200, json.dumps({"data": {"refreshData": result}}).encode()


@pytest.mark.parametrize("suffix", ["", "/", "/graphql", "/graphql/"])
def test_the_address_with_or_without_graphql(suffix: str) -> None:
    with server(refreshed) as url:
        done = refresh(url + suffix, "secret", force=True)
    assert done.outcome == "REFRESHED"
    assert done.snapshot_id == 7
    assert "'force': True" in done.message


@pytest.mark.parametrize("code", [200, 401])
def test_a_refusal_is_told_in_the_servers_words(code: int) -> None:
    answer = json.dumps({"errors": [{"message": "This key is not known."}]}).encode()
    with server(lambda body, key: (code, answer)) as url, pytest.raises(Failure, match="This key is not known"):
        refresh(url, "wrong")


@pytest.mark.parametrize("content", [b"", b"<html>", b'{"detail": 1}', b"[]"])
def test_something_that_is_no_lakecast_server(content: bytes) -> None:
    with server(lambda body, key: (502, content)) as url, pytest.raises(Failure, match="502"):
        refresh(url, "secret")


def test_nobody_there() -> None:
    with pytest.raises(Failure, match="Is the server running"):
        refresh("http://127.0.0.1:1", "secret")
