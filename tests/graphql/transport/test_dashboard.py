"""The buyer's page as files: what is served, how large it is, and that it is what its sources make."""

import gzip
import re
from pathlib import Path

import pytest
from graphql import parse, validate
from node_packages import installed, run
from running import Running, running

from lakecast_graphql.operation.persisted import digest_of
from lakecast_graphql.transport import dashboard
from lakecast_graphql.types.schema import schema
from lakecast_lake.storage import Lake

ROOT = Path(__file__).parents[3]
SOURCES = ROOT / "graphql" / "dashboard"
BUILT = ROOT / "graphql" / "lakecast_graphql" / "static" / "dashboard"

FIRST_BYTES, ALL_BYTES = 50_000, 100_000
"""Of the first view without its data, which are 10 kB at most; of everything."""


def test_the_page_is_served_with_a_strict_policy(server: Running) -> None:
    page = server.http.get("/")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<style" not in page.text
    assert not re.search(r"<script(?![^>]*src=)", page.text)
    assert page.headers["cache-control"] == "no-cache"
    assert server.http.post("/").status_code == 405
    assert server.http.get("/", headers={"if-none-match": page.headers["etag"]}).status_code == 304


def test_addresses_are_relative_and_answered(server: Running) -> None:
    page = server.http.get("/")
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page.text)
    assert len(addresses) >= 3
    for address in addresses:
        assert address.startswith("./")
        found = server.http.get(address.removeprefix("."))
        assert found.status_code == 200
        assert found.headers["content-encoding"] == "gzip"
    plain = server.http.get(addresses[-1].removeprefix("."), headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert "immutable" in plain.headers["cache-control"]


def test_a_setting_turns_the_page_off(small_lake: Lake) -> None:
    with running(small_lake.uri, dashboard=False) as server:
        assert "./assets/" not in server.http.get("/").text
        (script,) = (file.name for file in (BUILT / "assets").glob("index-*.js"))
        assert server.http.get(f"/assets/{script}").status_code == 404


def test_the_page_is_small() -> None:
    sizes = {file.name: len(gzip.compress(file.read_bytes(), 9)) for file in BUILT.rglob("*") if file.is_file()}
    sizes.pop("operations.json")  # for the server
    page = (BUILT / "index.html").read_text()
    assert sum(size for name, size in sizes.items() if name == "index.html" or name in page) <= FIRST_BYTES
    assert sum(sizes.values()) <= ALL_BYTES


def test_every_operation_is_listed_under_its_hash_and_valid() -> None:
    operations = dashboard.operations()
    assert len(operations) > 10
    for digest, text in operations.items():
        assert digest_of(text) == digest
        assert validate(schema()._schema, parse(text)) == []
    code = "".join(file.read_text() for file in (BUILT / "assets").glob("*.js"))
    assert set(re.findall(r"hash:[`\"']([0-9a-f]{64})", code)) <= set(operations)


def test_persisted_queries_alone_admit_the_page_and_nothing_else(small_lake: Lake) -> None:
    (digest,) = (digest for digest, text in dashboard.operations().items() if "query Suppliers(" in text)
    asked = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}}
    with running(small_lake.uri, persisted_queries="only") as server:
        assert server.http.post("/graphql", json=asked).json()["data"]["suppliers"]
        assert server.code("{ overview { itemCount } }") == "FORBIDDEN"
    with running(small_lake.uri, persisted_queries="only", dashboard=False) as server:
        assert server.http.post("/graphql", json=asked).json()["errors"]


def test_no_source_names_another_host() -> None:
    """Addresses of namespaces are names and are never asked."""
    for file in BUILT.rglob("*"):
        if file.is_file():
            hosts = set(re.findall(r"(?:https?:|\W)//([a-z0-9.-]+\.[a-z]{2,})", file.read_text()))
            assert hosts <= {"www.w3.org"}, file.name


@pytest.mark.node
@pytest.mark.slow
def test_built_files_are_what_the_sources_make(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    folder = installed(request.config, SOURCES)
    schema_file = str(ROOT / "schema" / "lakecast_schema" / "lakecast.graphql")
    run(["npm", "run", "build", "--", "--outDir", str(tmp_path / "built")], folder, LAKECAST_SCHEMA=schema_file)
    made = {path.relative_to(tmp_path / "built"): path for path in (tmp_path / "built").rglob("*") if path.is_file()}
    there = {path.relative_to(BUILT): path for path in BUILT.rglob("*") if path.is_file()}
    assert made.keys() == there.keys(), "run `make dashboard` and commit what it builds"
    for name, path in made.items():
        assert path.read_bytes() == there[name].read_bytes(), f"{name}: run `make dashboard` and commit what it builds"
