"""`lakecast refresh`: ask a running server to load the newest snapshot."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Annotated

import typer

from lakecast_ops.problems import Failure, UsageProblem

NAME = "refresh"
EXAMPLE = 'Example: lakecast refresh --url http://localhost:8000 --key "$LAKECAST_ADMIN_KEY"'
SECONDS = 120.0
"""How long a server may take to load a snapshot before the call gives up."""

MUTATION = """
mutation Refresh($source: String!, $force: Boolean!) {
  refreshData(source: $source, force: $force) {
    outcome message tookMs previousSnapshotId
    snapshot { snapshotId committedAt }
    changedTables { datasetId name }
  }
}
"""


@dataclass(frozen=True)
class Refreshed:
    """What the server answered."""

    outcome: str
    message: str
    snapshot_id: int


def command(
    url: Annotated[str, typer.Option(metavar="URL", help="The server's address.")] = "http://localhost:8000",
    key: Annotated[
        str, typer.Option(metavar="KEY", help="An admin key.", envvar="LAKECAST_ADMIN_KEY", show_default=False)
    ] = "",
    source: Annotated[str, typer.Option(help="The results lake that the server serves.")] = "ml_results",
    force: Annotated[bool, typer.Option("--force", help="Read everything again, changed or not.")] = False,
) -> None:
    """Ask a running server to serve the newest snapshot. The admin key comes from `lakecast keys create`."""
    if not key:
        raise UsageProblem("no key given: pass --key, or set LAKECAST_ADMIN_KEY. `lakecast keys create` makes one.")
    refreshed = refresh(url, key, source=source, force=force)
    print(f"{refreshed.outcome}: {refreshed.message}")
    if refreshed.outcome == "REJECTED":
        raise Failure(f"the server goes on serving snapshot {refreshed.snapshot_id}.")


def refresh(url: str, key: str, *, source: str = "ml_results", force: bool = False) -> Refreshed:
    """Send `refreshData` to the server at `url` (with or without `/graphql`).

    Raises:
        Failure: the server cannot be reached, or refuses.
    """
    endpoint = url.rstrip("/").removesuffix("/graphql") + "/graphql"
    body = json.dumps({"query": MUTATION, "variables": {"source": source, "force": force}}).encode()
    headers = {"Content-Type": "application/json", "Accept": "application/json", "X-API-Key": key}
    request = urllib.request.Request(endpoint, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=SECONDS) as response:
            answer = json.load(response)
    except urllib.error.HTTPError as error:
        answer = _error_body(error, endpoint)
    except (OSError, ValueError) as error:
        raise Failure(f"no answer from {endpoint}: {error}. Is the server running there?") from error
    if answer.get("errors"):
        raise Failure("refused: " + "; ".join(str(error.get("message")) for error in answer["errors"]))
    result = answer["data"]["refreshData"]
    return Refreshed(result["outcome"], result["message"], result["snapshot"]["snapshotId"])


def _error_body(error: urllib.error.HTTPError, endpoint: str) -> dict[str, list[dict[str, str]]]:
    """The GraphQL errors in the body of a 4xx answer.

    Raises:
        Failure: the body is something else, so this is not a Lakecast server.
    """
    try:
        answer = json.loads(error.read())
        return {"errors": list(answer["errors"])}
    except (ValueError, KeyError, TypeError):
        raise Failure(f"{endpoint} answered {error.code} {error.reason}: is it a Lakecast server?") from error
