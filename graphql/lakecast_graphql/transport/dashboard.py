"""The buyer's page: the files that `make dashboard` built, and the operations that they ask."""

import gzip
import hashlib
import json
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

from lakecast_graphql.transport.asgi import Header, Receive, Scope, Send, header, respond
from lakecast_graphql.transport.negotiation import preferred_coding

_TYPES = {
    "html": b"text/html; charset=utf-8",
    "js": b"text/javascript; charset=utf-8",
    "css": b"text/css; charset=utf-8",
    "svg": b"image/svg+xml",
}
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
        tag = f'"{hashlib.sha256(content).hexdigest()[:20]}"'
        self._tag = tag
        self._content = content
        self._compressed = gzip.compress(content, 9, mtime=0)
        self._headers = [
            (b"content-type", _TYPES[name.rpartition(".")[2]]),
            (b"etag", tag.encode()),
            (b"vary", b"accept-encoding"),
            *headers,
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] not in ("GET", "HEAD"):
            await respond(send, 405, b"", [(b"allow", b"GET, HEAD")])
            return
        if self._tag in (header(scope, b"if-none-match") or ""):
            await respond(send, 304, b"", self._headers)
            return
        content, headers = self._content, self._headers
        if preferred_coding(header(scope, b"accept-encoding"), ("gzip",)):
            content, headers = self._compressed, [*headers, (b"content-encoding", b"gzip")]
        await respond(send, 200, content if scope["method"] == "GET" else b"", headers)


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
