"""Health for whoever runs the server: alive, and ready to answer."""

import orjson

from lakecast_graphql.redis_state import RedisState
from lakecast_graphql.serving.service import Service
from lakecast_graphql.transport.asgi import JSON_TYPE, Receive, Scope, Send, respond

_HEADERS = [JSON_TYPE, (b"cache-control", b"no-store")]

_LOADING = "The first snapshot is being loaded."


async def live(scope: Scope, receive: Receive, send: Send) -> None:
    """200 while the process answers at all."""
    await respond(send, 200, b'{"status":"alive"}', _HEADERS)


class Ready:
    """200 once a snapshot is served, 503 with the reason while none is.

    redis: None where it is not set up. What it refuses is told, but answers do not wait for it.
    """

    def __init__(self, service: Service, redis: RedisState | None = None) -> None:
        self._service = service
        self._redis = redis

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        served, problem = self._service.served, self._service.problem
        state = {
            "status": "not ready" if served is None else "ready",
            "snapshotId": None if served is None else served.snapshot_id,
            "newestSnapshotId": self._service.newest_id,
            "problem": problem.message if problem else _LOADING if served is None else None,
            "problemCode": problem.code if problem else None,
            **self._of_redis(),
        }
        await respond(send, 503 if served is None else 200, orjson.dumps(state), _HEADERS)

    def _of_redis(self) -> dict[str, str | None]:
        if self._redis is None:
            return {"redis": None, "redisProblem": None}
        refusal = self._redis.refusal()
        if refusal is None:
            return {"redis": "WORKS", "redisProblem": None}
        return {"redis": refusal.problem, "redisProblem": f"Redis {refusal.what}. {refusal.remedy}"}
