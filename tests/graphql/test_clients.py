"""The clients that people use, against a real server; and the documented examples, as a reader would run them."""

import json
import re
import subprocess
import sys
from pathlib import Path

import debian
import pytest
from node_packages import installed, run
from running import Running, running

from lakecast_lake.storage import Lake

HERE = Path(__file__).parent
CLIENTS = Path(__file__).parents[2] / "examples" / "clients"
SDL = Path(__file__).parents[2] / "schema" / "lakecast_schema" / "lakecast.graphql"


@pytest.fixture(scope="module")
def node_tests(request: pytest.FixtureRequest) -> Path:
    return installed(request.config, HERE / "node")


@pytest.fixture(scope="module")
def typescript(request: pytest.FixtureRequest) -> Path:
    folder = installed(request.config, CLIENTS / "typescript")
    run(["npm", "run", "codegen"], folder, LAKECAST_SCHEMA=str(SDL))
    return folder


@pytest.mark.node
@pytest.mark.slow
@pytest.mark.parametrize("client", ["apollo", "urql", "request", "ws", "sse"])
def test_a_client_works(client: str, node_tests: Path, server: Running, admin: tuple[str, str]) -> None:
    result = json.loads(run(["node", f"{client}.mjs", server.graphql, admin[1]], node_tests).splitlines()[-1])
    assert result["failed"] == []
    assert result["total"] > 3


@pytest.mark.node
@pytest.mark.slow
def test_every_audit_of_graphql_over_http_passes(node_tests: Path, server: Running) -> None:
    result = json.loads(run(["node", "audit.mjs", server.graphql], node_tests))
    assert result["failed"] == []
    assert result["total"] >= 61


@pytest.mark.node
@pytest.mark.slow
def test_the_typescript_example_compiles_strictly_and_runs(typescript: Path, server: Running) -> None:
    run(["npm", "run", "build"], typescript)
    printed = run(["npm", "start", "--", server.graphql], typescript)
    assert "22 decisions" in printed
    assert "snapshot 2 is served" in printed


@pytest.mark.node
@pytest.mark.slow
def test_types_are_generated_by_the_address_of_a_server_in_production(typescript: Path, small_lake: Lake) -> None:
    generated = typescript / "src" / "gql" / "graphql.ts"
    from_file = generated.read_text()
    generated.unlink()
    with running(small_lake.uri) as production:
        run(["npm", "run", "codegen"], typescript, LAKECAST_SCHEMA=f"{production.url}/schema.graphql")
    assert generated.read_text() == from_file
    generated.unlink()
    # By introspection: the generator offers zstd, which Node 20 cannot read and Node 22 can.
    with running(small_lake.uri, introspection=True) as open_one:
        run(["npm", "run", "codegen"], typescript, LAKECAST_SCHEMA=open_one.graphql)
    assert generated.read_text() == from_file


@pytest.mark.node
@pytest.mark.slow
def test_types_are_generated_by_address_on_node_22(typescript: Path, node_tests: Path, small_lake: Lake) -> None:
    node = node_tests / "node_modules" / "node-22" / "bin" / "node"
    if not node.exists():
        debian.not_tested("There is no Node 22 for this machine", "codegen on it is", "nodejs")
    assert run([str(node), "--version"], typescript).startswith("v22.")
    generated = typescript / "src" / "gql" / "graphql.ts"
    from_file = generated.read_text()
    codegen = [str(node), "node_modules/@graphql-codegen/cli/cjs/bin.js", "--config", "codegen.ts"]
    with running(small_lake.uri, introspection=True) as open_one:
        for address in (f"{open_one.url}/schema.graphql", open_one.graphql):
            generated.unlink()
            run(codegen, typescript, LAKECAST_SCHEMA=address)
            assert generated.read_text() == from_file


@pytest.mark.node
@pytest.mark.slow
def test_the_typescript_example_does_not_compile_with_a_wrong_type(typescript: Path) -> None:
    example = typescript / "src" / "example.ts"
    text = example.read_text()
    try:
        example.write_text(text.replace("{ itemId, datasetId });", "{ itemId, datasetId: 3 });"))
        done = subprocess.run(["npm", "run", "check"], cwd=typescript, capture_output=True, text=True, check=False)
    finally:
        example.write_text(text)
    assert done.returncode != 0
    assert "number" in done.stdout


@pytest.mark.slow
def test_the_python_example_runs(server: Running) -> None:
    printed = run([sys.executable, "-W", "error", str(CLIENTS / "python" / "example.py"), server.graphql], HERE)
    assert "22 decisions" in printed
    assert "snapshot 2 is served" in printed


def test_codegen_maps_every_scalar_of_the_schema() -> None:
    mapped = (CLIENTS / "typescript" / "codegen.ts").read_text()
    for scalar in re.findall(r"^scalar (\w+)", SDL.read_text(), re.MULTILINE):
        assert f"{scalar}: " in mapped, scalar
