"""What the documentation says is true: settings, commands, recipes, and every snippet."""

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate
from typer.main import get_command

from lakecast_ops import cli, first_answer, lake_option, settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "README.pt-BR.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def shell_lines() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for block in _BLOCK.findall(page.read_text()):
            for line in block.replace("\\\n", " ").splitlines():
                yield page.name, line


def graphql_snippets() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for block in re.findall(r"^```graphql\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL):
            yield page.name, block
    yield "first_answer.py", first_answer.QUERY


LINES = list(shell_lines())
NOT_PARSED = {
    "pip install": "installs from a registry; tests/boundary does so from the wheel",
    ".venv-serve/bin/pytest": "runs tests",
    ".venv-ml/bin/pytest": "runs tests",
    "LAKECAST_TEST_OPERATIONS=": "breaks code for minutes",
    "docker compose": "needs a container engine; tests/end_to_end/test_compose.py starts the services without one",
    "kubectl": "needs a cluster; tests/ops/test_kubernetes.py validates the manifests",
    "LAKECAST_KEYS_FILE=keys.json lakecast keys create": "tests/end_to_end makes keys",
    "docker run": "needs a container engine; tests/end_to_end/test_elsewhere.py runs the command inside",
    "export LAKECAST_ADMIN_KEY=": "tests/end_to_end/test_refresh.py makes a key and refreshes with it",
    "LAKECAST_READ_KEYS=1 lakecast serve": "tests/graphql/admin serves with read keys",
    "curl": "tests/end_to_end/test_refresh.py posts the same",
    "KEY=$(lakecast keys create": "tests/end_to_end makes keys",
    "dask": "tests/assets/pipeline starts a cluster in its own process",
    "export DASK_": "tests/assets/pipeline reads the same settings from compose.dask.yaml",
    "cd examples/clients": "tests/graphql/test_clients.py runs the example",
    "npm": "tests/graphql/test_clients.py runs the example",
    "python examples/clients": "tests/graphql/test_clients.py runs the example",
    "python3 -m http.server": "tests/end_to_end/test_pages.py does so on a port of its own",
    "python3 write_depot.py": "tests/end_to_end/test_pages.py runs the file",
    "head": "tests/end_to_end/test_pages.py runs it",
}
"""How a line of a shell begins that is neither `lakecast` nor `make`, and why it is not looked at here."""
RUN_BY_A_TEST = ("<!-- python", "<!-- file:", "<!-- output", "<!-- not run here:")
LAKECAST = [line for line in LINES if re.match(r"(\.venv-(ml|serve)/bin/)?lakecast ", line[1])]
MAKE = [line for line in LINES if line[1].startswith("make ")]


def test_the_page_of_settings_is_that_of_the_code() -> None:
    assert (ROOT / "docs" / "reference" / "settings.md").read_text() == settings.page(), (
        "write it anew: .venv-ml/bin/python ops/reference_pages.py"
    )


def test_every_setting_has_a_meaning() -> None:
    for rows in settings.sections().values():
        for name, _, meaning in rows:
            assert name.startswith("LAKECAST_")
            assert meaning.endswith("."), name


def test_every_variable_that_the_code_names_is_a_setting() -> None:
    named = set()
    for root in ("lake", "graphql", "assets", "ops/lakecast_ops"):
        for path in (ROOT / root).rglob("*.py"):
            named |= set(re.findall(r"[\"'](LAKECAST_\w*[A-Z])[\"']", path.read_text()))
    assert named - settings.names() == set()


@pytest.mark.parametrize(("page", "line"), LAKECAST)
def test_command_lines_parse(page: str, line: str) -> None:
    words = shlex.split(line.partition(" > ")[0], comments=True)[1:]
    command = get_command(cli.app)
    while words:
        context = command.make_context(command.name, list(words), resilient_parsing=False)
        rest = [*getattr(context, "_protected_args", []), *context.args]
        if not rest:
            return
        name, *words = rest
        found = command.get_command(context, name)  # type: ignore[attr-defined]
        assert found is not None, f"{page}: no command {name!r}"
        command = found


def test_there_are_command_lines_to_check() -> None:
    assert len(LAKECAST) > 8
    assert len(MAKE) > 4


def test_every_other_line_of_a_shell_is_tried_elsewhere() -> None:
    others = [line for line in LINES if line not in LAKECAST and line not in MAKE and line[1].strip()]
    assert [line for line in others if not line[1].strip().startswith(tuple(NOT_PARSED))] == []
    assert [begin for begin in NOT_PARSED if not any(line.strip().startswith(begin) for _, line in others)] == []


def test_every_other_snippet_says_who_runs_it() -> None:
    """Shell and GraphQL are tried whatever the page; JSON is read; the rest has a comment that its test looks for."""
    for page in PAGES:
        for before, language, text in re.findall(
            r"([^\n]*)\n```(\w+)\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL
        ):
            if language == "json":
                json.loads(text)
            elif language not in ("sh", "graphql"):
                assert before.startswith(RUN_BY_A_TEST), f"{page.name}: {language}: {text}"


@pytest.mark.parametrize(("page", "line"), MAKE)
def test_recipes_exist(page: str, line: str) -> None:
    makefile = (ROOT / "Makefile").read_text()
    recipe, *rest = shlex.split(line, comments=True)[1:]
    assert re.search(rf"^{re.escape(recipe)}:.*## ", makefile, re.MULTILINE), f"{page}: {recipe}"
    for variable in rest:
        assert re.search(rf"^{variable.partition('=')[0]} \?=", makefile, re.MULTILINE), f"{page}: {variable}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), target


@pytest.mark.parametrize(("page", "snippet"), list(graphql_snippets()))
def test_graphql_snippets_are_valid(page: str, snippet: str) -> None:
    schema = build_schema((ROOT / "schema" / "lakecast_schema" / "lakecast.graphql").read_text())
    assert validate(schema, parse(snippet)) == []


def test_the_lake_has_one_default() -> None:
    """Whoever starts a server or Dagster without the command line finds the same lake."""
    from lakecast_graphql.settings import Settings

    assert Settings.model_fields["lake"].default == lake_option.DEFAULT_LAKE
    dagster = (ROOT / "assets" / "lakecast_assets" / "pipeline" / "definitions.py").read_text()
    assert f'environ.get("LAKECAST_LAKE", "{lake_option.DEFAULT_LAKE}")' in dagster
