"""Files that are dropped into the landing folder are served with no hand in between; bad ones are red and harmless."""

import json
import os
import shutil
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from both_sides import ROOT, environment, free_port, serving
from processes import answers, running, wait
from pyarrow import fs

MINUTES_AGO = 600
ITEMS = """{ items(first: 10) { nodes { itemId } } }"""
RUNS = """{ runsOrError { ... on Runs { results { status tags { key value } } } } }"""

Land = Callable[[Path], None]


def demand(folder: Path, days: int = 90, items: int = 3) -> Path:
    """A folder of daily demand of some items."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = [
        f"{folder.name}-{item},2026-{1 + day // 28:02}-{1 + day % 28:02},{(day * (item + 3)) % 11}"
        for item in range(items)
        for day in range(days)
    ]
    (folder / "demand.csv").write_text("\n".join(["item_id,date,quantity", *rows]) + "\n")
    (folder / "lakecast.yaml").write_text("sources: [seasonal_naive]\nas_of: 2026-06-30\nhorizon: 7\ngaps: zero\n")
    return folder


@pytest.fixture(params=["local", "s3"])
def landing(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[dict[str, str], Land]:
    """Variables that tell Dagster where its landing folder is, and what puts a folder there."""
    if request.param == "local":
        (tmp_path / "landing").mkdir()

        def copy(folder: Path) -> None:
            target = tmp_path / "landing" / folder.name
            shutil.copytree(folder, target, dirs_exist_ok=True)
            for path in target.iterdir():
                os.utime(path, (time.time() - MINUTES_AGO,) * 2)

        return {"LAKECAST_LANDING": str(tmp_path / "landing")}, copy
    server = request.getfixturevalue("s3_server")
    address = server.fresh_uri()
    store = fs.S3FileSystem(
        access_key=server.options["AWS_ACCESS_KEY_ID"],
        secret_key=server.options["AWS_SECRET_ACCESS_KEY"],
        region=server.options["AWS_REGION"],
        endpoint_override=server.endpoint,
    )

    def put(folder: Path) -> None:
        fs.copy_files(str(folder), f"{address.removeprefix('s3://')}/{folder.name}", destination_filesystem=store)

    return {"LAKECAST_LANDING": address, **server.options}, put


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_what_lands_is_served_and_what_is_broken_is_red(landing: tuple[dict[str, str], Land], tmp_path: Path) -> None:
    variables, land = landing
    for name in ("dagster", "pipeline", "api"):
        (tmp_path / name).mkdir()
    shutil.copy(ROOT / "ops" / "dagster.yaml", tmp_path / "dagster")
    port, lake = free_port(), tmp_path / "lake"
    whole, copying, broken = (demand(tmp_path / "files" / name) for name in ("whole", "copying", "broken"))
    (copying / "demand.csv").rename(copying / "demand.csv.part")
    (broken / "demand.csv").write_text("nothing\n1\n")
    command = [
        "dagster",
        "dev",
        "--workspace",
        str(ROOT / "workspace.yaml"),
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    given = environment(
        DAGSTER_HOME=str(tmp_path / "dagster"), LAKECAST_LAKE=str(lake), LAKECAST_WATCH_SECONDS="5", **variables
    )

    def statuses() -> dict[str, list[str]]:
        """Data set -> the status of its runs, the newest first."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/graphql",
            json.dumps({"query": RUNS}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            runs = json.load(response)["data"]["runsOrError"]["results"]
        found: dict[str, list[str]] = {}
        for run in runs:
            tags = {tag["key"]: tag["value"] for tag in run["tags"]}
            found.setdefault(tags["dagster/partition"], []).append(run["status"])
        return found

    pipeline = running([str(ROOT / ".venv-ml" / "bin" / command[0]), *command[1:]], given, tmp_path / "pipeline")
    with pipeline as process:

        def until(what: Callable[[], Any]) -> None:
            wait(what, process, tmp_path / "pipeline", 1500)

        until(lambda: answers(f"http://127.0.0.1:{port}/server_info"))
        for folder in (whole, copying, broken):
            land(folder)
        until((lake / "snapshot" / "_delta_log").exists)
        with serving(lake, tmp_path / "api", LAKECAST_POLL_SECONDS="0.5") as server:

            def items() -> list[str]:
                return [node["itemId"] for node in server.query(ITEMS)["items"]["nodes"]]

            assert items() == ["whole-0", "whole-1", "whole-2"]
            lines = (whole / "demand.csv").read_text().splitlines()
            (whole / "demand.csv").write_text("\n".join(lines[: len(lines) // 3]) + "\n")
            for folder in (whole, demand(tmp_path / "files" / "another", items=1)):
                land(folder)
            until(lambda: items() == ["another-0", "whole-0", "whole-1", "whole-2"])
            bad = {"broken": ["FAILURE"], "whole": ["FAILURE", "SUCCESS"]}
            until(lambda: {name: each for name, each in statuses().items() if name != "another"} == bad)
            assert items() == ["another-0", "whole-0", "whole-1", "whole-2"], "a file that was cut off is not served"
