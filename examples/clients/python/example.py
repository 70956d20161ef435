"""What must be ordered, and live news of new snapshots, in Python with gql.

pip install "gql[httpx,websockets]"
python example.py http://localhost:8000/graphql
"""

import asyncio
import sys
from typing import Any

from gql import Client, GraphQLRequest, gql
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

REORDER = """
    query Reorder($first: Int!, $after: String) {
      replenishment(first: $first, after: $after, orderBy: [{ field: ALERT }, { field: DAYS_TO_STOCKOUT }]) {
        totalCount
        pageInfo { hasNextPage endCursor }
        nodes { alert daysToStockout recommendedOrder reason item { name } }
      }
    }
"""

PUBLISHED = gql("subscription { snapshotPublished { snapshotId committedAt datasetIds } }")


async def orders(client: Client, size: int = 100) -> list[dict[str, Any]]:
    """All decisions, most urgent first. Every page is of the snapshot that the first one came from."""
    found: list[dict[str, Any]] = []
    after = None
    async with client as session:
        while True:
            asked = GraphQLRequest(REORDER, variable_values={"first": size, "after": after})
            page = (await session.execute(asked))["replenishment"]
            found += page["nodes"]
            if not page["pageInfo"]["hasNextPage"]:
                return found
            after = page["pageInfo"]["endCursor"]


async def next_snapshot(client: Client) -> dict[str, Any]:
    """The current snapshot; whoever goes on iterating is told of each newly served one."""
    async with client as session:
        async for event in session.subscribe(PUBLISHED):
            return event["snapshotPublished"]
    raise RuntimeError("the server closed the subscription")


async def main(url: str) -> None:
    """Print the most urgent decision and the snapshot that is served."""
    found = await orders(Client(transport=HTTPXAsyncTransport(url=url)))
    print(f"{len(found)} decisions")
    if found:
        print(f"{found[0]['alert']} {found[0]['item']['name']}: {found[0]['reason']}")
    socket = WebsocketsTransport(url=url.replace("http", "ws", 1))
    snapshot = await next_snapshot(Client(transport=socket))
    print(f"snapshot {snapshot['snapshotId']} is served")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else "http://localhost:8000/graphql"))
