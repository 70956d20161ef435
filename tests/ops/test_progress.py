"""Progress as lines and as a live display."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lakecast_ops import progress


class Clock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_lines_say_items_source_and_time_left() -> None:
    stream, clock = io.StringIO(), Clock()
    lines = progress.Lines(stream, clock)
    lines.update("arima", 0, 300)
    clock.now = 5.0
    lines.update("arima", 50, 300)  # too soon for another line
    clock.now = 20.0
    lines.update("arima", 100, 300)
    clock.now = 65.0
    lines.update("arima", 300, 300)
    lines.update("arima", 300, 300)
    assert stream.getvalue().splitlines() == [
        "arima: 300 items",
        "arima: 100 of 300 items, 40 s left",
        "arima: done, 300 items in 1 min 05 s",
    ]


@given(st.lists(st.tuples(st.floats(0, 30), st.integers(0, 50)), max_size=30), st.integers(1, 50))
def test_lines_are_few_and_a_finished_step_is_said_once(moves: list[tuple[float, int]], total: int) -> None:
    stream, clock = io.StringIO(), Clock()
    lines = progress.Lines(stream, clock)
    for seconds, done in moves:
        clock.now += seconds
        lines.update("step", min(done, total), total)
    printed = stream.getvalue().splitlines()
    assert len(printed) <= 2 + clock.now / progress.LINE_SECONDS
    assert sum("done" in line for line in printed) <= 1


@pytest.mark.parametrize(
    ("seconds", "said"), [(0, "0 s"), (59.4, "59 s"), (59.6, "1 min 00 s"), (185, "3 min 05 s"), (3720, "1 h 02 min")]
)
def test_duration(seconds: float, said: str) -> None:
    assert progress.duration(seconds) == said


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_gets_a_bar_per_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    stream = Terminal()
    with progress.shown(stream) as display:
        display.update("prophet", 3, 12)
        display.update("lstm", 12, 12)
    last = stream.getvalue()
    assert "prophet" in last
    assert "3/12" in last
    assert "✓ lstm: 12 items in 0 s" in last


def test_a_pipe_gets_lines() -> None:
    stream = io.StringIO()
    with progress.shown(stream) as display:
        display.update("prophet", 0, 12)
    assert stream.getvalue() == "prophet: 12 items\n"
