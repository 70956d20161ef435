"""`GET /export/replenishment.csv`: the list of reorder decisions as a file that Excel in Brazil opens with one click.

Semicolons, decimal commas, dates as dd/mm/yyyy and a byte-order mark, in either language: the language is that of the
words. The rows are those that the API's `replenishment` answers for the same filter.
"""

import asyncio
import csv
import datetime as dt
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl

import orjson

from lakecast_graphql.errors import ErrorCode
from lakecast_graphql.operation.operation import Caller, Execution, Operation
from lakecast_graphql.read.view import View
from lakecast_graphql.transport.asgi import JSON_TYPE, Header, Receive, Scope, Send, address, respond
from lakecast_graphql.transport.refusals import Refusal, error_body

PAGE = 1_000
"""Rows that are read at a time: as objects, all of them would take ten times the bytes of their file."""
AT_ONCE, MOST_WAITING = 2, 50
"""Files that are made at once, and that may wait for their turn."""

_QUERY = """query Export($where: ReplenishmentFilter, $orderBy: [ReplenishmentOrder!], $first: Int!, $after: String,
    $language: Language!) {
  replenishment(where: $where, orderBy: $orderBy, first: $first, after: $after) {
    pageInfo { hasNextPage endCursor }
    nodes {
      itemId datasetId asOf alert action onHand onOrder dailyDemand daysToStockout stockoutDate orderByDate arrivalDate
      recommendedOrder recommendedOrderValue excess excessValue reason(language: $language)
      item { sku name category supplier unit abcClass criticality currency lastDemandDate }
    }
  }
}"""

_OUT, _SHORT = ("Out of stock", "Em falta"), ("Will run out", "Vai faltar")
_STATUSES = {
    "ORDER": ("Order now", "Pedir agora"),
    "EXPEDITE": ("Expedite", "Antecipar"),
    "WATCH": ("Watch", "Acompanhar"),
    "REDUCE": ("Excess", "Excesso"),
    "NONE": ("OK", "Em ordem"),
    "CHECK_DATA": ("Check data", "Conferir dados"),
}
"""Action -> status of an item that does not run out, in the words of the buyer's page."""
_DAYS_PER_MONTH = 365 / 12

Row = Mapping[str, Any]
Cell = Callable[[Row, int], str]


def _text(name: str) -> Cell:
    return lambda row, language: guarded(row[name])


def _of_item(name: str) -> Cell:
    return lambda row, language: guarded(row["item"][name])


def _number(name: str, digits: int, times: float = 1.0) -> Cell:
    return lambda row, language: number(None if row[name] is None else row[name] * times, digits)


def _day(name: str) -> Cell:
    return lambda row, language: "" if row[name] is None else f"{dt.date.fromisoformat(row[name]):%d/%m/%Y}"


def _status(row: Row, language: int) -> str:
    if row["alert"] == "CRITICAL" and row["action"] != "CHECK_DATA":
        return (_OUT if (row["onHand"] or 0) <= 0 else _SHORT)[language]
    return _STATUSES["CHECK_DATA" if row["alert"] == "UNKNOWN" else row["action"]][language]


COLUMNS: tuple[tuple[str, str, Cell], ...] = (
    ("Supplier", "Fornecedor", _of_item("supplier")),
    ("Item", "Item", _text("itemId")),
    ("SKU", "SKU", _of_item("sku")),
    ("Name", "Nome", _of_item("name")),
    ("Quantity to order", "Quantidade a pedir", _number("recommendedOrder", 3)),
    ("Unit", "Unidade", _of_item("unit")),
    ("Value", "Valor", _number("recommendedOrderValue", 2)),
    ("Currency", "Moeda", _of_item("currency")),
    ("Order by", "Pedir até", _day("orderByDate")),
    ("Arrives on", "Chega em", _day("arrivalDate")),
    ("Runs out on", "Acaba em", _day("stockoutDate")),
    ("Status", "Situação", _status),
    ("ABC", "ABC", _of_item("abcClass")),
    ("Criticality", "Criticidade", _of_item("criticality")),
    ("Category", "Categoria", _of_item("category")),
    ("On hand", "Em estoque", _number("onHand", 3)),
    ("On order", "A receber", _number("onOrder", 3)),
    ("Use per month", "Uso por mês", _number("dailyDemand", 1, _DAYS_PER_MONTH)),
    ("Last use", "Última saída", lambda row, language: _day("lastDemandDate")(row["item"], language)),
    ("Cover in days", "Cobertura em dias", _number("daysToStockout", 0)),
    ("Excess", "Excesso", _number("excess", 3)),
    ("Value of excess", "Valor do excesso", _number("excessValue", 2)),
    ("Data set", "Conjunto de dados", _text("datasetId")),
    ("As of", "Data dos dados", _day("asOf")),
    ("Reason", "Motivo", _text("reason")),
)
"""English name, Portuguese name and cell of each column."""

_LANGUAGES = ("en", "pt")
_FILTERS = {  # parameter: (operator of one value, operator of several)
    "datasetId": ("eq", "in"),
    "itemId": ("eq", "in"),
    "category": ("eq", "in"),
    "supplier": ("eq", "in"),
    "alert": ("eq", "in"),
    "action": ("eq", "in"),
}
_KNOWN = ("language", "where", "orderBy", "search", *_FILTERS)
_STATUS = {
    ErrorCode.LAKE_UNAVAILABLE.value: 503,
    ErrorCode.RATE_LIMITED.value: 429,
    ErrorCode.TIMEOUT.value: 504,
    ErrorCode.INTERNAL_SERVER_ERROR.value: 500,
}


