"""Which units are counted in whole pieces, and rounding to what can be ordered."""

import unicodedata
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

COUNTED = frozenset(
    (
        "un", "und", "unid", "unidade", "unidades", "unit", "units", "ea", "each", "pc", "pcs", "pca", "pcas", "peca",
        "pecas", "piece", "pieces", "st", "stk", "item", "par", "pares", "pair", "pairs", "pr", "cj", "conj",
        "conjunto", "conjuntos", "set", "sets", "jg", "jogo", "jogos", "cx", "caixa", "caixas", "box", "boxes", "bx",
        "rl", "rolo", "rolos", "roll", "rolls", "kit", "kits", "pct", "pacote", "pacotes", "pack", "packs", "pk",
        "bb", "bobina", "bobinas", "br", "barra", "barras", "tb", "tubo", "tubos", "fr", "frasco", "frascos",
        "lata", "latas", "gl", "galao", "galoes", "bd", "balde", "baldes", "sc", "saco", "sacos", "dz", "duzia",
        "duzias", "dozen", "cartela", "cartelas", "fd", "fardo", "fardos", "fl", "folha", "folhas", "chapa",
        "ampola", "ampolas", "unidad", "pieza", "piezas",
    )
)  # fmt: skip
"""Units of which nobody buys a part, without accents and in lower case; no unit counts as one, too."""

MEASURED_STEP = 0.001
"""What quantities of other units, such as metres, are rounded to."""


def is_counted(unit: str | None) -> bool:
    """Whether quantities of this unit are whole numbers; case, accents and full stops do not matter."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", unit or "") if not unicodedata.combining(c))
    word = plain.casefold().replace(".", "").strip()
    return not word or word in COUNTED


def steps(units: Iterable[str | None]) -> Array:
    """(n,) the smallest quantity that differs: 1 for counted units, `MEASURED_STEP` for others."""
    known: dict[str | None, float] = {}
    return np.array(
        [known.setdefault(unit, 1.0 if is_counted(unit) else MEASURED_STEP) for unit in units], dtype=np.float64
    )


def round_up(quantity: Array, step: Array) -> Array:
    """The smallest multiple of `step` that is not below `quantity`, but for the rounding of floats."""
    fraction = 1e-9 * np.maximum(np.abs(quantity / step), 1.0)
    whole = np.ceil(quantity / step - fraction)
    # 3 x 0.001 is not the float nearest to 0.003.
    return np.where(step < 1, np.round(whole * step, 9), whole * step)
