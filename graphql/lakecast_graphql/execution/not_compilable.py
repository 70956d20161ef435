"""The one exception of the fast paths: something that only the ordinary way answers rightly."""


class NotCompilable(Exception):
    """An operation, value or result that the fast paths do not know; `reason` is a short word for the counters."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
