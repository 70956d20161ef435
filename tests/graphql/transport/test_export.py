"""The list as a file: what Excel in Brazil reads of it is what the API says."""

import asyncio
import csv
import datetime as dt
import io
import json
from typing import Any

import pytest
from running import Running, running

from lakecast_graphql.operation.operation import Answer
from lakecast_graphql.transport.export import AT_ONCE, COLUMNS, MOST_WAITING, Export, guarded, number
from lakecast_lake.storage import Lake

PATH = "/export/replenishment.csv"
LIST = """query($where: ReplenishmentFilter, $orderBy: [ReplenishmentOrder!]) {
  replenishment(where: $where, orderBy: $orderBy, first: 100) { nodes {
    itemId datasetId arrivalDate
    recommendedOrder recommendedOrderValue orderByDate dailyDemand reason(language: PT)
    item { name supplier lastDemandDate } } } }"""


def read(server: Running, **parameters: Any) -> list[dict[str, str]]:
    answer = server.http.get(PATH, params=parameters)
    assert answer.status_code == 200, answer.text
    assert answer.content.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";"))


def brazilian(text: str) -> float | None:
    """A number as Excel in Brazil reads it: a point would be a sign of thousands."""
    assert "." not in text
    return float(text.replace(",", ".")) if text else None


def test_the_file_says_what_the_list_says_in_its_order(server: Running) -> None:
    rows = read(server)
    nodes = server.data(LIST)["replenishment"]["nodes"]
    assert [(row["Conjunto de dados"], row["Item"]) for row in rows] == [(n["datasetId"], n["itemId"]) for n in nodes]
    for row, node in zip(rows, nodes, strict=True):
        assert brazilian(row["Quantidade a pedir"]) == node["recommendedOrder"]
        assert brazilian(row["Valor"]) == node["recommendedOrderValue"]
        assert brazilian(row["Uso por mês"]) == pytest.approx(node["dailyDemand"] * 365 / 12, abs=0.05)
        day = row["Pedir até"] and dt.datetime.strptime(row["Pedir até"], "%d/%m/%Y").date().isoformat()
        assert day == (node["orderByDate"] or "")
        arrival = row["Chega em"] and dt.datetime.strptime(row["Chega em"], "%d/%m/%Y").date().isoformat()
        assert arrival == (node["arrivalDate"] or "")
        last = row["Última saída"] and dt.datetime.strptime(row["Última saída"], "%d/%m/%Y").date().isoformat()
        assert last == (node["item"]["lastDemandDate"] or "")
        assert row["Nome"] == node["item"]["name"]
        assert row["Fornecedor"] == (node["item"]["supplier"] or "")
        assert row["Motivo"] == node["reason"]


@pytest.mark.parametrize(
    ("parameters", "where"),
    [
        ({"alert": "CRITICAL"}, {"alert": {"eq": "CRITICAL"}}),
        ({"alert": ["CRITICAL", "HIGH"]}, {"alert": {"in": ["CRITICAL", "HIGH"]}}),
        ({"supplier": "Über AG", "search": "a-0"}, {"supplier": {"eq": "Über AG"}, "search": "a-0"}),
        (
            {"where": json.dumps({"onHand": {"lte": 3}}), "datasetId": "alpha"},
            {"onHand": {"lte": 3}, "datasetId": {"eq": "alpha"}},
        ),
    ],
)
def test_filters_are_those_of_the_list(server: Running, parameters: dict[str, Any], where: dict[str, Any]) -> None:
    nodes = server.data(LIST, where=where)["replenishment"]["nodes"]
    assert nodes
    assert [row["Item"] for row in read(server, **parameters)] == [node["itemId"] for node in nodes]


def test_the_order_is_that_of_the_list(server: Running) -> None:
    order = [{"field": "ON_HAND", "direction": "DESC"}]
    nodes = server.data(LIST, orderBy=order)["replenishment"]["nodes"]
    assert [row["Item"] for row in read(server, orderBy=json.dumps(order))] == [node["itemId"] for node in nodes]


