"""Settings of the server: environment variables `LAKECAST_*`, each with a default and a meaning."""

from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "LAKECAST_"


class Settings(BaseSettings):
    """What a server can be told. Every field's description is its meaning, shown in docs/settings.md."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", env_ignore_empty=True)

    lake: str = Field(default=".lakecast/lake", description="Root of the lake: a folder, or s3://bucket/prefix.")
    results_name: str = Field(
        default="ml_results",
        description="Name of this lake as the `source` of refreshData and of /api/v1/data/refresh.",
    )
    redis_url: SecretStr | None = Field(
        default=None,
        description="Redis, as redis://host:6379/0: shares slow answers, pins and news among workers and replicas. "
        "Without it every worker caches for itself.",
    )
    poll_seconds: float = Field(
        default=10.0, ge=0, description="Seconds between two looks for a newer snapshot; 0 never looks by itself."
    )
    memory_budget: int = Field(
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
    audit_file: str | None = Field(
        default=None,
        description="File that every refresh and pin is appended to, one JSON object a line. Without it: the log.",
    )
    dev: bool = Field(default=False, description="Development mode: GraphiQL, introspection and suggestions in errors.")
    introspection: bool = Field(default=False, description="Answer introspection outside development mode, too.")
    cors_origins: str = Field(
        default="", description="Origins whose pages may call this server, separated by commas; * for all. Empty: none."
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
    max_errors: int = Field(default=10, gt=0, description="Errors that one answer shows.")
    max_rows: int = Field(
        default=20_000, gt=0, description="Rows that one operation may ask for: the sum of `first` over its fields."
    )
    max_body_bytes: int = Field(
        default=1_000_000, gt=0, description="Bytes of a request's body; more is refused with 413."
    )
    body_seconds: float = Field(default=10.0, gt=0, description="Seconds in which a body must have arrived, else 408.")
    operation_seconds: float = Field(
        default=30.0, gt=0, description="Seconds that an operation may take, else TIMEOUT."
    )
    worker_threads: int = Field(
        default=4, gt=0, le=64, description="Operations that are computed at once; the others wait for their turn."
    )
    cache_bytes: int = Field(
        default=128_000_000, ge=0, description="Bytes of finished answers kept in memory, per worker; 0 keeps none."
    )
    block_bytes: int = Field(
        default=256_000_000, ge=0, description="Bytes of rendered rows kept in memory, per worker; 0 keeps none."
    )
    cell_bytes: int = Field(
        default=256_000_000,
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
        for origin in (part.strip() for part in value.split(",")):
            if origin not in ("", "*") and ("://" not in origin or origin.count("/") != 2):
                raise ValueError(f"{origin!r} is no origin: write https://host or https://host:port, without a path")
        return value

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """`cors_origins` taken apart."""
        return tuple(part.strip() for part in self.cors_origins.split(",") if part.strip())

    @property
    def shows_schema(self) -> bool:
        """Whether introspection is answered."""
        return self.dev or self.introspection


def table() -> list[tuple[str, str, str]]:
    """Every setting as (environment variable, default, meaning)."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = "" if field.default in (None, "") else str(field.default)
        rows.append((f"{PREFIX}{name.upper()}", default, field.description or ""))
    return rows
