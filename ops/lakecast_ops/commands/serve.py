"""`lakecast serve`: the GraphQL server."""

import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Annotated

import typer

from lakecast_ops import environment, keys_option, lake_option
from lakecast_ops.lake_option import LakeOption, absolute
from lakecast_ops.ports import is_loopback, require_free
from lakecast_ops.problems import UsageProblem
from lakecast_ops.settings import unknown

NAME = "serve"
EXAMPLE = "Example: lakecast serve --lake s3://forecasts/lake --host 0.0.0.0 --workers 2"
METRICS_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The Prometheus client's own variable, which workers read when they start."""
_BEFORE_SECONDS = 0.1
"""What uvicorn waits before it begins to count how long requests under way may go on."""


def command(
    lake: LakeOption,
    host: Annotated[str, typer.Option(metavar="H", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535, help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, help="Server processes.")] = 1,
    dev: Annotated[bool, typer.Option("--dev", help="Turn on GraphiQL and introspection; loopback only.")] = False,
    example: Annotated[
        bool, typer.Option("--example", help="Once ready, print an example query and its answer.")
    ] = False,
) -> None:
    """Serve the lake's newest published snapshot over GraphQL, until Ctrl-C."""
    environment.require(environment.SERVE, NAME)
    import uvicorn

    from lakecast_graphql import logs
    from lakecast_graphql.settings import load
    from lakecast_lake.storage import Lake
    from lakecast_ops import first_answer

    # Workers are processes of their own, which read their settings from the environment.
    os.environ[lake_option.VARIABLE] = absolute(lake)
    os.environ[keys_option.VARIABLE] = str(keys_option.keys_file())
    if dev:
        os.environ["LAKECAST_DEV"] = "1"
    # What is wrong is said here, once: a worker that cannot start is started again for ever.
    settings = load()
    Lake.open(settings.lake)
    for sentence in unknown(os.environ):
        print(f"lakecast: {sentence}", file=sys.stderr)
    if settings.dev and not is_loopback(host):
        raise UsageProblem(
            f"development mode shows everybody who can reach {host} the schema and the reasons of errors. "
            "Use `--host 127.0.0.1`, or leave `--dev` and LAKECAST_DEV out."
        )
    require_free(host, port)
    if example:
        first_answer.announce(host, port)
    signal.signal(signal.SIGTERM, _stopped)
    code: object = 0
    with _metrics_folder(workers):
        try:
            uvicorn.run(
                "lakecast_graphql.app:create_app",
                factory=True,
                host=host,
                port=port,
                workers=workers,
                http="lakecast_graphql.transport.uvicorn_protocols:BoundedHttp",
                log_level="warning" if example else "info",
                log_config=logs.config(settings.log_format),
                server_header=False,
                proxy_headers=False,  # LAKECAST_TRUSTED_PROXIES says whose are believed
                access_log=False,  # a line per request costs more than its answer; /metrics counts them
                # Any number of seconds will do.
                timeout_graceful_shutdown=max(settings.stop_seconds - _BEFORE_SECONDS, 0.0),  # type: ignore[arg-type]
                ws_per_message_deflate=False,  # a compressor takes 300 kB of memory per subscriber, and news are short
            )
        except SystemExit as stop:
            code = stop.code
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    # Not by returning: a thread in the midst of a query would hold up the interpreter's end until it is done.
    os._exit(code if isinstance(code, int) else 0 if code is None else 1)


def _stopped(*_: object) -> None:
    """uvicorn stops gracefully at SIGTERM, then raises it again: a server that was told to stop has not failed."""
    raise SystemExit(0)


@contextmanager
def _metrics_folder(workers: int) -> Iterator[None]:
    """Where several workers share their figures, so that one scrape of /metrics tells all of them."""
    if workers == 1 or METRICS_FOLDER in os.environ:
        yield
        return
    with TemporaryDirectory(prefix="lakecast-metrics-") as folder:
        os.environ[METRICS_FOLDER] = folder
        yield
