"""Settings of the server: environment variables `LAKECAST_*`, each with a default and a meaning."""

import ipaddress
import re
from importlib.util import find_spec
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    BeforeValidator,
    ByteSize,
    Field,
    SecretStr,
    TypeAdapter,
    ValidationError,
    field_validator,
)
from pydantic_settings import BaseSettings, SettingsConfigDict

from lakecast_graphql.operation import persisted
from lakecast_graphql.transport.client_limits import ClientLimits
from lakecast_lake import secret_files
from lakecast_lake.errors import BadSetting

PREFIX = "LAKECAST_"

Bytes = Annotated[int, BeforeValidator(TypeAdapter(ByteSize).validate_python)]
"""A size: a whole number of bytes, or one with a unit such as `4GB` or `512MiB`."""


class SettingsError(ValueError):
    """Settings that a server cannot start with; one sentence for each, and what to do."""


class Settings(BaseSettings):
    """What a server can be told. Every field's description is its meaning, shown in docs/reference/settings.md."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    lake: str = Field(default=".lakecast/lake", description="Root of the lake: a folder, or s3://bucket/prefix.")
    results_name: str = Field(
        default="ml_results",
        description="Name of this lake as the `source` of refreshData and of /api/v1/data/refresh.",
    )
    redis_url: SecretStr | None = Field(
        default=None,
        description="Redis, as redis://host:6379/0: shares slow answers and news among workers and replicas. "
        "Without it every worker caches for itself.",
    )
    redis_prefix: str = Field(
        default="lakecast:",
        description="Beginning of all keys and of the channel in Redis, for servers and the pipeline: other uses of "
        "the same Redis stay apart.",
    )
    redis_connect_seconds: float = Field(
        default=1.0,
        gt=0,
        description="Seconds in which Redis must take a connection, for the first slow answer and for news.",
    )
    redis_seconds: float = Field(
        default=0.05,
        gt=0,
        description="Seconds in which Redis must answer, else the server goes on without it for a while.",
    )
    poll_seconds: float = Field(
        default=10.0, ge=0, description="Seconds between two looks for a newer snapshot; 0 never looks by itself."
    )
    memory_budget: Bytes = Field(
        default=4_000_000_000,
        gt=0,
        description="Bytes that the columns of a snapshot may take; beyond it the rest is mapped from local files, "
        "slower.",
    )
    old_snapshots: int = Field(
        default=2,
        ge=1,
        le=16,
        description="Older snapshots kept loaded for time travel and for pages that began in them.",
    )
    keys_file: str | None = Field(
        default=None,
        description="File of hashed admin keys, written by `lakecast keys`. Without it admin mutations are off.",
    )
    read_keys: bool = Field(
        default=False,
        description="Answer only who sends a key, of the role reader or admin, in X-API-Key. Health, /metrics and the "
        "files of the page stay open.",
    )
    audit_file: str | None = Field(
        default=None,
        description="File that every refresh and pin is appended to, one JSON object a line. Without it: the log.",
    )
    log_format: Literal["text", "json"] = Field(
        default="text",
        description="text: lines for people. json: one object a line, with level, message, request and snapshot; of "
        "`lakecast run`, too.",
    )
    traces: str | None = Field(
        default=None,
        description="Address of an OpenTelemetry collector, as http://collector:4318: it is told of every request to "
        "/graphql by OTLP over HTTP. Needs `lakecast[traces]`; the standard OTEL_* variables are understood, too.",
    )
    dev: bool = Field(default=False, description="Development mode: GraphiQL, introspection and suggestions in errors.")
    introspection: bool = Field(default=False, description="Answer introspection outside development mode, too.")
    dashboard: bool = Field(
        default=True, description="Show the buyer's page at `/`; without it `/` says where everything else is."
    )
    cors_origins: str = Field(
        default="",
        description="Origins whose pages may call this server, separated by commas; * for all. Empty: none, and in "
        "development mode those of this machine.",
    )
    hosts: str = Field(
        default="",
        description="Host names that the server answers to, separated by commas; besides, localhost and addresses. "
        "Empty: every name, in development mode none.",
    )
    root_path: str = Field(
        default="",
        description="Path below which a proxy serves this server, as /forecasts; the server answers there, too.",
    )
    trusted_proxies: str = Field(
        default="",
        description="Addresses and networks of proxies, separated by commas, whose X-Forwarded-For, -Proto and -Host "
        "are believed, and which may open any number of connections. Empty: none.",
    )
    persisted_queries: Literal["on", "off", "only"] = Field(
        default="on",
        description="on: clients may send a hash instead of a query that was sent before. only: nothing but the "
        "operations of the persisted queries file is answered. off: hashes are refused.",
    )
    persisted_queries_file: str | None = Field(
        default=None,
        description="JSON object of hash to query text: the allow-list of mode `only`, known beforehand in `on`.",
    )
    max_depth: int = Field(default=20, gt=0, description="Levels of fields that an operation may nest.")
    max_aliases: int = Field(default=50, ge=0, description="Aliases in an operation, fragments spread out.")
    max_tokens: int = Field(default=5_000, gt=0, description="Tokens of a document.")
    max_fields: int = Field(default=400, gt=0, description="Fields of an operation, fragments spread out.")
    max_directives: int = Field(default=50, ge=0, description="Directives in an operation, fragments spread out.")
    max_operations: int = Field(default=50, gt=0, description="Operations of a document.")
    max_values: int = Field(
        default=5_000,
        gt=0,
        description="Values in an operation's arguments: entries of lists and fields of objects, in its text and its "
        "variables, as often as they are used.",
    )
    max_errors: int = Field(default=10, gt=0, description="Errors that one answer shows.")
    max_rows: int = Field(
        default=20_000, gt=0, description="Rows that one operation may ask for: the sum of `first` over its fields."
    )
    max_body_bytes: Bytes = Field(
        default=1_000_000, gt=0, description="Bytes of a request's body; more is refused with 413."
    )
    max_body_pieces: int = Field(
        default=10_000,
        gt=0,
        description="Chunks, or other pieces, in which a body may come; more close the connection.",
    )
    body_seconds: float = Field(
        default=10.0,
        gt=0,
        description="Seconds in which a body must have arrived, else 408; in which a WebSocket message must have, "
        "else 1008.",
    )
    max_head_bytes: Bytes = Field(
        default=65_536, gt=0, description="Bytes of a request's head; more is refused with 431."
    )
    max_head_lines: int = Field(default=100, gt=0, description="Lines of a request's head; more are refused with 431.")
    head_seconds: float = Field(
        default=10.0,
        gt=0,
        description="Seconds in which a head must have arrived, else 408; a connection that sends nothing is closed.",
    )
    idle_seconds: float = Field(
        default=15.0, gt=0, description="Seconds that a connection stays open after an answer, without a new request."
    )
    max_pipelined_requests: int = Field(
        default=64,
        gt=0,
        description="Requests that may wait on a connection behind the one that is being answered; more close it.",
    )
    max_connections: int = Field(
        default=10_000, gt=0, description="Open connections per worker; more are refused with 503."
    )
    max_connections_per_address: int = Field(
        default=1_000,
        gt=0,
        description="Open connections of one address per worker; more are refused with 503. A proxy in front is one "
        "address.",
    )
    max_message_bytes: Bytes = Field(
        default=1_000_000, gt=0, description="Bytes of a WebSocket message; more closes the socket with 1009."
    )
    max_incoming_bytes_in_all: Bytes = Field(
        default=64_000_000,
        gt=0,
        description="Bytes of bodies and WebSocket messages of all clients of a worker that are not complete yet; "
        "beyond it, what began to come first is given up.",
    )
    max_answering_bytes_in_all: Bytes = Field(
        default=32_000_000,
        gt=0,
        description="Bytes of requests and WebSocket messages that a worker is answering, open subscriptions included; "
        "more are RATE_LIMITED.",
    )
    max_message_fragments: int = Field(
        default=64, gt=0, description="Fragments of a WebSocket message; more close the socket with 1009."
    )
    max_socket_operations: int = Field(
        default=100, gt=0, description="Operations open on one WebSocket; more close it with 4429."
    )
    max_unread_bytes: Bytes = Field(
        default=32_000_000,
        gt=0,
        description="Bytes of answers that a WebSocket's client has not read; who asks for more is cut off. Over HTTP "
        "the next answer waits until the one before was read.",
    )
    max_unread_bytes_in_all: Bytes = Field(
        default=64_000_000,
        gt=0,
        description="Bytes of answers that all clients of a worker together have not read; beyond it, who has read "
        "nothing for longest is cut off.",
    )
    unread_seconds: float = Field(
        default=20.0, gt=0, description="Seconds after which a client that reads nothing of its answer is cut off."
    )
    operation_seconds: float = Field(
        default=30.0, gt=0, description="Seconds that an operation may take, else TIMEOUT."
    )
    stop_seconds: float = Field(
        default=2.0,
        gt=0,
        description="Seconds that requests under way may go on once `lakecast serve` was told to stop; who is not "
        "answered by then gets TIMEOUT. The process ends half a second later at most.",
    )
    worker_threads: int = Field(
        default=4, gt=0, le=64, description="Operations that are computed at once; the others wait for their turn."
    )
    cache_bytes: Bytes = Field(
        default=96_000_000, ge=0, description="Bytes of finished answers kept in memory, per worker; 0 keeps none."
    )
    block_bytes: Bytes | None = Field(
        default=None,
        description="Does nothing any more, and goes with the next version: rendered rows are not kept, only columns "
        "(`LAKECAST_CELL_BYTES`) and answers (`LAKECAST_CACHE_BYTES`).",
    )
    cell_bytes: Bytes = Field(
        default=160_000_000,
        ge=0,
        description="Bytes of columns as JSON, from which rows are put together, kept in memory, per worker; 0 keeps "
        "none.",
    )
    max_subscribers: int = Field(
        default=10_000, gt=0, description="Open subscriptions per worker; more are RATE_LIMITED."
    )

    @field_validator("cors_origins")
    @classmethod
    def _no_path_in_origins(cls, value: str) -> str:
        for origin in _listed(value):
            if origin != "*" and ("://" not in origin or origin.count("/") != 2):
                raise ValueError(f"{origin!r} is no origin: write https://host or https://host:port, without a path")
        return value

    @field_validator("redis_url")
    @classmethod
    def _address_of_redis(cls, value: SecretStr | None) -> SecretStr | None:
        # Neither the address nor what a library says of it is shown: both may hold a part of the password.
        if value is not None and not _is_redis_address(value.get_secret_value()):
            raise ValueError(
                "is no address of Redis: write redis://user:password@host:6379/0, rediss:// for TLS or unix:// for a "
                "socket, and signs such as # / @ of a password as %23 %2F %40"
            )
        return value

    @field_validator("traces")
    @classmethod
    def _collector(cls, value: str | None) -> str | None:
        if value is not None and urlsplit(value).scheme not in ("http", "https"):
            raise ValueError("is no address of a collector: write it as http://collector:4318")
        if value is not None and find_spec("opentelemetry") is None:
            raise ValueError("needs OpenTelemetry, which is not installed here: pip install 'lakecast[traces]'")
        return value

    @field_validator("root_path")
    @classmethod
    def _path_with_one_slash(cls, value: str) -> str:
        value = value.rstrip("/")
        if value and not re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", value):
            raise ValueError(f"{value!r} is no path: write it as /forecasts")
        return value

    @field_validator("hosts")
    @classmethod
    def _names_only(cls, value: str) -> str:
        for name in _listed(value):
            if not re.fullmatch(r"[A-Za-z0-9.-]+", name):
                raise ValueError(
                    f"{name!r} is no host name: write it without scheme and port, as forecasts.example.com"
                )
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def _addresses_and_networks(cls, value: str) -> str:
        for part in _listed(value):
            try:
                ipaddress.ip_network(part)
            except ValueError as error:
                raise ValueError(f"{part!r} is neither an address nor a network ({error})") from None
        return value

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """`cors_origins` taken apart."""
        return _listed(self.cors_origins)

    @property
    def proxy_networks(self) -> tuple[str, ...]:
        """`trusted_proxies` taken apart."""
        return _listed(self.trusted_proxies)

    @property
    def host_names(self) -> tuple[str, ...]:
        """`hosts` taken apart."""
        return _listed(self.hosts)

    @property
    def client_limits(self) -> ClientLimits:
        """What one client may hold of a connection."""
        return ClientLimits(
            head_bytes=self.max_head_bytes,
            head_lines=self.max_head_lines,
            head_seconds=self.head_seconds,
            idle_seconds=self.idle_seconds,
            pipelined_requests=self.max_pipelined_requests,
            connections=self.max_connections,
            connections_per_address=self.max_connections_per_address,
            message_bytes=self.max_message_bytes,
            message_fragments=self.max_message_fragments,
            message_seconds=self.body_seconds,
            body_pieces=self.max_body_pieces,
            incoming_bytes_in_all=self.max_incoming_bytes_in_all,
            answering_bytes_in_all=self.max_answering_bytes_in_all,
            unread_bytes=self.max_unread_bytes,
            unread_bytes_in_all=self.max_unread_bytes_in_all,
            unread_seconds=self.unread_seconds,
        )

    @property
    def shows_schema(self) -> bool:
        """Whether introspection is answered."""
        return self.dev or self.introspection


def load() -> Settings:
    """The settings of the environment. Raises SettingsError with a sentence for each that cannot be used."""
    try:
        secret_files.load()
        settings = Settings()
        persisted.load_allowed(settings.persisted_queries_file)
    except BadSetting as error:
        raise SettingsError(str(error)) from None
    except ValidationError as error:
        raise SettingsError("\n".join(map(_sentence, error.errors()))) from None
    except persisted.AllowListError as error:
        raise SettingsError(f"{PREFIX}PERSISTED_QUERIES_FILE: {error}") from None
    return settings


def _sentence(problem: Any) -> str:
    reason = problem["msg"].removeprefix("Value error, ").replace("Input should", "should")
    (name,) = problem["loc"]
    field = Settings.model_fields[name]
    shown = "" if field.annotation == SecretStr | None else f"={problem['input']}"
    default = "none" if field.default in (None, "") else field.default
    return f"{PREFIX}{name.upper()}{shown}: {reason}. Correct it, or leave it out (default: {default})."


def _is_redis_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
        port_is_valid = parts.port is None or parts.port > 0
    except ValueError:
        return False
    if parts.fragment:
        return False
    if parts.scheme == "unix":
        return bool(parts.path)
    return parts.scheme in ("redis", "rediss") and bool(parts.hostname) and port_is_valid


def _listed(text: str) -> tuple[str, ...]:
    """Parts of a text between commas."""
    return tuple(part.strip() for part in text.split(",") if part.strip())


def table() -> list[tuple[str, str, str]]:
    """Every setting as (environment variable, default, meaning)."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, "") else str(field.default)
        rows.append((f"{PREFIX}{name.upper()}", default, field.description or ""))
    return rows
