"""A variable means what the literal means, whatever way it is given or left out; no number is beyond a double."""

import json
from typing import Any

import pytest
from attacks import frame, web_socket
from running import Running

TOTALS = "forecastTotals(groupBy: [ITEM], orderBy: [{field: FORECAST#}], first: 5) { nodes { itemId forecast } }"
FORECASTS = "forecasts(orderBy: [{field: FORECAST#}], first: 5) { nodes { itemId date forecast } }"
RANKS = "leaderboard(#) { source rank }"
PAGE = "items(#) { totalCount nodes { itemId } }"


def asks(declared: str, field: str, arguments: str) -> str:
    """An operation with a variable $v."""
    return f"query Q({declared}) {{ {field.replace('#', arguments)} }}"


SAME = {
    "a direction left out": (asks("$v: OrderDirection", TOTALS, ", direction: $v"), {}, TOTALS.replace("#", "")),
    "a direction by default": (
        asks("$v: OrderDirection = ASC", TOTALS, ", direction: $v"),
        {},
        TOTALS.replace("#", ", direction: ASC"),
    ),
    "another direction": (
        asks("$v: OrderDirection", FORECASTS, ", direction: $v"),
        {"v": "DESC"},
        FORECASTS.replace("#", ", direction: DESC"),
    ),
    "a direction left out of forecasts": (
        asks("$v: OrderDirection", FORECASTS, ", direction: $v"),
        {},
        FORECASTS.replace("#", ""),
    ),
    "a measure left out": (
        asks("$v: ErrorMeasure", RANKS, "measure: $v"),
        {},
        RANKS.replace("#", "measure: QUANTILE_LOSS"),
    ),
    "a number left out": (asks("$v: Int", PAGE, "first: $v"), {}, PAGE.replace("#", "first: 50")),
    "a filter left out": (
        asks("$v: ItemFilter", PAGE, "first: 3, where: $v"),
        {},
        PAGE.replace("#", "first: 3"),
    ),
    "an operator left out": (
        asks("$v: String", PAGE, "first: 3, where: {itemId: {eq: $v}}"),
        {},
        PAGE.replace("#", "first: 3, where: {}"),
    ),
    "an operator that is null": (
        asks("$v: String", PAGE, "first: 3, where: {itemId: {eq: $v}}"),
        {"v": None},
        PAGE.replace("#", "first: 3"),
    ),
    "a single value for a list": (
        asks("$v: [String!]", PAGE, "first: 3, where: {itemId: {in: $v}}"),
        {"v": "a-001"},
        PAGE.replace("#", 'first: 3, where: {itemId: {in: "a-001"}}'),
    ),
    "a value in a list": (
        asks('$v: String = "a-001"', PAGE, "first: 3, where: {itemId: {in: [$v]}}"),
        {},
        PAGE.replace("#", 'first: 3, where: {itemId: {in: ["a-001"]}}'),
    ),
    "a flag by default": (
        "query Q($v: Boolean! = false) { overview @skip(if: $v) { itemCount } }",
        {},
        "overview { itemCount }",
    ),
}
NULLS = {
    "a direction": asks("$v: OrderDirection", FORECASTS, ", direction: $v"),
    "a number": asks("$v: Int", PAGE, "first: $v"),
    "a measure": asks("$v: ErrorMeasure", RANKS, "measure: $v"),
    "a value in a list": asks('$v: String = "a-001"', PAGE, "first: 3, where: {itemId: {in: [$v]}}"),
    "a flag": "query Q($v: Boolean = true) { overview @include(if: $v) { itemCount } }",
}


@pytest.mark.parametrize("name", SAME)
def test_a_variable_means_what_the_literal_means(server: Running, name: str) -> None:
    query, variables, literal = SAME[name]
    for _ in range(2):
        assert server.data(query, **variables) == server.data(f"{{ {literal} }}")


