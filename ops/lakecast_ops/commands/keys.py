"""`lakecast keys`: make, list and revoke the keys that admin mutations need, and reading where it is told to."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from lakecast_ops.keys_option import DEFAULT_FILE, VARIABLE, keys_file
from lakecast_ops.problems import UsageProblem

FileOption = Annotated[
    Path,
    typer.Option(
        "--file",
        metavar="FILE",
        help=f"File of hashed keys, the server's own. Without it: {VARIABLE}, else {DEFAULT_FILE}.",
        default_factory=keys_file,
        show_default=False,
    ),
]

app = typer.Typer(
    help="Make, list and revoke keys. Only hashes are kept.",
    epilog="Example: lakecast keys create --role admin",
    no_args_is_help=True,
)


@app.command(epilog="Example: KEY=$(lakecast keys create --role admin)")
def create(
    file: FileOption,
    role: Annotated[str, typer.Option(metavar="ROLE", help="What the key may do: admin or reader.")] = "admin",
) -> None:
    """Make a key and print it, once, alone on the last line."""
    from lakecast_graphql.admin import keys
    from lakecast_graphql.admin.roles import RIGHTS

    if role not in RIGHTS:
        raise UsageProblem(f"there is no role {role!r}; choose {' or '.join(RIGHTS)}.")
    key = keys.create(file, role, datetime.now(UTC))
    print(
        f"Kept as a hash in {file}; a server with {VARIABLE}={file} accepts it. Store it now, it is not shown again:",
        file=sys.stderr,
        flush=True,
    )
    print(key)


@app.command(name="list", epilog="Example: lakecast keys list")
def list_(file: FileOption) -> None:
    """List the valid keys by id, role and age; the keys themselves are not kept."""
    from lakecast_graphql.admin import keys

    stored = keys.stored_keys(file)
    if not stored:
        print(f"No keys in {file}: admin mutations are off.")
    for key in stored:
        print(f"{key.key_id}  {key.role}  made {key.created_at}")


@app.command(epilog="Example: lakecast keys revoke 1f3a90bc")
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="As `keys list` shows it.")], file: FileOption
) -> None:
    """Take a key back; servers refuse it from then on."""
    from lakecast_graphql.admin import keys

    if not keys.revoke(file, key_id):
        raise UsageProblem(f"there is no key {key_id!r} in {file}; `lakecast keys list` shows them.")
    print(f"Revoked {key_id}.")
