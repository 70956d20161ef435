"""What files and columns are called: English and Portuguese, any case, with or without accents."""

import re
import unicodedata
from collections.abc import Container, Mapping, Sequence

from lakecast_forecast.input.errors import InputError

FILES: Mapping[str, tuple[str, ...]] = {
    "demand": ("demand", "demanda", "demandas", "consumo", "vendas"),
    "items": ("items", "itens", "materiais", "produtos"),
    "stock": ("stock", "estoque", "estoques", "saldo", "saldos"),
    "calendar": ("calendar", "calendario"),
    "orders": ("orders", "openorders", "pedidos", "pedidosabertos", "pedidosemaberto", "ordens"),
}
"""Stem -> what a file of that kind may be called."""

_SYNONYMS: Mapping[str, tuple[str, ...]] = {
    "item_id": (
        "item", "item code", "codigo", "codigo do item", "cod item", "codigo do produto", "cod produto",
        "codigo produto", "codproduto",
        "codigo material", "codigo do material", "cod", "produto", "product", "product id", "part number",
        "produto servico",
        "sku",
    ),
    "date": (
        "data", "dia", "mes", "competencia", "periodo", "day", "month", "period", "data movimento", "data do movimento",
        "dt", "ds",
    ),
    "quantity": (
        "quantidade", "qtd", "qtde", "qty", "consumo", "vendas", "demanda", "demand", "sales", "saida", "saidas",
        "quantidade consumida", "y",
    ),
    "location": (
        "deposito", "almoxarifado", "local", "depot", "warehouse", "armazem", "filial", "centro", "planta", "loja",
        "estabelecimento", "local de estoque", "cd", "centro de distribuicao", "plant", "site", "store",
    ),
    "name": ("nome", "descricao", "description", "material", "descricao do item", "descricao do produto"),
    "category": ("familia", "categoria", "grupo", "family", "group"),
    "unit": ("u m", "um", "unidade", "un", "unidade de medida"),
    "supplier": ("fornecedor", "fornec", "nome fornec", "nome fornecedor", "nome do fornecedor", "vendor"),
    "lead_time_days": (
        "prazo", "prazo de entrega", "prazo entrega", "prazo medio de entrega", "prazo de reposicao",
        "tempo de reposicao", "tempo de ressuprimento", "tempo de entrega", "lead time", "leadtime",
    ),
    "lead_time_std_days": ("desvio do prazo", "desvio padrao do prazo"),
    "service_level": ("nivel de servico", "nivel de servico desejado", "nivel de servico alvo"),
    "service_measure": ("medida de servico",),
    "review_period_days": ("periodo de revisao", "revisao", "dias de revisao", "review period"),
    "order_multiple": ("multiplo", "multiplo de compra", "multiplo de pedido", "embalagem", "pack size"),
    "criticality": ("criticidade",),
    "currency": ("moeda",),
    "due_date": (
        "date", "data", "data prevista", "previsao", "previsao de entrega", "data de entrega", "data entrega",
        "data prevista de entrega", "entrega", "expected date", "delivery date", "eta", "prazo",
    ),
    "min_order_quantity": ("lote minimo", "pedido minimo", "quantidade minima", "qtd minima", "qtde minima", "moq"),
    "unit_cost": (
        "custo", "custo unitario", "custo medio", "preco", "preco unitario", "valor unitario", "unit price", "cost",
    ),
    "on_hand": (
        "estoque", "saldo", "estoque atual", "stock", "saldo atual", "em estoque", "saldo em estoque",
        "quantidade em estoque", "qtd em estoque", "qtde em estoque", "estoque fisico",
    ),
    "on_order": ("em pedido", "pedido", "pedidos", "a receber", "quantidade em pedido"),
    "available": ("disponivel", "disponibilidade", "em estoque sim nao", "availability", "in stock"),
    "dataset_id": ("conjunto", "dataset"),
    "year": ("ano",),
    "month": ("mes", "numero do mes", "mes numero"),
    "day": ("dia",),
    "quarter": ("trimestre", "trim", "tri", "qtr", "numero do trimestre"),
    "week": ("semana", "sem", "semana do ano", "numero da semana", "n semana", "week number", "wk"),
    "period": ("periodo",),
    "start": ("inicio", "data inicial", "data de inicio", "de"),
    "end": ("fim", "data final", "data de fim", "termino", "ate"),
}  # fmt: skip
PARTS = ("year", "month", "day", "quarter", "week")
"""Columns that are a date together, where there is a year; the finest of month and day, week, and quarter counts."""
_PERIODS = ("semana", "week", "trimestre", "quarter")
"""What a column of dates may be called where no other column is one."""
FIELDS = tuple(
    dict.fromkeys(
        (
            *_SYNONYMS, "sku", "lead_time_std_days", "review_period_days", "service_measure", "order_multiple",
            "criticality", "currency",
        )
    )
)  # fmt: skip
"""Everything that a column of a file may be, drivers aside."""
DRIVER_PREFIX = "x_"
_APART = re.compile(r"[^a-z0-9]+")
_IN_DAYS = re.compile(r"( em| in)? (d|dias|days)$")
_UNIT_BEHIND = re.compile(r"\s*[(\[](r\$|us\$|€|brl|usd|eur|%|un|und|pç|pc|m|mt|kg|l)[)\]]$", re.IGNORECASE)
"""A unit behind the name of a column: Custo unitário (R$)."""
_WHOLE = re.compile(r"(\d+)\.0+")
_TOTALS = (
    "total", "totais", "totals", "subtotal", "sub total", "total geral", "total general", "grand total", "soma",
    "resultado global", "overall result",
)  # fmt: skip