@pytest.mark.parametrize("name", NULLS)
def test_null_where_a_default_makes_up_for_absence_only_is_refused(server: Running, name: str) -> None:
    assert server.code(NULLS[name], v=None) == "BAD_USER_INPUT"


NUMBERS = ["1e400", "-1e400", "1" + "0" * 309, "17976931348623157e400"]
PLACES = [
    "{ items(where: {}, first: %s) { totalCount } }",
    "{ forecasts(where: {forecast: {gt: %s}}) { totalCount } }",
    "query Q($v: Float = %s) { forecasts(where: {forecast: {gt: $v}}) { totalCount } }",
    "query Q($v: ForecastFilter = {forecast: {gt: %s}}) { forecasts(where: $v) { totalCount } }",
    "{ whatIf(scenario: {demandFactor: %s}) { totalCount } }",
]


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize("place", PLACES)
def test_a_literal_beyond_a_double_is_refused(server: Running, place: str, number: str) -> None:
    assert server.ask(place % "7") is not None  # a plan for documents that differ in their literals only
    assert server.code(place % number) == "BAD_USER_INPUT"
    assert server.code(place % number, v=1.0) == "BAD_USER_INPUT"


@pytest.mark.parametrize("number", NUMBERS)
def test_a_variable_beyond_a_double_is_refused_and_says_so(server: Running, number: str) -> None:
    query = "query Q($v: Float) { forecasts(where: {forecast: {gt: $v}}) { totalCount } }"
    body = '{"query": "' + query + '", "variables": {"v": %s}}'
    answers: list[Any] = []
    answers.append(
        server.http.post("/graphql", content=body % number, headers={"content-type": "application/json"}).json()
    )
    given = {"query": query, "variables": f'{{"v": {number}}}'}
    answers.append(server.http.get("/graphql", params=given).json())
    with web_socket(server) as one:
        one.sendall(frame(f'{{"id": "1", "type": "subscribe", "payload": {body.replace("%s", number)}}}'.encode()))
        text = one.recv(4096)
        answers.append({"errors": json.loads(text[text.index(b"{") :])["payload"]})
    for answer in answers:
        (error,) = answer["errors"]
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert "1.8e308" in error["message"]
    assert server.data(query, v=1e300)["forecasts"]["totalCount"] == 0


INSIDE = ["{itemId: {eq: %s}}", "{itemId: %s}", "{and: [{itemId: {eq: %s}}]}", "{category: {contains: %s}}"]


@pytest.mark.parametrize("inside", INSIDE)
@pytest.mark.parametrize("around", ["{not: %s}", '{or: [{itemId: {eq: "a-001"}}, %s]}', "{and: [{not: {or: [%s]}}]}"])
@pytest.mark.parametrize("field", ["items", "forecasts", "replenishment", "metrics", "overview"])
def test_null_inside_not_and_or_is_refused(server: Running, field: str, around: str, inside: str) -> None:
    if field == "metrics" and "contains" in inside:
        pytest.skip("one of its kind is enough")
    selection = "{ itemCount }" if field == "overview" else "{ totalCount }"
    literal = f"{{ {field}(where: {around % (inside % 'null')}) {selection} }}"
    assert server.code(literal) == "BAD_USER_INPUT"
    kind = "StringFilter" if inside == INSIDE[1] else "String"
    variable = f"query Q($v: {kind}) {{ {field}(where: {around % (inside % '$v')}) {selection} }}"
    error = server.ask(variable, v=None)["errors"][0]
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "argument": "where"}
    assert "null" in error["message"]


def test_null_elsewhere_is_no_condition(server: Running) -> None:
    every = server.data("{ items { totalCount } }")
    for where in (
        "{itemId: null}",
        "{itemId: {eq: null}}",
        "{not: null}",
        "{or: null}",
        "{and: [{itemId: {eq: null}}]}",
    ):
        assert server.data(f"{{ items(where: {where}) {{ totalCount }} }}") == every
