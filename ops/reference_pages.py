"""The pages of docs/reference that the code writes: `.venv-ml/bin/python ops/reference_pages.py` writes them anew.

A test holds the pages against the code.
"""

import re
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLType,
    GraphQLUnionType,
    build_schema,
    get_named_type,
    is_introspection_type,
    is_specified_scalar_type,
)
from graphql.language import print_ast
from graphql.utilities import ast_from_value
from typer.main import get_command

from lakecast_ops import cli, settings
from lakecast_schema.contract import Column, Rule, Table
from lakecast_schema.tables import PIN, TABLES

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "reference"
_WRITTEN = "This page is written by `ops/reference_pages.py`; a test holds it against the code.\n"


def cell(text: str) -> str:
    """A text inside a table of Markdown."""
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def code(text: str) -> str:
    """A word of the code inside a table; nothing for nothing."""
    return f"`{text}`".replace("|", "\\|") if text else ""


def rows(head: Iterable[str], body: Iterable[Iterable[str]]) -> str:
    """A table of Markdown; the cells are written as they are."""
    names = list(head)
    lines = [names, ["---"] * len(names), *map(list, body)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def graphql_page() -> str:
    """Every operation and type of the published schema."""
    schema = build_schema((ROOT / "schema" / "lakecast_schema" / "lakecast.graphql").read_text())
    roots = [each for each in (schema.query_type, schema.mutation_type, schema.subscription_type) if each is not None]
    named = sorted(schema.type_map.values(), key=lambda each: each.name)
    others = [each for each in named if each not in roots and not is_introspection_type(each)]
    parts = [
        "# The API, field by field\n",
        _WRITTEN,
        "[The API, for frontend developers](../how-to/api.md) is the tour.\n",
    ]
    parts += map(_type_section, roots)
    kinds: tuple[tuple[str, tuple[type, ...]], ...] = (
        ("Types", (GraphQLObjectType, GraphQLInterfaceType, GraphQLUnionType)),
        ("Enums", (GraphQLEnumType,)),
        ("Inputs", (GraphQLInputObjectType,)),
        ("Scalars", (GraphQLScalarType,)),
    )
    for title, classes in kinds:
        of_kind = [each for each in others if isinstance(each, classes) and not is_specified_scalar_type(each)]
        parts += [f"## {title}\n", *(_type_section(each, "###") for each in of_kind)]
    return "\n".join(parts)


def _type_section(named: GraphQLNamedType, level: str = "##") -> str:
    parts = [f"{level} {named.name}\n", f"{cell(named.description or '')}\n"]
    if isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
        parts.append(rows(("field", "type", "meaning"), _field_rows(named.fields)))
    elif isinstance(named, GraphQLInputObjectType):
        parts.append(
            rows(
                ("field", "type", "meaning"),
                ((code(name), _linked(each.type), cell(each.description or "")) for name, each in named.fields.items()),
            )
        )
    elif isinstance(named, GraphQLEnumType):
        values = ((code(name), cell(value.description or "")) for name, value in named.values.items())
        parts.append(rows(("value", "meaning"), values))
    elif isinstance(named, GraphQLUnionType):
        parts.append(f"One of {', '.join(_linked(each) for each in named.types)}.\n")
    return "\n".join(parts)


def _field_rows(fields: Mapping[str, GraphQLField]) -> Iterator[tuple[str, str, str]]:
    for name, field in fields.items():
        yield code(name), _linked(field.type), cell(field.description or "")
        for argument, each in field.args.items():
            yield (
                f"&nbsp;&nbsp;{code(argument + ':')}",
                _linked(each.type) + _default(each),
                cell(each.description or ""),
            )


def _default(argument: GraphQLArgument) -> str:
    node = ast_from_value(argument.default_value, argument.type) if argument.default_value else None
    return f" = {code(print_ast(node))}" if node is not None else ""


def _linked(kind: GraphQLType) -> str:
    """A type as the schema writes it, with a link to it where it is one of ours."""
    named = get_named_type(kind)
    text = str(kind).replace("[", "\\[").replace("]", "\\]")
    if is_specified_scalar_type(named):
        return text
    return text.replace(named.name, f"[{named.name}](#{named.name.lower()})")


def tables_page() -> str:
    """Every table of the lake."""
    parts = [
        "# The tables of the lake\n",
        _WRITTEN,
        "Delta tables below the lake's root. Whatever is written is held against these contracts first; columns are "
        "added, never renamed. A row of `snapshot` names the versions of all others that are read together.\n",
    ]
    parts += map(_table_section, (*TABLES.values(), PIN))
    return "\n".join(parts)


def _table_section(table: Table) -> str:
    facts = [f"Layer {table.layer}. Key: {', '.join(map(code, table.key))}."]
    if table.partition_by:
        facts.append(f"Partitioned by {', '.join(map(code, table.partition_by))}.")
    if table.ascending:
        facts.append(f"Not descending within a row: {' ≤ '.join(map(code, table.ascending))}.")
    facts += [f"{code(later)} is later than {code(earlier)}." for later, earlier in table.after]
    head = ("column", "type", "null", "meaning", "rule")
    return (
        f"## {table.name}\n\nOne row: {table.row}. {' '.join(facts)}\n\n{rows(head, map(_column_row, table.columns))}"
    )


def _column_row(column: Column) -> tuple[str, ...]:
    rule = column.rule.value if isinstance(column.rule, Rule) else ""
    return (
        code(column.name),
        cell(str(column.type)),
        "yes" if column.nullable else "",
        cell(column.comment),
        cell(rule),
    )


def command_page() -> str:
    """Every command and option of `lakecast`."""
    group = get_command(cli.app)
    parts = [
        "# The command line\n",
        _WRITTEN,
        f"{cli.EXIT_CODES}\n",
        "`lakecast sample`, `check` and `run` are of the training environment, `serve` and `schema` of the serving "
        "one; the others are in both.\n",
    ]
    parts += _command_sections(group, "lakecast")
    return "\n".join(parts)


def _command_sections(group: object, prefix: str) -> Iterator[str]:
    for name, command in group.commands.items():  # type: ignore[attr-defined]
        path = f"{prefix} {name}"
        if hasattr(command, "commands"):
            yield from _command_sections(command, path)
            continue
        context = command.make_context(path, [], resilient_parsing=True)
        example = (command.epilog or "").partition("Example: ")[2].partition("   (")[0]
        records = [each.get_help_record(context) for each in command.params if not each.hidden]
        body = [(code(left), cell(_option_meaning(right))) for left, right in records]
        yield f"## {path}\n\n{command.help}\n"
        if example:
            yield f"```sh\n{example}\n```\n"
        if body:
            yield rows(("option", "meaning"), body)


def _option_meaning(text: str) -> str:
    """The help of an option, its default and bounds in words."""
    words = re.sub(r"\s*\[default: (.*?)\]", r" Default: \1.", text)
    return re.sub(r"x>=(\d+)", r"at least \1", re.sub(r"(\d+)<=x<=(\d+)", r"\1 to \2", words))


def run_settings_page() -> str:
    """Every setting of a run: of `lakecast.yaml`, of `lakecast run` and of Dagster's launchpad."""
    from lakecast_assets.ingest import settings_file
    from lakecast_assets.pipeline.settings import RunSettings

    by_environment = {"data": "LAKECAST_LANDING", "currency": "LAKECAST_CURRENCY"}
    by_environment |= dict.fromkeys(("fan_out", "dask_address"), "LAKECAST_DASK_ADDRESS")
    in_file = {*settings_file.READING, *settings_file.TRAINING}
    run = get_command(cli.app).commands["run"]  # type: ignore[attr-defined]
    options = {option.lstrip("-").replace("-", "_"): option for each in run.params for option in each.opts}
    options["columns"] = options["column"]
    body = []
    for name, field in RunSettings.model_fields.items():
        if name == "explicit":
            continue
        default = field.get_default(call_default_factory=True) if name not in {*by_environment, "workers"} else ""
        shown = ",".join(default) if isinstance(default, list) else "" if default == {} else str(default)
        written = code(name) if name in in_file else code("mapping") if name == "columns" else ""
        why = f"{field.description}."
        if name in by_environment:
            why += f" Without it: {code(by_environment[name])}."
        elif name == "workers":
            why += " Without it: one for each core."
        body.append((code(name), written, code(options.get(name, "")), code(shown), cell(why)))
    return (
        "# Settings of a run\n\n"
        + _WRITTEN
        + "\nThe same settings come from a file `lakecast.yaml` beside the demand ([how](input.md)), from options of "
        "`lakecast run`, and from the resource `settings` in Dagster's launchpad. What a person states for a run goes "
        "before the file. Settings of machines are environment variables: [Settings](settings.md).\n\n"
        + rows(("in Dagster", "in `lakecast.yaml`", "of `lakecast run`", "default", "meaning"), body)
    )


def checks_page() -> str:
    """Every asset check, and what happens where it does not pass."""
    from lakecast_assets.pipeline import asset_checks, forecast

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Dagster announces parts as previews
        specs = [spec for each in asset_checks.ALL for spec in each.check_specs]
    body = [
        (
            code(spec.name),
            code(spec.asset_key.to_user_string()),
            cell(f"{spec.description}."),
            "the run stops; what was published before stays" if spec.blocking else "a warning; the run goes on",
        )
        for spec in specs
    ]
    body.append(
        (
            code(forecast.TRAINED),
            "each source",
            "The source has forecasts.",
            "the source is left out; the others are published",
        )
    )
    return (
        "# Checks of a run\n\n"
        + _WRITTEN
        + "\nThey read back what a run has committed, before its snapshot makes it visible. Dagster shows them beside "
        "their assets, and `lakecast run` prints those that do not pass. `lakecast doctor` checks an installation: "
        "[When something is wrong](../how-to/operating.md#when-something-is-wrong).\n\n"
        + rows(("check", "asset", "what must hold", "if it does not"), body)
    )


def messages_page() -> str:
    """Every line that a reading report can have, in both languages."""
    from lakecast_forecast.input import messages
    from lakecast_forecast.input.report import Words

    words = [each for each in vars(messages).values() if isinstance(each, Words)]
    body = [(code(each.code), cell(each.english), cell(each.portuguese)) for each in words]
    return (
        "# What a reading report can say\n\n"
        + _WRITTEN
        + "\nA program goes by the code, a person by the sentence. `[item has|items have]`: of one, or "
        "of more. A line about several rows or items begins with their number. "
        "[What was left out, and why](../how-to/reading-report.md) says how to read a report.\n\n"
        + rows(("code", "English", "português"), body)
    )


PAGES: Mapping[str, Callable[[], str]] = {
    "settings.md": settings.page,
    "run-settings.md": run_settings_page,
    "command-line.md": command_page,
    "graphql.md": graphql_page,
    "tables.md": tables_page,
    "checks.md": checks_page,
    "messages.md": messages_page,
}
"""Page of docs/reference -> what writes it."""


def main() -> int:
    """Write every page."""
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