def plain(name: str) -> str:
    """A name in lower case without accents, its words one blank apart."""
    decomposed = unicodedata.normalize("NFKD", name)
    return _APART.sub(" ", "".join(sign for sign in decomposed if not unicodedata.combining(sign)).lower()).strip()


def normal(name: str) -> str:
    """The normal form of an id: lower case, letters and digits only, without leading zeros; 123.0 is 123."""
    if whole := _WHOLE.fullmatch(name):
        name = whole[1]
    return "".join(sign for sign in name.lower() if sign.isalnum()).lstrip("0")


def is_total(name: str, forms: Container[str]) -> bool:
    """Whether an id is that of a row of totals: `Total geral`, or `Total A1` beside A1.

    forms: all ids of the file as `plain` writes them.
    """
    words = plain(name)
    if words in _TOTALS:
        return True
    of = next((words.removeprefix(f"{total} ") for total in _TOTALS if words.startswith(f"{total} ")), None)
    of = of or next((words.removesuffix(f" {total}") for total in _TOTALS if words.endswith(f" {total}")), None)
    return of is not None and of in forms


def is_called(stem: str, file_stem: str) -> bool:
    """Whether a file's name, its suffix left out, is one of a kind."""
    return plain(file_stem).replace(" ", "") in FILES.get(stem, (stem,))


def field(key: str) -> str:
    """A field as people name it: `date`, `x_price`, or `stock.on_hand` for one kind of file. Raises `KeyError`."""
    kind, _, name = key.rpartition(".")
    if (kind and kind not in FILES) or not (name in FIELDS or name.startswith(DRIVER_PREFIX)):
        raise KeyError(key)
    return key


def key_of(field: str, kind: str) -> str:
    """A field as a person names it of one kind of file, empty for the demand: `stock.date`."""
    return f"{kind}.{field}" if kind else field


def alike(field: str, header: Sequence[str]) -> list[str]:
    """Columns that might be a field, by their names."""
    return [name for name in header if plain(name) == plain(field) or _may_be(field, name)]


