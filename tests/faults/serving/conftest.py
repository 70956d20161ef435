"""Lakes and servers are those of the servers' and the lake's tests."""

import datetime as dt
import shutil
import sys
from pathlib import Path

import pytest

from lakecast_graphql.admin import keys
from lakecast_lake.storage import Lake

# `--import-mode=importlib` leaves sys.path alone.
for folder in ("graphql", "lake", "faults/serving"):
    sys.path.append(str(Path(__file__).parents[2] / folder))


@pytest.fixture(scope="session")
def small_lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Two data sets, one snapshot after each."""
    import made_lake

    return made_lake.make(tmp_path_factory.mktemp("small") / "lake")


@pytest.fixture
def own_lake_copy(small_lake: Lake, tmp_path: Path) -> Lake:
    """A copy of it that the test may damage."""
    shutil.copytree(small_lake.uri, tmp_path / "lake")
    return Lake(str(tmp_path / "lake"))


@pytest.fixture
def admin(tmp_path: Path) -> tuple[str, str]:
    """A keys file and the key in it."""
    path = tmp_path / "keys.json"
    return str(path), keys.create(path, "admin", dt.datetime.now(dt.UTC))
