"""A store that ignores conditional puts, in a process of its own: prints its port and serves until it is killed.

In the test's process it would deadlock: delta-rs holds the interpreter's lock while it deletes.
"""

import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape


class Careless(BaseHTTPRequestHandler):
    """As much of S3 as a Delta commit needs, with If-None-Match on PUT taken for nothing."""

    protocol_version = "HTTP/1.1"
    objects: dict[str, bytes] = {}  # noqa: RUF012  # the server makes a handler per connection

    def do_PUT(self) -> None:
        self.objects[self.key] = self.rfile.read(int(self.headers["Content-Length"]))
        self.answer(200, headers={"ETag": '"1"'})

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        if "list-type" in query:
            self.answer(200, self.listed(query.get("prefix", [""])[0]))
        elif self.key in self.objects:
            body = self.objects[self.key]
            first, last = 0, len(body) - 1
            if (asked := self.headers.get("Range", "")).startswith("bytes="):
                begin, _, end = asked.removeprefix("bytes=").partition("-")
                first = int(begin) if begin else len(body) - int(end)
                last = min(int(end), last) if begin and end else last
            part = body[first : last + 1]
            headers = {"ETag": '"1"', "Last-Modified": "Thu, 01 Jan 2026 00:00:00 GMT"}
            headers["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
            self.answer(206 if asked else 200, part, headers)
        else:
            self.answer(404)

    do_HEAD = do_GET

    def do_DELETE(self) -> None:
        self.objects.pop(self.key, None)
        self.answer(204)

    def do_POST(self) -> None:
        wanted = re.findall(rb"<Key>(.*?)</Key>", self.rfile.read(int(self.headers["Content-Length"])))
        for key in wanted:
            self.objects.pop(key.decode(), None)
        deleted = b"".join(b"<Deleted><Key>" + key + b"</Key></Deleted>" for key in wanted)
        self.answer(200, b"<DeleteResult>" + deleted + b"</DeleteResult>")

    @property
    def key(self) -> str:
        return unquote(urlsplit(self.path).path).partition("/lakes/")[2]

    def listed(self, prefix: str) -> bytes:
        found = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(body)}</Size>"
            "<LastModified>2026-01-01T00:00:00.000Z</LastModified><ETag>1</ETag></Contents>"
            for key, body in sorted(self.objects.items())
            if key.startswith(prefix)
        )
        return f"<ListBucketResult><IsTruncated>false</IsTruncated>{found}</ListBucketResult>".encode()

    def answer(self, status: int, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    with ThreadingHTTPServer(("127.0.0.1", 0), Careless) as server:
        print(server.server_port, flush=True)
        server.serve_forever()
