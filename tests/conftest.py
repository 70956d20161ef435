"""What several packages' tests need: a real S3-compatible server, started once per test session, and fresh lakes."""

import contextlib
import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pyarrow.fs
import pytest
from hypothesis import Phase, settings

from lakecast_lake.storage import Lake

# Whoever runs the tests may speak Portuguese; what they compare is English.
os.environ["LC_ALL"] = "C.UTF-8"
# The machines that run the tests are shared: how long one example takes says nothing.
settings.register_profile("lakecast", deadline=None)
# tests/mutants.py asks whether a test fails, not for the smallest example, and wants the same answer every time.
settings.register_profile(
    "mutants", deadline=None, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate)
)
settings.load_profile(os.environ.get("LAKECAST_TEST_PROFILE", "lakecast"))


@dataclass(frozen=True)
class S3Server:
    """A running server with one bucket, `lakes`. `options` are storage options that reach it."""

    endpoint: str
    options: Mapping[str, str]
    process_id: int

    def fresh_uri(self) -> str:
        """An address that nothing was written to."""
        return f"s3://lakes/{uuid4().hex}"


@pytest.fixture(scope="session")
def s3_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """SeaweedFS from PyPI, on loopback."""
    folder = tmp_path_factory.mktemp("s3")
    key = {"accessKey": "lakecast", "secretKey": "lakecast-secret"}
    actions = ["Admin", "Read", "Write", "List", "Tagging"]
    identities = [{"name": "test", "credentials": [key], "actions": actions}]
    (folder / "s3.json").write_text(json.dumps({"identities": identities}))
    ports = dict(zip(("s3", "master", "volume", "filer"), _free_ports(4), strict=True))
    command = [
        *(str(Path(sys.executable).parent / "weed"), "server", "-s3", f"-dir={folder}"),
        *("-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-volume.max=0", "-master.volumeSizeLimitMB=64"),
        *(f"-{name}.port={port}" for name, port in ports.items()),
        *(f"-s3.config={folder / 's3.json'}", "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false"),
    ]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)
        try:
            endpoint = f"http://127.0.0.1:{ports['s3']}"
            _wait(endpoint, process, folder / "log")
            pyarrow.fs.S3FileSystem(
                endpoint_override=endpoint,
                access_key=key["accessKey"],
                secret_key=key["secretKey"],
                region="us-east-1",
                allow_bucket_creation=True,
            ).create_dir("lakes")
            options = {
                "AWS_ENDPOINT_URL": endpoint,
                "AWS_ACCESS_KEY_ID": key["accessKey"],
                "AWS_SECRET_ACCESS_KEY": key["secretKey"],
                "AWS_REGION": "us-east-1",
                "AWS_ALLOW_HTTP": "true",
            }
            yield S3Server(endpoint, options, process.pid)
        finally:
            process.kill()  # asked politely it takes half a minute, and its data is of no value
            process.wait()


def _wait(endpoint: str, process: "subprocess.Popen[bytes]", log: Path, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(urllib.error.URLError, OSError):
            urllib.request.urlopen(f"{endpoint}/status", timeout=1).close()
            return
        time.sleep(0.1)
    raise RuntimeError(f"the S3 server did not start:\n{log.read_text()[-2000:]}")


def _free_ports(count: int) -> list[int]:
    """Free ports whose neighbours 10,000 above are free, too: SeaweedFS uses those for gRPC."""
    found: list[int] = []
    while len(found) < count:
        with socket.socket() as one, socket.socket() as two, contextlib.suppress(OSError, OverflowError):
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            two.bind(("127.0.0.1", port + 10_000))
            if port not in found:
                found.append(port)
    return found


@pytest.fixture(params=["folder", "s3"])
def any_lake(request: pytest.FixtureRequest, tmp_path: Path) -> Lake:
    """A fresh lake in a folder, and one on S3."""
    if request.param == "folder":
        return Lake(str(tmp_path / "lake"))
    server = request.getfixturevalue("s3_server")
    return Lake(server.fresh_uri(), server.options)
