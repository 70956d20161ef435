"""What a WebSocket sends, encoded already: not decoded for ASGI, which wants a `str`, to be encoded again."""

ENCODED_TEXT = "lakecast.websocket.encoded"
"""Extension of the scope: `text` of a message may be an `EncodedText`."""


class EncodedText:
    """A text as pieces of UTF-8, which uvicorn asks to encode itself just before it is written.

    A large answer is neither decoded and encoded again, nor copied for a client who has not read the one before.
    """

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = pieces

    def __len__(self) -> int:
        return sum(map(len, self._pieces))

    def encode(self) -> bytes:
        """As of a `str`."""
        return b"".join(self._pieces)
