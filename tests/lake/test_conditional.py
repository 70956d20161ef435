"""A store that ignores conditional puts is recognised and refused; a real one is taken."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lakecast_lake import commit
from lakecast_lake.errors import LakeUnreadable, StoreUnsafe
from lakecast_lake.storage import Lake
from lakecast_schema.tables import FACT_FORECAST


@pytest.fixture
def careless() -> Iterator[Lake]:
    """A lake on a store that ignores conditions."""
    script = Path(__file__).with_name("careless_store.py")
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        options = {
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "AWS_ACCESS_KEY_ID": "any",
            "AWS_SECRET_ACCESS_KEY": "any",
            "AWS_REGION": "us-east-1",
            "AWS_ALLOW_HTTP": "true",
        }
        yield Lake("s3://lakes/lake", options)
        process.kill()


def test_a_store_that_ignores_conditions_is_refused(careless):
    with pytest.raises(StoreUnsafe, match="Use a store that honours If-None-Match"):
        careless.probe()


def test_nothing_is_written_to_it(careless, forecasts):
    with pytest.raises(StoreUnsafe):
        commit.replace(careless, FACT_FORECAST, forecasts(), {"dataset_id": "alpha"}, "run-1")
    assert not careless.exists("fact_forecast")


def test_a_store_that_honours_them_is_taken(any_lake):
    any_lake.probe()


def test_the_probe_leaves_nothing_behind(lake):
    lake.probe()
    assert list(Path(lake.uri).iterdir()) == []


def test_a_store_that_cannot_be_reached_says_so(careless):
    options = {**careless.options, "AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_RETRIES": "0"}
    options |= {"max_retries": "0", "retry_timeout": "1s"}
    with pytest.raises(LakeUnreadable, match="Check the address"):
        Lake("s3://lakes/nowhere", options).probe()
