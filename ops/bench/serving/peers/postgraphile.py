"""PostGraphile on a PostgreSQL of its own, with keys and indexes for all three questions."""

import os
import shutil
import subprocess
from pathlib import Path
from random import Random

import pyarrow.csv as csv
import pyarrow.parquet as pq

from bench.serving.lake import HORIZON, SOURCES, item_id
from bench.serving.peers.peer import Peer
from bench.serving.processes import Server, free_port
from bench.serving.questions import PAGE, ROWS, body

_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
_FIELDS = "{ date itemId forecast lower80 upper80 source }"
_USER = "postgres"


def peer(program: Path, copies: Path, cluster: Path, items: int, log: Path) -> Peer:
    """The cluster in `cluster` is made and filled once; PostgreSQL refuses root, so its own user runs it."""
    port, database = free_port(), free_port()
    cluster = cluster.resolve()  # PostgreSQL looks for its socket's folder from its own
    if not (cluster / "filled").exists():
        _fill(copies, cluster, database)
    server = Server(
        "PostGraphile",
        ["sh", "-c", f"{_start(cluster, database)} & {_until_up(database)}; exec {program} --connection "
         f"postgres://{_USER}@127.0.0.1:{database}/{_USER} --schema public --port {port} --host 127.0.0.1 "
         "--disable-query-log --disable-default-mutations --simple-collections omit --dynamic-json"],
        port,
        ready="/graphql?query={__typename}",
        environment={"NODE_ENV": "production"},
        core=0,
        log=log,
    )  # fmt: skip

    def q1(chance: Random) -> str:
        query = (
            "query Q($i: String!, $s: String!) { allFactForecasts(condition: {itemId: $i, source: $s}, "
            f"orderBy: DATE_ASC, first: {HORIZON}) {{ nodes {_FIELDS} }} }}"
        )
        return body(query, {"i": item_id(chance.randrange(items)), "s": chance.choice(SOURCES)})

    def q2(chance: Random) -> str:
        own = 'factMetricsByItemId(condition: {source: "ensemble"}) { nodes { source mae rmse mape } }'
        page = f"allDimItems(first: {PAGE}, offset: $o, orderBy: ITEM_ID_ASC)"
        query = f"query P($o: Int!) {{ {page} {{ nodes {{ itemId name category total {own} }} }} }}"
        return body(query, {"o": chance.randrange(items - PAGE)})

    def q3(chance: Random) -> str:
        query = (
            f"query X($o: Int!) {{ allFactForecasts(first: {ROWS}, offset: $o, orderBy: PRIMARY_KEY_ASC) "
            f"{{ nodes {_FIELDS} }} }}"
        )
        # Near the beginning: OFFSET pays for what it skips, and this is its best case.
        return body(query, {"o": chance.randrange(ROWS)})

    note = "Q3 near the table's beginning, its best case; the database's processor time is counted"
    return Peer(server, {"Q1": q1, "Q2": q2, "Q3": q3}, dict.fromkeys(("Q1", "Q2", "Q3"), "/graphql"), note=note)


def _fill(copies: Path, cluster: Path, port: int) -> None:
    shutil.rmtree(cluster, ignore_errors=True)
    cluster.mkdir(parents=True)
    for name in ("dim_item", "fact_metrics", "fact_forecast"):
        csv.write_csv(pq.read_table(copies / f"{name}.parquet"), cluster / f"{name}.csv")
    _as_user(f"{_PROGRAMS[-1]}/initdb -D {cluster / 'data'} -U {_USER} -A trust > /dev/null", cluster)
    running = subprocess.Popen(["sh", "-c", f"exec {_start(cluster, port)}"])
    try:
        script = Path(__file__).resolve().with_suffix(".sql")
        subprocess.run(
            [
                "sh",
                "-c",
                f"{_until_up(port)}; psql -q -v ON_ERROR_STOP=1 -h 127.0.0.1 -p {port} -U {_USER} -f {script}",
            ],
            check=True,
            cwd=cluster,
        )
    finally:
        running.terminate()
        running.wait()
    (cluster / "filled").touch()


def _start(cluster: Path, port: int) -> str:
    command = f"{_PROGRAMS[-1]}/postgres -D {cluster / 'data'} -p {port} -c shared_buffers=1GB -k {cluster}"
    return f"runuser -u {_USER} -- {command}" if os.getuid() == 0 else command


def _as_user(command: str, cluster: Path) -> None:
    if os.getuid() == 0:
        shutil.chown(cluster, _USER)
        command = f"runuser -u {_USER} -- {command}"
    subprocess.run(["sh", "-c", command], check=True)


def _until_up(port: int) -> str:
    return f"until {_PROGRAMS[-1]}/pg_isready -q -h 127.0.0.1 -p {port}; do sleep 0.1; done"
