"""Makes the modules beside the tests importable, and serves a small lake to whoever only reads it."""

import datetime as dt
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

# `--import-mode=importlib` leaves sys.path alone; the folder must not be found under the name `graphql`.
sys.path.append(str(Path(__file__).parent))

import made_lake
from running import Running, running

from lakecast_graphql.admin import keys
from lakecast_lake.storage import Lake


@pytest.fixture(scope="session")
def small_lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Two data sets, one snapshot after each; nobody writes to it."""
    return made_lake.make(tmp_path_factory.mktemp("small") / "lake")


@pytest.fixture
def own_lake(small_lake: Lake, tmp_path: Path) -> Lake:
    """A copy of the small lake that the test may write to."""
    shutil.copytree(small_lake.uri, tmp_path / "lake")
    return Lake(str(tmp_path / "lake"))


@pytest.fixture(scope="session")
def admin(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A keys file and the key in it."""
    path = tmp_path_factory.mktemp("keys") / "keys.json"
    return str(path), keys.create(path, "admin", dt.datetime.now(dt.UTC))


@pytest.fixture(scope="session")
def server(small_lake: Lake, admin: tuple[str, str]) -> Iterator[Running]:
    """A server of the small lake in development mode, shared by tests that leave it as it is."""
    with running(small_lake.uri, dev=True, keys_file=admin[0]) as found:
        yield found
