"""One browser for all tests of the page, and a server as strict as one can be: persisted operations only."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).parent))

from playwright.sync_api import Browser
from running import Running, running
from visiting import chromium

from lakecast_lake.storage import Lake


@pytest.fixture(scope="module")  # a loop runs in this thread meanwhile, which no other test could start its own in
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="session")
def strict(small_lake: Lake, admin: tuple[str, str]) -> Iterator[Running]:
    """A server in production: no introspection, and nothing but the page's own operations."""
    with running(small_lake.uri, persisted_queries="only", keys_file=admin[0]) as found:
        yield found
