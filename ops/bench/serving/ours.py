"""Our server as a user starts it, and the same with caches turned off one after the other."""

import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from bench.serving.processes import Server, free_port
from lakecast_graphql.admin import keys
from lakecast_graphql.settings import Settings

NO_ANSWERS = {"LAKECAST_CACHE_BYTES": "0"}
"""Every answer is put together from the cells of columns, as JSON where these were touched before."""
NOTHING_KEPT = {**NO_ANSWERS, "LAKECAST_CELL_BYTES": "0"}
"""Every answer is rendered from numbers and texts."""
CACHES_MB = sum(Settings.model_fields[name].default for name in ("cache_bytes", "cell_bytes")) / 1e6
"""What answers and cells may take, by default."""
SHARE = Path(sys.executable).parent


def server(
    lake: Path | str,
    name: str,
    log: Path,
    environment: Mapping[str, str] | None = None,
    *,
    core: int | None = 0,
    workers: int = 1,
) -> Server:
    """`lakecast serve` with the defaults, but for `environment`."""
    port = free_port()
    return Server(
        name,
        [str(SHARE / "lakecast"), "serve", "--lake", str(lake), "--port", str(port), "--workers", str(workers)],
        port,
        environment={"LAKECAST_POLL_SECONDS": "0", **(environment or {})},
        core=core,
        log=log,
    )


def admin_key(file: Path) -> str:
    """A fresh admin key, its hash in `file`."""
    return keys.create(file, "admin", datetime.now(UTC))
