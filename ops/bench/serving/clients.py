"""Who asks: the request headers of real clients, and of a load generator that sends next to none."""

from collections.abc import Mapping

Headers = Mapping[str, str]

_CHROME = {
    "Connection": "keep-alive",
    "sec-ch-ua-platform": '"Windows"',
    "User-Agent": "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/141.0.0.0 Safari/537.36",
    "sec-ch-ua": '"Google Chrome";v="141", "Not?A_Brand";v="8", "Chromium";v="141"',
    "sec-ch-ua-mobile": "?0",
    "Accept": "application/graphql-response+json, application/json",
    "Origin": "https://dashboard.example",
    "Sec-Fetch-Site": "same-origin",
    "Sec-Fetch-Mode": "cors",
    "Sec-Fetch-Dest": "empty",
    "Referer": "https://dashboard.example/forecasts?item=1000",
    "Accept-Encoding": "gzip, deflate, br, zstd",
    "Accept-Language": "pt-BR,pt;q=0.9,en-US;q=0.8,en;q=0.7",
    "Cookie": "session=3f1c9a7e5b2d4860a1c7e9f0b3d5a284; theme=dark; _ga=GA1.1.1234567890.1700000000",
}
CLIENTS: Mapping[str, Headers] = {
    "bare": {"Accept": "application/json"},
    "Chrome": _CHROME,
    "Node fetch": {
        "Connection": "keep-alive",
        "Accept": "*/*",
        "Accept-Language": "*",
        "Sec-Fetch-Mode": "cors",
        "User-Agent": "node",
        "Accept-Encoding": "gzip, deflate",
    },
    "httpx": {
        "Accept": "*/*",
        "Accept-Encoding": "gzip, deflate, zstd",
        "Connection": "keep-alive",
        "User-Agent": "python-httpx/0.28.1",
    },
    "Go": {"User-Agent": "Go-http-client/1.1", "Accept-Encoding": "gzip"},
    "Chrome behind a proxy": {
        **_CHROME,
        "X-Request-Id": "7c9f4f6e0d0b4a5fb1d2c3e4f5a60718",
        "X-Real-IP": "203.0.113.7",
        "X-Forwarded-For": "203.0.113.7, 10.0.3.12",
        "X-Forwarded-Host": "dashboard.example",
        "X-Forwarded-Port": "443",
        "X-Forwarded-Proto": "https",
        "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "tracestate": "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
    },
}
"""Name -> headers, but for those of the body. Node's are of its version 20, httpx's of an installation with zstd."""
COMPARED = "Chrome"
"""The client that peers are asked with."""


def without_coding(headers: Headers) -> Headers:
    """The same client, reading nothing but plain bytes."""
    return {**headers, "Accept-Encoding": "identity"} if "Accept-Encoding" in headers else headers
