"""The buyer's page: the files that `make dashboard` built, and the operations that they ask."""

import gzip
import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

from lakecast_graphql.transport.asgi import Header, Receive, Scope, Send, header
from lakecast_graphql.transport.negotiation import preferred_coding
from lakecast_graphql.transport.pages import TYPES, Page

_POLICY: Header = (
    b"content-security-policy",
    b"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    b"manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
)
_REFERRER: Header = (b"referrer-policy", b"no-referrer")
_FOR_EVER: Header = (b"cache-control", b"public, max-age=31536000, immutable")
_REVALIDATE: Header = (b"cache-control", b"no-cache")


class File:
    """A file of the page, compressed once for all who ask. `name` decides its type; `headers` are its own."""

    def __init__(self, name: str, content: bytes, headers: list[Header]) -> None:
        self._tag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'
        whole = [
            (b"content-type", TYPES[name.rpartition(".")[2]]),
            (b"etag", self._tag.encode()),
            (b"vary", b"accept-encoding"),
            *headers,
        ]
        self._plain = Page(content, whole)
        self._compressed = Page(gzip.compress(content, 9, mtime=0), [*whole, (b"content-encoding", b"gzip")])
        self._unchanged = Page(b"", whole, 304)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if self._tag in (header(scope, b"if-none-match") or ""):
            page = self._unchanged
        elif preferred_coding(header(scope, b"accept-encoding"), ("gzip",)):
            page = self._compressed
        else:
            page = self._plain
        await page(scope, receive, send)


def routes() -> dict[str, File]:
    """The page at `/`, and its files by their path."""
    folder = _folder()
    page = File("index.html", folder.joinpath("index.html").read_bytes(), [_POLICY, _REFERRER, _REVALIDATE])
    built = {
        f"/assets/{file.name}": File(file.name, file.read_bytes(), [_FOR_EVER])
        for file in folder.joinpath("assets").iterdir()
    }
    return {"/": page, **built}


def favicon() -> File:
    """The icon of this page and of GraphiQL."""
    return File("favicon.svg", _folder().joinpath("favicon.svg").read_bytes(), [_REVALIDATE])


def operations() -> Mapping[str, str]:
    """All operations of the page by their hash: what a server in persisted mode `only` admits, too."""
    texts: dict[str, str] = json.loads(_folder().joinpath("operations.json").read_text(encoding="utf-8"))
    return texts


def _folder() -> Traversable:
    return files("lakecast_graphql").joinpath("static/dashboard")
