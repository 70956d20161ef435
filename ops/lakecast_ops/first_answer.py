"""What a person sees when a server has come up: where it is, an example query, and its real answer."""

import json
import re
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

QUERY = """\
{
  overview { itemCount forecastRows skill }
  forecasts(orderBy: [{field: FORECAST, direction: DESC}], first: 1) {
    nodes {
      item {
        itemId
        name
        champion
        forecast(horizon: 3) { source dates forecast lower80 upper80 }
      }
    }
  }
}"""

_SHORT_LIST = re.compile(r"\[\s+([^][{}]*?)\s+\]")

READY_SECONDS = 120.0
"""How long a server may take to load its snapshot before nothing more is said."""


def announce(host: str, port: int) -> None:
    """Print where the server is and an example once it answers; returns at once, the waiting is done beside it."""
    threading.Thread(target=_announce, args=(base_url(host, port),), name="first-answer", daemon=True).start()


def base_url(host: str, port: int) -> str:
    """An address that a browser on this machine can open, also for a server that listens on all interfaces."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{shown}:{port}"


def _announce(url: str) -> None:
    if not wait_until_ready(url, READY_SECONDS):
        print(f"The server at {url} is not ready after {READY_SECONDS:.0f} s; {url}/health/ready says why.", flush=True)
        return
    try:
        answer = ask(url, QUERY)
    except (OSError, ValueError) as error:
        print(f"The server at {url} did not answer the example query: {error}", file=sys.stderr, flush=True)
        return
    print(message(url, answer), flush=True)


def wait_until_ready(url: str, seconds: float) -> bool:
    """Ask `/health/ready` until it says yes, for `seconds` at most."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            with urllib.request.urlopen(f"{url}/health/ready", timeout=5):
                return True
        except (OSError, ValueError):
            time.sleep(0.2)
    return False


def ask(url: str, query: str) -> Any:
    """The server's answer to a GraphQL query, with its errors if there are any.

    Raises:
        OSError: no server answers there.
        ValueError: what answers does not speak JSON.
    """
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    request = urllib.request.Request(f"{url}/graphql", json.dumps({"query": query}).encode(), headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        return json.load(error)


def message(url: str, answer: Mapping[str, object]) -> str:
    """The address, the query and the answer, as a person reads them."""
    shown = _SHORT_LIST.sub(_on_one_line, json.dumps(answer.get("data") or answer, indent=2, ensure_ascii=False))
    return (
        f"\nThe buyer's page is at {url}/\n"
        f"Lakecast answers at {url}/graphql (in a browser: GraphiQL with saved examples). Ctrl-C stops it.\n\n"
        f"An example query:\n\n{QUERY}\n\nand its answer:\n\n{shown}\n"
    )


def _on_one_line(match: re.Match[str]) -> str:
    """A list of plain values, as a person writes it."""
    return "[" + re.sub(r"\s+", " ", match[1]) + "]"