def test_words_are_of_the_language_and_numbers_stay_brazilian(server: Running) -> None:
    (english, portuguese) = (read(server, language=language) for language in ("en", "pt"))
    assert [english_name for english_name, _, _ in COLUMNS] == list(english[0])
    assert [row["Value"] for row in english] == [row["Valor"] for row in portuguese]
    assert {row["Status"] for row in english} >= {"Will run out", "Check data"}
    assert {row["Situação"] for row in portuguese} >= {"Vai faltar", "Conferir dados"}


def test_pages_are_read_to_the_end(small_lake: Lake, server: Running) -> None:
    with running(small_lake.uri, max_rows=5) as narrow:
        assert read(narrow) == read(server)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"supplyer": "x"}, "supplyer"),
        ({"language": "de"}, "pt, en"),
        ({"where": "{"}, "JSON"),
        ({"where": '{"nope": 1}'}, "nope"),
        ({"datasetId": "nope"}, "nope"),
        ({"alert": "URGENT"}, "URGENT"),
        ({"search": ["a", "b"]}, "twice"),
    ],
)
def test_what_is_not_understood_is_refused_and_named(server: Running, parameters: dict[str, Any], words: str) -> None:
    answer = server.http.get(PATH, params=parameters)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] in ("BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED")
    assert words in answer.json()["error"]["message"]


def test_other_methods_are_refused_and_heads_are_answered(server: Running) -> None:
    assert server.http.post(PATH).status_code == 405
    head = server.http.head(PATH)
    assert head.headers["content-disposition"] == 'attachment; filename="lakecast-2026-01-30.csv"'
    assert head.headers["content-type"] == "text/csv; charset=utf-8"


def test_a_file_of_several_pages_is_whole(small_lake: Lake) -> None:
    with running(small_lake.uri) as server, running(small_lake.uri, max_rows=7) as by_sevens:
        assert by_sevens.http.get(PATH).content == server.http.get(PATH).content


def test_files_wait_for_their_turn_and_few_may_wait() -> None:
    """Each holds its rows as objects while it is made."""
    asked = 0
    go_on = asyncio.Event()

    class Slow:
        async def answer(self, operation: Any, view: Any, caller: Any) -> Answer:
            nonlocal asked
            asked += 1
            await go_on.wait()
            return Answer(b'{"data":{"replenishment":{"nodes":[],"pageInfo":{"hasNextPage":false}}}}')

    async def ask(export: Export) -> int:
        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        await export({"method": "GET", "query_string": b"", "headers": []}, send, send)  # type: ignore[arg-type]
        return int(sent[0]["status"])

    async def all_of_them() -> list[int]:
        export = Export(Slow(), lambda: None)
        tasks = [asyncio.create_task(ask(export)) for _ in range(AT_ONCE + MOST_WAITING + 1)]
        await tasks[-1]  # the one too many is refused at once
        assert asked == AT_ONCE
        go_on.set()
        return [await task for task in tasks]

    assert asyncio.run(all_of_them()) == [200] * (AT_ONCE + MOST_WAITING) + [429]


def test_an_empty_lake_has_no_file(tmp_path: Any) -> None:
    with running(str(tmp_path / "lake")) as server:
        answer = server.http.get(PATH)
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "LAKE_UNAVAILABLE"


@pytest.mark.parametrize("text", ["=1+1", "+55 11", "-x", "@sum", "\tx", "\rx", "\nx", "  =1"])
def test_no_spreadsheet_takes_a_text_for_a_formula(text: str) -> None:
    assert guarded(text) == f"'{text}"


def test_other_texts_stay_as_they_are() -> None:
    assert [guarded(text) for text in ('Cabo 1/2"', "a=b", "", None, 5)] == ['Cabo 1/2"', "a=b", "", "", "5"]


def test_numbers_are_rounded_to_what_a_buyer_writes() -> None:
    some = [(1234.5678, 2), (3.0, 3), (-0.0001, 2), (-2.5, 1), (None, 2), (1e6, 0)]
    assert [number(value, digits) for value, digits in some] == ["1234,57", "3", "0", "-2,5", "", "1000000"]
