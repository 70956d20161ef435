"""Fixed answers: what is at `/`, the schema's text, and GraphiQL in development mode, with nothing from elsewhere."""

import json
from importlib.resources import files

from lakecast_graphql.sdl import sdl
from lakecast_graphql.transport.asgi import Header, Receive, Scope, Send, respond

_STATIC = "/static/graphiql/"
TYPES = {
    "html": b"text/html; charset=utf-8",
    "js": b"text/javascript; charset=utf-8",
    "css": b"text/css; charset=utf-8",
    "svg": b"image/svg+xml",
}
"""Content types of files by the ending of their names."""
_TEXT: Header = (b"content-type", b"text/plain; charset=utf-8")
_HTML: Header = (b"content-type", TYPES["html"])
_POLICY: Header = (
    b"content-security-policy",
    # GraphiQL's styles are set by script; its fonts are in its style sheet.
    b"default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    b"font-src data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'",
)


class Page:
    """A fixed answer to GET."""

    def __init__(self, content: bytes, headers: list[Header], status: int = 200) -> None:
        self._content = content
        self._status = status
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["method"] not in ("GET", "HEAD"):
            await respond(send, 405, b"", [(b"allow", b"GET, HEAD")])
            return
        await respond(send, self._status, self._content if scope["method"] == "GET" else b"", self._headers)


def home(dev: bool) -> Page:
    """The page at `/`: where the doors are."""
    ide = '<li><a href="graphql">GraphiQL</a>, with examples</li>' if dev else ""
    content = f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Lakecast</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="favicon.svg">
<style>body{{font:16px/1.6 system-ui,sans-serif;max-width:40rem;margin:4rem auto;padding:0 1rem;color:#1c2733}}
code{{background:#eef2f6;padding:.1em .3em;border-radius:.2em}}</style></head>
<body><h1>Lakecast</h1>
<p>Demand forecasts over GraphQL.</p>
<ul>{ide}
<li><code>POST /graphql</code>: queries and mutations; subscriptions over WebSocket or server-sent events</li>
<li><a href="schema.graphql">The schema</a>, for code generators</li>
<li><a href="health/ready">Readiness</a> and <a href="metrics">metrics</a></li></ul>
</body></html>
"""
    return Page(content.encode(), [_HTML, _POLICY])


def moved(place: str) -> Page:
    """A redirection: links on a page are relative, so that its address has to end with a slash."""
    return Page(b"", [(b"location", place.encode())], 308)


def schema_text() -> Page:
    """The schema at `/schema.graphql`, by which code generators read it; in production, too, as it is published."""
    return Page(sdl().encode(), [_TEXT, (b"cache-control", b"no-cache")])


def graphiql() -> Page:
    """GraphiQL on `/graphql`, a tab for each example."""
    tabs = json.dumps([{"query": text} for _, text in examples()]).replace("<", "\\u003c")
    static = _STATIC.removeprefix("/")  # relative: a proxy may serve all of this below a path
    content = f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Lakecast GraphiQL</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="favicon.svg">
<link rel="stylesheet" href="{static}graphiql.min.css">
<style>body{{margin:0}}#graphiql{{height:100vh}}</style></head>
<body><div id="graphiql">Loading …</div>
<script src="{static}react.production.min.js"></script>
<script src="{static}react-dom.production.min.js"></script>
<script src="{static}graphiql.min.js"></script>
<script>
const at = new URL("graphql", location.href);
const socket = new URL(at);
socket.protocol = at.protocol.replace("http", "ws");
const fetcher = GraphiQL.createFetcher({{url: at.href, subscriptionUrl: socket.href}});
ReactDOM.createRoot(document.getElementById("graphiql")).render(
  React.createElement(GraphiQL, {{fetcher, defaultTabs: {tabs}, shouldPersistHeaders: false}}));
</script></body></html>
"""
    return Page(content.encode(), [_HTML, _POLICY, (b"cache-control", b"no-store")])


def assets() -> dict[str, Page]:
    """The files of GraphiQL by their path, compressed as they are stored."""
    routes = {}
    for file in files("lakecast_graphql").joinpath("static/graphiql").iterdir():
        name, _, coding = file.name.rpartition(".")
        if coding == "gz":
            headers = [
                (b"content-type", TYPES[name.rpartition(".")[2]]),
                (b"content-encoding", b"gzip"),
                (b"cache-control", b"public, max-age=86400"),
            ]
            routes[f"{_STATIC}{name}"] = Page(file.read_bytes(), headers)
    return routes


def examples() -> list[tuple[str, str]]:
    """The saved examples: name and document, in order."""
    folder = files("lakecast_graphql").joinpath("examples")
    named = sorted((file.name, file.read_text(encoding="utf-8")) for file in folder.iterdir())
    return [(name.removesuffix(".graphql"), text) for name, text in named if name.endswith(".graphql")]
