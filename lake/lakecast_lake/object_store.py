"""The file system that holds an address: a local one, or an S3-compatible store."""

import os
from collections.abc import Mapping
from urllib.parse import urlparse

from pyarrow import fs

OWN_PREFIX = "LAKECAST_S3_"
"""`LAKECAST_S3_ENDPOINT_URL` and the like take precedence over `AWS_ENDPOINT_URL`."""


def options_of(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Settings of S3 by the names that delta-rs has for them, from `AWS_*` and `LAKECAST_S3_*` variables."""
    general = {name: value for name, value in environ.items() if name.startswith("AWS_")}
    own = {
        f"AWS_{name.removeprefix(OWN_PREFIX)}": value for name, value in environ.items() if name.startswith(OWN_PREFIX)
    }
    options = {**general, **own}
    if _endpoint(options).startswith("http://"):
        options.setdefault("AWS_ALLOW_HTTP", "true")
    return options


def file_system(uri: str, options: Mapping[str, str]) -> tuple[fs.FileSystem, str]:
    """The file system that holds `uri`, a folder or `s3://bucket/prefix`, and the path of `uri` in it."""
    if not uri.startswith("s3://"):
        return fs.LocalFileSystem(), uri
    stated = {name.upper(): value for name, value in options.items()}
    address = urlparse(_endpoint(stated))
    store = fs.S3FileSystem(
        access_key=stated.get("AWS_ACCESS_KEY_ID"),
        secret_key=stated.get("AWS_SECRET_ACCESS_KEY"),
        session_token=stated.get("AWS_SESSION_TOKEN"),
        region=stated.get("AWS_REGION", stated.get("AWS_DEFAULT_REGION")),
        endpoint_override=address.netloc or None,
        scheme=address.scheme or None,
    )
    return store, uri.removeprefix("s3://")


def _endpoint(options: Mapping[str, str]) -> str:
    return options.get("AWS_ENDPOINT_URL_S3", options.get("AWS_ENDPOINT_URL", ""))
