"""Results go out as files and come in as files, and nothing is lost on the way."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from both_sides import ROOT, Server, lakecast, serving

PAGE = """
query Page($after: String, $kind: ForecastKind!) {
  forecasts(first: 5000, after: $after, kind: $kind, orderBy: [{field: ITEM_ID}, {field: SOURCE}, {field: CUTOFF},
      {field: DATE}]) {
    totalCount
    pageInfo { hasNextPage endCursor }
    nodes { date itemId forecast actual median lower80 upper80 lower95 upper95 source modelVersion generatedAt datasetId
      kind cutoff horizon }
  }
}
"""
METRICS = """{ metrics(first: 5000) { totalCount nodes { datasetId itemId source modelVersion generatedAt windows
  observations mae rmse wape smape mape mase rmsse bias quantileLoss intervalScore80 coverage80 coverage95 skill
  fitSeconds } } }"""


def forecasts(server: Server) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for kind in ("LIVE", "BACKTEST"):
        after = None
        while True:
            page = server.query(PAGE, after=after, kind=kind)["forecasts"]
            rows += page["nodes"]
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
    return sorted(rows, key=lambda row: tuple(str(row[k]) for k in ("datasetId", "itemId", "source", "cutoff", "date")))


def metrics(server: Server) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = server.query(METRICS)["metrics"]["nodes"]
    return sorted(rows, key=lambda row: (row["datasetId"], row["itemId"], row["source"]))


@pytest.mark.slow
@pytest.mark.parametrize("side", ["ml", "serve"])
def test_export_and_import_into_an_empty_lake_lose_nothing(
    side: str, published: Path, server: Server, tmp_path: Path
) -> None:
    results, other = tmp_path / "results", tmp_path / "other"
    lakecast(side, "export", results, "--lake", published)
    assert {path.name for path in results.rglob("*") if path.is_file()} >= {
        "fact_forecast.parquet",
        "fact_metrics.parquet",
        "metadata.json",
    }
    lakecast(side, "import", results, "--lake", other)
    with serving(other, tmp_path) as second:
        rows = forecasts(second)
        assert len(rows) > 1000
        assert rows == forecasts(server)
        assert metrics(second) == metrics(server)


@pytest.mark.slow
def test_ten_lines_of_pandas_are_served(tmp_path: Path) -> None:
    """The snippet of docs/how-to/results.md, as it stands there."""
    text = (ROOT / "docs" / "how-to" / "results.md").read_text()
    found = re.search(r"<!-- python: results -->\n```python\n(.*?)```", text, re.DOTALL)
    assert found
    script = found[1]
    assert len([line for line in script.splitlines() if line]) <= 10
    python = str(ROOT / ".venv-ml" / "bin" / "python")
    subprocess.run([python, "-c", script], cwd=tmp_path, check=True, capture_output=True)

    said = lakecast("serve", "import", tmp_path / "results", "--lake", tmp_path / "lake").stdout
    assert "towers" in said
    with serving(tmp_path / "lake", tmp_path) as server:
        answer = server.query("""{
            item(itemId: "SFP-10G") { frequency champion forecast { source modelVersion cutoff dates forecast median } }
            forecasts { nodes { date kind cutoff forecast actual generatedAt lower80 upper95 } }
        }""")
    series = answer["item"]["forecast"]
    assert answer["item"]["frequency"] == "MONTHLY"
    assert answer["item"]["champion"] == series["source"] == "my_model"
    assert series["dates"] == ["2024-07-01", "2024-08-01", "2024-09-01"]
    assert series["forecast"] == [7.1, 7.3, 7.6]
    assert series["median"] == [None] * 3
    assert series["cutoff"] == "2024-06-01"
    for row in answer["forecasts"]["nodes"]:
        assert row["kind"] == "LIVE"
        assert row["actual"] is row["lower80"] is row["upper95"] is None
        assert row["generatedAt"].startswith("2024-06-30T18:00:00")