class Export:
    """The door `/export/replenishment.csv`.

    Args:
        execution: answers the list, as it does for every client.
        current: the view of a request, None while nothing can be served.
        page: rows that are read at a time.
    """

    def __init__(self, execution: Execution, current: Callable[[], View | None], page: int = PAGE) -> None:
        self._execution = execution
        self._current = current
        self._page = page
        self._turns = asyncio.Semaphore(AT_ONCE)
        self._count = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            if scope["method"] not in ("GET", "HEAD"):
                raise Refusal(405, "The file is read with GET.", headers=((b"allow", b"GET, HEAD"),))
            language, variables = parameters(scope["query_string"])
            content, day = await self._in_turn(language, variables, Caller(address(scope)))
        except Refusal as refusal:
            await respond(send, refusal.status, error_body(refusal.error), [JSON_TYPE, *refusal.headers])
            return
        await respond(send, 200, content if scope["method"] == "GET" else b"", _headers(day))

    async def _in_turn(self, language: int, variables: Mapping[str, Any], caller: Caller) -> tuple[bytes, str]:
        if self._count >= AT_ONCE + MOST_WAITING:
            raise Refusal(429, "Too many files are asked for at once. Try again soon.", ErrorCode.RATE_LIMITED)
        self._count += 1
        try:
            async with self._turns:
                return await self._file(language, variables, caller)
        finally:
            self._count -= 1

    async def _file(self, language: int, variables: Mapping[str, Any], caller: Caller) -> tuple[bytes, str]:
        """All rows that match, of one snapshot, as a file; and the day of their data. Raises Refusal."""
        view, after, day = self._current(), None, ""
        parts = [header(language)]
        while True:
            of_page = {**variables, "first": self._page, "after": after}
            answer = await self._execution.answer(Operation(_QUERY, of_page, mutations=False), view, caller)
            page, part = await asyncio.to_thread(_part, answer.body, language)
            parts.append(part)
            day = max([day, *(row["asOf"] for row in page["nodes"])])
            if not page["pageInfo"]["hasNextPage"]:
                return b"".join(parts), day or "empty"
            after = page["pageInfo"]["endCursor"]


def _part(body: bytes, language: int) -> tuple[Mapping[str, Any], bytes]:
    """An answer as a page of the list and lines of the file. Raises Refusal for errors."""
    content = orjson.loads(body)
    if "errors" in content:
        error = content["errors"][0]
        code = error["extensions"]["code"]
        raise Refusal(_STATUS.get(code, 400), error["message"], ErrorCode(code))
    page: Mapping[str, Any] = content["data"]["replenishment"]
    return page, lines(page["nodes"], language)


def _headers(day: str) -> list[Header]:
    return [
        (b"content-type", b"text/csv; charset=utf-8"),
        (b"content-disposition", f'attachment; filename="lakecast-{day}.csv"'.encode()),
        (b"cache-control", b"no-store"),
    ]


def parameters(query_string: bytes) -> tuple[int, dict[str, Any]]:
    """Language (0 English, 1 Portuguese) and variables of the list. Raises Refusal for what is not understood.

    `where` and `orderBy` are JSON of the API's arguments; the other parameters are short forms of the commonest
    filters, of which one that is repeated admits any of its values.
    """
    try:
        pairs = parse_qsl(query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=200)
    except (UnicodeDecodeError, ValueError):
        raise Refusal(400, "The query string is not URL-encoded UTF-8.") from None
    values: dict[str, list[str]] = {}
    for name, value in pairs:
        if name not in _KNOWN:
            raise Refusal(400, f"There is no parameter {name}. There are: {', '.join(_KNOWN)}.")
        values.setdefault(name, []).append(value)
    for name in ("language", "where", "orderBy", "search"):
        if len(values.get(name, ())) > 1:
            raise Refusal(400, f"The query string gives {name} twice.")
    language = values.get("language", ["pt"])[0].lower()
    if language not in _LANGUAGES:
        raise Refusal(400, f"There is no language {language}. There are: pt, en.")
    conditions: list[Any] = [_json(values, "where", dict)] if "where" in values else []
    for name, (one, several) in _FILTERS.items():
        if name in values:
            some = values[name]
            conditions.append({name: {one: some[0]} if len(some) == 1 else {several: some}})
    if "search" in values:
        conditions.append({"search": values["search"][0]})
    order = _json(values, "orderBy", list) if "orderBy" in values else None
    number_of_language = _LANGUAGES.index(language)
    return number_of_language, {"where": {"and": conditions}, "orderBy": order, "language": language.upper()}


def _json(values: Mapping[str, list[str]], name: str, kind: type) -> Any:
    try:
        value = orjson.loads(values[name][0])
    except orjson.JSONDecodeError:
        value = None
    if type(value) is not kind:
        raise Refusal(400, f"`{name}` must be JSON, as the argument of `replenishment` in the API.")
    return value


def header(language: int) -> bytes:
    """The first line of the file. language: 0 English, 1 Portuguese."""
    return _csv([[(english, portuguese)[language] for english, portuguese, _ in COLUMNS]]).encode("utf-8-sig")


def lines(rows: list[Row], language: int) -> bytes:
    """Rows as lines of the file."""
    return _csv([cell(row, language) for _, _, cell in COLUMNS] for row in rows).encode()


def _csv(rows: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(rows)
    return text.getvalue()


def guarded(value: object) -> str:
    """A text that no spreadsheet takes for a formula, whoever wrote it into the item's name; empty for None."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else text


def number(value: float | None, digits: int) -> str:
    """A number with a decimal comma and without signs of thousands; zeros at the end of its decimals are left out."""
    if value is None:
        return ""
    text = f"{value:.{digits}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text.replace(".", ",")
