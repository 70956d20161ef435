"""Which names items, data sets and sources may have, and how a message shows any text."""

import unicodedata
from urllib.parse import quote

MOST_CHARACTERS = 200
"""Of a name: folders of a table are named after data sets and sources, and a file system takes 255 bytes."""
_SHOWN = 60


def is_name(text: str) -> bool:
    """Whether a text may name an item: not blank, at most 200 characters, none of them a control character."""
    return bool(text.strip()) and len(text) <= MOST_CHARACTERS and not any(map(_is_control, text))


def is_folder_name(text: str) -> bool:
    """Whether a text may name a data set or a source: a name, also as a folder, where é takes six characters."""
    return is_name(text) and len(quote(text, safe="")) <= MOST_CHARACTERS


def shown(value: object) -> str:
    """A value as a message shows it: on one line, and not longer than a name."""
    text = str(value)
    short = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return "".join(repr(sign)[1:-1] if _is_control(sign) else sign for sign in short)


def _is_control(sign: str) -> bool:
    return unicodedata.category(sign) in ("Cc", "Zl", "Zp")
