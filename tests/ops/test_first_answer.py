"""What a person sees when a server has come up."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lakecast_ops import first_answer


@pytest.fixture
def server() -> Iterator[str]:
    """A server that becomes ready at the third asking, and answers every query alike."""
    asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self._send(200 if len(asked) > 2 else 503, b"{}")

        def do_POST(self) -> None:
            query = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["query"]
            self._send(200, json.dumps({"data": {"asked": query == first_answer.QUERY, "list": [1, 2, 3]}}).encode())

        def _send(self, code: int, content: bytes) -> None:
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


def test_the_address_the_query_and_its_answer(server: str, capsys: pytest.CaptureFixture[str]) -> None:
    first_answer._announce(server)
    said = capsys.readouterr().out
    assert f"{server}/graphql" in said
    assert first_answer.QUERY in said
    assert '"asked": true' in said
    assert '"list": [1, 2, 3]' in said
    assert "Ctrl-C" in said


def test_a_server_that_never_gets_ready(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(first_answer, "READY_SECONDS", 0.5)
    first_answer._announce("http://127.0.0.1:1")
    assert "/health/ready says why" in capsys.readouterr().out


def test_errors_are_shown_as_they_are() -> None:
    shown = first_answer.message("http://here", {"errors": [{"message": "nothing is published"}], "data": None})
    assert "nothing is published" in shown


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:80"),
        ("0.0.0.0", "http://127.0.0.1:80"),
        ("::", "http://[::1]:80"),
        ("::1", "http://[::1]:80"),
    ],
)
def test_an_address_that_a_browser_can_open(host: str, url: str) -> None:
    assert first_answer.base_url(host, 80) == url
