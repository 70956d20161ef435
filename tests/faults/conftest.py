"""Faults at two sizes: a few of each in the test suite, all of them by `make faults`, which also writes the table."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

FULL = os.environ.get("LAKECAST_FAULTS") == "full"
ROWS = pytest.StashKey[list[tuple[str, str, str]]]()
TABLE = Path(__file__).with_name("RESULTS.md")

Record = Callable[[str, object, str], None]


@pytest.fixture
def size() -> Callable[[int, int], int]:
    """`size(few, all)`: how many faults to make."""
    return lambda few, every: every if FULL else few


@pytest.fixture
def record(request: pytest.FixtureRequest) -> Record:
    """`record(fault, count, outcome)` adds a row to the table."""
    rows = request.config.stash.setdefault(ROWS, [])
    return lambda fault, count, outcome: rows.append((fault, str(count), outcome))


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Replace the rows of the faults that were made; those of others stay."""
    rows = session.config.stash.get(ROWS, [])
    if FULL and rows:
        lines = TABLE.read_text().splitlines() if TABLE.exists() else []
        before = {line.split(" | ")[0][2:]: line for line in lines if line.startswith("| ")}
        heads = ("| fault | times | outcome |", "|---|---|---|")
        after = before | {fault: f"| {fault} | {count} | {outcome} |" for fault, count, outcome in rows}
        after.pop("fault", None)
        intro = (
            "# Faults\n\nWritten by `make faults`; every row is a test that fails where the outcome is another one.\n"
        )
        TABLE.write_text("\n".join([intro, *heads, *after.values()]) + "\n")
    return (yield)
