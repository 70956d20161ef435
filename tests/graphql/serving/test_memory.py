"""What a peak leaves behind is given back, and nothing is done where there was none."""

import asyncio
import contextlib

import pytest

from lakecast_graphql.serving import memory
from lakecast_lake.columns import allocation


async def _for_a_while(seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(memory.give_back_after_peaks(), seconds)


def test_freed_blocks_between_held_ones_go_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "LOOK_SECONDS", 0.02)
    allocation.give_back()

    async def peak() -> tuple[int, int, list[bytes]]:
        watching = asyncio.create_task(_for_a_while(5))
        await asyncio.sleep(0.1)
        before = allocation.idle_bytes()
        blocks = [(b"x" * 4_000_000, b"y" * 200_000) for _ in range(50)]
        held = [small for _, small in blocks]
        blocks.clear()
        assert before is not None
        for _ in range(200):
            await asyncio.sleep(0.02)
            after = allocation.idle_bytes()
            assert after is not None
            if after - before < memory.SPARE_BYTES:
                break
        watching.cancel()
        return before, after, held

    before, after, held = asyncio.run(peak())
    assert len(held) == 50
    assert after - before < memory.SPARE_BYTES


def test_memory_is_not_given_back_all_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "LOOK_SECONDS", 0.01)
    given: list[int] = []
    idle = iter([100, 100 + memory.SPARE_BYTES, 101 + memory.SPARE_BYTES, 200])
    monkeypatch.setattr(allocation, "idle_bytes", lambda: next(idle, 200 + memory.SPARE_BYTES))
    monkeypatch.setattr(allocation, "give_back", lambda: given.append(1))
    asyncio.run(_for_a_while(0.3))
    assert len(given) == 1


def test_circles_that_a_client_left_behind_are_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "LOOK_SECONDS", 0.01)
    looked: list[int] = []
    monkeypatch.setattr(memory.gc, "collect", lambda: looked.append(1))

    async def watch() -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(memory.give_back_after_peaks(lambda: 3), 0.3)

    asyncio.run(watch())
    assert len(looked) == 1


def test_a_system_that_does_not_tell_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allocation, "idle_bytes", lambda: None)
    asyncio.run(asyncio.wait_for(memory.give_back_after_peaks(), 1))
