"""Which characters an address of a lake may have: those that delta-rs writes where it reads them.

Found by writing a table below each character, on disk and on a real S3 server: with the others, delta-rs ends the
thread, reads another place than it wrote, or writes all tables to one place.
"""

import re
import unicodedata
from pathlib import Path

from lakecast_lake.errors import BadSetting

_NOWHERE = frozenset("[]^|\\")
_NOT_IN_STORES = frozenset("#?")
"""What ends the path of a URI."""
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_SHOWN = 3


def require_usable(address: str) -> None:
    """Return if tables are read from that address where they are written.

    address: an absolute folder, or `s3://bucket/prefix`. Raises BadSetting with the characters that stand in the way.
    """
    is_store = "://" in address
    refused = _NOWHERE | _NOT_IN_STORES if is_store else _NOWHERE
    bad = [sign for sign in address if sign in refused or unicodedata.category(sign) in ("Cc", "Cs")]
    bad += _ESCAPE.findall(address)
    if bad:
        shown = ", ".join(map(ascii, list(dict.fromkeys(bad))[:_SHOWN]))
        remedy = "Use another prefix." if is_store else "Rename the folder, or use another."
        raise BadSetting(printable(address), f"an address of a lake cannot hold {shown}", remedy)
    if is_store and not address.removeprefix("s3://").partition("/")[0]:
        raise BadSetting(address, "the address names no bucket", "Write s3://bucket/prefix.")


def require_folder(folder: str) -> None:
    """Return if a lake may lie in that folder, which need not exist yet. Raises BadSetting for a file in its way."""
    place = Path(folder)
    for each in (place, *place.parents):
        if each.is_dir():
            return
        if each.exists():
            raise BadSetting(str(each), "is a file, and a lake is a folder", "Name the folder of the lake.")


def printable(address: str) -> str:
    """The address with escapes for what a terminal or a log cannot show."""
    return "".join(sign if unicodedata.category(sign) not in ("Cc", "Cs") else ascii(sign)[1:-1] for sign in address)
