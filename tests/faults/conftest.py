"""Faults at two sizes: a few of each in the test suite, all of them by `make faults`, which also writes the table."""

import importlib.metadata
import os
import platform
import subprocess
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

FULL = os.environ.get("LAKECAST_FAULTS") == "full"
ROWS = pytest.StashKey[list[tuple[str, ...]]]()
TABLE = Path(__file__).with_name("RESULTS.md")
INTRO = """# Faults

Written by `make faults`; every row is a test that fails where the outcome is another one. A row is replaced when its
test is run again (`make faults ARGS="-k pins"`), and names the day, the commit, the versions and the machine."""
HEAD = ("fault", "times", "outcome", "seconds", "when, with what, where")

Record = Callable[[str, object, str], None]


@pytest.fixture
def size() -> Callable[[int, int], int]:
    """`size(few, all)`: how many faults to make."""
    return lambda few, every: every if FULL else few


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Record:
    """`record(fault, count, outcome)` adds a row to the table."""
    rows = request.config.stash.setdefault(ROWS, [])
    began = time.monotonic()
    return lambda fault, count, outcome: rows.append(
        (fault, f"{count:,}" if isinstance(count, int) else str(count), outcome, f"{time.monotonic() - began:.0f}")
    )


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Replace the rows of the faults that were made; those of others stay."""
    rows = session.config.stash.get(ROWS, [])
    if FULL and rows:
        lines = TABLE.read_text().splitlines() if TABLE.exists() else []
        before = {line.split(" | ")[0][2:]: line for line in lines if line.startswith("| ")}
        by = surroundings()
        after = before | {row[0]: f"| {' | '.join(row)} | {by} |" for row in rows}
        after.pop(HEAD[0], None)
        table = [f"| {' | '.join(HEAD)} |", "|" + "---|" * len(HEAD), *(after[name] for name in sorted(after))]
        TABLE.write_text("\n".join([INTRO, "", *table]) + "\n")
    return (yield)


def surroundings() -> str:
    """The day, the commit, the versions and the machine."""
    command = ["git", "-C", str(TABLE.parent), "describe", "--always", "--dirty"]
    commit = subprocess.run(command, capture_output=True, text=True).stdout.strip() or "no commit"
    packages = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("deltalake", "pyarrow"))
    machine = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    return f"{datetime.now(UTC):%Y-%m-%d}, {commit}, Python {platform.python_version()}, {packages}, {machine}"
