"""The throttle forgets old failures and does not grow."""

from hypothesis import given
from hypothesis import strategies as st

from lakecast_graphql.admin.throttle import Throttle


@given(st.lists(st.floats(0, 30), max_size=60))
def test_an_address_is_blocked_exactly_while_enough_failures_are_recent(pauses: list[float]) -> None:
    now = 0.0
    failures: list[float] = []
    throttle = Throttle(3, 20.0, lambda: now)
    for pause in pauses:
        now += pause
        recent = [at for at in failures if at > now - 20.0]
        assert throttle.blocked("a") == (len(recent) >= 3)
        throttle.failed("a")
        failures.append(now)
        assert not throttle.blocked("b")


def test_the_memory_is_bounded() -> None:
    throttle = Throttle(3, 20.0, lambda: 0.0, memory=10_000)
    for number in range(1000):
        throttle.failed(str(number))
    assert 10 < len(throttle.failures) < 100
    assert throttle.failures.bytes <= 10_000