def _words(field: str, name: str) -> str:
    """What a column is called, without the unit behind its name that goes without saying."""
    words = plain(_UNIT_BEHIND.sub("", name.strip()))
    return _IN_DAYS.sub("", words) if field.endswith("_days") else words


def _may_be(field: str, name: str) -> bool:
    words = _words(field, name)
    return words in _SYNONYMS.get(field, ()) or (field == "date" and (_names_a_day(words) or words in _PERIODS))


def _names_a_day(name: str) -> bool:
    return name.startswith(("data ", "date ")) or name.endswith(" date")


def columns(
    file: str,
    header: Sequence[str],
    fields: Sequence[str],
    prefix: str | None,
    stated: Mapping[str, str],
    spare: Sequence[str] = (),
    kind: str = "",
) -> dict[str, int]:
    """Field -> place in the header.

    fields: those that are wanted; prefix: of columns that keep their own name, None for none; stated: field -> column
    of those that a person has named; spare: fields that are left out where two columns are as good; kind: of the file,
    by which a person names its fields (`key_of`). A column of a field's own name goes before its synonyms. Raises
    `InputError` where two columns are as good, or a stated one is not there.
    """
    places: dict[str, int] = {}
    parts = _parts(header, stated) if "date" in fields else {}
    drivers = [field for field in stated if prefix is not None and field.startswith(prefix)]
    for field in (*fields, *drivers):
        if field in stated:
            own = [
                place
                for place, name in enumerate(header)
                if name == stated[field] or plain(name) == plain(stated[field])
            ]
            if not own:
                raise InputError(
                    file, f"has no column {stated[field]}", f"Name one of: {', '.join(header)}", column=field
                )
        else:
            own = [place for place, name in enumerate(header) if name == field]
            own = own or [place for place, name in enumerate(header) if plain(name) == plain(field)]
        if len(own) > 1:
            raise InputError(file, "two columns have this name", "Rename or remove one", column=field)
        if own:
            places[field] = own[0]
    for field in fields:
        if field in places or field in stated:
            continue
        near = [
            place
            for place, name in enumerate(header)
            if place not in (*places.values(), *parts.values()) and _words(field, name) in _SYNONYMS.get(field, ())
        ] or [
            place
            for place, name in enumerate(header)
            if place not in places.values() and field == "date" and _names_a_day(plain(name))
        ]
        if not near and field == "date" and not parts:
            near = [place for place, name in enumerate(header) if plain(name) in _PERIODS]
        if len(near) > 1 and field in spare:
            continue
        if len(near) > 1:
            named = " and ".join(header[place] for place in near)
            remedy = f"Say which one is meant: --column {key_of(field, kind)}={header[near[0]]}"
            raise InputError(
                file, f"the columns {named} may {'both' if len(near) == 2 else 'all'} be {field}", remedy, column=field
            )
        if near:
            places[field] = near[0]
    if "date" not in places:
        places |= {part: place for part, place in parts.items() if place not in places.values()}
    if prefix is not None:
        for place, name in enumerate(header):
            field = name.lower()
            if field.startswith(prefix) and place not in places.values():
                if field in places:
                    raise InputError(file, "two columns have this name", "Rename or remove one", column=field)
                places[field] = place
    return places


def _parts(header: Sequence[str], stated: Mapping[str, str]) -> dict[str, int]:
    """Place of the year, and of what else of `PARTS` counts; empty without a year, or where two may be one."""
    places = {}
    for part in PARTS:
        own = (plain(stated[part]),) if part in stated else (part, *_SYNONYMS[part])
        columns = [place for place, name in enumerate(header) if plain(name) in own]
        if len(columns) == 1:
            places[part] = columns[0]
        elif columns or part == "year":
            return {}
    if "month" not in places and "day" in places:
        return {}
    finest = next((part for part in ("month", "week", "quarter") if part in places), "year")
    return {part: place for part, place in places.items() if part in ("year", "day", finest)}
