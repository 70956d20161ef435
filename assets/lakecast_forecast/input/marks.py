"""What stands beside numbers, as in `R$ 1.234,50`, `12 un` or `95 %`: left out where a whole column has the same."""

import re
from collections.abc import Collection

import pyarrow as pa
import pyarrow.compute as pc

from lakecast_forecast.input.names import plain

_MONEY = r"R\$|US\$|\$|€|£|₹|¥|BRL|USD|EUR"
UNITS = (
    "un", "und", "unid", "unidade", "unidades", "pç", "pc", "pcs", "peça", "peças", "peca", "pecas", "cx",
    "caixa", "caixas", "kg", "g", "m", "mt", "mts", "metro", "metros", "km", "m2", "m²", "m3", "m³", "lt", "l", "rl",
    "rolo", "rolos", "par", "pares", "hr", "h", "brl", "usd", "eur", "reais",
)  # fmt: skip
"""What may stand beside a quantity or a price."""
_MONEY_WORDS = ("brl", "usd", "eur", "reais")
DAYS = ("d", "dia", "dias", "day", "days")
PERCENT = ("%",)
_SAME = (
    ("un", "und", "unid", "unidade", "unidades", "unit", "units", "ea", "each", "pc", "pcs", "pca", "pcas", "peca",
     "pecas", "piece", "pieces"),
    ("m", "mt", "mts", "mtr", "metro", "metros", "ml"), ("km", "quilometro", "quilometros"),
    ("kg", "quilo", "quilos", "kilo"), ("g", "gr", "grama", "gramas"), ("l", "lt", "lts", "litro", "litros"),
    ("cx", "caixa", "caixas", "box"), ("rl", "rolo", "rolos", "roll"), ("par", "pares", "pr"),
    ("cj", "conj", "conjunto", "conjuntos", "set"), ("pct", "pacote", "pacotes"), ("h", "hr", "hora", "horas"), DAYS,
)  # fmt: skip
_FORMS = {word: words[0] for words in _SAME for word in words}
_GROUPS = re.compile(r"(?<![\d.,])\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?!\d)")
"""Thousands that blanks or apostrophes part: 1 234 567."""
_BRACKETS = re.compile(r"\s*\((?P<number>[\d.,]*\d[\d.,]*)\)\s*")
_MARKED = re.compile(
    rf"\s*(?P<sign>-(?=\s*\D))?\s*(?P<money>{_MONEY})?\s*(?P<number>[+-]?[\d.,]*\d[\d.,]*)(?P<minus>-)?\s*(?P<unit>[^\d\s.,+-]+[23]?\.?)?\s*",
    re.IGNORECASE,
)


def unit_form(unit: str) -> str:
    """One form for all spellings of a unit; the digits of square and cubic ones stay."""
    form = plain(unit.replace("²", "2").replace("³", "3"))
    return _FORMS.get(form, form)


def without_marks(column: pa.ChunkedArray, units: Collection[str] = UNITS) -> tuple[pa.ChunkedArray, str]:
    """A text column whose numbers stand alone, where one of these units at most stands beside any of them; and which.

    A money sign counts as a unit where prices do. A minus behind a number, as SAP writes it, comes before it, and one
    stands for brackets, as accountants write it. What is no such number stays as it is, and the whole column does where
    units differ: `12 un` and `3 cx` cannot be added up.
    """
    words = pc.unique(column)
    texts, marks = [], set()
    for written in words.to_pylist():
        word = _GROUPS.sub(lambda group: re.sub(r"\D", "", group[0]), written) if written else written
        if in_brackets := _BRACKETS.fullmatch(word or ""):
            texts.append(f"-{in_brackets['number']}")
            continue
        match = _MARKED.fullmatch(word or "")
        unit = (match["unit"] or "").lower().rstrip(".") if match else ""
        if match is None or (unit and unit not in units) or (match["money"] and units is not UNITS):
            texts.append(word)
            continue
        marks |= {unit_form(unit), (match["money"] or "").upper()} - {""}
        texts.append(("-" if match["minus"] or match["sign"] else "") + match["number"])
    if len(marks) > 1:
        return column, ""
    plain = pa.array(texts, pa.string())
    chunks = [plain.take(pc.index_in(chunk, words)) for chunk in column.chunks]
    return pa.chunked_array(chunks, pa.string()), next(
        (mark for mark in marks if mark.islower() and mark not in _MONEY_WORDS), ""
    )
