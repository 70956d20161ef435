"""The reading report of a run: in the lake in two languages, in Dagster's metadata, and in what a run tells."""

from pathlib import Path

import dagster as dg

from lakecast_assets.pipeline.run import run
from lakecast_lake import snapshots
from lakecast_lake.storage import Lake
from lakecast_schema import rules
from lakecast_schema.tables import READING_REPORT

DEMAND = "Código;Data;Quantidade\n" + "".join(f"A;{day:02d}/03/2024;1.{day:03d},5\n" for day in range(1, 31))
STOCK = "item_id,date,on_hand\nA,2024-03-30,5\nB,2024-03-30,5\nA,someday,5\n"


def test_a_run_leaves_its_report_in_the_lake_and_in_dagster(tmp_path: Path, lake: str) -> None:
    folder = tmp_path / "parts"
    folder.mkdir()
    (folder / "demand.csv").write_text(DEMAND)
    (folder / "stock.csv").write_text(STOCK)
    with dg.DagsterInstance.ephemeral() as instance:
        (told,) = run(folder, lake, sources=["seasonal_naive"], horizon=7, instance=instance).datasets
        event = instance.get_latest_materialization_event(dg.AssetKey("demand"))
    opened = Lake.open(lake)
    table = snapshots.read(opened, snapshots.newest(opened), READING_REPORT.name)
    rules.check(READING_REPORT, table)
    rows = table.sort_by("line").to_pylist()
    assert {row["run_id"] for row in rows} == {told.run_id}
    by_code = {row["code"]: row for row in rows}
    assert rows[0]["message_en"] == (
        "demand.csv: 30 rows, utf-8, semicolon; item_id is Código, date is Data, quantity is Quantidade; "
        "01/03/2024 is read as 2024-03-01, 1.001,5 is read as 1001.5"
    )
    assert rows[0]["message_pt"].startswith("demand.csv: 30 linhas, utf-8, ponto e vírgula; item_id é Código")
    assert by_code["frequency"]["message_pt"].startswith("dados com frequência diária, 1 item,")
    strangers = by_code["stock_of_unknown_items"]
    assert (strangers["severity"], strangers["count"], strangers["examples"]) == ("warning", 1, ["B"])
    assert strangers["message_pt"].startswith("1 item de stock.csv não está na demanda")
    rejected = by_code["bad_date"]
    assert (rejected["severity"], rejected["count"]) == ("rejected", 1)
    assert rejected["message_en"].startswith("1 rejected: date is no day")
    assert event is not None
    assert event.asset_materialization is not None
    noted = event.asset_materialization.metadata
    assert noted["warnings"].value == 1
    assert "* 1 item of stock.csv is neither" in str(noted["reading report"].value)
    assert "* 1 item de stock.csv não está" in str(noted["relatório de leitura"].value)
    assert any("1 item of stock.csv is neither" in note for note in told.notes)
