"""Names that nothing in the product uses: what `make check` refuses. Tests do not count as a use.

Fields of classes are left out, for rows, settings, enums and GraphQL types are read by name; local variables are
Ruff's matter.
"""

import re
import sys
from pathlib import Path

from vulture import Vulture

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("schema", "lake", "graphql", "assets", "ops")
DECORATED = ("@strawberry.*", "@dg.*", "@app.*", "@validator", "@field_validator", "@model_validator", "@*.validator")
"""Called by the library that the decorator belongs to."""
CALLED = (
    *("defs", "handle_output", "load_input", "create_resource"),  # Dagster
    *("store_event", "get_asset_records", "asset_records_have_last_observation", "has_dynamic_partition"),  # Dagster
    *("Launcher", "supports_check_run_worker_health", "check_run_worker_health"),  # Dagster, by ops/dagster.yaml
    "forward",  # torch, of a module
    "__getattr__",  # Python, of a package whose heavy modules load late
    *("resolve_type", "is_type_of", "enter_directive"),  # graphql-core and Strawberry
    *("send_400_response", "eof_received"),  # uvicorn and asyncio, of a protocol
    "Formatter",  # the log's configuration
    *("NativeBuild", "initialize"),  # hatchling
    *("demand_std", "stockout_probability", "expected_fill_rate"),  # figures of a decision, stored by their names
    "every_live",  # a snapshot's rows, by the name of their kind
    *("read_folder", "SUPPORTED", "answer_now"),  # what tests compare the product with
)
"""Called by name, by a library; and what the product has for its tests alone."""
_LOADED = re.compile(r'"[\w.]*:(\w+)"')
"""A class that the registry or an entry point loads: "module:Class"."""


def main() -> int:
    """Print what is unused; 1 if anything is."""
    texts = [path.read_text() for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")]
    loaded = {name for text in (*texts, (ROOT / "pyproject.toml").read_text()) for name in _LOADED.findall(text)}
    finder = Vulture(ignore_names=[*CALLED, *loaded], ignore_decorators=list(DECORATED))
    finder.scavenge([str(ROOT / folder) for folder in FOLDERS], exclude=["*/node_modules/*"])
    unused = [item for item in finder.get_unused_code(60) if not _is_field(item)]
    for item in unused:
        print(f"{item.filename.relative_to(ROOT)}:{item.first_lineno}: nothing uses the {item.typ} {item.name!r}")
    return 1 if unused else 0


def _is_field(item) -> bool:  # type: ignore[no-untyped-def]  # vulture has no types
    """Whether it is indented, and a variable or an attribute."""
    line = Path(item.filename).read_text().splitlines()[item.first_lineno - 1]
    return item.typ in ("variable", "attribute") and line[:1].isspace()


if __name__ == "__main__":
    sys.exit(main())
