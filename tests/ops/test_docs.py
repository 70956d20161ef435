"""What the documentation says is true: settings, commands, recipes, and every snippet."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate
from typer.main import get_command

from lakecast_ops import cli, first_answer, lake_option, settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]
_BLOCK = re.compile(r"^```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def shell_lines() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for block in _BLOCK.findall(page.read_text()):
            for line in block.splitlines():
                yield page.name, line


def graphql_snippets() -> Iterator[tuple[str, str]]:
    for page in PAGES:
        for block in re.findall(r"^```graphql\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL):
            yield page.name, block
    yield "first_answer.py", first_answer.QUERY


LINES = list(shell_lines())
LAKECAST = [line for line in LINES if re.match(r"(\.venv-(ml|serve)/bin/)?lakecast ", line[1])]
MAKE = [line for line in LINES if line[1].startswith("make ")]


def test_the_page_of_settings_is_that_of_the_code() -> None:
    assert (ROOT / "docs" / "reference" / "settings.md").read_text() == settings.page(), (
        "write it anew: .venv-serve/bin/python -m lakecast_ops.settings > docs/reference/settings.md"
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
    words = shlex.split(line, comments=True)[1:]
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
