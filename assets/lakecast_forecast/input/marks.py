"""What stands beside numbers, as in `R$ 1.234,50`, `12 un` or `95 %`: left out where a whole column has the same."""

import re

import pyarrow as pa
import pyarrow.compute as pc

_MONEY = r"R\$|US\$|\$|€|£|₹|¥|BRL|USD|EUR"
_UNITS = (
    "un", "und", "unid", "unidade", "unidades", "pç", "pc", "pcs", "peça", "peças", "peca", "pecas", "cx",
    "caixa", "caixas", "kg", "g", "m", "mt", "mts", "metro", "metros", "m2", "m²", "m3", "m³", "lt", "l", "rl",
    "rolo", "rolos", "par", "pares", "hr", "h", "d", "dia", "dias", "day", "days", "brl", "usd", "eur", "reais",
)  # fmt: skip
_GROUPS = re.compile(r"(?<![\d.,])\d{1,3}(?:[ \u00a0\u202f'’]\d{3})+(?!\d)")
"""Thousands that blanks or apostrophes part: 1 234 567."""
_BRACKETS = re.compile(r"\s*\((?P<number>[\d.,]*\d[\d.,]*)\)\s*")
_MARKED = re.compile(
    rf"\s*(?P<money>{_MONEY})?\s*(?P<number>[+-]?[\d.,]*\d[\d.,]*)(?P<minus>-)?\s*(?P<unit>[^\d\s.,+-]+[23]?\.?)?\s*",
    re.IGNORECASE,
)


def without_marks(column: pa.ChunkedArray, *, percent: bool = False) -> pa.ChunkedArray:
    """A text column whose numbers stand alone, where one unit or money sign at most stands beside any of them.

    A minus behind a number, as SAP writes it, comes before it, and one stands for brackets, as accountants write it.
    What is no such number stays as it is, and the whole column does where units differ: `12 un` and `3 cx` cannot be
    added up. percent: whether % is such a unit.
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
        if match is None or (unit and unit not in _UNITS and not (percent and unit == "%")):
            texts.append(word)
            continue
        marks |= {unit, (match["money"] or "").upper()} - {""}
        texts.append(("-" if match["minus"] else "") + match["number"])
    if len(marks) > 1:
        return column
    plain = pa.array(texts, pa.string())
    return pa.chunked_array([plain.take(pc.index_in(chunk, words)) for chunk in column.chunks], pa.string())
