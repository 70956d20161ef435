"""Pages for people: nothing from elsewhere, and examples that work."""

import gzip
import re
import subprocess
from pathlib import Path

import debian
import pytest
from graphql import OperationDefinitionNode, OperationType, parse, validate
from running import Running, running

from lakecast_graphql.sdl import sdl
from lakecast_graphql.transport.pages import examples
from lakecast_graphql.types.schema import schema
from lakecast_lake.storage import Lake

BROWSER = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


def test_graphiql_is_shown_to_browsers_and_to_nobody_else(server: Running) -> None:
    page = server.http.get("/graphql", headers=BROWSER)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "GraphiQL" in page.text
    asked = server.http.get("/graphql", params={"query": "{ __typename }"}, headers=BROWSER)
    assert asked.json()["data"] == {"__typename": "Query"}
    assert server.http.get("/graphql", headers={"accept": "*/*"}).status_code == 400


def test_pages_name_no_other_host(server: Running) -> None:
    for path in ("/", "/graphql"):
        page = server.http.get(path, headers=BROWSER)
        assert not re.search(r"(?:https?:)?//[a-z0-9]", page.text), path
        assert "default-src 'none'" in page.headers["content-security-policy"]
        for asset in re.findall(r'(?:src|href)="(static/[^"]+)"', page.text):
            found = server.http.get(f"/{asset}")
            assert found.status_code == 200
            assert len(found.content) > 5_000
        (icon,) = re.findall(r'rel="icon" href="([^"]+)"', page.text)
        assert server.http.get(icon).headers["content-type"] == "image/svg+xml"


def test_assets_are_stored_compressed_and_named_in_the_notice() -> None:
    import lakecast_graphql

    folder = Path(lakecast_graphql.__file__).parent / "static" / "graphiql"
    notice = (folder / "NOTICE.md").read_text()
    files = sorted(folder.glob("*.gz"))
    assert files
    for file in files:
        assert file.name.removesuffix(".gz") in notice
        gzip.decompress(file.read_bytes())
    assert sum(file.stat().st_size for file in files) < 3_000_000


@pytest.mark.parametrize(("name", "text"), examples())
def test_an_example_is_valid_and_answered(server: Running, admin: tuple[str, str], name: str, text: str) -> None:
    document = parse(text)
    assert validate(schema()._schema, document) == []
    (operation,) = (d for d in document.definitions if isinstance(d, OperationDefinitionNode))
    assert text.startswith("# "), "an example says what it is for"
    if operation.operation is not OperationType.SUBSCRIPTION:
        assert server.data(text, admin[1])


def test_home_without_the_dashboard_shows_the_way(small_lake: Lake) -> None:
    with running(small_lake.uri, dev=True, dashboard=False) as server:
        page = server.http.get("/")
        assert 'href="graphql"' in page.text
        assert server.http.post("/").status_code == 405
        assert server.http.get("/nope").status_code == 404


def test_code_generators_read_the_schema_in_production_too(small_lake: Lake) -> None:
    with running(small_lake.uri) as production:
        found = production.http.get("/schema.graphql")
        assert found.headers["content-type"] == "text/plain; charset=utf-8"
        assert found.text == sdl()
        assert production.http.head("/schema.graphql").status_code == 200
        assert production.http.post("/schema.graphql").status_code == 405


@pytest.mark.browser
@pytest.mark.slow
def test_graphiql_starts_in_a_browser_that_reaches_nothing_else(server: Running, tmp_path: Path) -> None:
    chromium = debian.chromium("GraphiQL is")
    command = [
        *(chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}"),
        *("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--virtual-time-budget=15000", "--dump-dom"),
        server.graphql,
    ]
    page = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    tabs = re.findall(r'graphiql-tab-button"[^>]*>([^<]+)', page)
    names = [re.search(r"(?:query|mutation|subscription) (\w+)", text) for _, text in examples()]
    assert tabs == [name.group(1) for name in names if name is not None]
    assert "Documentation" in page
