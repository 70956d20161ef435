"""ROAPI: SQL over the same rows in memory. Its GraphQL has no joins, so SQL, its best interface, is asked."""

import json
from pathlib import Path
from random import Random

from bench.serving.lake import FIRST_DAY, HORIZON, SOURCES, TOTAL_DAYS_OF_PAGE, item_id
from bench.serving.peers.peer import Peer
from bench.serving.processes import Server, free_port
from bench.serving.questions import PAGE, ROWS

_COLUMNS = "date, item_id, forecast, lower_80, upper_80, source"


def peer(binary: Path, copies: Path, items: int, log: Path) -> Peer:
    """Serves sorted Parquet copies from memory."""
    port = free_port()

    def q1(chance: Random) -> str:
        return (
            f"select {_COLUMNS} from fact_forecast where item_id = '{item_id(chance.randrange(items))}' "
            f"and source = '{chance.choice(SOURCES)}' order by date limit {HORIZON}"
        )

    def q2(chance: Random) -> str:
        first = chance.randrange(items - PAGE)
        page = f"between '{item_id(first)}' and '{item_id(first + PAGE - 1)}'"
        end = FIRST_DAY + TOTAL_DAYS_OF_PAGE
        return (
            "select i.item_id, i.name, i.category, m.source, m.mae, m.rmse, m.mape, t.total from dim_item i "
            "join fact_metrics m on m.item_id = i.item_id and m.source = 'ensemble' "
            "join (select item_id, sum(forecast) total from fact_forecast "
            f"where source = 'ensemble' and date < date '{end}' and item_id {page} group by item_id) t "
            f"on t.item_id = i.item_id where i.item_id {page} and m.item_id {page} order by i.item_id, m.source"
        )

    def q3(chance: Random) -> str:
        items_needed = ROWS // HORIZON + 1
        first = chance.randrange(items - items_needed)
        return (
            f"select {_COLUMNS} from fact_forecast where source = '{chance.choice(SOURCES)}' "
            f"and item_id between '{item_id(first)}' and '{item_id(first + items_needed)}' limit {ROWS}"
        )

    server = Server(
        "ROAPI",
        [
            str(binary), "--addr-http", f"127.0.0.1:{port}", "--addr-postgres", f"127.0.0.1:{free_port()}",
            "--addr-flight-sql", f"127.0.0.1:{free_port()}", "--config", str(_config(copies)),
        ],
        port,
        ready="/api/schema",
        log=log,
    )  # fmt: skip
    note = "SQL endpoint; Parquet copies in memory; Q2 is a flat join"
    return Peer(
        server, {"Q1": q1, "Q2": q2, "Q3": q3}, dict.fromkeys(("Q1", "Q2", "Q3"), "/api/sql"), "text/plain", note=note
    )


def _config(copies: Path) -> Path:
    """Its configuration file, written beside the copies."""
    tables = [
        {
            "name": name,
            "uri": str((copies / f"{name}.parquet").resolve()),
            "option": {"format": "parquet", "use_memory_table": True},
        }
        for name in ("fact_forecast", "fact_metrics", "dim_item")
    ]
    file = copies / "roapi.yaml"
    file.write_text(json.dumps({"tables": tables}), encoding="utf-8")  # JSON is YAML
    return file
