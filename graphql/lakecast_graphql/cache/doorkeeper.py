"""What was asked lately: an answer that is soon made again is worth keeping only if it is asked for again."""

from collections.abc import Hashable

_MOST = 16_384


class Doorkeeper:
    """Remembers some ten thousand of the last keys, by their hashes; one event loop uses it."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._newer: set[int] = set()
        self._older: set[int] = set()

    def again(self, key: Hashable) -> bool:
        """Whether a key was asked for lately; from now on it was."""
        known = hash(key)
        if known in self._newer:
            return True
        self._newer.add(known)
        if len(self._newer) >= self._most:
            self._older, self._newer = self._newer, set()
        return known in self._older
