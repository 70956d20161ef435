"""The lake that is asked about, as a server answers from it and as plain tables."""

import sys
from collections.abc import Iterator
from pathlib import Path

import made_lake
import pytest

sys.path.append(str(Path(__file__).parent))

from expected import Expected
from generated import OWN
from running import Running, running

from lakecast_lake.storage import Lake


@pytest.fixture(scope="session")
def lake(tmp_path_factory: pytest.TempPathFactory) -> Lake:
    """Two data sets, one of them with live forecasts of two cutoffs."""
    if OWN:
        return Lake(OWN)
    made = made_lake.make(tmp_path_factory.mktemp("values") / "lake")
    made_lake.add_run(made, "alpha", seed=5, run_id="run-3", later=1)
    return made


@pytest.fixture(scope="session")
def expected(lake: Lake) -> Expected:
    """Shared: nobody changes it."""
    return Expected(lake)


@pytest.fixture(scope="session")
def server(lake: Lake) -> Iterator[Running]:
    """Of that lake, as frontends have it: no development mode."""
    with running(lake.uri) as found:
        yield found
