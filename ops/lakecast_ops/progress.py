"""Progress of long work: a live display on a terminal, plain lines elsewhere; items, sources and time left."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol, TextIO

from lakecast_ops import log_lines
from lakecast_ops.language import spoken

LINE_SECONDS = 10.0
"""How often a plain line may say how far one step is; its beginning and its end are always said."""


class Progress(Protocol):
    """Told how far each step is."""

    def update(self, step: str, done: int, total: int, unit: str = "items") -> None:
        """`done` of `total` units of a step (a source, or a stage of the pipeline) are finished."""
        ...

    def say(self, message: str) -> None:
        """Keep a sentence on the screen, such as why a source failed."""
        ...


@contextmanager
def shown(stream: TextIO | None = None) -> Iterator[Progress]:
    """A display on `stream` (standard error by default), for as long as the work takes."""
    target = sys.stderr if stream is None else stream
    if log_lines.is_json():
        yield JsonLines(target, time.monotonic)
        return
    if not target.isatty():
        yield Lines(target, time.monotonic)
        return
    with _live(target) as live:
        yield live


@dataclass
class _Step:
    """How far one step was when a line about it was last printed."""

    began: float
    said: float
    finished: bool = False


class Lines:
    """Progress as plain lines, for logs and pipes."""

    def __init__(self, stream: TextIO, clock: Callable[[], float]) -> None:
        self._stream = stream
        self._clock = clock
        self._steps: dict[str, _Step] = {}

    def update(self, step: str, done: int, total: int, unit: str = "items") -> None:
        """Print a line where the step begins or ends, or `LINE_SECONDS` have passed since the last one."""
        now = self._clock()
        known = self._steps.get(step)
        if known is None:
            known = self._steps[step] = _Step(began=now, said=now)
            if done < total:
                self.say(f"{step}: {total} {unit}")
        if done >= total:
            if not known.finished:
                known.finished = True
                self.say(f"{step}: done, {total} {unit} in {duration(now - known.began)}")
        elif now - known.said >= LINE_SECONDS:
            known.said = now
            left = f", {duration((now - known.began) / done * (total - done))} left" if done else ""
            self.say(f"{step}: {done} of {total} {unit}{left}")

    def say(self, message: str) -> None:
        """Print the message as a line of its own."""
        print(spoken(message), file=self._stream, flush=True)


class JsonLines(Lines):
    """The same as one JSON object a line."""

    def say(self, message: str) -> None:
        """Print the message as a line of its own."""
        print(log_lines.line(message), file=self._stream, flush=True)


def duration(seconds: float) -> str:
    """A time span as a person says it, to the second: `48 s`, `3 min 05 s`, `1 h 02 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"


@contextmanager
def _live(stream: TextIO) -> Iterator[Progress]:
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TaskID,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bars

    bars = Bars(
        TextColumn("{task.description:<28}"),
        BarColumn(bar_width=30),
        MofNCompleteColumn(),
        TextColumn("{task.fields[unit]}"),
        TimeElapsedColumn(),
        TextColumn(spoken("left")),
        TimeRemainingColumn(),
        console=Console(file=stream),
    )
    tasks: dict[str, TaskID] = {}
    began: dict[str, float] = {}

    class Live:
        """Progress as one bar per step at work; a finished one becomes a line, so that the bars fit the screen."""

        def update(self, step: str, done: int, total: int, unit: str = "items") -> None:
            if step not in began:
                began[step] = time.monotonic()
                tasks[step] = bars.add_task(step, total=total, unit=unit)
            if step not in tasks:
                return
            bars.update(tasks[step], completed=done, total=total)
            if done >= total:
                bars.remove_task(tasks.pop(step))
                self.say(f"✓ {step}: {total} {unit} in {duration(time.monotonic() - began[step])}")

        def say(self, message: str) -> None:
            bars.console.print(spoken(message), markup=False, highlight=False)

    with bars:
        yield Live()
