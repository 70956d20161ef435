"""A small lake that the training environment has filled, once per test session, and a server over it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import small_demand
from both_sides import Server, lakecast, serving


@pytest.fixture(scope="session")
def demand(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of demand, items and stock."""
    return small_demand.write(tmp_path_factory.mktemp("demand"))


@pytest.fixture(scope="session")
def published(demand: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with every source's forecasts of that demand. Tests that publish take `lake`."""
    lake = tmp_path_factory.mktemp("published") / "lake"
    lakecast("ml", "run", "--data", demand, "--lake", lake)
    return lake


@pytest.fixture
def lake(published: Path, tmp_path: Path) -> Path:
    """A copy of the published lake, to be written to."""
    return Path(shutil.copytree(published, tmp_path / "lake"))


@pytest.fixture(scope="session")
def server(published: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server over the published lake; it looks for new snapshots only when it is told to."""
    with serving(published, tmp_path_factory.mktemp("server"), LAKECAST_POLL_SECONDS="0") as running:
        yield running


@pytest.fixture
def new_key(tmp_path: Path) -> Callable[[], str]:
    """Makes a key that the servers of this test accept."""

    def make() -> str:
        done = lakecast("serve", "keys", "create", "--role", "admin", LAKECAST_KEYS_FILE=str(tmp_path / "keys.json"))
        return done.stdout.splitlines()[-1]

    return make
