"""Where answers are shared: Redis where it is configured, else nowhere."""

from lakecast_graphql.cache.shared_answers import NotShared, SharedAnswers
from lakecast_graphql.redis_state import RedisState


def for_server(
    redis_url: str | None, prefix: str, state: RedisState, *, connect_seconds: float, seconds: float
) -> SharedAnswers:
    """Redis where it is configured; see `RedisAnswers` for the other arguments."""
    if redis_url is None:
        return NotShared()
    # Its client takes 10 MB and a tenth of a second that a server without Redis has no use for.
    from lakecast_graphql.cache.redis_answers import RedisAnswers

    return RedisAnswers(redis_url, prefix, state, connect_seconds=connect_seconds, seconds=seconds)
