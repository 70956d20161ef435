"""In which language `lakecast` speaks: Portuguese where the person's locale says so, else English."""

import os
from collections.abc import Mapping

_VARIABLES = ("LC_ALL", "LC_MESSAGES", "LANG")
"""The first that is set decides, as POSIX has it."""


def is_portuguese(environ: Mapping[str, str] | None = None) -> bool:
    """Whether the locale of messages is a Portuguese one, such as pt_BR.UTF-8."""
    variables = os.environ if environ is None else environ
    locale = next((value for name in _VARIABLES if (value := variables.get(name))), "")
    return locale.lower().replace("-", "_").partition("_")[0].partition(".")[0] == "pt"


def spoken(text: str) -> str:
    """A message in the person's language; one without a translation stays as it is."""
    if not is_portuguese():
        return text
    from lakecast_ops import portuguese

    words = text.lstrip()
    return text[: len(text) - len(words)] + (portuguese.of(words) or words)
