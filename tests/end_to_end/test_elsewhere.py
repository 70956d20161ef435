"""The examples of docs/how-to/elsewhere.md, as they stand there: a notebook, a batch job, a container's command."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
from both_sides import ROOT, environment, lakecast

from lakecast_lake import snapshots
from lakecast_lake.storage import Lake

PAGE = (ROOT / "docs" / "how-to" / "elsewhere.md").read_text()


def example(kind: str) -> str:
    match = re.search(rf"<!-- {kind}: elsewhere -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)
    assert match
    return match[1]


def demand(folder: Path) -> None:
    """Two months of daily demand of an item, to be forecast by one cheap source."""
    folder.mkdir()
    rows = [f"{folder.name}-0,2026-{1 + day // 28:02}-{1 + day % 28:02},{day % 7}" for day in range(56)]
    (folder / "demand.csv").write_text("\n".join(["item_id,date,quantity", *rows]) + "\n")
    (folder / "lakecast.yaml").write_text("sources: [seasonal_naive]\nas_of: 2026-06-30\nhorizon: 7\ngaps: zero\n")


@pytest.mark.slow
def test_what_is_trained_elsewhere_is_published(tmp_path: Path) -> None:
    python = str(ROOT / ".venv-ml" / "bin" / "python")
    subprocess.run([python, "-c", example("python")], cwd=tmp_path, check=True, capture_output=True)
    demand(tmp_path / "batch")
    for line in example("sh").splitlines():
        lakecast("ml", *shlex.split(line)[1:], cwd=tmp_path)
    demand(tmp_path / "cloud")
    *_, shell, option, command = shlex.split(example("docker").replace("\\\n", " "))
    assert (shell, option) == ("sh", "-c")
    for mounted, place in (("/in", "cloud"), ("/out", "results/cloud"), ("/tmp/lake", "other-scratch")):
        command = command.replace(f" {mounted}", f" {tmp_path / place}")
    path = f"{ROOT / '.venv-ml' / 'bin'}:/usr/bin:/bin"
    subprocess.run([shell, option, command], env=environment(PATH=path), cwd=tmp_path, check=True, capture_output=True)

    lake = tmp_path / "lake"
    for name in ("notebook", "batch", "cloud"):
        lakecast("serve", "import", tmp_path / "results" / name, "--lake", lake)
    opened = Lake.open(str(lake))
    rows = snapshots.read(opened, snapshots.newest(opened), "fact_forecast").to_pylist()
    live = {(row["dataset_id"], row["item_id"], row["source"]) for row in rows if row["kind"] == "live"}
    assert live == {
        ("towers", "SFP-10G", "theta"),
        ("towers", "FUSE-5A", "theta"),
        ("batch", "batch-0", "seasonal_naive"),
        ("cloud", "cloud-0", "seasonal_naive"),
    }
