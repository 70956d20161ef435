"""Whatever the engine, results are the same and in order."""

import math
import os

import pytest

from lakecast_assets.pipeline.fanout import FanOut


@pytest.mark.parametrize("fan", [FanOut(), FanOut("processes", 2)])
def test_results_come_in_order(fan: FanOut) -> None:
    with fan.map() as run:
        assert list(run(math.factorial, range(20))) == [math.factorial(n) for n in range(20)]


def test_processes_are_other_processes() -> None:
    with FanOut("processes", 2).map() as run:
        assert os.getpid() not in set(run(eval, ["__import__('os').getpid()"] * 4))
